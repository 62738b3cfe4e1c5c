import { PkiError } from '../errors/pki-error.ts';

/** Lower case, two digits per octet, no separator. */
export function encodeHex(bytes: Uint8Array): string {
  let text = '';
  for (const octet of bytes) text += OCTETS[octet];
  return text;
}

/**
 * Reads hexadecimal text of either case without separators.
 *
 * @throws PkiError hex_invalid (`offset` counts characters)
 */
export function decodeHex(text: string): Uint8Array {
  if (text.length % 2 !== 0)
    throw new PkiError('hex_invalid', 'odd number of hexadecimal digits', { offset: text.length });
  const bytes = new Uint8Array(text.length / 2);
  for (let i = 0; i < bytes.length; i++) bytes[i] = digitAt(text, 2 * i) * 16 + digitAt(text, 2 * i + 1);
  return bytes;
}

function digitAt(text: string, index: number): number {
  const code = text.charCodeAt(index);
  if (code >= 0x30 && code <= 0x39) return code - 0x30;
  const letter = code | 0x20;
  if (letter >= 0x61 && letter <= 0x66) return letter - 0x57;
  throw new PkiError('hex_invalid', 'not a hexadecimal digit', { offset: index });
}

const OCTETS: readonly string[] = Array.from({ length: 256 }, (_, octet) =>
  octet.toString(16).padStart(2, '0'),
);
