/**
 * The numbers of the bits that are set in the contents of a BIT STRING with named bits; undefined when
 * there is none or its unused bits are not zero (X.690 11.2.1).
 *
 * Trailing zero bits, which X.690 11.2.2 forbids, are passed over: roots in the stores of all browsers
 * have them in keyUsage, and they cannot mean anything.
 */
export function decodeNamedBits(content: Uint8Array): readonly number[] | undefined {
  const unused = content[0] ?? 8;
  const last = content.at(-1) ?? 0;
  const isSound = content.length === 1 ? unused === 0 : unused < 8 && (last & ((1 << unused) - 1)) === 0;
  if (!isSound) return undefined;
  const bits: number[] = [];
  for (let bit = 0; bit < (content.length - 1) * 8; bit++) {
    if ((((content[1 + (bit >> 3)] ?? 0) << (bit & 7)) & 0x80) !== 0) bits.push(bit);
  }
  return Object.freeze(bits);
}

/** A magnitude as a number; undefined above 2^31 - 1. */
export function decodeSmallInteger(magnitude: Uint8Array): number | undefined {
  if (magnitude.length > 4) return undefined;
  const value = magnitude.reduce((sum, octet) => sum * 256 + octet, 0);
  return value > 0x7fffffff ? undefined : value;
}
