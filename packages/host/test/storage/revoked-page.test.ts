import assert from 'node:assert/strict';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { encodeCrlEntry } from '@lancre/pki/crl';
import fc from 'fast-check';
import { createTables, type LmdbTables } from '#host/storage/lmdb-tables.js';
import { applyRevokedChanges, readRevokedTotals } from '#host/storage/revoked-index.js';
import {
  decodeRevokedPage,
  encodeRevokedPage,
  entriesOfPage,
  maximumPageEntries,
  type RevokedPageEntry,
} from '#host/storage/revoked-page.js';
import { compareSerials } from '#host/storage/store-keys.js';
import { octetsOf, REVOKED_AT } from '../status/records.ts';
import { temporaryFolder } from './temporary-folder.ts';
import { throwsCode } from './throws-code.ts';

const serial = fc.uint8Array({ minLength: 1, maxLength: 20 }).map((octets) => {
  octets[0] = octets[0] || 1;
  return octets;
});
const entry: fc.Arbitrary<RevokedPageEntry> = fc.record({
  serialNumber: serial,
  notAfterSeconds: fc.integer({ min: 0, max: 253_402_300_799 }),
  revision: fc.nat(),
  entryDer: fc.uint8Array({ minLength: 1, maxLength: 96 }),
});

test('a page that is encoded and decoded is the same, and its entries stand back to back', () => {
  fc.assert(
    fc.property(fc.array(entry, { minLength: 1, maxLength: maximumPageEntries }), (entries) => {
      const page = encodeRevokedPage(entries);
      assert.deepEqual(decodeRevokedPage(page).map(plain), entries.map(plain));
      assert.deepEqual(
        Buffer.from(entriesOfPage(page)),
        Buffer.concat(entries.map(({ entryDer }) => entryDer)),
      );
    }),
  );
});

test('whatever octets are stored, they are read as a page that encodes to them or are refused as corrupt', () => {
  const damaged = fc
    .tuple(
      fc.array(entry, { minLength: 1, maxLength: 4 }),
      fc.nat(),
      fc.nat({ max: 255 }),
      fc.nat({ max: 3 }),
    )
    .map(([entries, place, octet, cut]) => {
      const page = encodeRevokedPage(entries);
      page[place % page.length] = octet;
      return page.subarray(0, page.length - cut);
    });
  const octets = fc.oneof(
    damaged,
    fc.uint8Array({ maxLength: 40 }).map((bytes) => Buffer.from(bytes)),
  );
  fc.assert(
    fc.property(octets, (page) => {
      const entries = throwsCode.unless('store_corrupt', () => decodeRevokedPage(page));
      if (entries !== undefined) assert.deepEqual(encodeRevokedPage(entries), Buffer.from(page));
      throwsCode.unless('store_corrupt', () => entriesOfPage(page));
    }),
    { numRuns: 500 },
  );
});

const tables = createTables(join(temporaryFolder(), 'store'));
after(() => tables.close());
let shard = 0;

const orders: readonly (readonly [string, (index: number) => number])[] = [
  ['ascending', (index) => index],
  ['descending', (index) => 2999 - index],
  ['scattered', (index) => (index * 1789) % 3000],
];

for (const [order, place] of orders) {
  for (const batch of [1, 7, 500]) {
    test(`${order} entries in batches of ${batch} make pages that are not too large and begin with the serial in their key`, () => {
      shard += 1;
      const total = batch === 1 ? 600 : 3000;
      const step = 3000 / total;
      tables.root.transactionSync(() => {
        for (let start = 0; start < total; start += batch) {
          const serials = Array.from({ length: Math.min(batch, total - start) }, (_, index) =>
            numberOctets(place((start + index) * step) + 200),
          );
          insert(tables, shard, serials);
        }
      });
      const pages = pagesOf(tables, shard);
      const serials = pages.flatMap(({ entries }) => entries.map(({ serialNumber }) => serialNumber));
      assert.equal(serials.length, total);
      for (const [index, each] of serials.entries()) {
        const next = serials[index + 1];
        if (next) assert.ok(compareSerials(each, next) < 0, 'serials ascend over all pages');
      }
      for (const { key, entries } of pages) {
        assert.ok(entries.length >= 1 && entries.length <= maximumPageEntries);
        assert.deepEqual(key.subarray(5), Buffer.from(entries[0]?.serialNumber ?? []));
        assert.equal(key[4], key.length - 5);
      }
      assert.ok(
        pages.length <= Math.ceil((total / maximumPageEntries) * 2.2),
        `${pages.length} pages for ${total}`,
      );
      assert.equal(readRevokedTotals(tables, 1, shard).entryCount, total);
    });
  }
}

test('serials that count upwards fill their pages to the brim', () => {
  shard += 1;
  tables.root.transactionSync(() => {
    for (let each = 0; each < 512; each += 1) insert(tables, shard, [numberOctets(each + 4096)]);
  });
  assert.deepEqual(
    pagesOf(tables, shard).map(({ entries }) => entries.length),
    [128, 128, 128, 128],
  );
});

test('an entry that is taken out goes, and a page without entries goes with it', () => {
  shard += 1;
  const serials = Array.from({ length: 300 }, (_, index) => numberOctets(index + 4096));
  tables.root.transactionSync(() => {
    insert(tables, shard, serials);
    const changes = serials.slice(100, 260).map((serialNumber) => ({
      serialNumber,
      entry: undefined,
      releasedSeconds: 1,
    }));
    applyRevokedChanges(tables, 1, shard, changes);
  });
  assert.equal(readRevokedTotals(tables, 1, shard).entryCount, 140);
  for (const { key, entries } of pagesOf(tables, shard)) {
    assert.deepEqual(key.subarray(5), Buffer.from(entries[0]?.serialNumber ?? []));
  }
});

test('the greatest issuer, shard and serial have their place', () => {
  const serialNumber = octetsOf('ff'.repeat(20));
  tables.root.transactionSync(() => applyRevokedChanges(tables, 0xffff, 0xffff, [changeOf(serialNumber)]));
  tables.root.transactionSync(() =>
    applyRevokedChanges(tables, 0xffff, 0xffff, [changeOf(octetsOf('01')), changeOf(serialNumber)]),
  );
  assert.equal(readRevokedTotals(tables, 0xffff, 0xffff).entryCount, 2);
});

function insert(into: LmdbTables, shardNumber: number, serials: readonly Uint8Array[]): void {
  const changes = [...serials].sort(compareSerials).map(changeOf);
  applyRevokedChanges(into, 1, shardNumber, changes);
}

function changeOf(serialNumber: Uint8Array) {
  const entryDer = encodeCrlEntry({ serialNumber, revocationDate: REVOKED_AT });
  return { serialNumber, entry: { serialNumber, notAfterSeconds: 1_800_000_000, entryDer } };
}

function pagesOf(from: LmdbTables, shardNumber: number) {
  return [...from.revokedPages.getRange({})]
    .map(({ key, value }) => ({ key: Buffer.from(key), entries: decodeRevokedPage(Buffer.from(value)) }))
    .filter(({ key }) => key.readUInt16BE(0) === 1 && key.readUInt16BE(2) === shardNumber);
}

/** Serials of one and two octets, so that the lengths mix. */
function numberOctets(value: number): Uint8Array {
  return octetsOf(value < 256 ? value.toString(16).padStart(2, '0') : value.toString(16).padStart(4, '0'));
}

function plain({ serialNumber, entryDer, ...rest }: RevokedPageEntry) {
  return { ...rest, serialNumber: Buffer.from(serialNumber), entryDer: Buffer.from(entryDer) };
}
