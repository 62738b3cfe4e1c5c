import { LancreError } from '../errors/lancre-error.ts';

/** Writes the payload of a frame; integers are big-endian. */
export class PayloadWriter {
  readonly #parts: Uint8Array[] = [];

  /** @param size 1, 2, 4 or 6 octets */
  unsigned(size: 1 | 2 | 4 | 6, value: number): this {
    const octets = Buffer.allocUnsafe(size);
    octets.writeUIntBE(value, 0, size);
    return this.octets(octets);
  }

  octets(octets: Uint8Array): this {
    this.#parts.push(octets);
    return this;
  }

  /** The payload with its length in front. */
  frame(): Uint8Array {
    const payload = Buffer.concat(this.#parts);
    const frame = Buffer.allocUnsafe(4 + payload.length);
    frame.writeUInt32BE(payload.length, 0);
    payload.copy(frame, 4);
    return frame;
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
   * Takes in what arrived, and gives the payloads that are whole by now.
   *
   * @throws LancreError `input_invalid` when a frame says it is longer than allowed; give up the stream then
   */
  push(octets: Uint8Array): readonly Uint8Array[] {
    this.#pending = this.#pending.length === 0 ? Buffer.from(octets) : Buffer.concat([this.#pending, octets]);
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

function fail(reason: string): never {
  throw new LancreError('input_invalid', `signing channel: ${reason}`);
}
