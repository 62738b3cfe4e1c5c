import { reasonCode, reasonFromCode } from '@lancre/pki/crl';
import { LancreError } from '../errors/lancre-error.ts';
import type { CertificateRecord, CertificateStatus, Revocation } from '../status/certificate-record.ts';

/**
 * The stored form of a record, 8 octets for a good certificate:
 *
 *     kind      1   0 assigned, 1 revoked, 2 held; + 16 when an invalidity date follows
 *     shard     2
 *     notAfter  5   seconds since 1970
 *     and of a revoked or held one:
 *     revocationTime 5, reason 1 (0 = none given), invalidityDate 5 when there is one
 */
export function encodeRecord(record: Omit<CertificateRecord, 'issuerId' | 'serialNumber'>): Buffer {
  const { status } = record;
  if (status.kind === 'assigned') return encodeAssigned(record.shard, toSeconds(record.notAfter));
  const { invalidityDate } = status;
  const value = Buffer.allocUnsafe(invalidityDate ? 19 : 14);
  value[0] = kindCodes[status.kind] + (invalidityDate ? invalidityFlag : 0);
  value.writeUInt16BE(record.shard, 1);
  value.writeUIntBE(toSeconds(record.notAfter), 3, 5);
  value.writeUIntBE(toSeconds(status.revocationTime), 8, 5);
  value[13] = status.reason === undefined ? 0 : reasonCode(status.reason);
  if (invalidityDate) value.writeUIntBE(toSeconds(invalidityDate), 14, 5);
  return value;
}

/** @throws LancreError `store_corrupt` when the octets are not a record */
export function decodeRecord(
  issuerId: number,
  serialNumber: Uint8Array,
  value: Uint8Array,
): CertificateRecord {
  const octets = Buffer.from(value.buffer, value.byteOffset, value.byteLength);
  if (octets.length !== expectedLength(octets[0] ?? 255)) {
    throw new LancreError('store_corrupt', `a record of ${octets.length} octets for issuer ${issuerId}`);
  }
  return {
    issuerId,
    serialNumber,
    notAfter: instantAt(octets, 3),
    shard: octets.readUInt16BE(1),
    status: decodeStatus(octets),
  };
}

/** Whole seconds since 1970 of an instant, refused outside 1970 to 9999. */
export function toSeconds(instant: Date): number {
  const seconds = Math.floor(instant.getTime() / 1000);
  if (seconds >= 0 && seconds <= latestSeconds) return seconds;
  throw new LancreError('input_invalid', `a date outside 1970 to 9999: ${instant.toISOString()}`);
}

/** The instant of a number of seconds since 1970. */
export function fromSeconds(seconds: number): Date {
  return new Date(seconds * 1000);
}

/** Nearly all certificates are good, and an import encodes them one after another. */
function encodeAssigned(shard: number, notAfterSeconds: number): Buffer {
  const value = Buffer.allocUnsafe(8);
  value[0] = kindCodes.assigned;
  value.writeUInt16BE(shard, 1);
  value.writeUIntBE(notAfterSeconds, 3, 5);
  return value;
}

function decodeStatus(octets: Buffer): CertificateStatus {
  const kind = (octets[0] ?? 0) & ~invalidityFlag;
  if (kind === kindCodes.assigned) return { kind: 'assigned' };
  const reason = reasonFromCode(octets[13] ?? 0);
  if (reason === undefined) throw new LancreError('store_corrupt', `a record with the reason ${octets[13]}`);
  const revocation: Revocation = {
    revocationTime: instantAt(octets, 8),
    ...(reason === 'unspecified' ? {} : { reason }),
    ...(octets.length === 19 ? { invalidityDate: instantAt(octets, 14) } : {}),
  };
  return { kind: kind === kindCodes.held ? 'held' : 'revoked', ...revocation };
}

function instantAt(octets: Buffer, position: number): Date {
  const seconds = octets.readUIntBE(position, 5);
  if (seconds <= latestSeconds) return fromSeconds(seconds);
  throw new LancreError('store_corrupt', `a record with a date ${seconds} seconds after 1970`);
}

function expectedLength(first: number): number {
  if (first === kindCodes.assigned) return 8;
  const kind = first & ~invalidityFlag;
  if (kind !== kindCodes.revoked && kind !== kindCodes.held) return -1;
  return first & invalidityFlag ? 19 : 14;
}

const kindCodes = { assigned: 0, revoked: 1, held: 2 } as const;
const invalidityFlag = 16;
/** 9999-12-31T23:59:59Z, the RFC 5280 4.1.2.5 value for "no well-defined expiration". */
const latestSeconds = 253_402_300_799;
