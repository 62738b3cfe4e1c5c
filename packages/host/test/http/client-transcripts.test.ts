import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { after, before, describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';
import { chooseEdgeRuntime } from '#host/cli/running/edge-runtime.js';
import { edgeRuntimes } from '../cli/edge-runtimes.js';
import { type HostAddress, runTranscript } from './transcript.js';

// Compiled, this file is in dist-test/http; the transcripts stay where they were written.
const transcripts = new URL('../../test/http/transcripts/', import.meta.url);

for (const { runtime, missing } of edgeRuntimes) {
  for (const [routing, file] of [
    ['path', 'ocsp-clients.txt'],
    ['host', 'ocsp-moved-hosts.txt'],
  ] as const) {
    describe(`${file} on ${runtime}`, { skip: missing }, () => {
      let edge: EdgeProcess;
      before(async () => {
        edge = await EdgeProcess.start(runtime, routing);
      });
      after(() => edge.stop());

      it('goes as it is written', () =>
        runTranscript(new URL(file, transcripts), edge.note.address, edge.note.variables));

      it('HTTP-35: the edge has written nothing about the requests it answered', async () => {
        await edge.stop();
        assert.equal(edge.told, '');
      });
    });
  }
}

/** What edge-under-test.ts prints. */
interface EdgeNote {
  readonly address: HostAddress;
  readonly variables: Readonly<Record<string, string>>;
}

class EdgeProcess {
  readonly note: EdgeNote;
  /** All that came after the note, on either stream. */
  told = '';
  readonly #child: ChildProcess;

  private constructor(child: ChildProcess, note: EdgeNote) {
    this.#child = child;
    this.note = note;
    for (const stream of [child.stdout, child.stderr]) {
      stream?.on('data', (text) => {
        this.told += text;
      });
    }
  }

  static async start(runtime: 'node' | 'bun', routing: 'path' | 'host'): Promise<EdgeProcess> {
    const chosen = chooseEdgeRuntime(runtime);
    const program = chosen.kind === 'bun' ? chosen.path : process.execPath;
    const script = fileURLToPath(new URL('./edge-under-test.js', import.meta.url));
    const child = spawn(program, [script, routing], { stdio: ['ignore', 'pipe', 'pipe'] });
    const [line] = await once(child.stdout, 'data');
    return new EdgeProcess(child, JSON.parse(String(line)));
  }

  async stop(): Promise<void> {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return;
    const closed = once(this.#child, 'close');
    this.#child.kill();
    await closed;
  }
}
