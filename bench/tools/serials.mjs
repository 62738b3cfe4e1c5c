// Serial numbers for made-up certificates.
import { randomBytes } from 'node:crypto';

/** Random ones as CAs of today make them: 16 octets, positive. Hexadecimal. */
export function randomSerials(count) {
  const octets = randomBytes(16 * count);
  return Array.from({ length: count }, (_, index) => {
    const start = 16 * index;
    octets[start] = (octets[start] & 0x3f) | 0x40;
    return octets.toString('hex', start, start + 16).toUpperCase();
  });
}

/** 100000, 100001, … as `openssl ca` counts. Hexadecimal. */
export function sequentialSerials(count) {
  return Array.from({ length: count }, (_, index) => (0x100000 + index).toString(16).toUpperCase());
}
