/**
 * Reads UTF-8 strictly (RFC 3629): no overlong forms, no surrogates, nothing above U+10FFFF.
 *
 * @returns undefined when the octets are no UTF-8
 */
export function decodeUtf8(bytes: Uint8Array): string | undefined {
  const ascii = decodeAscii(bytes);
  if (ascii !== undefined) return ascii;
  let text = '';
  for (let i = 0; i < bytes.length; ) {
    const length = sequenceLength(bytes[i] ?? 0);
    const point = codePoint(bytes, i, length);
    if (point === undefined) return undefined;
    text += String.fromCodePoint(point);
    i += length;
  }
  return text;
}

/** Text as UTF-8; a lone surrogate becomes U+FFFD, as TextEncoder does. */
export function encodeUtf8(text: string): Uint8Array {
  const bytes: number[] = [];
  for (const character of text) {
    const point = character.codePointAt(0) ?? 0;
    pushUtf8(bytes, point >= 0xd800 && point <= 0xdfff ? 0xfffd : point);
  }
  return Uint8Array.from(bytes);
}

/** Reads 7-bit text; undefined when an octet is above 0x7F. */
export function decodeAscii(bytes: Uint8Array): string | undefined {
  let text = '';
  for (const octet of bytes) {
    if (octet > 0x7f) return undefined;
    text += String.fromCharCode(octet);
  }
  return text;
}

/** Reads each octet as the code point of its value (ISO 8859-1). */
export function decodeLatin1(bytes: Uint8Array): string {
  let text = '';
  for (const octet of bytes) text += String.fromCharCode(octet);
  return text;
}

/** Reads big-endian UCS-2 (BMPString); undefined on odd length or surrogates. */
export function decodeUcs2(bytes: Uint8Array): string | undefined {
  if (bytes.length % 2 !== 0) return undefined;
  let text = '';
  for (let i = 0; i < bytes.length; i += 2) {
    const unit = ((bytes[i] ?? 0) << 8) | (bytes[i + 1] ?? 0);
    if (unit >= 0xd800 && unit <= 0xdfff) return undefined;
    text += String.fromCharCode(unit);
  }
  return text;
}

/** Reads big-endian UCS-4 (UniversalString); undefined when it is none. */
export function decodeUcs4(bytes: Uint8Array): string | undefined {
  if (bytes.length % 4 !== 0) return undefined;
  let text = '';
  for (let i = 0; i < bytes.length; i += 4) {
    const point =
      (bytes[i] ?? 0) * 0x1000000 +
      (((bytes[i + 1] ?? 0) << 16) | ((bytes[i + 2] ?? 0) << 8) | (bytes[i + 3] ?? 0));
    if (point > 0x10ffff || (point >= 0xd800 && point <= 0xdfff)) return undefined;
    text += String.fromCodePoint(point);
  }
  return text;
}

function sequenceLength(first: number): number {
  if (first < 0x80) return 1;
  if (first < 0xe0) return 2;
  return first < 0xf0 ? 3 : 4;
}

function codePoint(bytes: Uint8Array, start: number, length: number): number | undefined {
  const first = bytes[start] ?? 0;
  if (length === 1) return first;
  if (first < 0xc2 || first > 0xf4 || start + length > bytes.length) return undefined;
  let point = first & (0x7f >> length);
  for (let i = 1; i < length; i++) {
    const octet = bytes[start + i] ?? 0;
    if ((octet & 0xc0) !== 0x80) return undefined;
    point = (point << 6) | (octet & 0x3f);
  }
  const overlong = (length === 3 && point < 0x800) || (length === 4 && point < 0x10000);
  const outside = point > 0x10ffff || (point >= 0xd800 && point <= 0xdfff);
  return overlong || outside ? undefined : point;
}

function pushUtf8(bytes: number[], point: number): void {
  if (point < 0x80) bytes.push(point);
  else if (point < 0x800) bytes.push(0xc0 | (point >> 6), 0x80 | (point & 63));
  else if (point < 0x10000) bytes.push(0xe0 | (point >> 12), 0x80 | ((point >> 6) & 63), 0x80 | (point & 63));
  else
    bytes.push(
      0xf0 | (point >> 18),
      0x80 | ((point >> 12) & 63),
      0x80 | ((point >> 6) & 63),
      0x80 | (point & 63),
    );
}
