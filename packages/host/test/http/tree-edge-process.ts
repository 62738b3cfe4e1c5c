import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { type IncomingMessage, request } from 'node:http';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { chooseEdgeRuntime } from '#host/cli/running/edge-runtime.js';

/** A response that was read to its end. */
export interface Fetched {
  readonly status: number;
  readonly etag: string;
  readonly lastModified: string;
  readonly body: Buffer;
}

/** An edge over a published tree (tree-edge.ts), in a process of its own. */
export class TreeEdge {
  readonly #child: ChildProcess;
  readonly #port: number;

  private constructor(child: ChildProcess, port: number) {
    this.#child = child;
    this.#port = port;
  }

  static async start(runtime: 'node' | 'bun', folder: string): Promise<TreeEdge> {
    const chosen = chooseEdgeRuntime(runtime);
    const program = chosen.kind === 'bun' ? chosen.path : process.execPath;
    const script = fileURLToPath(new URL('./tree-edge.js', import.meta.url));
    const child = spawn(program, [script, folder], { stdio: ['ignore', 'pipe', 'inherit'] });
    const [line] = await once(child.stdout, 'data');
    return new TreeEdge(child, JSON.parse(String(line)).port);
  }

  async stop(): Promise<void> {
    const closed = once(this.#child, 'close');
    this.#child.kill();
    await closed;
  }

  /** A response of which nothing of the body is read yet. */
  open(path: string, headers: Readonly<Record<string, string>> = {}): Promise<IncomingMessage> {
    return new Promise((resolve, reject) => {
      const options = { host: '127.0.0.1', port: this.#port, path: `/${path}`, headers, agent: false };
      const sent = request(options, resolve);
      sent.once('error', reject);
      sent.end();
    });
  }

  async get(path: string, headers: Readonly<Record<string, string>> = {}): Promise<Fetched> {
    const response = await this.open(path, headers);
    const { etag = '', 'last-modified': lastModified = '' } = response.headers;
    return { status: response.statusCode ?? 0, etag, lastModified, body: await wholeOf(response) };
  }

  residentOctets(): number {
    const status = readFileSync(`/proc/${this.#child.pid}/status`, 'utf8');
    return Number(/^VmRSS:\s+(\d+) kB/m.exec(status)?.[1]) * 1024;
  }

  /** How many published objects the process has open. */
  openObjects(): number {
    const folder = `/proc/${this.#child.pid}/fd`;
    return readdirSync(folder).filter((name) => targetOf(join(folder, name)).includes('/objects/')).length;
  }
}

function targetOf(link: string): string {
  try {
    return readlinkSync(link);
  } catch {
    return '';
  }
}

/** The body of a response. */
export async function wholeOf(response: IncomingMessage): Promise<Buffer> {
  const parts: Buffer[] = [];
  for await (const part of response) parts.push(part);
  assert.ok(response.complete);
  return Buffer.concat(parts);
}
