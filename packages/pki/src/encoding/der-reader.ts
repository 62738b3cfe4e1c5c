import { PkiError } from '../errors/pki-error.ts';
import { compareBytes } from './bytes.ts';
import { decodeNamedBits, decodeSmallInteger } from './der-content.ts';
import { DerCursor } from './der-cursor.ts';
import { decodeDerString } from './der-strings.ts';
import { CONSTRUCTED, CONTEXT, identifierOf } from './der-tags.ts';
import { decodeOid } from './oid.ts';
import { type SerialNumber, serialNumberFromInteger } from './serial-number.ts';
import { isTime, type TimeForm, timeMilliseconds } from './time.ts';

/**
 * Steps through DER (X.690 10 and 11). Every method reads the next element, or throws; slices share
 * memory with the input. `what` names the element in messages.
 *
 * Codes thrown by all: der_truncated, der_unexpected_tag, der_high_tag, der_indefinite_length,
 * der_length_not_minimal, der_length_too_large, der_depth_exceeded, der_trailing_data.
 */
export class DerReader extends DerCursor {
  /** A SEQUENCE as it stands, with its tag and length; its contents are not looked at. */
  sequenceElement(what: string): Uint8Array {
    const start = this.position;
    this.scanner.sequence(start, this.limit, what);
    return this.advance(start);
  }

  /** The contents of a SEQUENCE, not looked at. */
  sequenceContent(what: string): Uint8Array {
    return this.content(identifierOf('sequence'), what);
  }

  sequence<T>(what: string, read: (reader: DerReader) => T): T {
    return this.#nested(identifierOf('sequence'), what, 0, read);
  }

  /** A SEQUENCE with one or more elements, each read by `read`. Throws der_empty_sequence. */
  sequenceOf<T>(what: string, read: (reader: DerReader) => T): readonly T[] {
    const position = this.position;
    const items = this.sequence(what, (reader) => reader.#all(read));
    return items.length > 0 ? items : this.scanner.fail('der_empty_sequence', `${what} is empty`, position);
  }

  /** The items of a SET OF, each read by `read`, which must be in ascending order. Throws der_set_order. */
  setOf<T>(what: string, read: (reader: DerReader) => T): readonly T[] {
    return this.#nested(identifierOf('set'), what, 0, (reader) => reader.#ordered(what, read));
  }

  /** Like {@link setOf} for a SET OF tagged `[number] IMPLICIT`. */
  contextSetOf<T>(number: number, what: string, read: (reader: DerReader) => T): readonly T[] {
    return this.#nested(CONTEXT | CONSTRUCTED | number, what, 0, (reader) => reader.#ordered(what, read));
  }

  /** What is inside `[number]`, constructed. */
  context<T>(number: number, what: string, read: (reader: DerReader) => T): T {
    return this.#nested(CONTEXT | CONSTRUCTED | number, what, 0, read);
  }

  /** The same, or undefined (and no step) when the next element is not `[number]`. */
  optionalContext<T>(number: number, what: string, read: (reader: DerReader) => T): T | undefined {
    return this.isContext(number) ? this.context(number, what, read) : undefined;
  }

  /** The contents of `[number]`, primitive. */
  contextContent(number: number, what: string): Uint8Array {
    return this.content(CONTEXT | number, what);
  }

  /** `[number] IMPLICIT BOOLEAN DEFAULT FALSE`. Throws der_boolean_invalid, der_default_encoded. */
  contextDefaultFalse(number: number, what: string): boolean {
    if (!this.isContext(number)) return false;
    const position = this.position;
    this.content(CONTEXT | number, what);
    if (this.scanner.boolean(what)) return true;
    return this.scanner.fail(
      'der_default_encoded',
      `${what} is FALSE, its default, and yet encoded`,
      position,
    );
  }

  /** The bits of a `[number] IMPLICIT BIT STRING` with named bits, as the numbers of those that are set. */
  contextNamedBits(number: number, what: string): readonly number[] {
    this.content(CONTEXT | number, what);
    return this.#namedBits(what);
  }

  /** The contents of an INTEGER: minimal two's complement. Throws der_integer_not_minimal. */
  integer(what: string): Uint8Array {
    const content = this.content(identifierOf('integer'), what);
    this.scanner.checkInteger(what);
    return content;
  }

  /** The magnitude of an INTEGER that is not negative. Throws der_integer_negative. */
  unsignedInteger(what: string): Uint8Array {
    const content = this.integer(what);
    if (((content[0] ?? 0) & 0x80) !== 0) this.fail('der_integer_negative', `${what} is negative`);
    return content.length > 1 && content[0] === 0 ? content.subarray(1) : content;
  }

  /** An INTEGER from 0 to 2^31 - 1. Throws der_integer_negative, der_integer_too_large. */
  smallInteger(what: string): number {
    return this.#small(this.unsignedInteger(what), what);
  }

  /** `[number] IMPLICIT INTEGER` from 0 to 2^31 - 1. */
  contextSmallInteger(number: number, what: string): number {
    return this.#small(this.contextUnsignedInteger(number, what), what);
  }

  /** The magnitude of a `[number] IMPLICIT INTEGER`. */
  contextUnsignedInteger(number: number, what: string): Uint8Array {
    const content = this.content(CONTEXT | number, what);
    this.scanner.checkInteger(what);
    if (((content[0] ?? 0) & 0x80) !== 0) this.fail('der_integer_negative', `${what} is negative`);
    return content.length > 1 && content[0] === 0 ? content.subarray(1) : content;
  }

  /** `[number] IMPLICIT INTEGER` as a serial number. Throws der_integer_too_large. */
  contextSerialNumber(number: number, what: string): SerialNumber {
    const content = this.content(CONTEXT | number, what);
    this.scanner.checkInteger(what);
    return this.#serial(content, what);
  }

  /** An INTEGER as a serial number, at most 20 octets and the sign. Throws der_integer_too_large. */
  serialNumber(what: string): SerialNumber {
    return this.#serial(this.integer(what), what);
  }

  /** An ENUMERATED from 0 to 127. */
  enumerated(what: string): number {
    const content = this.content(identifierOf('enumerated'), what);
    this.scanner.checkInteger(what);
    if (((content[0] ?? 0) & 0x80) !== 0) this.fail('der_integer_negative', `${what} is negative`);
    return this.#small(content, what);
  }

  /** Throws der_boolean_invalid for anything but 00 and FF. */
  boolean(what: string): boolean {
    this.content(identifierOf('boolean'), what);
    return this.scanner.boolean(what);
  }

  /** `BOOLEAN DEFAULT FALSE`. Throws der_default_encoded when FALSE is encoded. */
  defaultFalse(what: string): boolean {
    const isThere = this.scanner.defaultFalse(this.position, this.limit, what);
    if (isThere) this.position = this.scanner.end;
    return isThere;
  }

  /** Throws der_null_invalid when it has contents. */
  null(what: string): void {
    if (this.content(identifierOf('null'), what).length > 0)
      this.fail('der_null_invalid', `${what} is not empty`);
  }

  /** An OBJECT IDENTIFIER in dotted form. Throws der_oid_invalid. */
  oid(what: string): string {
    return this.#dotted(this.content(identifierOf('oid'), what), what);
  }

  /** `[number] IMPLICIT OBJECT IDENTIFIER` in dotted form. */
  contextOid(number: number, what: string): string {
    return this.#dotted(this.contextContent(number, what), what);
  }

  octetString(what: string): Uint8Array {
    return this.content(identifierOf('octetString'), what);
  }

  /** What is inside an OCTET STRING that wraps DER. */
  octetStringOf<T>(what: string, read: (reader: DerReader) => T): T {
    return this.#nested(identifierOf('octetString'), what, 0, read);
  }

  /** The octets of a BIT STRING without unused bits. Throws der_bit_string_invalid. */
  bitStringOctets(what: string): Uint8Array {
    const content = this.content(identifierOf('bitString'), what);
    if (content[0] !== 0) this.fail('der_bit_string_invalid', `${what} has unused bits, or no octet`);
    return content.subarray(1);
  }

  /** What is inside a BIT STRING that wraps DER. */
  bitStringOf<T>(what: string, read: (reader: DerReader) => T): T {
    const start = this.position;
    this.bitStringOctets(what);
    this.position = start;
    return this.#nested(identifierOf('bitString'), what, 1, read);
  }

  /** A BIT STRING with named bits, as the numbers of those set; trailing zero bits are passed over. */
  namedBits(what: string): readonly number[] {
    this.content(identifierOf('bitString'), what);
    return this.#namedBits(what);
  }

  /** A UTCTime or GeneralizedTime in the form of RFC 5280 4.1.2.5. Throws der_time_invalid. */
  time(what: string): Date {
    const form = this.scanner.time(this.position, this.limit, what);
    this.position = this.scanner.end;
    return this.#instant(form);
  }

  /** A GeneralizedTime with seconds, `Z` and no fraction. Throws der_time_invalid. */
  generalizedTime(what: string): Date {
    this.content(identifierOf('generalizedTime'), what);
    const { bytes, contentStart, end } = this.scanner;
    if (!isTime(bytes, contentStart, end, 'generalizedTime')) {
      this.fail('der_time_invalid', `${what} is no valid time`);
    }
    return this.#instant('generalizedTime');
  }

  /** A character string of any type that names may have. Throws der_string_invalid. */
  string(what: string): string {
    const identifier = this.scanner.bytes[this.position] ?? 0;
    if (!this.isString) this.scanner.expect(identifierOf('utf8String'), this.position, this.limit, what);
    const text = decodeDerString(identifier, this.content(identifier, what));
    return text ?? this.fail('der_string_invalid', `${what} has octets that its type does not allow`);
  }

  /** `[number] IMPLICIT IA5String`. Throws der_string_invalid. */
  contextIa5String(number: number, what: string): string {
    const text = decodeDerString(identifierOf('ia5String'), this.contextContent(number, what));
    return text ?? this.fail('der_string_invalid', `${what} has octets above 127`);
  }

  #nested<T>(identifier: number, what: string, skip: number, read: (reader: DerReader) => T): T {
    const scanner = this.scanner;
    const start = this.position;
    scanner.expect(identifier, start, this.limit, what);
    if (this.depthLeft <= 0) scanner.fail('der_depth_exceeded', `${what} is nested too deep`, start);
    this.position = scanner.end;
    const reader = new DerReader(scanner, scanner.contentStart + skip, scanner.end, this.depthLeft - 1);
    const value = read(reader);
    reader.finish(what);
    return value;
  }

  #all<T>(read: (reader: DerReader) => T): readonly T[] {
    const items: T[] = [];
    while (!this.isAtEnd) items.push(read(this));
    return Object.freeze(items);
  }

  #ordered<T>(what: string, read: (reader: DerReader) => T): readonly T[] {
    let previous: Uint8Array = new Uint8Array(0);
    return this.#all(() => {
      const start = this.offset;
      const item = read(this);
      const current = this.since(start);
      if (compareBytes(previous, current) > 0) {
        throw new PkiError('der_set_order', `${what} is not in ascending order`, { offset: start });
      }
      previous = current;
      return item;
    });
  }

  /** The time read last. */
  #instant(form: TimeForm): Date {
    const { bytes, contentStart, end } = this.scanner;
    return new Date(timeMilliseconds(bytes, contentStart, end, form));
  }

  #small(magnitude: Uint8Array, what: string): number {
    const value = decodeSmallInteger(magnitude);
    return value ?? this.fail('der_integer_too_large', `${what} is above 2^31 - 1`);
  }

  #serial(content: Uint8Array, what: string): SerialNumber {
    const serialNumber = serialNumberFromInteger(content);
    return serialNumber ?? this.fail('der_integer_too_large', `${what} is longer than 20 octets`);
  }

  #dotted(content: Uint8Array, what: string): string {
    return decodeOid(content) ?? this.fail('der_oid_invalid', `${what} is no object identifier`);
  }

  #namedBits(what: string): readonly number[] {
    const { bytes, contentStart, end } = this.scanner;
    const bits = decodeNamedBits(bytes.subarray(contentStart, end));
    return bits ?? this.fail('der_bit_string_invalid', `${what} is no BIT STRING of named bits`);
  }
}
