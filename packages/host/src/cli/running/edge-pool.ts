import { type ChildProcess, spawn } from 'node:child_process';
import cluster from 'node:cluster';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { LancreError } from '../../errors/lancre-error.ts';
import { type EdgeSnapshot, sumSnapshots } from '../../http/edge-metrics.ts';
import type { ListenAddress } from '../config.ts';
import { isEdgeMessage } from './edge-messages.ts';
import type { ChosenRuntime } from './edge-runtime.ts';
import type { EdgeSettings } from './edge-settings.ts';

/** What a pool of edges works with. */
export interface EdgePoolOptions {
  readonly settings: EdgeSettings;
  readonly runtime: ChosenRuntime;
  readonly count: number;
  /**
   * How long to wait for the port, in ms: the edges of a control that was killed go on serving until
   * they see its successor.
   */
  readonly patienceMilliseconds: number;
  /** Told when an edge ended without being asked to. */
  readonly onExit: (description: string) => void;
}

/** Starts the edges, starts those anew that die, and adds up what they count. */
export class EdgePool {
  readonly #options: EdgePoolOptions;
  readonly #edges = new Set<Edge>();
  /** What edges that are gone had counted: a sum must not shrink. */
  #past: EdgeSnapshot = sumSnapshots([]);
  #isClosing = false;
  #settings: EdgeSettings;

  constructor(options: EdgePoolOptions) {
    this.#options = options;
    this.#settings = options.settings;
  }

  /** How many edges are listening now. */
  get listening(): number {
    return [...this.#edges].filter(({ isListening }) => isListening).length;
  }

  /** The sum of what all edges have counted since control started. */
  get counters(): EdgeSnapshot {
    return sumSnapshots([this.#past, ...[...this.#edges].map(({ snapshot }) => snapshot)]);
  }

  /**
   * Starts all edges.
   *
   * @returns where they listen: the port is chosen by the first when it was 0
   * @throws LancreError `address_in_use`
   */
  async start(): Promise<ListenAddress> {
    const address = await this.#launchFirst(this.#options.patienceMilliseconds);
    this.#settings = { ...this.#settings, listen: address };
    for (let index = 1; index < this.#options.count; index += 1) await this.#launch();
    return address;
  }

  /** Lets every edge end its requests, then ends it. */
  async close(): Promise<void> {
    this.#isClosing = true;
    await Promise.all([...this.#edges].map((edge) => edge.end()));
  }

  async #launchFirst(patienceMilliseconds: number): Promise<ListenAddress> {
    try {
      return await this.#launch();
    } catch (error) {
      const isTaken = error instanceof LancreError && error.code === 'address_in_use';
      if (!isTaken || patienceMilliseconds <= 0) throw error;
      await sleep(retryMilliseconds);
      return this.#launchFirst(patienceMilliseconds - retryMilliseconds);
    }
  }

  async #launch(): Promise<ListenAddress> {
    const edge = new Edge(startProcess(this.#options.runtime, this.#settings));
    this.#edges.add(edge);
    edge.process.once('exit', (code, signal) => this.#ended(edge, signal ?? `status ${code}`));
    return edge.listening;
  }

  #ended(edge: Edge, how: string): void {
    this.#edges.delete(edge);
    this.#past = sumSnapshots([this.#past, edge.snapshot]);
    if (this.#isClosing || !edge.isListening) return;
    this.#options.onExit(`edge ${edge.process.pid} ended (${how})`);
    this.#restart();
  }

  /** Until it succeeds: an edge that could not be started once may be started a second later. */
  #restart(): void {
    setTimeout(() => {
      if (this.#isClosing) return;
      this.#launch().catch((error) => {
        this.#options.onExit(`an edge could not be started anew: ${String(error)}`);
        this.#restart();
      });
    }, restartMilliseconds);
  }
}

class Edge {
  readonly process: ChildProcess;
  /** Resolves when it listens; rejects when it could not. */
  readonly listening: Promise<ListenAddress>;
  snapshot: EdgeSnapshot = sumSnapshots([]);
  isListening = false;

  constructor(process: ChildProcess) {
    this.process = process;
    this.listening = new Promise((resolve, reject) => {
      process.on('message', (message: unknown) => {
        if (!isEdgeMessage(message)) return;
        if (message.kind === 'counters') this.snapshot = message.snapshot;
        if (message.kind === 'failed') reject(new LancreError('address_in_use', message.message));
        if (message.kind !== 'listening') return;
        this.isListening = true;
        resolve(message.address);
      });
      process.once('error', reject);
      process.once('exit', () => reject(new LancreError('internal', 'an edge ended before it listened')));
    });
  }

  async end(): Promise<void> {
    if (this.process.exitCode !== null || this.process.signalCode !== null) return;
    const ended = new Promise<void>((resolve) => this.process.once('exit', () => resolve()));
    this.process.kill('SIGTERM');
    const timer = setTimeout(() => this.process.kill('SIGKILL'), killMilliseconds);
    await ended;
    clearTimeout(timer);
  }
}

function startProcess(runtime: ChosenRuntime, settings: EdgeSettings): ChildProcess {
  const program = fileURLToPath(new URL('./edge-main.js', import.meta.url));
  const argument = JSON.stringify(settings);
  if (runtime.kind === 'bun') {
    // Bun's edges share the port by SO_REUSEPORT, Node's by the socket that this process passes on.
    return spawn(runtime.path, [program, argument], {
      stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
      serialization: 'json',
      env: edgeEnvironment(),
    });
  }
  cluster.schedulingPolicy = cluster.SCHED_NONE;
  cluster.setupPrimary({ exec: program, args: [argument], serialization: 'json', silent: false });
  // fork() adds to the environment of this process, so what is not for edges is set to nothing.
  const withheld = Object.keys(process.env).map((name) => [name, undefined]);
  return cluster.fork({ ...Object.fromEntries(withheld), ...edgeEnvironment() }).process;
}

/** Pass phrases may be in the environment: they are control's alone. */
function edgeEnvironment(): NodeJS.ProcessEnv {
  const { PATH, HOME, LANG, TZ, TMPDIR } = process.env;
  return { PATH, HOME, LANG, TZ, TMPDIR };
}

const restartMilliseconds = 1_000;
const retryMilliseconds = 250;
/** Longer than an edge takes to drain. */
const killMilliseconds = 8_000;
