import { parseHttpDate } from './http-date.ts';

/** What is known of the representation that would be sent. */
export interface Validators {
  /** With its quotes; strong. */
  readonly etag: string;
  /** Whole seconds. */
  readonly lastModified: Date;
}

/** What the preconditions of a GET or HEAD come to: send it, 304, or 412. */
export type PreconditionOutcome = 'send' | 'not-modified' | 'failed';

/** Reads a field of the request. */
export type FieldReader = (name: string) => string | undefined;

/**
 * Evaluates the preconditions of a GET or HEAD whose answer would else be 200, in the order of
 * RFC 9110 13.2.2 (HTTP-14 to HTTP-16). Dates that are no HTTP-date are ignored.
 *
 * @param now decides the century of two-digit years only
 */
export function checkPreconditions(field: FieldReader, current: Validators, now: Date): PreconditionOutcome {
  const ifMatch = field('if-match');
  if (ifMatch !== undefined) {
    if (!matchesStrongly(ifMatch, current.etag)) return 'failed';
  } else if (modifiedSince(field('if-unmodified-since'), current, now) === true) return 'failed';
  const ifNoneMatch = field('if-none-match');
  if (ifNoneMatch !== undefined) return matchesWeakly(ifNoneMatch, current.etag) ? 'not-modified' : 'send';
  return modifiedSince(field('if-modified-since'), current, now) === false ? 'not-modified' : 'send';
}

/**
 * Whether a Range may be honoured (RFC 9110 13.1.5): an entity tag by strong comparison, a date only
 * if it is exactly Last-Modified (HTTP-18).
 */
export function ifRangeHolds(value: string, current: Validators, now: Date): boolean {
  if (value.startsWith('"') || value.startsWith('W/')) return value === current.etag;
  return parseHttpDate(value, now)?.getTime() === current.lastModified.getTime();
}

function modifiedSince(value: string | undefined, current: Validators, now: Date): boolean | undefined {
  const since = value === undefined ? undefined : parseHttpDate(value, now);
  return since === undefined ? undefined : current.lastModified.getTime() > since.getTime();
}

function matchesStrongly(list: string, etag: string): boolean {
  return list.trim() === '*' || entityTags(list).includes(etag);
}

function matchesWeakly(list: string, etag: string): boolean {
  return list.trim() === '*' || entityTags(list).some((tag) => tag === etag || tag === `W/${etag}`);
}

function entityTags(list: string): readonly string[] {
  // RFC 9110 8.8.3: etagc = any visible octet but DQUOTE, so a comma may stand within a tag.
  return list.match(/(?:W\/)?"[\x21\x23-\x7e\x80-\xff]*"/g) ?? [];
}
