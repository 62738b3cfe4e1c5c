import { PkiError } from '../errors/pki-error.ts';
import { decodeHex, encodeHex } from './hex.ts';

/**
 * A serial number as text, in one canonical form: lower-case hexadecimal of the minimal magnitude, two
 * digits per octet (`0a`, `ff`, `00` for zero), with a `-` before a negative one. Two serial numbers
 * are the same integer exactly when their texts are equal.
 */
export type SerialNumber = string;

/** RFC 5280 4.1.2.2 allows 20 octets; a set top bit adds the sign octet. */
export const MAX_SERIAL_NUMBER_OCTETS = 20;

/**
 * Reads a serial number as people and tools write it: hexadecimal of either case, with an optional
 * `0x`, with colons between octets, with leading zeros.
 *
 * @throws PkiError serial_number_invalid when it is no hexadecimal or longer than 20 octets
 *
 * @example
 * parseSerialNumber('0x04:A1:0B') // '04a10b'
 */
export function parseSerialNumber(text: string): SerialNumber {
  const match = /^(-?)(?:0[xX])?([0-9a-fA-F]+(?::[0-9a-fA-F]+)*)$/.exec(text);
  const digits = match?.[2]?.replaceAll(':', '');
  if (match === null || digits === undefined) return fail(`not a serial number: ${text.slice(0, 80)}`);
  const magnitude = minimalMagnitude(decodeHex(digits.length % 2 === 0 ? digits : `0${digits}`));
  const canonical = serialNumberFromBytes(magnitude);
  return match[1] === '-' && canonical !== '00' ? `-${canonical}` : canonical;
}

/**
 * The canonical text of a magnitude (unsigned, big-endian; leading zeros do not matter).
 *
 * @throws PkiError serial_number_invalid above 20 octets
 */
export function serialNumberFromBytes(magnitude: Uint8Array): SerialNumber {
  const minimal = minimalMagnitude(magnitude);
  if (minimal.length > MAX_SERIAL_NUMBER_OCTETS) fail('the serial number is longer than 20 octets');
  return encodeHex(minimal);
}

/**
 * The magnitude of a canonical serial number: unsigned, big-endian, without a sign octet. For a
 * negative one it is the magnitude of its absolute value.
 *
 * @throws PkiError serial_number_invalid when the text is not in canonical form
 */
export function serialNumberToBytes(serialNumber: SerialNumber): Uint8Array {
  if (!/^(?:00|-?(?!00)(?:[0-9a-f]{2}){1,20})$/.test(serialNumber)) {
    return fail(`not a canonical serial number: ${serialNumber.slice(0, 80)}`);
  }
  return decodeHex(serialNumber.startsWith('-') ? serialNumber.slice(1) : serialNumber);
}

/**
 * The canonical text of the contents of an INTEGER (two's complement, already known to be minimal);
 * undefined above 20 octets and a sign octet.
 */
export function serialNumberFromInteger(content: Uint8Array): SerialNumber | undefined {
  const hasSignOctet = content[0] === 0 || content[0] === 0xff;
  if (content.length > MAX_SERIAL_NUMBER_OCTETS + (hasSignOctet ? 1 : 0)) return undefined;
  if (((content[0] ?? 0) & 0x80) === 0) return serialNumberFromBytes(content);
  return `-${serialNumberFromBytes(negate(content))}`;
}

/** The contents of the INTEGER of a serial number: minimal two's complement. */
export function serialNumberToInteger(serialNumber: SerialNumber): Uint8Array {
  const magnitude = serialNumberToBytes(serialNumber);
  const padded = new Uint8Array(magnitude.length + 1);
  padded.set(magnitude, 1);
  return minimalInteger(serialNumber.startsWith('-') ? negate(padded) : padded);
}

function minimalInteger(content: Uint8Array): Uint8Array {
  const first = content[0] ?? 0;
  const nextIsNegative = ((content[1] ?? 0) & 0x80) !== 0;
  const redundant =
    content.length > 1 && ((first === 0 && !nextIsNegative) || (first === 0xff && nextIsNegative));
  return redundant ? content.subarray(1) : content;
}

function minimalMagnitude(magnitude: Uint8Array): Uint8Array {
  const first = magnitude.findIndex((octet) => octet !== 0);
  return first < 0 ? new Uint8Array(1) : magnitude.subarray(first);
}

function negate(content: Uint8Array): Uint8Array {
  const negated = new Uint8Array(content.length);
  let carry = 1;
  for (let i = content.length - 1; i >= 0; i--) {
    const sum = (~(content[i] ?? 0) & 0xff) + carry;
    negated[i] = sum;
    carry = sum >> 8;
  }
  return negated;
}

function fail(reason: string): never {
  throw new PkiError('serial_number_invalid', reason);
}
