import { encodeCrlEntry } from '@lancre/pki/crl';
import { LancreError } from '../errors/lancre-error.ts';
import type { LmdbTables } from './lmdb-tables.ts';
import { fromSeconds } from './record-codec.ts';
import { endOfPrefix, revokedPageKey, shardKey } from './store-keys.ts';

/**
 * Holds that were lifted. The complete lists just leave such a certificate out; delta CRLs must say so
 * by removeFromCRL, for as long as their base may have the entry (RFC 5280 5.2.4).
 */

/** Notes a release. Call inside a write transaction. */
export function noteReleased(
  tables: LmdbTables,
  issuerId: number,
  shard: number,
  serialNumber: Uint8Array,
  { revision, releasedSeconds }: { readonly revision: number; readonly releasedSeconds: number },
): void {
  const value = Buffer.allocUnsafe(11);
  value.writeUIntBE(revision, 0, 6);
  value.writeUIntBE(releasedSeconds, 6, 5);
  tables.released.putSync(revokedPageKey(issuerId, shard, serialNumber), value);
}

/** What was released and is now listed again is no release any more. Call inside a write transaction. */
export function unnoteReleased(
  tables: LmdbTables,
  issuerId: number,
  shard: number,
  serialNumbers: Iterable<Uint8Array>,
): void {
  if (!hasReleased(tables, issuerId, shard)) return;
  for (const serialNumber of serialNumbers)
    tables.released.removeSync(revokedPageKey(issuerId, shard, serialNumber));
}

/** Removes the releases of a shard that came with `revision` or before. Call inside a write transaction. */
export function forgetReleasedUntil(
  tables: LmdbTables,
  issuerId: number,
  shard: number,
  revision: number,
): void {
  const range = rangeOf(issuerId, shard);
  const old = [...tables.released.getRange(range)].filter(({ value }) => decode(value).revision <= revision);
  for (const { key } of old) tables.released.removeSync(key);
}

/** The removeFromCRL entries of the releases after `revision`, in serial order. */
export function releasedSince(
  tables: LmdbTables,
  issuerId: number,
  shard: number,
  revision: number,
  transaction: ReturnType<LmdbTables['root']['useReadTransaction']>,
): readonly Uint8Array[] {
  const entries: Uint8Array[] = [];
  for (const { key, value } of tables.released.getRange({ ...rangeOf(issuerId, shard), transaction })) {
    const release = decode(value);
    if (release.revision <= revision) continue;
    entries.push(
      encodeCrlEntry({
        serialNumber: Uint8Array.from(key.subarray(serialOffset)),
        revocationDate: fromSeconds(release.releasedSeconds),
        reason: 'removeFromCRL',
      }),
    );
  }
  return entries;
}

function hasReleased(tables: LmdbTables, issuerId: number, shard: number): boolean {
  for (const _ of tables.released.getKeys({ ...rangeOf(issuerId, shard), limit: 1 })) return true;
  return false;
}

function rangeOf(issuerId: number, shard: number): { readonly start: Buffer; readonly end: Buffer } {
  const prefix = shardKey(issuerId, shard);
  return { start: prefix, end: endOfPrefix(prefix) };
}

function decode(value: Uint8Array): { readonly revision: number; readonly releasedSeconds: number } {
  const octets = Buffer.from(value.buffer, value.byteOffset, value.byteLength);
  if (octets.length !== 11)
    throw new LancreError('store_corrupt', `a release of ${octets.length} octets in the store`);
  return { revision: octets.readUIntBE(0, 6), releasedSeconds: octets.readUIntBE(6, 5) };
}

/** In a key: issuer, shard and length of the serial go before it. */
const serialOffset = 5;
