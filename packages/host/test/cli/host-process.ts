import { type ChildProcess, spawn } from 'node:child_process';
import { randomInt } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { lancreProgram, plainEnvironment } from './run-program.js';
import { until } from './until.js';

/** What a host is started with. */
export interface HostOptions {
  readonly folder: string;
  readonly environment?: Readonly<Record<string, string>>;
}

/** A host that runs: `lancre serve` or `lancre demo` as a process of its own. */
export class HostProcess {
  readonly #child: ChildProcess;
  #stdout = '';
  #stderr = '';

  private constructor(child: ChildProcess) {
    this.#child = child;
    child.stdout?.setEncoding('utf8').on('data', (text) => {
      this.#stdout += text;
    });
    child.stderr?.setEncoding('utf8').on('data', (text) => {
      this.#stderr += text;
    });
  }

  /** Starts a host and does not wait. It leads a group of processes, so that none can outlive a test. */
  static launch(words: readonly string[], { folder, environment }: HostOptions): HostProcess {
    const child = spawn(process.execPath, [lancreProgram, ...words], {
      cwd: folder,
      env: { ...plainEnvironment(), ...environment },
      stdio: ['ignore', 'pipe', 'pipe'],
      detached: true,
    });
    if (child.pid !== undefined) killAtExit(child.pid);
    return new HostProcess(child);
  }

  /** Waits until it says that it is up. @throws with all it said when it ends before */
  async untilUp(): Promise<void> {
    await until('the host is up', () => this.isUp || this.hasEnded, 60_000);
    if (this.hasEnded) throw new Error(`the host ended with ${this.exitCode}: ${this.stdout}${this.stderr}`);
  }

  /** Of the control process. */
  get pid(): number {
    if (this.#child.pid === undefined) throw new Error('the process was never started');
    return this.#child.pid;
  }

  get isUp(): boolean {
    return this.#stdout.includes('/healthz');
  }

  get hasEnded(): boolean {
    return this.#child.exitCode !== null || this.#child.signalCode !== null;
  }

  get exitCode(): number | undefined {
    return this.#child.exitCode ?? undefined;
  }

  get stdout(): string {
    return this.#stdout;
  }

  /** The log. */
  get stderr(): string {
    return this.#stderr;
  }

  /** The edges, as far as the system tells whose children there are (Linux). */
  edges(): readonly number[] {
    return childrenOf(this.pid);
  }

  /** Asks the host to end, and waits for it. @returns its exit code */
  async stop(): Promise<number | undefined> {
    if (!this.hasEnded) this.#child.kill('SIGTERM');
    await until('the host has ended', () => this.hasEnded, 15_000);
    return this.exitCode;
  }

  /** Ends every process of the host, whatever state it is in. */
  async kill(): Promise<void> {
    killGroup(this.pid);
    await until('the host is gone', () => this.hasEnded);
  }
}

/** For tests that are broken off, and so never come to their `after`. */
function killAtExit(pid: number): void {
  if (groups.size === 0) {
    // Before the test runner's own, which may throw when nobody reads what it says.
    process.prependListener('exit', () => {
      for (const group of groups) killGroup(group);
    });
    for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP'] as const)
      process.once(signal, () => process.exit(1));
  }
  groups.add(pid);
}

function killGroup(pid: number): void {
  try {
    process.kill(-pid, 'SIGKILL');
  } catch {
    // All of them have ended.
  }
}

const groups = new Set<number>();

/**
 * Ports that nobody listens on, below those that the kernel gives to clients: one of these could be taken
 * before the host listens on it.
 */
export async function freePorts(count: number): Promise<readonly number[]> {
  const ports = new Set<number>();
  while (ports.size < count) {
    const port = 20_000 + randomInt(10_000);
    if (!ports.has(port) && (await isFree(port))) ports.add(port);
  }
  return [...ports];
}

async function isFree(port: number): Promise<boolean> {
  const server = createServer();
  return new Promise((resolve) => {
    server.once('error', () => resolve(false));
    server.listen(port, '127.0.0.1', () => server.close(() => resolve(true)));
  });
}

/** Whether a process is there and no zombie (Linux). */
export function isAlive(pid: number): boolean {
  try {
    return !/^State:\s+[ZX]/m.test(readFileSync(`/proc/${pid}/status`, 'utf8'));
  } catch {
    return false;
  }
}

function childrenOf(pid: number): readonly number[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name) && isAlive(Number(name)))
    .filter((name) => parentOf(name) === pid)
    .map(Number);
}

function parentOf(pid: string): number | undefined {
  try {
    return Number(/^PPid:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]);
  } catch {
    return undefined;
  }
}
