import { PkiError } from '../errors/pki-error.ts';

/** The two forms of Time (RFC 5280 4.1.2.5). */
export type TimeForm = 'utcTime' | 'generalizedTime';

/**
 * True for a time in the one form that DER and RFC 5280 4.1.2.5 allow: seconds present, `Z`, no
 * fraction, a day that exists. Makes no objects, so that a million CRL entries can be checked by it.
 */
export function isTime(bytes: Uint8Array, start: number, end: number, form: TimeForm): boolean {
  const at = form === 'utcTime' ? start + 2 : start + 4;
  if (end !== at + 11 || bytes[end - 1] !== LETTER_Z) return false;
  const year = yearAt(bytes, start, form);
  const month = digits(bytes, at);
  const day = digits(bytes, at + 2);
  if (year < 0 || month < 1 || month > 12 || day < 1 || day > daysInMonth(year, month)) return false;
  const hour = digits(bytes, at + 4);
  const minute = digits(bytes, at + 6);
  const second = digits(bytes, at + 8);
  return hour >= 0 && hour < 24 && minute >= 0 && minute < 60 && second >= 0 && second < 60;
}

/** Milliseconds since 1970 of such a time; NaN for anything else. */
export function timeMilliseconds(bytes: Uint8Array, start: number, end: number, form: TimeForm): number {
  if (!isTime(bytes, start, end, form)) return Number.NaN;
  const at = form === 'utcTime' ? start + 2 : start + 4;
  const days = daysSince1970(yearAt(bytes, start, form), digits(bytes, at), digits(bytes, at + 2));
  const seconds = digits(bytes, at + 4) * 3600 + digits(bytes, at + 6) * 60 + digits(bytes, at + 8);
  return (days * 86_400 + seconds) * 1000;
}

/**
 * The whole seconds of a time: parts of a second are cut off, never rounded up (ORSP-16).
 *
 * @throws PkiError der_time_invalid outside the years 0 to 9999, or for an invalid Date
 */
export function wholeSeconds(time: Date): number {
  const seconds = Math.floor(time.getTime() / 1000);
  if (seconds >= FIRST_SECOND && seconds <= LAST_SECOND) return seconds;
  throw new PkiError('der_time_invalid', 'not a time, or outside the years 0 to 9999');
}

/** UTCTime from 1950 to the end of 2049, else GeneralizedTime (RFC 5280 4.1.2.5). */
export function timeFormOf(seconds: number): TimeForm {
  return seconds >= SECOND_OF_1950 && seconds < SECOND_OF_2050 ? 'utcTime' : 'generalizedTime';
}

/** RFC 5280 4.1.2.5.1: two digits below 50 are of the 21st century. Negative when there are no digits. */
function yearAt(bytes: Uint8Array, start: number, form: TimeForm): number {
  const first = digits(bytes, start);
  if (form === 'utcTime') return first < 0 ? -1 : first + (first < 50 ? 2000 : 1900);
  const second = digits(bytes, start + 2);
  return first < 0 || second < 0 ? -1 : first * 100 + second;
}

/** Two digits as a number; -1 when they are none. */
function digits(bytes: Uint8Array, at: number): number {
  const tens = (bytes[at] ?? 0) - 0x30;
  const ones = (bytes[at + 1] ?? 0) - 0x30;
  return tens >= 0 && tens <= 9 && ones >= 0 && ones <= 9 ? tens * 10 + ones : -1;
}

function daysInMonth(year: number, month: number): number {
  if (month === 2) return year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0) ? 29 : 28;
  return month === 4 || month === 6 || month === 9 || month === 11 ? 30 : 31;
}

/** Days of the proleptic Gregorian calendar, with the year taken to begin in March. */
function daysSince1970(year: number, month: number, day: number): number {
  const marchYear = month > 2 ? year : year - 1;
  const marchMonth = month > 2 ? month - 3 : month + 9;
  const leapDays = Math.floor(marchYear / 4) - Math.floor(marchYear / 100) + Math.floor(marchYear / 400);
  return marchYear * 365 + leapDays + Math.floor((153 * marchMonth + 2) / 5) + day - 1 - 719_468;
}

const LETTER_Z = 0x5a;
const FIRST_SECOND = -62_167_219_200;
const LAST_SECOND = 253_402_300_799;
const SECOND_OF_1950 = -631_152_000;
const SECOND_OF_2050 = 2_524_608_000;
