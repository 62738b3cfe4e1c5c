import { LancreError } from '../errors/lancre-error.ts';

/** Writes a frame: a length of 4 octets and the payload; integers are big-endian. */
export class PayloadWriter {
  #octets: Buffer;
  #length = lengthOctets;

  /** @param expectedOctets how long the frame is going to be: a longer one costs a copy */
  constructor(expectedOctets: number) {
    this.#octets = Buffer.allocUnsafe(expectedOctets);
  }

  /** @param size 1, 2, 4 or 6 octets */
  unsigned(size: 1 | 2 | 4 | 6, value: number): this {
    const position = this.#reserve(size);
    if (size === 1) this.#octets[position] = value;
    else this.#octets.writeUIntBE(value, position, size);
    return this;
  }

  octets(octets: Uint8Array): this {
    const position = this.#reserve(octets.length);
    this.#octets.set(octets, position);
    return this;
  }

  /** The payload with its length in front; nothing may be written after. */
  frame(): Uint8Array {
    this.#octets.writeUInt32BE(this.#length - lengthOctets, 0);
    return this.#octets.subarray(0, this.#length);
  }

  #reserve(size: number): number {
    const position = this.#length;
    this.#length += size;
    if (this.#length > this.#octets.length) {
      const larger = Buffer.allocUnsafe(2 * this.#length);
      this.#octets.copy(larger, 0, 0, position);
      this.#octets = larger;
    }
    return position;
  }
}

/**
 * Reads the payload of a frame. Every method throws LancreError `input_invalid` when what it should
 * read is not there.
 */
export class PayloadReader {
  readonly #payload: Buffer;
  #position = 0;

  constructor(payload: Uint8Array) {
    this.#payload = Buffer.from(payload.buffer, payload.byteOffset, payload.length);
  }

  unsigned(size: 1 | 2 | 4 | 6): number {
    const start = this.#advance(size);
    return this.#payload.readUIntBE(start, size);
  }

  /** An integer between bounds, both included. */
  bounded(size: 1 | 2 | 4 | 6, least: number, most: number): number {
    const value = this.unsigned(size);
    return value < least || value > most ? fail('a number out of bounds') : value;
  }

  /** The row of a table whose place is the next octet. */
  row<T>(table: readonly T[]): T {
    return table[this.unsigned(1)] ?? fail('a number that no row has');
  }

  constant(octet: number): this {
    return this.unsigned(1) === octet ? this : fail('another kind of frame');
  }

  /** A copy: the payload's memory belongs to the socket. */
  octets(length: number): Uint8Array {
    const start = this.#advance(length);
    return Uint8Array.from(this.#payload.subarray(start, start + length));
  }

  rest(): Uint8Array {
    return this.octets(this.#payload.length - this.#position);
  }

  end(): void {
    if (this.#position !== this.#payload.length) fail('octets after the end');
  }

  #advance(length: number): number {
    const start = this.#position;
    if (start + length > this.#payload.length) fail('the frame ends early');
    this.#position += length;
    return start;
  }
}

/** Cuts a byte stream into payloads. */
export class FrameSplitter {
  readonly #maximumOctets: number;
  #pending: Buffer = Buffer.alloc(0);

  /** @param maximumOctets of a payload */
  constructor(maximumOctets: number) {
    this.#maximumOctets = maximumOctets;
  }

  /**
   * Takes in what arrived, and gives the payloads that are whole by now: views of it, as what is left is.
   *
   * @throws LancreError `input_invalid` when a frame says it is longer than allowed; give up the stream then
   */
  push(octets: Uint8Array): readonly Uint8Array[] {
    this.#pending =
      this.#pending.length === 0
        ? Buffer.from(octets.buffer, octets.byteOffset, octets.length)
        : Buffer.concat([this.#pending, octets]);
    const payloads: Uint8Array[] = [];
    while (this.#pending.length >= 4) {
      const length = this.#pending.readUInt32BE(0);
      if (length > this.#maximumOctets) fail(`a frame of ${length} octets`);
      if (this.#pending.length < 4 + length) break;
      payloads.push(this.#pending.subarray(4, 4 + length));
      this.#pending = this.#pending.subarray(4 + length);
    }
    return payloads;
  }
}

const lengthOctets = 4;

function fail(reason: string): never {
  throw new LancreError('input_invalid', `signing channel: ${reason}`);
}
