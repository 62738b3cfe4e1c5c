import { PkiError } from '../errors/pki-error.ts';
import { compareBytes } from './bytes.ts';
import { lengthSize, putHeader, putLength, putTime, putUnsignedInteger } from './der-put.ts';
import { CONSTRUCTED, CONTEXT, type DerType, identifierOf } from './der-tags.ts';
import { encodeOid } from './oid.ts';
import { type SerialNumber, serialNumberToInteger } from './serial-number.ts';
import { encodeUtf8 } from './text.ts';
import { type TimeForm, timeFormOf, wholeSeconds } from './time.ts';

/**
 * Writes DER: `write` calls the writer's methods in order, lengths come by themselves.
 *
 * @throws PkiError der_oid_invalid, der_time_invalid, der_string_invalid, serial_number_invalid for values without an encoding
 *
 * @example
 * const nocheck = encodeDer((writer) => writer.sequence((extension) => {
 *   extension.oid('1.3.6.1.5.5.7.48.1.5');
 *   extension.octetString(Uint8Array.of(5, 0));
 * }));
 */
export function encodeDer(write: (writer: DerWriter) => void): Uint8Array {
  const buffer = spareBuffers.pop() ?? new Uint8Array(SPARE_BYTES);
  const writer = new DerWriter(buffer);
  write(writer);
  const der = writer.finish();
  if (spareBuffers.length < MAX_SPARES) spareBuffers.push(buffer);
  return der;
}

/** The tag and length octets before contents of `contentLength` octets, for structures too large for memory. */
export function encodeDerHeader(type: DerType, contentLength: number): Uint8Array {
  const header = new Uint8Array(1 + lengthSize(contentLength));
  putHeader(header, 0, identifierOf(type), contentLength);
  return header;
}

/** Writes DER straight into one growing buffer; made by {@link encodeDer}. */
export class DerWriter {
  #buffer: Uint8Array;
  #length = 0;

  constructor(buffer: Uint8Array) {
    this.#buffer = buffer;
  }

  /** Bytes that are DER already. */
  raw(bytes: Uint8Array): void {
    this.#reserve(bytes.length);
    this.#buffer.set(bytes, this.#length);
    this.#length += bytes.length;
  }

  sequence(write: (writer: DerWriter) => void): void {
    this.#nested(identifierOf('sequence'), write);
  }

  /** A SET OF encoded elements, put in order (X.690 11.6). */
  setOf(elements: readonly Uint8Array[]): void {
    this.#nested(identifierOf('set'), (writer) => writer.#sorted(elements));
  }

  /** The same, tagged `[number] IMPLICIT`. */
  contextSetOf(number: number, elements: readonly Uint8Array[]): void {
    this.#nested(CONTEXT | CONSTRUCTED | number, (writer) => writer.#sorted(elements));
  }

  /** `[number]`, constructed. */
  context(number: number, write: (writer: DerWriter) => void): void {
    this.#nested(CONTEXT | CONSTRUCTED | number, write);
  }

  /** `[number]`, primitive, with these contents. */
  contextContent(number: number, content: Uint8Array): void {
    this.#primitive(CONTEXT | number, content);
  }

  /** `[number] IMPLICIT IA5String`. */
  contextIa5String(number: number, text: string): void {
    this.contextContent(number, asciiBytes(text));
  }

  boolean(value: boolean): void {
    this.#primitive(identifierOf('boolean'), Uint8Array.of(value ? 0xff : 0));
  }

  /** `[number] IMPLICIT BOOLEAN DEFAULT FALSE`: written only when true. */
  contextDefaultFalse(number: number, value: boolean): void {
    if (value) this.contextContent(number, Uint8Array.of(0xff));
  }

  null(): void {
    this.#primitive(identifierOf('null'), new Uint8Array(0));
  }

  /** An INTEGER from its magnitude, unsigned and big-endian. */
  unsignedInteger(magnitude: Uint8Array): void {
    this.#reserve(magnitude.length + MAX_HEADER + 1);
    this.#length = putUnsignedInteger(this.#buffer, this.#length, magnitude);
  }

  /** An INTEGER that is not negative. */
  integer(value: bigint | number): void {
    this.unsignedInteger(magnitudeOf(BigInt(value)));
  }

  serialNumber(serialNumber: SerialNumber): void {
    this.#primitive(identifierOf('integer'), serialNumberToInteger(serialNumber));
  }

  /** An ENUMERATED from 0 to 127. */
  enumerated(value: number): void {
    this.#primitive(identifierOf('enumerated'), Uint8Array.of(value));
  }

  oid(oid: string): void {
    this.#primitive(identifierOf('oid'), encodeOid(oid));
  }

  octetString(content: Uint8Array): void {
    this.#primitive(identifierOf('octetString'), content);
  }

  /** An OCTET STRING around DER. */
  octetStringOf(write: (writer: DerWriter) => void): void {
    this.#nested(identifierOf('octetString'), write);
  }

  /** A BIT STRING of whole octets. */
  bitString(content: Uint8Array): void {
    this.#header(identifierOf('bitString'), content.length + 1);
    this.#reserve(1);
    this.#buffer[this.#length++] = 0;
    this.raw(content);
  }

  /** A BIT STRING with these named bits set, without trailing zero bits. */
  namedBits(bits: readonly number[]): void {
    this.#primitive(identifierOf('bitString'), namedBitsContent(bits));
  }

  /** `[number] IMPLICIT BIT STRING` with these named bits set. */
  contextNamedBits(number: number, bits: readonly number[]): void {
    this.contextContent(number, namedBitsContent(bits));
  }

  /** UTCTime to the end of 2049, else GeneralizedTime (RFC 5280 4.1.2.5); parts of a second are cut off. */
  time(time: Date): void {
    const seconds = wholeSeconds(time);
    this.#time(seconds, timeFormOf(seconds));
  }

  /** GeneralizedTime with seconds and `Z`; parts of a second are cut off. */
  generalizedTime(time: Date): void {
    this.#time(wholeSeconds(time), 'generalizedTime');
  }

  utf8String(text: string): void {
    this.#primitive(identifierOf('utf8String'), encodeUtf8(text));
  }

  /** Throws der_string_invalid for letters that PrintableString has not. */
  printableString(text: string): void {
    if (!/^[A-Za-z0-9 '()+,\-./:=?]*$/.test(text))
      throw new PkiError('der_string_invalid', `no PrintableString: ${text}`);
    this.#primitive(identifierOf('printableString'), asciiBytes(text));
  }

  ia5String(text: string): void {
    this.#primitive(identifierOf('ia5String'), asciiBytes(text));
  }

  /** The bytes written, in memory of their own size; nothing can be written after it. */
  finish(): Uint8Array {
    const der = this.#buffer.slice(0, this.#length);
    this.#buffer = NO_ROOM;
    this.#length = 0;
    return der;
  }

  /** One octet of length is set aside; when it takes more, the contents move up. */
  #nested(identifier: number, write: (writer: DerWriter) => void): void {
    this.#header(identifier, 0);
    const start = this.#length;
    write(this);
    const size = this.#length - start;
    const more = lengthSize(size) - 1;
    if (more > 0) {
      this.#reserve(more);
      this.#buffer.copyWithin(start + more, start, this.#length);
    }
    putLength(this.#buffer, start - 1, size);
    this.#length += more;
  }

  #primitive(identifier: number, content: Uint8Array): void {
    this.#header(identifier, content.length);
    this.raw(content);
  }

  #header(identifier: number, contentLength: number): void {
    this.#reserve(MAX_HEADER);
    this.#length = putHeader(this.#buffer, this.#length, identifier, contentLength);
  }

  #time(seconds: number, form: TimeForm): void {
    this.#reserve(17);
    this.#length = putTime(this.#buffer, this.#length, seconds, form);
  }

  #sorted(elements: readonly Uint8Array[]): void {
    for (const element of elements.toSorted(compareBytes)) this.raw(element);
  }

  #reserve(more: number): void {
    if (this.#length + more <= this.#buffer.length) return;
    const larger = new Uint8Array(Math.max(this.#buffer.length * 2, this.#length + more));
    larger.set(this.#buffer.subarray(0, this.#length));
    this.#buffer = larger;
  }
}

function magnitudeOf(value: bigint): Uint8Array {
  if (value < 0n) throw new PkiError('der_integer_negative', 'a negative number cannot be written here');
  const octets: number[] = [];
  for (let rest = value; rest > 0n; rest >>= 8n) octets.push(Number(rest & 0xffn));
  return Uint8Array.from(octets.reverse());
}

function namedBitsContent(bits: readonly number[]): Uint8Array {
  if (bits.length === 0) return new Uint8Array(1);
  const highest = Math.max(...bits);
  const content = new Uint8Array(2 + (highest >> 3));
  content[0] = 7 - (highest & 7);
  for (const bit of bits) {
    const at = 1 + (bit >> 3);
    content[at] = (content[at] ?? 0) | (0x80 >> (bit & 7));
  }
  return content;
}

function asciiBytes(text: string): Uint8Array {
  const bytes = new Uint8Array(text.length);
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (code > 0x7f) throw new PkiError('der_string_invalid', `not 7-bit text: ${text}`);
    bytes[i] = code;
  }
  return bytes;
}

/** Tag and the longest length octets. */
const MAX_HEADER = 8;
/** Work memory is used again: making it would cost more than writing a short structure. Nothing of it is ever handed out. */
const spareBuffers: Uint8Array[] = [];
const SPARE_BYTES = 2048;
const MAX_SPARES = 4;
const NO_ROOM = new Uint8Array(0);
