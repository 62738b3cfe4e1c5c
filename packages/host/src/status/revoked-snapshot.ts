/**
 * The revoked certificates of one issuer as they were at one moment, in the form a CRL needs.
 * Later changes are not seen. Close it when done: an open one keeps the store from reusing space.
 */
export interface RevokedSnapshot {
  /** The shards that hold entries, and 0 for the certificates in none. Ascending. */
  readonly shards: readonly RevokedTotals[];
  /** The entries of one shard in serial order, batch by batch, with no copy of the whole in memory. */
  batches(shard: number): Iterable<RevokedBatch>;
  /**
   * What changed in a shard after a revision: the entries that came or changed since, as they are now,
   * and removeFromCRL for certificates released since (RFC 5280 5.2.4).
   */
  changesSince(shard: number, revision: number): RevokedChanges;
  close(): void;
}

/** Exact totals of a shard, known before its entries are walked: DER wants lengths first. */
export interface RevokedTotals {
  readonly shard: number;
  readonly entryCount: number;
  /** Sum of the lengths of the encoded entries, in octets. */
  readonly octets: number;
  /**
   * Grows with every change of the shard's entries. The revisions of all shards of an issuer are in
   * one order: what changes later has the greater one.
   */
  readonly revision: number;
  /** The earliest notAfter among the entries; undefined when there are none. */
  readonly earliestNotAfter: Date | undefined;
}

/** The entries of a delta CRL. They are few, and held in memory. */
export interface RevokedChanges {
  readonly entryCount: number;
  /** Elements of revokedCertificates in DER, none twice. */
  readonly entriesDer: readonly Uint8Array[];
}

/** Some entries, back to back. */
export interface RevokedBatch {
  /** Elements of revokedCertificates in DER (RFC 5280 5.1.2.6). Valid until anything is read from the store: copy at once. */
  readonly entriesDer: Uint8Array;
}
