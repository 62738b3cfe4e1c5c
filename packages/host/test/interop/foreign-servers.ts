import { type ChildProcess, spawn } from 'node:child_process';
import { createConnection } from 'node:net';
import { after } from 'node:test';
import { plainEnvironment } from '../cli/run-program.js';
import { until } from '../cli/until.js';
import { programPath } from './required-programs.js';

/** A server of others that runs. */
export interface ForeignServer {
  /** What it has said up to now, on both streams. */
  said(): string;
}

/** How a server is started. */
export interface ForeignServerOptions {
  readonly folder: string;
  readonly environment?: Readonly<Record<string, string>>;
  /** The port of 127.0.0.1, or the path of the socket, where it listens when it is up. */
  readonly listensAt: number | string;
}

/** The servers of a suite; each leads a group of processes and is killed with it when the suite is over. */
export class ForeignServers {
  readonly #children: ChildProcess[] = [];

  /** For the suite it is called in. To be made before the workshop, so that servers end before their folder. */
  constructor() {
    const kill = () => this.#children.forEach(killGroup);
    // For tests that are broken off, and so never come to their `after`.
    process.prependListener('exit', kill);
    after(async () => {
      kill();
      process.removeListener('exit', kill);
      await until('the servers have ended', () => this.#children.every(hasEnded));
    });
  }

  /**
   * Starts a server and waits until it listens.
   *
   * @param program a name or a path
   * @throws with all it said when it does not listen in time
   */
  async start(
    program: string,
    words: readonly string[],
    options: ForeignServerOptions,
  ): Promise<ForeignServer> {
    const child = spawn(programPath(program), words, {
      cwd: options.folder,
      env: { ...plainEnvironment(), ...options.environment },
      stdio: ['ignore', 'pipe', 'pipe'],
      detached: true,
    });
    this.#children.push(child);
    let said = '';
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding('utf8').on('data', (text) => {
        said += text;
      });
    }
    try {
      await until(`${program} listens`, () => isListening(options.listensAt));
    } catch (cause) {
      throw new Error(`${program} does not listen at ${options.listensAt}: ${said}`, { cause });
    }
    return { said: () => said };
  }
}

function isListening(place: number | string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = typeof place === 'number' ? createConnection(place, '127.0.0.1') : createConnection(place);
    socket.once('error', () => resolve(false));
    socket.once('connect', () => {
      socket.destroy();
      resolve(true);
    });
  });
}

function hasEnded({ exitCode, signalCode }: ChildProcess): boolean {
  return exitCode !== null || signalCode !== null;
}

function killGroup({ pid }: ChildProcess): void {
  if (pid === undefined) return;
  try {
    process.kill(-pid, 'SIGKILL');
  } catch {
    // All of them have ended.
  }
}
