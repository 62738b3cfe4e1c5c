import { identifierOf } from './der-tags.ts';
import { decodeAscii, decodeLatin1, decodeUcs2, decodeUcs4, decodeUtf8 } from './text.ts';

/** True for the identifier octet of a character string that names may have (RFC 5280 4.1.2.4). */
export function isDerString(identifier: number): boolean {
  return DECODERS.has(identifier);
}

/** The text of such a string; undefined when its octets do not fit its type. */
export function decodeDerString(identifier: number, content: Uint8Array): string | undefined {
  return DECODERS.get(identifier)?.(content);
}

/**
 * PrintableString and NumericString are read as any 7-bit text, and TeletexString as ISO 8859-1: real
 * certificates hold `@` and `*` in the former, and nobody has ever written T.61 into the latter.
 */
const DECODERS: ReadonlyMap<number, (content: Uint8Array) => string | undefined> = new Map([
  [identifierOf('utf8String'), decodeUtf8],
  [identifierOf('numericString'), decodeAscii],
  [identifierOf('printableString'), decodeAscii],
  [identifierOf('teletexString'), decodeLatin1],
  [identifierOf('ia5String'), decodeAscii],
  [identifierOf('visibleString'), decodeAscii],
  [identifierOf('universalString'), decodeUcs4],
  [identifierOf('bmpString'), decodeUcs2],
]);
