import { decodeCrlEntry } from '@lancre/pki/crl';
import type { CertificateRecord, CertificateStatus, Revocation } from '#host/status/certificate-record.js';
import type { RevokedSnapshot } from '#host/status/revoked-snapshot.js';

export const NOT_AFTER: Date = new Date('2027-06-01T00:00:00Z');
export const REVOKED_AT: Date = new Date('2026-11-20T08:00:00Z');

export function octetsOf(hex: string): Uint8Array {
  return new Uint8Array(Buffer.from(hex, 'hex'));
}

/** A good certificate of issuer 1 in no shard, unless told otherwise. */
export function record(
  serial: string,
  fields: Partial<Omit<CertificateRecord, 'serialNumber'>> = {},
): CertificateRecord {
  return {
    issuerId: 1,
    serialNumber: octetsOf(serial),
    notAfter: NOT_AFTER,
    shard: 0,
    status: { kind: 'assigned' },
    ...fields,
  };
}

export function revoked(fields: Partial<Revocation> = {}): CertificateStatus {
  return { kind: 'revoked', revocationTime: REVOKED_AT, ...fields };
}

export function held(fields: Partial<Revocation> = {}): CertificateStatus {
  return { kind: 'held', revocationTime: REVOKED_AT, reason: 'certificateHold', ...fields };
}

/** The serials of a shard in the order of the walk. */
export function walkedSerials(snapshot: RevokedSnapshot, shard: number): string[] {
  return entriesIn(snapshot, shard).map((entry) => decodeCrlEntry(entry).serialNumber);
}

/** The encoded entries of a shard, cut apart. */
export function entriesIn(snapshot: RevokedSnapshot, shard: number): Uint8Array[] {
  // Each batch is valid until the store is read again.
  const batches = Array.from(snapshot.batches(shard), ({ entriesDer }) => Uint8Array.from(entriesDer));
  return cutEntries(Buffer.concat(batches));
}

/** An entry is shorter than 128 octets, so its second octet is its length. */
export function cutEntries(octets: Uint8Array): Uint8Array[] {
  const entries: Uint8Array[] = [];
  for (let start = 0; start < octets.length; ) {
    const end = start + 2 + (octets[start + 1] ?? 0);
    entries.push(octets.subarray(start, end));
    start = end;
  }
  return entries;
}
