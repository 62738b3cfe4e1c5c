import { identifierOf } from './der-tags.ts';
import type { TimeForm } from './time.ts';

/**
 * Writes of single elements at a place in memory that is large enough. Each returns the place after it.
 * {@link DerWriter} stands on these, and so does the encoder of CRL entries, which makes millions.
 */

/** Tag and length. */
export function putHeader(target: Uint8Array, at: number, identifier: number, length: number): number {
  target[at] = identifier;
  return putLength(target, at + 1, length);
}

/** Tag and length of a SEQUENCE. */
export function putSequenceHeader(target: Uint8Array, at: number, length: number): number {
  return putHeader(target, at, SEQUENCE, length);
}

/** A minimal length. */
export function putLength(target: Uint8Array, at: number, length: number): number {
  if (length < 0x80) {
    target[at] = length;
    return at + 1;
  }
  const count = lengthSize(length) - 1;
  target[at] = 0x80 | count;
  for (let i = count, rest = length; i > 0; i--, rest = Math.floor(rest / 256)) target[at + i] = rest % 256;
  return at + 1 + count;
}

/** How many octets a length takes. */
export function lengthSize(length: number): number {
  if (length < 0x80) return 1;
  let size = 1;
  for (let rest = length; rest > 0; rest = Math.floor(rest / 256)) size += 1;
  return size;
}

/** An INTEGER from its magnitude (unsigned, big-endian): minimal, with a sign octet where it needs one. */
export function putUnsignedInteger(target: Uint8Array, at: number, magnitude: Uint8Array): number {
  let first = 0;
  while (first < magnitude.length - 1 && magnitude[first] === 0) first += 1;
  const signOctets = (magnitude[first] ?? 0) < 0x80 && magnitude.length > 0 ? 0 : 1;
  let position = putHeader(target, at, INTEGER, magnitude.length - first + signOctets);
  if (signOctets === 1) target[position++] = 0;
  for (let i = first; i < magnitude.length; i++) target[position++] = magnitude[i] ?? 0;
  return position;
}

/** A UTCTime or GeneralizedTime from seconds that `wholeSeconds` has checked. */
export function putTime(target: Uint8Array, at: number, seconds: number, form: TimeForm): number {
  const day = Math.floor(seconds / 86_400);
  const second = seconds - day * 86_400;
  let position =
    form === 'utcTime' ? putHeader(target, at, UTC_TIME, 13) : putHeader(target, at, GENERALIZED_TIME, 15);
  position = putDate(target, position, day, form);
  position = putPair(target, position, (second / 3600) | 0);
  position = putPair(target, position, ((second / 60) | 0) % 60);
  position = putPair(target, position, second % 60);
  target[position] = 0x5a;
  return position + 1;
}

/** The proleptic Gregorian calendar by whole numbers, with the year taken to begin in March (the inverse of time.ts). */
function putDate(target: Uint8Array, at: number, daysSince1970: number, form: TimeForm): number {
  // No day that can be written is before March of the year -1, so that all numbers here are positive.
  const fromMarch = daysSince1970 + 719_468 + DAYS_IN_ERA;
  const era = (fromMarch / DAYS_IN_ERA) | 0;
  const dayOfEra = fromMarch - era * DAYS_IN_ERA;
  const leapDays = ((dayOfEra / 1460) | 0) - ((dayOfEra / 36_524) | 0) + ((dayOfEra / 146_096) | 0);
  const yearOfEra = ((dayOfEra - leapDays) / 365) | 0;
  const dayOfYear = dayOfEra - (365 * yearOfEra + (yearOfEra >> 2) - ((yearOfEra / 100) | 0));
  const marchMonth = ((5 * dayOfYear + 2) / 153) | 0;
  const month = marchMonth < 10 ? marchMonth + 3 : marchMonth - 9;
  const year = yearOfEra + (era - 1) * 400 + (month <= 2 ? 1 : 0);
  const yearStart = form === 'utcTime' ? at : putPair(target, at, (year / 100) | 0);
  const monthStart = putPair(target, yearStart, year % 100);
  const dayStart = putPair(target, monthStart, month);
  return putPair(target, dayStart, dayOfYear - (((153 * marchMonth + 2) / 5) | 0) + 1);
}

function putPair(target: Uint8Array, at: number, value: number): number {
  const tens = (value / 10) | 0;
  target[at] = 0x30 + tens;
  target[at + 1] = 0x30 + value - tens * 10;
  return at + 2;
}

const SEQUENCE: number = identifierOf('sequence');
const INTEGER: number = identifierOf('integer');
const UTC_TIME: number = identifierOf('utcTime');
const GENERALIZED_TIME: number = identifierOf('generalizedTime');
const DAYS_IN_ERA = 146_097;
