import { maximumSerialOctets } from '../status/certificate-record.ts';

/**
 * The magnitude octets of a serial number written in hex, without leading zeros; undefined when it
 * is no hex, zero or longer than 20 octets. Reads the octets of the text as they stand, since an
 * import does this a million times.
 */
export function hexOctets(text: Buffer, start: number, end: number): Uint8Array | undefined {
  let first = start;
  while (first < end - 1 && text[first] === zero) first += 1;
  const digits = end - first;
  const length = (digits + 1) >> 1;
  if (digits === 0 || length > maximumSerialOctets) return undefined;
  const octets = new Uint8Array(length);
  let position = end - 1;
  for (let index = length - 1; index >= 0; index -= 1) {
    const low = nibbles[text[position] ?? 0] ?? -1;
    const high = position - 1 >= first ? (nibbles[text[position - 1] ?? 0] ?? -1) : 0;
    if (low < 0 || high < 0) return undefined;
    octets[index] = (high << 4) | low;
    position -= 2;
  }
  return octets[0] === 0 ? undefined : octets;
}

const zero = 0x30;

/** Value of each hexadecimal digit by its character code; -1 for all else. */
const nibbles: Int8Array = Int8Array.from({ length: 256 }, (_, code) => {
  const character = String.fromCharCode(code);
  return /[0-9a-fA-F]/.test(character) ? Number.parseInt(character, 16) : -1;
});
