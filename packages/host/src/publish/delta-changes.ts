import type { RevokedChanges, RevokedSnapshot } from '../status/revoked-snapshot.ts';
import { totalsOf } from './crl-content.ts';

/** The entries of a delta CRL, and what they come to. */
export interface DeltaChanges extends RevokedChanges {
  /** Octets of all entries. */
  readonly entriesLength: number;
}

/**
 * What a scope's delta says: all that changed after a revision (RFC 5280 5.2.4).
 *
 * @param shard 0 = the full list: the changes of all shards
 */
export function deltaChanges(snapshot: RevokedSnapshot, shard: number, revision: number): DeltaChanges {
  const entriesDer = totalsOf(snapshot, shard).flatMap(
    (totals) => snapshot.changesSince(totals.shard, revision).entriesDer,
  );
  return {
    entryCount: entriesDer.length,
    entriesDer,
    entriesLength: entriesDer.reduce((total, entry) => total + entry.length, 0),
  };
}
