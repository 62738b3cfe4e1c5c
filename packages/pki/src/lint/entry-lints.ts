import { DerScanner } from '../encoding/der-scanner.ts';
import { encodeHex } from '../encoding/hex.ts';
import { type TimeForm, timeFormOf, timeMilliseconds } from '../encoding/time.ts';
import { loneReasonCode } from '../pki/crl-scan.ts';
import { reasonCode } from '../pki/revocation-reason.ts';
import { DuplicateSerials } from './duplicate-serials.ts';
import { EntryHits } from './entry-hits.ts';
import { entryTexts, type ListContext } from './entry-texts.ts';
import type { Findings } from './findings.ts';
import type { CrlLintId } from './lint-rules.ts';

/** The lints of entries. They see octets that the scan has passed, and make no object for an entry without fault. */
export class EntryLints {
  readonly #hits = new EntryHits();
  readonly #serials: DuplicateSerials;
  #scanner = new DerScanner(new Uint8Array(0), 0);
  #serialStart = 0;
  #serialEnd = 0;
  #latestMilliseconds = Number.NEGATIVE_INFINITY;
  readonly #latestTime = new Uint8Array(MAX_TIME_CONTENT);
  #latestTimeForm: TimeForm | undefined;
  readonly #latestSerial = new Uint8Array(MAX_SERIAL_CONTENT);
  #latestSerialLength = 0;

  /** @param maximumTracked see {@link DuplicateSerials} */
  constructor(maximumTracked?: number) {
    this.#serials = new DuplicateSerials(maximumTracked);
  }

  /** Takes the next entry, as a scan hands it out. */
  entry(octets: Uint8Array, start: number, end: number): void {
    if (this.#scanner.bytes !== octets) this.#scanner = new DerScanner(octets, 0);
    const scanner = this.#scanner;
    scanner.step(start, end, ENTRY);
    scanner.step(scanner.contentStart, end, ENTRY);
    this.#serialStart = scanner.contentStart;
    this.#serialEnd = scanner.end;
    this.#lintSerial(octets);
    scanner.step(scanner.end, end, ENTRY);
    this.#lintDate(octets);
    const extensions = scanner.end;
    const lone = extensions === end ? NO_REASON : loneReasonCode(octets, extensions, end);
    if (lone >= 0) this.#lintReason(lone);
    else if (extensions === end) this.#note('reason_missing');
    else this.#lintExtensions(extensions, end);
  }

  /** Adds what was found; some of it is a fault only on some lists. */
  report(findings: Findings, list: ListContext): void {
    const issuers = this.#hits.has('certificate_issuer') ? 'several' : 'one';
    this.#hits.report(findings, entryTexts(list, issuers));
    if (this.#serials.hasMissed) {
      const message =
        'the list is too long, and not sorted, for all serial numbers that are there twice to be seen';
      findings.add('serial_duplicates_unchecked', message);
    }
    const { thisUpdate } = list;
    if (thisUpdate === undefined || this.#latestMilliseconds <= thisUpdate.getTime()) return;
    const serial = encodeHex(this.#latestSerial.subarray(0, this.#latestSerialLength));
    const date = new Date(this.#latestMilliseconds).toISOString();
    findings.add('revocation_date_later', `a revocationDate is after thisUpdate: ${date} of entry ${serial}`);
  }

  #note(id: CrlLintId): void {
    this.#hits.note(id, this.#scanner.bytes, this.#serialStart, this.#serialEnd);
  }

  #lintSerial(octets: Uint8Array): void {
    const start = this.#serialStart;
    const end = this.#serialEnd;
    const first = octets[start] ?? 0;
    if (first >= 0x80) this.#note('serial_negative');
    else if (first === 0 && end - start === 1) this.#note('serial_zero');
    if (end - start > MAX_SERIAL_OCTETS) this.#note('serial_too_long');
    if (!this.#serials.add(octets, start, end)) this.#note('serial_duplicate');
  }

  #lintDate(octets: Uint8Array): void {
    const { contentStart, end, identifier } = this.#scanner;
    const form = identifier === UTC_TIME ? 'utcTime' : 'generalizedTime';
    if (form === 'utcTime' && this.#isNotLater(octets, contentStart)) return;
    const milliseconds = timeMilliseconds(octets, contentStart, end, form);
    if (form === 'generalizedTime' && timeFormOf(milliseconds / 1000) === 'utcTime')
      this.#note('revocation_date_form');
    if (milliseconds <= 0) this.#note('revocation_date_zero');
    if (milliseconds <= this.#latestMilliseconds) return;
    this.#latestMilliseconds = milliseconds;
    copyOctets(octets, contentStart, end, this.#latestTime);
    this.#latestTimeForm = form;
    this.#latestSerialLength = this.#serialEnd - this.#serialStart;
    copyOctets(octets, this.#serialStart, this.#serialEnd, this.#latestSerial);
  }

  /** The quick way for UTCTimes of this century, digit by digit: most entries are not the latest. */
  #isNotLater(octets: Uint8Array, start: number): boolean {
    const latest = this.#latestTime;
    const isThisCentury = (octets[start] ?? 0) < DIGIT_FIVE && (latest[0] ?? 0) < DIGIT_FIVE;
    if (this.#latestTimeForm !== 'utcTime' || !isThisCentury) return false;
    for (let i = 0; i < UTC_TIME_DIGITS; i++) {
      const difference = (octets[start + i] ?? 0) - (latest[i] ?? 0);
      if (difference !== 0) return difference < 0;
    }
    return true;
  }

  #lintReason(code: number): void {
    const id = REASON_LINTS.get(code);
    if (id !== undefined) this.#note(id);
  }

  #lintExtensions(start: number, end: number): void {
    const scanner = this.#scanner;
    scanner.step(start, end, ENTRY);
    if (scanner.contentStart === end) this.#note('entry_extensions_empty');
    let hasReason = false;
    for (let position = scanner.contentStart; position < end; ) {
      scanner.step(position, end, ENTRY);
      position = scanner.end;
      hasReason = this.#lintExtension(scanner.contentStart, position) === REASON_CODE || hasReason;
    }
    if (!hasReason) this.#note('reason_missing');
  }

  /** Returns n of 2.5.29.n; 0 for any other type. */
  #lintExtension(start: number, end: number): number {
    const scanner = this.#scanner;
    const { bytes } = scanner;
    scanner.step(start, end, ENTRY);
    const { contentStart, end: oidEnd } = scanner;
    const isKnownArc =
      oidEnd - contentStart === 3 && bytes[contentStart] === 0x55 && bytes[contentStart + 1] === 0x1d;
    const number = isKnownArc ? (bytes[contentStart + 2] ?? 0) : 0;
    const isCritical = bytes[oidEnd] === BOOLEAN;
    scanner.step(isCritical ? oidEnd + BOOLEAN_OCTETS : oidEnd, end, ENTRY);
    if (number === REASON_CODE) {
      if (isCritical) this.#note('reason_critical');
      this.#lintReason(scanner.enumeratedOctet());
    } else this.#lintOther(number, isCritical ? 'critical' : 'non-critical');
    return number;
  }

  /** Any extension but a reasonCode; its value is what the scanner has read last. */
  #lintOther(number: number, criticality: 'critical' | 'non-critical'): void {
    if (number === CERTIFICATE_ISSUER) {
      this.#note('certificate_issuer');
      this.#note('certificate_issuer_unannounced');
      return;
    }
    this.#note('entry_extension_not_recommended');
    if (number === INVALIDITY_DATE) {
      if (this.#scanner.bytes[this.#scanner.contentStart] === UTC_TIME) this.#note('invalidity_date_form');
      if (criticality === 'critical') this.#note('invalidity_date_critical');
    } else if (criticality === 'critical') this.#note('entry_critical_extension_unknown');
  }
}

function copyOctets(from: Uint8Array, start: number, end: number, to: Uint8Array): void {
  for (let i = start; i < end; i++) to[i - start] = from[i] ?? 0;
}

/** Reasons that are a fault on some list; which, `entryTexts` says. */
const REASON_LINTS: ReadonlyMap<number, CrlLintId> = new Map<number, CrlLintId>([
  [reasonCode('unspecified'), 'reason_unspecified'],
  [reasonCode('cACompromise'), 'reason_not_allowed'],
  [reasonCode('certificateHold'), 'reason_hold'],
  [reasonCode('removeFromCRL'), 'reason_remove_from_crl'],
  [reasonCode('aACompromise'), 'reason_not_allowed'],
]);

const ENTRY = 'CRL entry';
const NO_REASON = -1;
const MAX_SERIAL_OCTETS = 20;
/** What the decoder lets pass: 20 octets and a sign. */
const MAX_SERIAL_CONTENT = 21;
const MAX_TIME_CONTENT = 15;
const UTC_TIME = 0x17;
const UTC_TIME_DIGITS = 12;
/** UTCTimes from this first digit on are before 2000 (RFC 5280 4.1.2.5.1). */
const DIGIT_FIVE = 0x35;
const BOOLEAN = 0x01;
const BOOLEAN_OCTETS = 3;
const REASON_CODE = 21;
const INVALIDITY_DATE = 24;
const CERTIFICATE_ISSUER = 29;
