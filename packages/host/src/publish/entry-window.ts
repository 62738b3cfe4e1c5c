import { measureCrl } from '@lancre/pki/crl';
import { PkiError } from '@lancre/pki/errors';
import { LancreError } from '../errors/lancre-error.ts';

/**
 * The entries of a list that comes chunk by chunk, seen through a window of some chunks: always at the
 * beginning of an entry, in memory that does not grow with the list.
 */
export class EntryWindow {
  readonly #chunks: AsyncIterator<Uint8Array>;
  #octets: Buffer = Buffer.alloc(0);
  #position = 0;
  /** Octets of entries that are not in the window yet; undefined before the head of the list was read. */
  #toCome: number | undefined;

  constructor(chunks: AsyncIterable<Uint8Array>) {
    this.#chunks = chunks[Symbol.asyncIterator]();
  }

  /** Octets from the present entry to the end of the window. */
  get available(): number {
    return this.#octets.length - this.#position;
  }

  /**
   * Sees that the present entry is in the window whole.
   *
   * @returns false when there are no more entries
   * @throws LancreError `store_corrupt` when the octets are no list, or end too early
   */
  async fill(): Promise<boolean> {
    if (this.#toCome === undefined) await this.#readHead();
    // An entry in full, and so much of those after it that a comparison is worth it.
    while ((this.#toCome ?? 0) > 0 && this.available < lowWater) await this.#takeChunk();
    return this.available > 0;
  }

  octetAt(offset: number): number | undefined {
    return this.#octets[this.#position + offset];
  }

  /** Whether octets `start` to `end` from here are the same in both. */
  isSame(other: EntryWindow, start: number, end: number): boolean {
    const from = this.#position;
    const there = other.#position;
    return this.#octets.compare(other.#octets, there + start, there + end, from + start, from + end) === 0;
  }

  /** The present entry, copied. */
  entry(): Uint8Array {
    return Uint8Array.from(this.#octets.subarray(this.#position, this.#entryEnd(this.#position)));
  }

  /** The content octets of its userCertificate; a slice of the window. */
  serial(): Uint8Array {
    const start = this.#position + headerOctets(this.#octets, this.#position);
    const content = start + headerOctets(this.#octets, start);
    return this.#octets.subarray(content, elementEnd(this.#octets, start));
  }

  /** The serial number in hex, without the sign octet. */
  serialHex(): string {
    const octets = this.serial();
    const isSigned = octets.length > 1 && octets[0] === 0;
    return Buffer.from(isSigned ? octets.subarray(1) : octets).toString('hex');
  }

  next(): void {
    this.#position = this.#entryEnd(this.#position);
  }

  /**
   * Steps over the entries that end within the next `octets`.
   *
   * @returns how many octets that were
   */
  skipWhole(octets: number): number {
    const start = this.#position;
    const limit = start + octets;
    for (let end = this.#entryEnd(start); end <= limit && end > this.#position; ) {
      this.#position = end;
      if (end === this.#octets.length) break;
      end = this.#entryEnd(end);
    }
    return this.#position - start;
  }

  /** Ends the reading of the list. */
  async close(): Promise<void> {
    await this.#chunks.return?.();
  }

  #entryEnd(position: number): number {
    return elementEnd(this.#octets, position);
  }

  async #readHead(): Promise<void> {
    for (;;) {
      const layout = measure(this.#octets);
      if (typeof layout !== 'number') {
        const { entriesStart, entriesEnd } = layout;
        const inWindow = Math.min(this.#octets.length, entriesEnd);
        this.#toCome = entriesEnd - inWindow;
        this.#octets = this.#octets.subarray(Math.min(entriesStart, inWindow), inWindow);
        return;
      }
      this.#octets = Buffer.concat([this.#octets, await this.#nextChunk()]);
    }
  }

  async #takeChunk(): Promise<void> {
    const chunk = await this.#nextChunk();
    const entries = chunk.subarray(0, this.#toCome);
    this.#toCome = (this.#toCome ?? 0) - entries.length;
    // Copied: the chunk's memory is its reader's.
    this.#octets = Buffer.concat([this.#octets.subarray(this.#position), entries]);
    this.#position = 0;
  }

  async #nextChunk(): Promise<Uint8Array> {
    const { done, value } = await this.#chunks.next();
    if (done === true) throw new LancreError('store_corrupt', 'a published list is cut off');
    return value;
  }
}

function measure(octets: Uint8Array): ReturnType<typeof measureCrl> {
  try {
    return measureCrl(octets);
  } catch (cause) {
    if (!(cause instanceof PkiError)) throw cause;
    throw new LancreError('store_corrupt', `what is published is no list: ${cause.message}`, { cause });
  }
}

/** More than any entry that this host writes has. */
const lowWater = 1 << 16;

function elementEnd(octets: Uint8Array, position: number): number {
  const header = headerOctets(octets, position);
  if (header === 2) return position + 2 + (octets[position + 1] ?? 0);
  let length = 0;
  for (let index = 2; index < header; index += 1) length = length * 256 + (octets[position + index] ?? 0);
  return position + header + length;
}

/** Tag and length: 2 octets, and those of a long length. */
function headerOctets(octets: Uint8Array, position: number): number {
  const first = octets[position + 1] ?? 0;
  return first < 0x80 ? 2 : 2 + (first & 0x7f);
}
