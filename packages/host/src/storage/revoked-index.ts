import type { RevokedTotals } from '../status/revoked-snapshot.ts';
import type { LmdbTables } from './lmdb-tables.ts';
import { fromSeconds } from './record-codec.ts';
import { noteReleased, unnoteReleased } from './released-entries.ts';
import {
  decodeRevokedPage,
  encodeRevokedPage,
  maximumPageEntries,
  type RevokedPageEntry,
} from './revoked-page.ts';
import { decodeRevokedTotals, encodeRevokedTotals } from './revoked-totals-codec.ts';
import { compareSerials, endOfPrefix, revokedPageKey, shardKey } from './store-keys.ts';

/** A change of the index: an entry that is added or takes the old one's place, or one that goes with a release. */
export type RevokedChange =
  | { readonly serialNumber: Uint8Array; readonly entry: Omit<RevokedPageEntry, 'revision'> }
  | { readonly serialNumber: Uint8Array; readonly entry: undefined; readonly releasedSeconds: number };

/**
 * Applies changes to one shard of the revoked index and its totals. Call inside a write transaction.
 *
 * @param changes sorted by serial, none twice
 */
export function applyRevokedChanges(
  tables: LmdbTables,
  issuerId: number,
  shard: number,
  changes: readonly RevokedChange[],
): void {
  if (changes.length === 0) return;
  const tally = { entryCount: 0, octets: 0, revision: takeRevision(tables) };
  let next = 0;
  while (next < changes.length) {
    next = rewritePage(tables, issuerId, shard, changes, next, tally);
  }
  saveTotals(tables, issuerId, shard, changes, tally);
  noteReleases(tables, issuerId, shard, changes, tally.revision);
}

function noteReleases(
  tables: LmdbTables,
  issuerId: number,
  shard: number,
  changes: readonly RevokedChange[],
  revision: number,
): void {
  const listed = changes.filter(({ entry }) => entry !== undefined);
  unnoteReleased(
    tables,
    issuerId,
    shard,
    listed.map(({ serialNumber }) => serialNumber),
  );
  for (const change of changes) {
    if (change.entry !== undefined) continue;
    const { serialNumber, releasedSeconds } = change;
    noteReleased(tables, issuerId, shard, serialNumber, { revision, releasedSeconds });
  }
}

/**
 * Drops the entries of a shard whose notAfter lies before `cutoffSeconds` and that came with
 * `revision` or one before it. Call inside a write transaction.
 */
export function dropExpiredEntries(
  tables: LmdbTables,
  issuerId: number,
  shard: number,
  { cutoffSeconds, revision }: { readonly cutoffSeconds: number; readonly revision: number },
): number {
  const key = shardKey(issuerId, shard);
  const before = decodeRevokedTotals(shard, tables.revokedTotals.getBinary(key));
  if (before.earliestNotAfter === undefined || before.earliestNotAfter.getTime() >= cutoffSeconds * 1000)
    return 0;
  let earliest = Number.POSITIVE_INFINITY;
  let dropped = 0;
  let droppedOctets = 0;
  for (const { key: pageKey, page } of pagesOf(tables, issuerId, shard)) {
    const entries = decodeRevokedPage(page);
    const kept = entries.filter(
      (entry) => entry.notAfterSeconds >= cutoffSeconds || entry.revision > revision,
    );
    for (const entry of kept) earliest = Math.min(earliest, entry.notAfterSeconds);
    if (kept.length === entries.length) continue;
    dropped += entries.length - kept.length;
    droppedOctets += octetsOf(entries) - octetsOf(kept);
    tables.revokedPages.removeSync(pageKey);
    writePages(tables, issuerId, shard, kept, 'inner');
  }
  const totals = {
    entryCount: before.entryCount - dropped,
    octets: before.octets - droppedOctets,
    revision: dropped > 0 ? takeRevision(tables) : before.revision,
    earliestNotAfter: Number.isFinite(earliest) ? fromSeconds(earliest) : undefined,
  };
  tables.revokedTotals.putSync(key, encodeRevokedTotals(totals));
  return dropped;
}

/** The totals of one shard in the current transaction. */
export function readRevokedTotals(tables: LmdbTables, issuerId: number, shard: number): RevokedTotals {
  return decodeRevokedTotals(shard, tables.revokedTotals.getBinary(shardKey(issuerId, shard)));
}

/** Merges the changes that belong on one page into it; returns the position of the first that does not. */
function rewritePage(
  tables: LmdbTables,
  issuerId: number,
  shard: number,
  changes: readonly RevokedChange[],
  first: number,
  tally: { entryCount: number; octets: number; readonly revision: number },
): number {
  const serialNumber = changes[first]?.serialNumber ?? new Uint8Array();
  const found = findPage(tables, issuerId, shard, serialNumber);
  const limit = found.next;
  let end = first;
  while (end < changes.length && isBelow(changes[end]?.serialNumber, limit)) end += 1;
  const before = found.key === undefined ? [] : decodeRevokedPage(found.page);
  const after = mergeEntries(before, changes.slice(first, end), tally.revision);
  if (found.key !== undefined) tables.revokedPages.removeSync(found.key);
  writePages(tables, issuerId, shard, after, limit === undefined ? 'last' : 'inner');
  tally.entryCount += after.length - before.length;
  tally.octets += octetsOf(after) - octetsOf(before);
  return end;
}

function isBelow(serialNumber: Uint8Array | undefined, limit: Uint8Array | undefined): boolean {
  if (serialNumber === undefined) return false;
  return limit === undefined || compareSerials(serialNumber, limit) < 0;
}

type FoundPage =
  | { readonly key: Buffer; readonly page: Buffer; readonly next: Uint8Array | undefined }
  | { readonly key: undefined; readonly next: undefined };

/** The page that holds `serialNumber` or would: the last that begins at or before it, else the first. */
function findPage(tables: LmdbTables, issuerId: number, shard: number, serialNumber: Uint8Array): FoundPage {
  const prefix = shardKey(issuerId, shard);
  const wanted = revokedPageKey(issuerId, shard, serialNumber);
  const key = lastKey(tables, wanted, prefix) ?? firstKey(tables, prefix, prefix);
  if (key === undefined) return { key: undefined, next: undefined };
  const page = tables.revokedPages.getBinary(key);
  if (page === undefined) return { key: undefined, next: undefined };
  const following = firstKey(tables, Buffer.concat([key, Buffer.alloc(1)]), prefix);
  return { key, page, next: following?.subarray(5) };
}

function lastKey(tables: LmdbTables, from: Buffer, prefix: Buffer): Buffer | undefined {
  for (const key of tables.revokedPages.getKeys({ start: from, end: prefix, reverse: true, limit: 1 })) {
    return Buffer.from(key);
  }
  return undefined;
}

function firstKey(tables: LmdbTables, from: Buffer, prefix: Buffer): Buffer | undefined {
  for (const key of tables.revokedPages.getKeys({ start: from, end: endOfPrefix(prefix), limit: 1 })) {
    return Buffer.from(key);
  }
  return undefined;
}

function* pagesOf(
  tables: LmdbTables,
  issuerId: number,
  shard: number,
): Iterable<{ readonly key: Buffer; readonly page: Buffer }> {
  const prefix = shardKey(issuerId, shard);
  // The keys are taken first: pages are rewritten while the caller walks.
  const keys = [...tables.revokedPages.getKeys({ start: prefix, end: endOfPrefix(prefix) })];
  for (const key of keys) {
    const page = tables.revokedPages.getBinary(key);
    if (page !== undefined) yield { key: Buffer.from(key), page };
  }
}

/** Both inputs are sorted; a change takes the place of an entry with the same serial. */
function mergeEntries(
  entries: readonly RevokedPageEntry[],
  changes: readonly RevokedChange[],
  revision: number,
): RevokedPageEntry[] {
  const merged: RevokedPageEntry[] = [];
  let position = 0;
  for (const change of changes) {
    let entry = entries[position];
    while (entry !== undefined && compareSerials(entry.serialNumber, change.serialNumber) < 0) {
      merged.push(entry);
      position += 1;
      entry = entries[position];
    }
    if (entry !== undefined && compareSerials(entry.serialNumber, change.serialNumber) === 0) position += 1;
    if (change.entry !== undefined) merged.push({ ...change.entry, revision });
  }
  for (; position < entries.length; position += 1) {
    const entry = entries[position];
    if (entry !== undefined) merged.push(entry);
  }
  return merged;
}

/**
 * Writes entries as pages. At the end of a shard pages are filled to the brim, since serials that
 * count upwards come there; inside, they are split evenly so that later insertions find room.
 */
function writePages(
  tables: LmdbTables,
  issuerId: number,
  shard: number,
  entries: readonly RevokedPageEntry[],
  place: 'inner' | 'last',
): void {
  const pageCount = Math.ceil(entries.length / maximumPageEntries);
  const perPage = place === 'last' ? maximumPageEntries : Math.ceil(entries.length / pageCount);
  for (let start = 0; start < entries.length; start += perPage) {
    const slice = entries.slice(start, start + perPage);
    const first = slice[0];
    if (first === undefined) return;
    tables.revokedPages.putSync(
      revokedPageKey(issuerId, shard, first.serialNumber),
      encodeRevokedPage(slice),
    );
  }
}

function saveTotals(
  tables: LmdbTables,
  issuerId: number,
  shard: number,
  changes: readonly RevokedChange[],
  tally: { readonly entryCount: number; readonly octets: number; readonly revision: number },
): void {
  const before = readRevokedTotals(tables, issuerId, shard);
  let earliest = before.earliestNotAfter?.getTime() ?? Number.POSITIVE_INFINITY;
  for (const { entry } of changes) {
    if (entry !== undefined) earliest = Math.min(earliest, entry.notAfterSeconds * 1000);
  }
  const totals = {
    entryCount: before.entryCount + tally.entryCount,
    octets: before.octets + tally.octets,
    revision: tally.revision,
    earliestNotAfter: Number.isFinite(earliest) ? new Date(earliest) : undefined,
  };
  tables.revokedTotals.putSync(shardKey(issuerId, shard), encodeRevokedTotals(totals));
}

/** Numbers every change of the index, over all issuers: a list of one revision holds every entry that came until then. */
function takeRevision(tables: LmdbTables): number {
  const revision = (tables.meta.getBinary(revisionKey)?.readUIntBE(0, 6) ?? 0) + 1;
  const value = Buffer.alloc(6);
  value.writeUIntBE(revision, 0, 6);
  tables.meta.putSync(revisionKey, value);
  return revision;
}

const revisionKey = Buffer.from('revoked-revision');

function octetsOf(entries: readonly RevokedPageEntry[]): number {
  let octets = 0;
  for (const entry of entries) octets += entry.entryDer.length;
  return octets;
}
