/** A part of a representation. */
export interface ByteRange {
  readonly start: number;
  /** Exclusive. */
  readonly end: number;
}

/** What a Range field asks for: everything, a part, or something that is not there (416). */
export type RangeOutcome = 'whole' | 'unsatisfiable' | ByteRange;

/**
 * Reads a Range field (RFC 9110 14.2). One range is honoured. Several, an unknown unit or a malformed
 * field are ignored, which is always allowed (HTTP-17): no client of CRLs asks for several.
 *
 * @param length of the representation, in octets
 * @example parseRange('bytes=0-99', 500) // { start: 0, end: 100 }
 */
export function parseRange(field: string, length: number): RangeOutcome {
  const match = /^bytes=[ \t]*(\d*)-(\d*)[ \t]*$/i.exec(field);
  const first = match?.[1] ?? '';
  const last = match?.[2] ?? '';
  if (match === null || (first === '' && last === '')) return 'whole';
  if (first === '') return suffixRange(Number(last), length);
  const start = Number(first);
  if (last !== '' && Number(last) < start) return 'whole';
  if (start >= length) return 'unsatisfiable';
  return { start, end: last === '' ? length : Math.min(Number(last) + 1, length) };
}

/** The Content-Range of a 206 (RFC 9110 14.4). */
export function formatContentRange(range: ByteRange, length: number): string {
  return `bytes ${range.start}-${range.end - 1}/${length}`;
}

function suffixRange(octets: number, length: number): RangeOutcome {
  if (octets === 0 || length === 0) return 'unsatisfiable';
  return { start: Math.max(0, length - octets), end: length };
}
