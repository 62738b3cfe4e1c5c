import { DerScanner } from '../encoding/der-scanner.ts';
import { decodeOid } from '../encoding/oid.ts';
import { readDer } from '../encoding/read-der.ts';
import { readCertificateIssuer, readCrlEntry } from './crl-entry.ts';
import { reasonFromCode } from './revocation-reason.ts';

/** What one walk over all entries of a CRL found. */
export interface CrlEntriesSummary {
  readonly count: number;
  /** The types of entry extensions that are critical on some entry (RFC 5280 5.3, VER-18), each once. */
  readonly criticalExtensions: readonly string[];
}

/** What entries of a version 1 CRL may not have. */
export type CrlEntryForm = 'with-extensions' | 'without-extensions';

/**
 * Checks the structure of every entry without making an object for each: minimal serial numbers, times
 * that exist, extensions that are well-formed and not there twice, reasons that exist.
 *
 * @param offset where `entries` begins in the outermost buffer, for errors
 * @throws PkiError der_*, extension_duplicate, extension_invalid, crl_invalid
 */
export function scanCrlEntries(entries: Uint8Array, offset: number, form: CrlEntryForm): CrlEntriesSummary {
  const scanner = new DerScanner(entries, offset);
  const found = newCrlEntryFindings();
  let count = 0;
  for (let position = 0; position < entries.length; count++) {
    scanner.sequence(position, entries.length, 'CRL entry');
    const start = position;
    position = scanner.end;
    scanCrlEntry(scanner, start, form, found);
  }
  return { count, criticalExtensions: Object.freeze([...found.critical]) };
}

/** What a walk gathers as it goes from entry to entry. */
export interface CrlEntryFindings {
  /** The types of extensions that are critical on some entry. */
  readonly critical: Set<string>;
  readonly oids: SeenOids;
}

/** For the beginning of a walk. */
export function newCrlEntryFindings(): CrlEntryFindings {
  return { critical: new Set(), oids: new SeenOids() };
}

/** Checks one entry: the element that `scanner` has read last, which begins at `start`. */
export function scanCrlEntry(
  scanner: DerScanner,
  start: number,
  form: CrlEntryForm,
  found: CrlEntryFindings,
): void {
  const entryEnd = scanner.end;
  scanner.integer(scanner.contentStart, entryEnd, 'userCertificate');
  checkSerialLength(scanner);
  scanner.time(scanner.end, entryEnd, 'revocationDate');
  if (scanner.end === entryEnd) return;
  if (form === 'without-extensions')
    scanner.fail('crl_invalid', 'entry extensions in a version 1 CRL', scanner.end);
  if (loneReasonCode(scanner.bytes, scanner.end, entryEnd) >= 0) return;
  scanner.sequence(scanner.end, entryEnd, 'crlEntryExtensions');
  if (scanner.end !== entryEnd)
    scanner.fail('der_trailing_data', 'CRL entry has data after its end', scanner.end);
  scanExtensions(scanner, start, entryEnd, found);
}

/**
 * The reason that crlEntryExtensions holds when a non-critical reasonCode is all that it holds, as in
 * most entries; else -1. Said once, since it makes the walk over a large list twice as quick.
 */
export function loneReasonCode(bytes: Uint8Array, start: number, end: number): number {
  const last = REASON_ONLY.length;
  if (end - start !== last + 1) return -1;
  for (let i = 0; i < last; i++) if (bytes[start + i] !== REASON_ONLY[i]) return -1;
  const code = bytes[start + last] ?? 0;
  return reasonFromCode(code) === undefined ? -1 : code;
}

function checkSerialLength(scanner: DerScanner): void {
  const length = scanner.end - scanner.contentStart;
  const first = scanner.bytes[scanner.contentStart];
  if (length > 21 || (length === 21 && first !== 0 && first !== 0xff)) {
    scanner.fail('der_integer_too_large', 'userCertificate is longer than 20 octets', scanner.contentStart);
  }
}

function scanExtensions(scanner: DerScanner, start: number, entryEnd: number, found: CrlEntryFindings): void {
  const { oids } = found;
  oids.clear();
  for (let position = scanner.contentStart; position < entryEnd; position = scanner.end) {
    scanExtension(scanner, position, entryEnd, found);
  }
  if (!oids.hasOverflown) return;
  // With so many extensions the entry is read the slow way, which sees all that are there twice.
  const entry = scanner.bytes.subarray(start, entryEnd);
  readDer(entry, 'CRL entry', readCrlEntry, { offset: scanner.baseOffset + start });
}

function scanExtension(scanner: DerScanner, position: number, limit: number, found: CrlEntryFindings): void {
  scanner.sequence(position, limit, 'crlEntryExtensions');
  const end = scanner.end;
  scanner.oid(scanner.contentStart, end, 'extnID');
  const oidStart = scanner.contentStart;
  const oidEnd = scanner.end;
  if (!found.oids.add(scanner.bytes, oidStart, oidEnd)) {
    scanner.fail('extension_duplicate', 'an entry holds an extension twice', oidStart);
  }
  const isCritical = scanner.defaultFalse(oidEnd, end, 'critical');
  scanner.octetString(isCritical ? scanner.end : oidEnd, end, 'extnValue');
  if (scanner.end !== end)
    scanner.fail('der_trailing_data', 'crlEntryExtensions has data after its end', scanner.end);
  scanValue(scanner, oidStart, oidEnd, isCritical, found);
}

/** The extensions that are known are told apart by the last octet of 2.5.29.n. */
function scanValue(
  scanner: DerScanner,
  oidStart: number,
  oidEnd: number,
  isCritical: boolean,
  found: CrlEntryFindings,
): void {
  const { bytes } = scanner;
  const isExtension = oidEnd - oidStart === 3 && bytes[oidStart] === 0x55 && bytes[oidStart + 1] === 0x1d;
  const number = isExtension ? (bytes[oidStart + 2] ?? 0) : 0x80;
  // From 80 on an octet is not the last of an arc.
  const isKnown = number < 0x80;
  if (number === REASON_CODE) checkReason(scanner);
  else if (number === INVALIDITY_DATE) checkInvalidityDate(scanner);
  else if (number === CERTIFICATE_ISSUER) checkCertificateIssuer(scanner, isCritical);
  if (!isCritical && isKnown) return;
  const oid = decodeOid(bytes.subarray(oidStart, oidEnd));
  if (oid === undefined) scanner.fail('der_oid_invalid', 'extnID is no object identifier', oidStart);
  else if (isCritical) found.critical.add(oid);
}

function checkReason(scanner: DerScanner): void {
  if (reasonFromCode(scanner.enumeratedOctet()) !== undefined) return;
  scanner.fail('extension_invalid', 'reasonCode is no CRLReason', scanner.contentStart);
}

function checkInvalidityDate(scanner: DerScanner): void {
  const { contentStart, end } = scanner;
  scanner.time(contentStart, end, 'invalidityDate');
  if (scanner.end !== end)
    scanner.fail('der_trailing_data', 'invalidityDate has data after its end', scanner.end);
}

/** RFC 5280 5.3.3: critical, as an entry without it would be taken for one of another issuer. */
function checkCertificateIssuer(scanner: DerScanner, isCritical: boolean): void {
  const { bytes, baseOffset, contentStart, end } = scanner;
  if (!isCritical) scanner.fail('extension_invalid', 'certificateIssuer is not critical', contentStart);
  readDer(bytes.subarray(contentStart, end), 'certificateIssuer', readCertificateIssuer, {
    offset: baseOffset + contentStart,
  });
}

/** Where the object identifiers of one entry's extensions stand, so as to see one that is there twice. */
class SeenOids {
  readonly #starts = new Uint32Array(MAX_SEEN);
  readonly #ends = new Uint32Array(MAX_SEEN);
  #count = 0;

  /** True when there were more than can be kept. */
  get hasOverflown(): boolean {
    return this.#count > MAX_SEEN;
  }

  clear(): void {
    this.#count = 0;
  }

  /** False when the same octets were added before. */
  add(bytes: Uint8Array, start: number, end: number): boolean {
    const kept = Math.min(this.#count, MAX_SEEN);
    for (let i = 0; i < kept; i++) {
      if (isSame(bytes, this.#starts[i] ?? 0, this.#ends[i] ?? 0, start, end)) return false;
    }
    if (this.#count < MAX_SEEN) {
      this.#starts[kept] = start;
      this.#ends[kept] = end;
    }
    this.#count += 1;
    return true;
  }
}

function isSame(bytes: Uint8Array, left: number, leftEnd: number, right: number, rightEnd: number): boolean {
  if (leftEnd - left !== rightEnd - right) return false;
  for (let i = 0; i < leftEnd - left; i++) if (bytes[left + i] !== bytes[right + i]) return false;
  return true;
}

const MAX_SEEN = 8;
const REASON_CODE = 21;
const INVALIDITY_DATE = 24;
const CERTIFICATE_ISSUER = 29;
/** crlEntryExtensions with a reasonCode alone, up to the octet that says which. */
const REASON_ONLY: Uint8Array = Uint8Array.of(0x30, 12, 0x30, 10, 6, 3, 0x55, 0x1d, REASON_CODE, 4, 3, 10, 1);
