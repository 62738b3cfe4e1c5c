import type { PkiErrorCode } from '../errors/pki-error.ts';
import type { DerScanner } from './der-scanner.ts';
import { isDerString } from './der-strings.ts';
import { CONSTRUCTED, CONTEXT, type DerType } from './der-tags.ts';

/**
 * A place in DER between two elements, and what can be said and done there without knowing their types.
 * {@link DerReader} adds a method for each type.
 */
export class DerCursor {
  protected readonly scanner: DerScanner;
  protected readonly limit: number;
  protected readonly depthLeft: number;
  protected position: number;

  constructor(scanner: DerScanner, position: number, limit: number, depthLeft: number) {
    this.scanner = scanner;
    this.position = position;
    this.limit = limit;
    this.depthLeft = depthLeft;
  }

  /** Octets from the start of the outermost buffer to the next element. */
  get offset(): number {
    return this.scanner.baseOffset + this.position;
  }

  /** The bytes read since the reader stood at `offset`. */
  since(offset: number): Uint8Array {
    return this.scanner.bytes.subarray(offset - this.scanner.baseOffset, this.position);
  }

  get isAtEnd(): boolean {
    return this.position >= this.limit;
  }

  /** True when the next element is of this universal type. */
  is(type: DerType): boolean {
    return this.scanner.is(type, this.position, this.limit);
  }

  /** True when the next element is tagged `[number]`, primitive or constructed. */
  isContext(number: number): boolean {
    if (this.isAtEnd) return false;
    return ((this.scanner.bytes[this.position] ?? 0) & ~CONSTRUCTED) === (CONTEXT | number);
  }

  /** True when the next element is a character string of a type that names may have. */
  get isString(): boolean {
    return !this.isAtEnd && isDerString(this.scanner.bytes[this.position] ?? 0);
  }

  /** The next element whatever it is, with its tag and length. */
  element(what: string): Uint8Array {
    const start = this.position;
    this.scanner.step(start, this.limit, what);
    return this.advance(start);
  }

  /** All that is left, not looked at. */
  rest(): Uint8Array {
    const start = this.position;
    this.position = this.limit;
    return this.scanner.bytes.subarray(start, this.limit);
  }

  /** Throws der_trailing_data when anything is left. */
  finish(what: string): void {
    if (!this.isAtEnd)
      this.scanner.fail('der_trailing_data', `${what} has data after its end`, this.position);
  }

  /** Throws `code` for the element read last. */
  fail(code: PkiErrorCode, message: string): never {
    return this.scanner.fail(code, message, this.scanner.contentStart);
  }

  protected content(identifier: number, what: string): Uint8Array {
    const scanner = this.scanner;
    scanner.expect(identifier, this.position, this.limit, what);
    this.position = scanner.end;
    return scanner.bytes.subarray(scanner.contentStart, scanner.end);
  }

  protected advance(start: number): Uint8Array {
    this.position = this.scanner.end;
    return this.scanner.bytes.subarray(start, this.position);
  }
}
