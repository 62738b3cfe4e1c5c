import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import type { Publication } from '#host/publish/publication-store.js';
import { LmdbPublicationStore } from '#host/storage/lmdb-publication-store.js';
import { createTables, type LmdbTables, openExistingTables } from '#host/storage/lmdb-tables.js';
import { besideOtherProcesses } from './other-process.ts';
import { temporaryFolder } from './temporary-folder.ts';
import { throwsCode } from './throws-code.ts';

const folder = temporaryFolder();
const scope = { issuerId: 1, issuerName: 'e1', shard: 3 };
let opened = 0;

async function withTables(body: (tables: LmdbTables, path: string) => Promise<void>): Promise<void> {
  opened += 1;
  const path = join(folder, `${opened}`);
  const tables = createTables(path);
  await body(tables, path).finally(() => tables.close());
}

function publication(crlNumber: bigint): Publication {
  return {
    object: 'ab'.repeat(32),
    crlNumber,
    thisUpdate: new Date('2026-11-25T00:00:00Z'),
    nextUpdate: new Date('2026-12-03T23:59:59Z'),
    revision: 12,
    entryCount: 3,
    length: 512,
  };
}

test('CRL-08: numbers of a scope go up by one, each scope and issuer by itself', () =>
  withTables(async (tables) => {
    const store = new LmdbPublicationStore(tables);
    const numbers = [];
    for (let index = 0; index < 3; index += 1) numbers.push(await store.takeCrlNumber(scope, 0n));
    assert.deepEqual(numbers, [1n, 2n, 3n]);
    assert.equal(await store.takeCrlNumber({ ...scope, shard: 0 }, 0n), 1n);
    assert.equal(await store.takeCrlNumber({ ...scope, issuerId: 2 }, 0n), 1n);
  }));

test('CRL-08: the clock is a floor, and a clock set back does not bring a number back', () =>
  withTables(async (tables) => {
    const store = new LmdbPublicationStore(tables);
    assert.equal(await store.takeCrlNumber(scope, 1_790_000_000n), 1_790_000_000n);
    assert.equal(await store.takeCrlNumber(scope, 1_790_000_000n), 1_790_000_001n);
    assert.equal(await store.takeCrlNumber(scope, 1_700_000_000n), 1_790_000_002n);
    assert.equal(await store.takeCrlNumber(scope, 1_790_000_003n), 1_790_000_003n);
    assert.equal(await store.takeCrlNumber(scope, 1n << 158n), 1n << 158n);
    assert.equal(await store.takeCrlNumber(scope, 0n), (1n << 158n) + 1n);
  }));

test('CRL-08: numbers go on after the store was closed and opened again', () =>
  withTables(async (tables, path) => {
    await new LmdbPublicationStore(tables).takeCrlNumber(scope, 41n);
    await tables.close();
    const again = openExistingTables(path, 'write');
    assert.equal(await new LmdbPublicationStore(again).takeCrlNumber(scope, 0n), 42n);
    await again.close();
  }));

test('T-17, T-23o: two processes that take numbers at once never get the same', () =>
  withTables(async (tables, path) => {
    const printed = await Promise.all([1, 2].map(() => besideOtherProcesses(path, 'take-numbers', '200')));
    const taken = printed.map((text) => text.trim().split(' ').map(Number));
    for (const numbers of taken) {
      assert.equal(numbers.length, 200);
      for (const [index, number] of numbers.entries())
        assert.ok(index === 0 || number > (numbers[index - 1] ?? 0));
    }
    assert.equal(new Set(taken.flat()).size, 400);
    assert.equal(await new LmdbPublicationStore(tables).takeCrlNumber(scope, 0n), 401n);
  }));

test('a publication comes back as it was saved, and keeps the numbers taken since', () =>
  withTables(async (tables) => {
    const store = new LmdbPublicationStore(tables);
    assert.equal(store.findPublication(1, 3), undefined);
    await store.takeCrlNumber(scope, 9n);
    assert.equal(store.findPublication(1, 3), undefined);
    await store.takeCrlNumber(scope, 0n);
    await store.savePublication(scope, publication(9n));
    assert.deepEqual(store.findPublication(1, 3), publication(9n));
    assert.equal(await store.takeCrlNumber(scope, 0n), 11n);
    assert.deepEqual(store.findPublication(1, 3), publication(9n));
  }));

test('T-17: an older publication that comes late does not take the place of a newer one', () =>
  withTables(async (tables) => {
    const store = new LmdbPublicationStore(tables);
    await store.savePublication(scope, publication(8n));
    await store.savePublication(scope, { ...publication(7n), length: 1 });
    assert.deepEqual(store.findPublication(1, 3), publication(8n));
  }));

test('the shards ever published ascend; one for which only a number was taken is not among them', () =>
  withTables(async (tables) => {
    const store = new LmdbPublicationStore(tables);
    for (const shard of [300, 2, 0, 65_535])
      await store.savePublication({ ...scope, shard }, publication(1n));
    await store.savePublication({ ...scope, issuerId: 2, shard: 4 }, publication(1n));
    await store.takeCrlNumber({ ...scope, shard: 5 }, 0n);
    assert.deepEqual(store.publishedShards(1), [0, 2, 300, 65_535]);
    assert.deepEqual(store.publishedShards(3), []);
  }));

test('octets that are no publication are refused as corrupt', () =>
  withTables(async (tables) => {
    const store = new LmdbPublicationStore(tables);
    for (const text of [
      '',
      '{',
      '{}',
      '{"lastNumber":"x"}',
      '{"lastNumber":"1","publication":{"crlNumber":"y"}}',
    ]) {
      tables.publications.putSync(Buffer.from('00010003', 'hex'), Buffer.from(text));
      throwsCode('store_corrupt', () => store.findPublication(1, 3));
    }
  }));
