import { PkiError } from '../errors/pki-error.ts';

/** Standard base64 (RFC 4648 4) with padding, on one line. */
export function encodeBase64(bytes: Uint8Array): string {
  let text = '';
  const whole = bytes.length - (bytes.length % 3);
  for (let i = 0; i < whole; i += 3) {
    const group = ((bytes[i] ?? 0) << 16) | ((bytes[i + 1] ?? 0) << 8) | (bytes[i + 2] ?? 0);
    text += letter(group >> 18) + letter(group >> 12) + letter(group >> 6) + letter(group);
  }
  return text + encodeTail(bytes, whole);
}

/**
 * Reads standard base64 strictly (RFC 4648 4): padding present, unused bits zero, no white space, no
 * letters of base64url.
 *
 * @throws PkiError base64_invalid (`offset` counts characters)
 */
export function decodeBase64(text: string): Uint8Array {
  if (text.length % 4 !== 0) fail('the length is no multiple of 4', text.length);
  const padding = text.endsWith('==') ? 2 : text.endsWith('=') ? 1 : 0;
  const digits = text.length - padding;
  const bytes = new Uint8Array((text.length / 4) * 3 - padding);
  let position = 0;
  for (let i = 0; i < digits; i += 4) {
    const group =
      (valueAt(text, i, digits) << 18) |
      (valueAt(text, i + 1, digits) << 12) |
      (valueAt(text, i + 2, digits) << 6) |
      valueAt(text, i + 3, digits);
    bytes[position++] = group >> 16;
    if (position < bytes.length) bytes[position++] = group >> 8;
    if (position < bytes.length) bytes[position++] = group;
  }
  if (padding > 0) checkUnusedBits(text, digits, padding);
  return bytes;
}

function valueAt(text: string, index: number, digits: number): number {
  if (index >= digits) return 0;
  const value = VALUES[text.charCodeAt(index)];
  return value === undefined || value < 0 ? fail('not a base64 letter', index) : value;
}

function checkUnusedBits(text: string, digits: number, padding: number): void {
  const mask = padding === 1 ? 0b11 : 0b1111;
  if ((valueAt(text, digits - 1, digits) & mask) !== 0) fail('unused bits are not zero', digits - 1);
}

function encodeTail(bytes: Uint8Array, start: number): string {
  const rest = bytes.length - start;
  if (rest === 0) return '';
  const group = ((bytes[start] ?? 0) << 16) | ((bytes[start + 1] ?? 0) << 8);
  return `${letter(group >> 18)}${letter(group >> 12)}${rest === 2 ? letter(group >> 6) : '='}=`;
}

function letter(bits: number): string {
  return LETTERS.charAt(bits & 63);
}

function fail(reason: string, offset: number): never {
  throw new PkiError('base64_invalid', `base64: ${reason}`, { offset });
}

const LETTERS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';
const VALUES: Int8Array = Int8Array.from({ length: 128 }, (_, code) =>
  LETTERS.indexOf(String.fromCharCode(code)),
);
