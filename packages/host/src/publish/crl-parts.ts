import { type CrlLayout, measureCrl } from '@lancre/pki/crl';
import { PkiError } from '@lancre/pki/errors';

/** A list that comes chunk by chunk, cut where its entries begin and end. To be read in this order. */
export interface CrlParts {
  readonly layout: CrlLayout;
  /** Everything before the first entry. */
  readonly head: Uint8Array;
  /** The entries, in chunks that end anywhere; each is valid until the next is asked for. */
  readonly entries: AsyncIterable<Uint8Array>;
  /** Everything behind the last entry. */
  readonly tail: AsyncIterable<Uint8Array>;
  /** Ends the reading. */
  close(): Promise<void>;
}

/**
 * Reads the head of a list, and cuts what follows.
 *
 * @throws PkiError der_* when the octets are no list, der_truncated when they end before its first entry
 */
export async function cutCrl(chunks: AsyncIterable<Uint8Array>): Promise<CrlParts> {
  const source = new Source(chunks[Symbol.asyncIterator]());
  try {
    const layout = await readLayout(source);
    return {
      layout,
      head: await source.exactly(layout.entriesStart),
      entries: source.next(layout.entriesEnd - layout.entriesStart),
      tail: source.next(Number.POSITIVE_INFINITY),
      close: () => source.close(),
    };
  } catch (error) {
    // Nobody else can: the parts are not there.
    await source.close();
    throw error;
  }
}

async function readLayout(source: Source): Promise<CrlLayout> {
  for (let wanted = 1; ; ) {
    const layout = measureCrl(await source.peek(wanted));
    if (typeof layout !== 'number') return layout;
    // What ends too early is measured once more, and refused by that.
    if (source.isAtEnd) throw new PkiError('der_truncated', 'CertificateList is cut off', { offset: 0 });
    wanted = layout;
  }
}

/** Octets that are looked at before they are taken. */
class Source {
  readonly #chunks: AsyncIterator<Uint8Array>;
  #held: Uint8Array = new Uint8Array(0);
  isAtEnd = false;

  constructor(chunks: AsyncIterator<Uint8Array>) {
    this.#chunks = chunks;
  }

  /** All that is there, of which are at least `octets` unless the list is shorter; nothing is taken. */
  async peek(octets: number): Promise<Uint8Array> {
    while (this.#held.length < octets && !this.isAtEnd) {
      const { done, value } = await this.#chunks.next();
      if (done === true) this.isAtEnd = true;
      // Copied: a chunk's memory is its reader's.
      else this.#held = this.#held.length === 0 ? Uint8Array.from(value) : joined(this.#held, value);
    }
    return this.#held;
  }

  async exactly(octets: number): Promise<Uint8Array> {
    const taken = (await this.peek(octets)).subarray(0, octets);
    this.#held = this.#held.subarray(taken.length);
    return taken;
  }

  /** The next `octets` octets, or fewer where the list ends. */
  async *next(octets: number): AsyncIterable<Uint8Array> {
    for (let left = octets; left > 0; ) {
      const chunk = await this.#take(left);
      if (chunk === undefined) return;
      left -= chunk.length;
      yield chunk;
    }
  }

  async close(): Promise<void> {
    await this.#chunks.return?.();
  }

  async #take(limit: number): Promise<Uint8Array | undefined> {
    if (this.#held.length === 0) {
      const { done, value } = await this.#chunks.next();
      if (done === true) return undefined;
      this.#held = value;
    }
    const chunk = this.#held.subarray(0, limit);
    this.#held = this.#held.subarray(chunk.length);
    return chunk;
  }
}

function joined(a: Uint8Array, b: Uint8Array): Uint8Array {
  return Buffer.concat([a, b]);
}
