import { LancreError } from '../errors/lancre-error.ts';

/**
 * The entries of a list that come chunk by chunk, seen through a window of some chunks: always at the
 * beginning of an entry, in memory that does not grow with the list.
 */
export class EntryWindow {
  readonly #chunks: AsyncIterator<Uint8Array>;
  #octets: Buffer = Buffer.alloc(0);
  #position = 0;
  #toCome: number;

  /**
   * @param chunks the contents of revokedCertificates
   * @param length how many octets they are
   */
  constructor(chunks: AsyncIterable<Uint8Array>, length: number) {
    this.#chunks = chunks[Symbol.asyncIterator]();
    this.#toCome = length;
  }

  /** Octets from the present entry to the end of the window. */
  get available(): number {
    return this.#octets.length - this.#position;
  }

  /**
   * Sees that the present entry is in the window whole.
   *
   * @returns false when there are no more entries
   * @throws LancreError `store_corrupt` when they end too early
   */
  async fill(): Promise<boolean> {
    // An entry in full, and so much of those after it that a comparison is worth it.
    while (this.#toCome > 0 && this.available < lowWater) await this.#takeChunk();
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

  /** The present entry; a slice of the window. */
  entry(): Uint8Array {
    return this.#octets.subarray(this.#position, this.#entryEnd(this.#position));
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

  /** Steps over whole entries of so many octets. */
  skipOctets(octets: number): void {
    this.#position += octets;
  }

  /**
   * Steps over the entries that end within the next `octets`.
   *
   * @returns those entries, a slice of the window, and how many they are
   */
  skipWhole(octets: number): { readonly entriesDer: Uint8Array; readonly count: number } {
    const start = this.#position;
    const limit = start + octets;
    let count = 0;
    while (this.#position < limit) {
      const end = this.#entryEnd(this.#position);
      if (end > limit) break;
      this.#position = end;
      count += 1;
    }
    return { entriesDer: this.#octets.subarray(start, this.#position), count };
  }

  #entryEnd(position: number): number {
    return elementEnd(this.#octets, position);
  }

  async #takeChunk(): Promise<void> {
    const { done, value } = await this.#chunks.next();
    if (done === true) throw new LancreError('store_corrupt', 'a published list is cut off');
    this.#toCome -= value.length;
    // Copied: the chunk's memory is its reader's.
    this.#octets = Buffer.concat([this.#octets.subarray(this.#position), value]);
    this.#position = 0;
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
