/**
 * Reads the request out of the path of an OCSP GET (RFC 6960 A.1), in every spelling that clients and
 * the boxes between us and them are known to produce; undefined when it is none of them:
 * - any escaping: `%2B`, `%2b`, `+`; all, some or none of `+ / =` escaped (OREQ-03);
 * - escaped twice (`%252B`): base64 has no `%`, so a second look can mean nothing else;
 * - any number of leading slashes, because clients append one to a base URL that ends in one (OREQ-04):
 *   DER begins with 0x30, so the text begins with `M` and a leading slash is never data. All other
 *   slashes are data, also `//`;
 * - a space for `+` (OREQ-05), base64url letters, missing padding (DESIGN 7).
 *
 * Refused: letters of no alphabet, tabs and line breaks, wrong padding, unused bits that are not zero
 * (OREQ-06). The spelling never matters afterwards: caches are keyed by what was decoded.
 *
 * @param encoded the raw text after the service's path, without query
 * @example decodeOcspGetPath('/MFEwTzBNMEswSTAJBg%3D%3D')
 */
export function decodeOcspGetPath(encoded: string): Uint8Array | undefined {
  const once = unescapePercent(encoded);
  const text = once?.includes('%') ? unescapePercent(once) : once;
  if (text === undefined) return undefined;
  return decodeLenientBase64(text.replace(/^\/+/, ''));
}

/** Whether there is nothing to decode but slashes: a person or a probe at the bare address (OREQ-37). */
export function isBareOcspPath(encoded: string): boolean {
  return /^\/*$/.test(encoded);
}

function unescapePercent(text: string): string | undefined {
  if (!text.includes('%')) return text;
  try {
    // It refuses more than bad escapes: octets that are no UTF-8, which are no letters of base64 either.
    return decodeURIComponent(text);
  } catch {
    return undefined;
  }
}

function decodeLenientBase64(text: string): Uint8Array | undefined {
  const letters = text
    .replace(/[ -]/g, '+')
    .replaceAll('_', '/')
    .replace(/={1,2}$/, '');
  const padding = text.length - letters.length;
  const rest = letters.length % 4;
  if (letters === '' || rest === 1 || !/^[A-Za-z0-9+/]+$/.test(letters)) return undefined;
  if (padding > 0 && (letters.length + padding) % 4 !== 0) return undefined;
  const bytes = Buffer.from(letters, 'base64');
  return hasUnusedBits(letters, bytes, rest) ? undefined : bytes;
}

function hasUnusedBits(letters: string, bytes: Buffer, rest: number): boolean {
  return (
    rest !== 0 &&
    bytes
      .subarray(-(rest - 1))
      .toString('base64')
      .charAt(rest - 1) !== letters.at(-1)
  );
}
