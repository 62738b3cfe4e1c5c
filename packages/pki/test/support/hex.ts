import { decodeHex, encodeHex } from '@lancre/pki/text';

/** Bytes from hexadecimal text with spaces in it. */
export function bytes(text: string): Uint8Array {
  return decodeHex(text.replace(/\s/g, ''));
}

export function hex(octets: Uint8Array): string {
  return encodeHex(octets);
}
