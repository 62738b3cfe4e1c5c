import { LancreError } from '../errors/lancre-error.ts';

/**
 * A page of the revoked index: up to {@link maximumPageEntries} neighbouring revoked certificates of
 * one shard, with their CRL entries already encoded, back to back. So building a list is copying
 * pages, and a revocation rewrites one page.
 *
 *     count  2
 *     count x [ notAfter 5, revision 6, length of the entry 2, serial length 1, serial ]
 *     the entries in DER
 */
export interface RevokedPageEntry {
  /** Magnitude octets. */
  readonly serialNumber: Uint8Array;
  /** Seconds since 1970. */
  readonly notAfterSeconds: number;
  /** The revision of the index that the entry, as it is, came with. */
  readonly revision: number;
  /** One element of revokedCertificates (RFC 5280 5.1.2.6). */
  readonly entryDer: Uint8Array;
}

/** Some 8 KB with 16-octet serials: two pages of the store for one revocation. */
export const maximumPageEntries = 128;

/** @param entries in serial order, 1 to {@link maximumPageEntries} */
export function encodeRevokedPage(entries: readonly RevokedPageEntry[]): Buffer {
  let length = 2;
  for (const entry of entries) length += headOctets + entry.serialNumber.length + entry.entryDer.length;
  const page = Buffer.allocUnsafe(length);
  let position = page.writeUInt16BE(entries.length, 0);
  for (const entry of entries) {
    position = page.writeUIntBE(entry.notAfterSeconds, position, 5);
    position = page.writeUIntBE(entry.revision, position, 6);
    position = page.writeUInt16BE(entry.entryDer.length, position);
    position = page.writeUInt8(entry.serialNumber.length, position);
    page.set(entry.serialNumber, position);
    position += entry.serialNumber.length;
  }
  for (const entry of entries) {
    page.set(entry.entryDer, position);
    position += entry.entryDer.length;
  }
  return page;
}

/** The entries of a page; slices of it. @throws LancreError `store_corrupt` when the octets are not a page */
export function decodeRevokedPage(page: Buffer): RevokedPageEntry[] {
  const entries: RevokedPageEntry[] = [];
  let position = 2;
  let entryStart = entriesOffset(page);
  for (let index = page.readUInt16BE(0); index > 0; index -= 1) {
    const notAfterSeconds = page.readUIntBE(position, 5);
    const revision = page.readUIntBE(position + 5, 6);
    const entryEnd = entryStart + page.readUInt16BE(position + 11);
    const serialEnd = position + headOctets + page.readUInt8(position + 13);
    const serialNumber = page.subarray(position + headOctets, serialEnd);
    entries.push({ serialNumber, notAfterSeconds, revision, entryDer: page.subarray(entryStart, entryEnd) });
    position = serialEnd;
    entryStart = entryEnd;
  }
  return entries;
}

/** The encoded entries of a page, back to back; a slice of it. @throws LancreError `store_corrupt` */
export function entriesOfPage(page: Buffer): Uint8Array {
  return page.subarray(entriesOffset(page));
}

/** The encoded entries of a page that came after `revision`; slices of it. @throws LancreError `store_corrupt` */
export function entriesSince(page: Buffer, revision: number): Uint8Array[] {
  const found: Uint8Array[] = [];
  let position = 2;
  let entryStart = entriesOffset(page);
  for (let index = page.readUInt16BE(0); index > 0; index -= 1) {
    const entryEnd = entryStart + page.readUInt16BE(position + 11);
    if (page.readUIntBE(position + 5, 6) > revision) found.push(page.subarray(entryStart, entryEnd));
    position += headOctets + page.readUInt8(position + 13);
    entryStart = entryEnd;
  }
  return found;
}

/** Walks over all that stands before the entries, and sees that the lengths there add up to the page. */
function entriesOffset(page: Buffer): number {
  let position = 2;
  let entriesLength = 0;
  for (let index = page.length < 2 ? 0 : page.readUInt16BE(0); index > 0; index -= 1) {
    if (position + headOctets > page.length) throw corrupt(page);
    entriesLength += page.readUInt16BE(position + 11);
    position += headOctets + page.readUInt8(position + 13);
  }
  if (position + entriesLength !== page.length) throw corrupt(page);
  return position;
}

function corrupt(page: Buffer): LancreError {
  return new LancreError(
    'store_corrupt',
    `a page of the revoked index of ${page.length} octets is not readable`,
  );
}

/** What stands of each entry before its serial. */
const headOctets = 14;
