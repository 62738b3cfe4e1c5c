import { PkiError, type PkiErrorCode } from '../errors/pki-error.ts';
import { type DerType, describeIdentifier, identifierOf } from './der-tags.ts';
import { isTime, type TimeForm } from './time.ts';

/**
 * Steps over DER elements without making objects: each step leaves the element's place in the fields.
 * The one place where lengths are read; {@link DerReader} stands on it, and so does the walk over the
 * entries of a CRL.
 *
 * Every step takes the position to read at and the limit not to cross, and throws the codes
 * der_truncated, der_high_tag, der_indefinite_length, der_length_not_minimal, der_length_too_large
 * and der_unexpected_tag.
 */
export class DerScanner {
  readonly bytes: Uint8Array;
  /** Where `bytes` begins in the outermost buffer, for the offsets of errors. */
  readonly baseOffset: number;
  /** The identifier octet of the element read last. */
  identifier = 0;
  /** Where its contents begin. */
  contentStart = 0;
  /** Where it ends. */
  end = 0;

  constructor(bytes: Uint8Array, baseOffset: number) {
    this.bytes = bytes;
    this.baseOffset = baseOffset;
  }

  /** Reads the header of any element. */
  step(position: number, limit: number, what: string): void {
    const bytes = this.bytes;
    if (position + 2 > limit) this.fail('der_truncated', `${what} is missing or cut off`, position);
    const identifier = bytes[position] ?? 0;
    if ((identifier & 0x1f) === 0x1f) this.fail('der_high_tag', `${what} has a tag above 30`, position);
    const first = bytes[position + 1] ?? 0;
    this.identifier = identifier;
    this.contentStart = position + 2;
    const length = first < 0x80 ? first : this.longLength(position, limit, first, what);
    this.end = this.contentStart + length;
    if (this.end > limit) this.fail('der_truncated', `${what} ends before its length says`, position);
  }

  /** Reads the header of an element that has to have this identifier octet. */
  expect(identifier: number, position: number, limit: number, what: string): void {
    if (position < limit && this.bytes[position] !== identifier) this.failTag(identifier, position, what);
    this.step(position, limit, what);
  }

  /** Reads a SEQUENCE. */
  sequence(position: number, limit: number, what: string): void {
    this.expect(0x30, position, limit, what);
  }

  /** Reads an INTEGER and checks that it is minimal (X.690 8.3.2). */
  integer(position: number, limit: number, what: string): void {
    this.expect(0x02, position, limit, what);
    this.checkInteger(what);
  }

  /** Reads an OBJECT IDENTIFIER; its arcs are not looked at. */
  oid(position: number, limit: number, what: string): void {
    this.expect(0x06, position, limit, what);
    if (this.contentStart === this.end) this.fail('der_oid_invalid', `${what} is empty`, position);
  }

  /** Reads an OCTET STRING. */
  octetString(position: number, limit: number, what: string): void {
    this.expect(0x04, position, limit, what);
  }

  /** Reads a UTCTime or GeneralizedTime, checks it, and tells which it is. */
  time(position: number, limit: number, what: string): TimeForm {
    this.step(position, limit, what);
    const form = this.identifier === 0x17 ? 'utcTime' : 'generalizedTime';
    if (form === 'generalizedTime' && this.identifier !== 0x18) this.failTag(0x17, position, what);
    if (!isTime(this.bytes, this.contentStart, this.end, form)) {
      this.fail('der_time_invalid', `${what} is no valid time`, position);
    }
    return form;
  }

  /** Reads `BOOLEAN DEFAULT FALSE`: true when it is there, false (and no step) when it is not. */
  defaultFalse(position: number, limit: number, what: string): boolean {
    if (position >= limit || this.bytes[position] !== 0x01) return false;
    this.step(position, limit, what);
    if (this.boolean(what)) return true;
    return this.fail('der_default_encoded', `${what} is FALSE, its default, and yet encoded`, position);
  }

  /** The number in the contents read last when these are just an ENUMERATED of one octet; -1 for anything else. */
  enumeratedOctet(): number {
    const { bytes, contentStart, end } = this;
    if (end - contentStart !== 3 || bytes[contentStart] !== 0x0a || bytes[contentStart + 1] !== 1) return -1;
    return bytes[contentStart + 2] ?? -1;
  }

  /** True when an element of this type begins here. */
  is(type: DerType, position: number, limit: number): boolean {
    return position < limit && this.bytes[position] === identifierOf(type);
  }

  /** Checks the contents read last as those of an INTEGER. */
  checkInteger(what: string): void {
    const length = this.end - this.contentStart;
    const first = this.bytes[this.contentStart] ?? 0;
    const second = this.bytes[this.contentStart + 1] ?? 0;
    const padded = length > 1 && ((first === 0 && second < 0x80) || (first === 0xff && second >= 0x80));
    if (length === 0 || padded) {
      this.fail('der_integer_not_minimal', `${what} is no minimal INTEGER`, this.contentStart);
    }
  }

  /** The contents read last as those of a BOOLEAN. */
  boolean(what: string): boolean {
    const octet = this.bytes[this.contentStart];
    if (this.end - this.contentStart !== 1 || (octet !== 0 && octet !== 0xff)) {
      this.fail('der_boolean_invalid', `${what} is neither 00 nor FF`, this.contentStart);
    }
    return octet === 0xff;
  }

  /** Throws; `position` counts in `bytes`. */
  fail(code: PkiErrorCode, message: string, position: number): never {
    throw new PkiError(code, message, { offset: this.baseOffset + position });
  }

  /** Throws der_unexpected_tag. */
  failTag(expected: number, position: number, what: string): never {
    const found = describeIdentifier(this.bytes[position] ?? 0);
    return this.fail(
      'der_unexpected_tag',
      `${what} is ${found}, not ${describeIdentifier(expected)}`,
      position,
    );
  }

  private longLength(position: number, limit: number, first: number, what: string): number {
    const count = first & 0x7f;
    if (count === 0) this.fail('der_indefinite_length', `${what} has an indefinite length`, position);
    if (count > 4) this.fail('der_length_too_large', `${what} has a length of more than 4 octets`, position);
    if (position + 2 + count > limit)
      this.fail('der_truncated', `${what} is cut off in its length`, position);
    let length = 0;
    for (let i = 0; i < count; i++) length = length * 256 + (this.bytes[position + 2 + i] ?? 0);
    const minimal = length >= 0x80 && (count === 1 || length >= 256 ** (count - 1));
    if (!minimal) this.fail('der_length_not_minimal', `${what} has a length that is not minimal`, position);
    this.contentStart = position + 2 + count;
    return length;
  }
}
