import { createHash } from 'node:crypto';
import type { ObjectName, StagedArtifact } from '#host/publish/artifact-store.js';

/** A staged object in memory. */
export class MemoryStaged implements StagedArtifact {
  readonly #chunks: Buffer[] = [];
  length = 0;

  async append(bytes: Uint8Array): Promise<void> {
    this.#chunks.push(Buffer.from(bytes));
    this.length += bytes.length;
  }

  /** In the first chunk, which is all that an encoder needs. */
  async overwrite(position: number, bytes: Uint8Array): Promise<void> {
    const [first] = this.#chunks;
    if (first === undefined || position + bytes.length > first.length)
      throw new Error('not in the first chunk');
    first.set(bytes, position);
  }

  async *read(): AsyncIterable<Uint8Array> {
    yield* this.#chunks;
  }

  bytes(): Buffer {
    return Buffer.concat(this.#chunks);
  }

  settle(): void {}

  async seal(): Promise<ObjectName> {
    return createHash('sha256').update(this.bytes()).digest('hex');
  }

  async discard(): Promise<void> {}
}
