import type { RevokedBatch, RevokedSnapshot, RevokedTotals } from '../status/revoked-snapshot.ts';
import type { LmdbTables } from './lmdb-tables.ts';
import { entriesOfPage } from './revoked-page.ts';
import { decodeRevokedTotals } from './revoked-totals-codec.ts';
import { endOfPrefix, issuerKey, shardKey } from './store-keys.ts';

/** The revoked index of one issuer under one read transaction: totals and entries belong together. */
export class LmdbRevokedSnapshot implements RevokedSnapshot {
  readonly shards: readonly RevokedTotals[];
  readonly #tables: LmdbTables;
  readonly #issuerId: number;
  readonly #transaction: ReturnType<LmdbTables['root']['useReadTransaction']>;

  constructor(tables: LmdbTables, issuerId: number) {
    tables.root.resetReadTxn();
    this.#tables = tables;
    this.#issuerId = issuerId;
    this.#transaction = tables.root.useReadTransaction();
    this.shards = [...this.#readTotals()];
  }

  *batches(shard: number): Iterable<RevokedBatch> {
    const prefix = shardKey(this.#issuerId, shard);
    const range = { start: prefix, end: endOfPrefix(prefix), transaction: this.#transaction };
    for (const { value } of this.#tables.revokedPages.getRange(range)) {
      yield { entriesDer: entriesOfPage(asBuffer(value)) };
    }
  }

  close(): void {
    this.#transaction.done();
  }

  *#readTotals(): Iterable<RevokedTotals> {
    const prefix = issuerKey(this.#issuerId);
    const range = { start: prefix, end: endOfPrefix(prefix), transaction: this.#transaction };
    for (const { key, value } of this.#tables.revokedTotals.getRange(range)) {
      yield decodeRevokedTotals(asBuffer(key).readUInt16BE(2), asBuffer(value));
    }
  }
}

function asBuffer(octets: Uint8Array): Buffer {
  return Buffer.from(octets.buffer, octets.byteOffset, octets.byteLength);
}
