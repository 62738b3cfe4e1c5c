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

  /** Each page is valid until the store is read again: a copy for each would take longer than all else. */
  *#pages(shard: number): Iterable<Buffer> {
    const prefix = shardKey(this.#issuerId, shard);
    const transaction = this.#transaction;
    const pages = this.#tables.revokedPages;
    const read = pages.getBinaryFast.bind(pages) as ReadIn;
    for (const key of pages.getKeys({ start: prefix, end: endOfPrefix(prefix), transaction })) {
      const page = read(key, { transaction });
      // lmdb gives one large buffer each time, and shortens it by its `length` alone.
      if (page !== undefined) yield Buffer.from(page.buffer, page.byteOffset, page.length);
    }
  }

  *#readTotals(): Iterable<RevokedTotals> {
    const prefix = issuerKey(this.#issuerId);
    const range = { start: prefix, end: endOfPrefix(prefix), transaction: this.#transaction };
    for (const { key, value } of this.#tables.revokedTotals.getRange(range)) {
      yield decodeRevokedTotals(asBuffer(key).readUInt16BE(2), asBuffer(value));
    }
  }
}

/** lmdb's types leave the options out. */
type ReadIn = (
  key: Uint8Array,
  options: { readonly transaction: ReturnType<LmdbTables['root']['useReadTransaction']> },
) => Buffer | undefined;

function asBuffer(octets: Uint8Array): Buffer {
  return Buffer.from(octets.buffer, octets.byteOffset, octets.byteLength);
}
