import type { RevocationReason } from '@lancre/pki/crl';
import type { CertificateStatus } from '../status/certificate-record.ts';
import { type ImportedLine, refuseLine } from './import-line.ts';
import { hexOctets } from './serial-text.ts';

/**
 * Reads a line of the database of `openssl ca` (also easy-rsa's), six fields parted by tabs:
 *
 *     V|R|E   expiry   revocation[,reason[,value]]   serial in hex   file   subject
 *
 * `E` (expired) lines are kept: such certificates were assigned. A reason is OpenSSL's spelling:
 * `keyTime` and `CAkeyTime` carry an invalidity date, `holdInstruction` an object identifier.
 */
export function parseOpensslIndexLine(octets: Buffer, start: number, end: number): ImportedLine {
  if (start === end || octets[start] === commentMark) return { kind: 'empty' };
  const expiry = tabAt(octets, start, end) + 1;
  const revocation = tabAt(octets, expiry, end) + 1;
  const serial = tabAt(octets, revocation, end) + 1;
  const serialEnd = tabAt(octets, serial, end);
  if (serialEnd >= end) return refuseLine('line', 'not six fields parted by tabs');
  if (expiry !== start + 2 || !isStatusLetter(octets[start]))
    return refuseLine('status', `"${shown(octets, start, expiry - 1)}" is not V, R or E`);
  const notAfter = timeAt(octets, expiry, revocation - 1);
  if (notAfter === undefined)
    return refuseLine('expiry', `"${shown(octets, expiry, revocation - 1)}" is not a date`);
  const serialNumber = hexOctets(octets, serial, serialEnd);
  if (serialNumber === undefined) {
    return refuseLine('serial', `"${shown(octets, serial, serialEnd)}" is not a serial number in hex`);
  }
  const status = statusOf(octets[start], octets, revocation, serial - 1);
  if (typeof status === 'string') return refuseLine('revocation', status);
  return { kind: 'certificate', serialNumber, notAfter, status };
}

function isStatusLetter(letter: number | undefined): boolean {
  return letter === letterV || letter === letterR || letter === letterE;
}

/** The next tab of the line; its end or beyond where there is none. Never looks into the lines after it. */
function tabAt(octets: Buffer, start: number, end: number): number {
  let position = start;
  while (position < end && octets[position] !== tab) position += 1;
  return position;
}

/** The status, or what is wrong with it. */
function statusOf(
  letter: number | undefined,
  octets: Buffer,
  start: number,
  end: number,
): CertificateStatus | string {
  if (letter === letterV || letter === letterE) {
    return start === end ? assigned : 'a revocation date on a line that is not R';
  }
  return revokedStatus(octets.toString('latin1', start, end));
}

function revokedStatus(text: string): CertificateStatus | string {
  const [date = '', reasonText, value] = text.split(',');
  const revocationTime = timeAt(Buffer.from(date, 'latin1'), 0, date.length);
  if (revocationTime === undefined) return `"${date.slice(0, 40)}" is not a date`;
  if (reasonText === undefined || reasonText === '') return { kind: 'revoked', revocationTime };
  const reason = reasonNames.get(reasonText.toLowerCase());
  if (reason === undefined) return `"${reasonText.slice(0, 40)}" is not a reason`;
  if (reason === 'unspecified') return { kind: 'revoked', revocationTime };
  const kind = reason === 'certificateHold' ? 'held' : 'revoked';
  if (!/time$/i.test(reasonText)) return { kind, revocationTime, reason };
  const invalidityDate =
    value === undefined ? undefined : timeAt(Buffer.from(value, 'latin1'), 0, value.length);
  if (invalidityDate === undefined) return `${reasonText} without the date of the compromise`;
  return { kind, revocationTime, reason, invalidityDate };
}

/** YYMMDDHHMMSSZ (years 1950 to 2049) or YYYYMMDDHHMMSSZ. */
function timeAt(line: Buffer, start: number, end: number): Date | undefined {
  const yearDigits = end - start - 11;
  if ((yearDigits !== 2 && yearDigits !== 4) || line[end - 1] !== letterZ) return undefined;
  const day = dayAt(numberAt(line, start, yearDigits + 4), yearDigits);
  const hour = numberAt(line, end - 7, 2);
  const minute = numberAt(line, end - 5, 2);
  const second = numberAt(line, end - 3, 2);
  const seconds = day + hour * 3600 + minute * 60 + second;
  // A digit that is none has made it not-a-number.
  return seconds >= 0 && hour < 24 && minute < 60 && second < 60 ? new Date(seconds * 1000) : undefined;
}

/** Seconds at the beginning of a day; not-a-number when there is no such day. Neighbouring lines often share one. */
function dayAt(digits: number, yearDigits: number): number {
  if (digits === lastDay.digits && yearDigits === lastDay.yearDigits) return lastDay.seconds;
  const year = Math.floor(digits / 10_000);
  const month = Math.floor(digits / 100) % 100;
  const day = digits % 100;
  const date = new Date(
    Date.UTC(yearDigits === 4 ? year : year < 50 ? 2000 + year : 1900 + year, month - 1, day),
  );
  const isReal = date.getUTCMonth() === month - 1 && date.getUTCDate() === day;
  lastDay = { digits, yearDigits, seconds: isReal ? date.getTime() / 1000 : Number.NaN };
  return lastDay.seconds;
}

let lastDay = { digits: -1, yearDigits: 0, seconds: Number.NaN };

/** Not-a-number when a character is no digit. */
function numberAt(line: Buffer, start: number, digits: number): number {
  let value = 0;
  for (let position = start; position < start + digits; position += 1) {
    const digit = (line[position] ?? 0) - 0x30;
    if (digit < 0 || digit > 9) return Number.NaN;
    value = value * 10 + digit;
  }
  return value;
}

/** For messages: what stands there, cut short and printable. */
function shown(line: Buffer, start: number, end: number): string {
  const text = line
    .toString('latin1', start, Math.min(end, start + shownOctets))
    .replace(/[^\x20-\x7e]/g, '?');
  return end > start + shownOctets ? `${text}...` : text;
}

/** More than the 40 digits that the longest serial has. */
const shownOctets = 44;

const assigned: CertificateStatus = { kind: 'assigned' };

/** OpenSSL's spellings in lower case, as `openssl ca` takes them. */
const reasonNames: ReadonlyMap<string, RevocationReason> = new Map([
  ['unspecified', 'unspecified'],
  ['keycompromise', 'keyCompromise'],
  ['cacompromise', 'cACompromise'],
  ['affiliationchanged', 'affiliationChanged'],
  ['superseded', 'superseded'],
  ['cessationofoperation', 'cessationOfOperation'],
  ['certificatehold', 'certificateHold'],
  ['holdinstruction', 'certificateHold'],
  ['privilegewithdrawn', 'privilegeWithdrawn'],
  ['aacompromise', 'aACompromise'],
  ['keytime', 'keyCompromise'],
  ['cakeytime', 'cACompromise'],
]);

const tab = 0x09;
const commentMark = 0x23;
const letterE = 0x45;
const letterR = 0x52;
const letterV = 0x56;
const letterZ = 0x5a;
