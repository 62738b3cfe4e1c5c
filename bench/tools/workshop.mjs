// A place to work in that leaves nothing behind: a temporary folder and the processes started in it.
// Whatever happens (an error, a time limit, Ctrl-C), the processes are ended and the folder removed.
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const open = new Set();

export class Workshop {
  folder = mkdtempSync(join(tmpdir(), 'lancre-bench-'));
  #children = new Set();
  #isClosed = false;

  constructor() {
    open.add(this);
  }

  path(...names) {
    return join(this.folder, ...names);
  }

  /** Starts a program in a process group of its own, so that its children end with it. */
  start(program, args, options = {}) {
    if (this.#isClosed) throw new Error('the workshop is closed');
    const child = spawn(program, args, {
      cwd: this.folder,
      stdio: ['ignore', 'pipe', 'pipe'],
      ...options,
      detached: true,
    });
    this.#children.add(child);
    child.once('exit', () => endGroup(child, 'SIGKILL'));
    child.once('close', () => this.#children.delete(child));
    return child;
  }

  /** Asks a program to end, waits for it, and insists after five seconds. */
  async stop(child) {
    if (child.exitCode !== null || child.signalCode !== null) return;
    const ended = new Promise((resolve) => child.once('exit', resolve));
    child.kill('SIGTERM');
    const timer = setTimeout(() => endGroup(child, 'SIGKILL'), 5000);
    await ended;
    clearTimeout(timer);
  }

  close() {
    if (this.#isClosed) return;
    this.#isClosed = true;
    open.delete(this);
    for (const child of this.#children) endGroup(child, 'SIGKILL');
    rmSync(this.folder, { recursive: true, force: true, maxRetries: 10, retryDelay: 50 });
  }
}

function endGroup(child, signal) {
  if (child.pid === undefined) return;
  try {
    process.kill(-child.pid, signal);
  } catch (error) {
    if (error.code !== 'ESRCH') throw error;
  }
}

process.once('exit', () => {
  for (const workshop of open) workshop.close();
});
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.once(signal, () => process.exit(130));
