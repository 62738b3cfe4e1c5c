import type {
  RevokedBatch,
  RevokedChanges,
  RevokedSnapshot,
  RevokedTotals,
} from '../status/revoked-snapshot.ts';
import type { LmdbTables } from './lmdb-tables.ts';
import { releasedSince } from './released-entries.ts';
import { entriesOfPage, entriesSince } from './revoked-page.ts';
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
    for (const page of this.#pages(shard)) yield { entriesDer: entriesOfPage(page) };
  }

  changesSince(shard: number, revision: number): RevokedChanges {
    const entries: Uint8Array[] = [];
    const totals = this.shards.find((each) => each.shard === shard);
    if (totals !== undefined && totals.revision > revision) {
      for (const page of this.#pages(shard)) {
        for (const entry of entriesSince(page, revision)) entries.push(Uint8Array.from(entry));
      }
    }
    entries.push(...releasedSince(this.#tables, this.#issuerId, shard, revision, this.#transaction));
    return { entryCount: entries.length, entriesDer: entries };
  }

  close(): void {
    this.#transaction.done();
  }

  *#pages(shard: number): Iterable<Buffer> {
    const prefix = shardKey(this.#issuerId, shard);
    const range = { start: prefix, end: endOfPrefix(prefix), transaction: this.#transaction };
    for (const { value } of this.#tables.revokedPages.getRange(range)) yield asBuffer(value);
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
