import { LancreError } from '../errors/lancre-error.ts';

/** Some whole lines of a file. */
export interface LineBlock {
  /** Calls `take` for each line: the octets from `start` to `end` of `octets`, without the line end. */
  eachLine(take: (octets: Buffer, start: number, end: number, number: number) => void): void;
}

/** Longer than any sane line: what is longer is binary, and would fill the memory. */
const maximumLineOctets = 1 << 16;

/**
 * Cuts a stream of octets into blocks of lines; nothing is made for a single line, since an import
 * has millions of them. Lines end with LF or CRLF; the last may go without. Numbers count from 1.
 *
 * @throws LancreError `input_invalid` on a line of more than 64 KiB, naming its number
 */
export async function* readLines(chunks: AsyncIterable<Uint8Array>): AsyncIterable<LineBlock> {
  let rest: Buffer = Buffer.alloc(0);
  let number = 1;
  for await (const chunk of chunks) {
    const octets = rest.length === 0 ? asBuffer(chunk) : Buffer.concat([rest, chunk]);
    const end = octets.lastIndexOf(lineFeed) + 1;
    const block = new Block(octets.subarray(0, end), number);
    yield block;
    number = block.nextNumber;
    if (octets.length - end > maximumLineOctets) throw tooLong(number);
    // A copy, since the source may use its buffer again.
    rest = Buffer.from(octets.subarray(end));
  }
  if (rest.length > 0) yield new Block(rest, number);
}

class Block implements LineBlock {
  readonly #octets: Buffer;
  #number: number;

  constructor(octets: Buffer, firstNumber: number) {
    this.#octets = octets;
    this.#number = firstNumber;
  }

  /** The number of the line after the block, once it was walked. */
  get nextNumber(): number {
    return this.#number;
  }

  eachLine(take: (octets: Buffer, start: number, end: number, number: number) => void): void {
    const octets = this.#octets;
    for (let start = 0; start < octets.length; ) {
      const found = octets.indexOf(lineFeed, start);
      const end = found === -1 ? octets.length : found;
      if (end - start > maximumLineOctets) throw tooLong(this.#number);
      take(octets, start, octets[end - 1] === carriageReturn && end > start ? end - 1 : end, this.#number);
      this.#number += 1;
      start = end + 1;
    }
  }
}

function asBuffer(chunk: Uint8Array): Buffer {
  return Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength);
}

function tooLong(number: number): LancreError {
  return new LancreError(
    'input_invalid',
    `line ${number} is longer than ${maximumLineOctets} octets: is this a text file?`,
  );
}

const lineFeed = 0x0a;
const carriageReturn = 0x0d;
