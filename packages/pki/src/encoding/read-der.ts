import { PkiError } from '../errors/pki-error.ts';
import { DerReader } from './der-reader.ts';
import { DerScanner } from './der-scanner.ts';

/** The caps of one {@link readDer} call. */
export interface DerLimits {
  /** The longest input taken, in octets. Default 16 MiB. */
  readonly maxBytes?: number;
  /** How deep readers may nest. Default 32; the deepest structure here needs 14. */
  readonly maxDepth?: number;
  /** Where `bytes` begins in the outermost buffer; added to the offsets of errors. Default 0. */
  readonly offset?: number;
}

/**
 * Reads one whole DER structure: nothing may be left when `read` returns.
 *
 * @param what names the structure in messages
 * @throws PkiError size_exceeded, der_trailing_data, and whatever the steps of the reader throw
 *
 * @example
 * const version = readDer(bytes, 'Thing', (reader) => reader.sequence('Thing', (thing) => thing.smallInteger('version')));
 */
export function readDer<T>(
  bytes: Uint8Array,
  what: string,
  read: (reader: DerReader) => T,
  limits: DerLimits = {},
): T {
  const { maxBytes = DEFAULT_MAX_BYTES, maxDepth = DEFAULT_MAX_DEPTH, offset = 0 } = limits;
  if (bytes.length > maxBytes) {
    throw new PkiError('size_exceeded', `${what} is longer than ${maxBytes} octets`, {
      offset: offset + maxBytes,
    });
  }
  const reader = new DerReader(new DerScanner(bytes, offset), 0, bytes.length, maxDepth);
  const value = read(reader);
  reader.finish(what);
  return value;
}

/**
 * Reads the beginning of a structure of which only the first octets are at hand: `read` stands inside
 * `levels` nested SEQUENCEs, whose ends are neither reached nor checked.
 *
 * @returns what `read` returned, and how long the whole structure says to be, in octets
 */
export function readDerHead<T>(
  head: Uint8Array,
  levels: number,
  what: string,
  read: (reader: DerReader) => T,
): { readonly value: T; readonly totalLength: number } {
  const scanner = new DerScanner(head, 0);
  let limit = Number.MAX_SAFE_INTEGER;
  let position = 0;
  let totalLength = 0;
  for (let level = 0; level < levels; level++) {
    scanner.sequence(position, limit, what);
    position = scanner.contentStart;
    limit = scanner.end;
    if (level === 0) totalLength = limit;
  }
  const value = read(new DerReader(scanner, position, Math.min(limit, head.length), DEFAULT_MAX_DEPTH));
  return { value, totalLength };
}

const DEFAULT_MAX_BYTES = 16 * 1024 * 1024;
const DEFAULT_MAX_DEPTH = 32;
