import { DerScanner } from '../encoding/der-scanner.ts';

/** Where an entry stands among the entries of a CRL that `scanCrlEntries` has passed. */
export interface EntryPlace {
  readonly start: number;
  readonly end: number;
}

/** The places of all entries. */
export function* locateCrlEntries(entries: Uint8Array): Generator<EntryPlace, void, undefined> {
  const scanner = new DerScanner(entries, 0);
  for (let start = 0; start < entries.length; start = scanner.end) {
    scanner.sequence(start, entries.length, 'CRL entry');
    yield { start, end: scanner.end };
  }
}

/**
 * The place of the first entry with this serial number; undefined when there is none.
 *
 * @param serial the contents of the INTEGER
 */
export function locateCrlEntry(entries: Uint8Array, serial: Uint8Array): EntryPlace | undefined {
  const scanner = new DerScanner(entries, 0);
  for (let start = 0, end = 0; start < entries.length; start = end) {
    end = stepToSerial(scanner, start);
    if (hasContent(scanner, serial)) return { start, end };
  }
  return undefined;
}

/**
 * The places that matter for a search in an indirect CRL: the entries with this serial number, and
 * those that may say a certificateIssuer (RFC 5280 5.3.3).
 */
export function* locateIndirectEntries(
  entries: Uint8Array,
  serial: Uint8Array,
): Generator<EntryPlace, void, undefined> {
  const scanner = new DerScanner(entries, 0);
  for (let start = 0, end = 0; start < entries.length; start = end) {
    end = stepToSerial(scanner, start);
    const matters = hasContent(scanner, serial) || mayHaveIssuer(entries, scanner.end, end);
    if (matters) yield { start, end };
  }
}

/** Reads the headers of the entry at `start` and of its serial number; returns where the entry ends. */
export function stepToSerial(scanner: DerScanner, start: number): number {
  scanner.step(start, scanner.bytes.length, 'CRL entry');
  const end = scanner.end;
  scanner.step(scanner.contentStart, end, 'userCertificate');
  return end;
}

function hasContent(scanner: DerScanner, content: Uint8Array): boolean {
  const { bytes, contentStart, end } = scanner;
  if (end - contentStart !== content.length) return false;
  // Serial numbers of one issuer often begin alike: the last octet tells most of them apart.
  for (let i = content.length - 1; i >= 0; i--) if (bytes[contentStart + i] !== content[i]) return false;
  return true;
}

/** True when the octets of 2.5.29.29 are among these. */
function mayHaveIssuer(bytes: Uint8Array, start: number, end: number): boolean {
  for (let i = start; i + 2 < end; i++) {
    if (bytes[i] === 0x55 && bytes[i + 1] === 0x1d && bytes[i + 2] === 0x1d) return true;
  }
  return false;
}
