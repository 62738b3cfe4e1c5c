import { LancreError } from '../errors/lancre-error.ts';
import type { RevokedTotals } from '../status/revoked-snapshot.ts';
import { fromSeconds, toSeconds } from './record-codec.ts';

/**
 * The stored totals of a shard of the revoked index, 24 octets: entries 6, octets 6, revision 6,
 * earliest notAfter 6 (2^48 - 1 = none).
 */
export function encodeRevokedTotals(totals: Omit<RevokedTotals, 'shard'>): Buffer {
  const value = Buffer.allocUnsafe(24);
  value.writeUIntBE(totals.entryCount, 0, 6);
  value.writeUIntBE(totals.octets, 6, 6);
  value.writeUIntBE(totals.revision, 12, 6);
  value.writeUIntBE(totals.earliestNotAfter === undefined ? none : toSeconds(totals.earliestNotAfter), 18, 6);
  return value;
}

/** The totals of a shard; all zero where nothing is stored. @throws LancreError `store_corrupt` */
export function decodeRevokedTotals(shard: number, value: Buffer | undefined): RevokedTotals {
  if (value === undefined) {
    return { shard, entryCount: 0, octets: 0, revision: 0, earliestNotAfter: undefined };
  }
  if (value.length !== 24)
    throw new LancreError('store_corrupt', `totals of ${value.length} octets for shard ${shard}`);
  const earliest = value.readUIntBE(18, 6);
  return {
    shard,
    entryCount: value.readUIntBE(0, 6),
    octets: value.readUIntBE(6, 6),
    revision: value.readUIntBE(12, 6),
    earliestNotAfter: earliest === none ? undefined : fromSeconds(earliest),
  };
}

const none = 2 ** 48 - 1;
