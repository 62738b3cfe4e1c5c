import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import { lookUp } from '#host/status/status-view.js';
import { LmdbStatusStore } from '#host/storage/lmdb-status-store.js';
import { LmdbStatusView } from '#host/storage/lmdb-status-view.js';
import { createTables, openExistingTables } from '#host/storage/lmdb-tables.js';
import { octetsOf, REVOKED_AT, record, revoked } from '../status/records.ts';
import { picture } from '../status/status-store-contract.ts';
import { inOtherProcess } from './other-process.ts';
import { temporaryFolder } from './temporary-folder.ts';
import { rejectsWithCode, throwsCode } from './throws-code.ts';

const folder = temporaryFolder();
let opened = 0;

function newFolder(): string {
  opened += 1;
  return join(folder, `${opened}`);
}

function nextTurn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

test('everything is there after the store was closed and opened again', async () => {
  const path = newFolder();
  const first = createTables(path);
  const batch = Array.from({ length: 400 }, (_, index) =>
    record((4096 + index).toString(16), {
      shard: index % 3,
      status: index % 4 ? { kind: 'assigned' } : revoked(),
    }),
  );
  await new LmdbStatusStore(first).assign(1, batch);
  const before = picture(new LmdbStatusStore(first), 1);
  await first.close();
  const second = openExistingTables(path, 'write');
  const store = new LmdbStatusStore(second);
  assert.deepEqual(picture(store, 1), before);
  assert.deepEqual(store.count(1), { assigned: 400, listed: 100 });
  for (const { serialNumber, status } of batch)
    assert.deepEqual(lookUp(store, 1, serialNumber)?.status, status);
  await second.close();
});

test('a batch with a record that cannot be stored is not taken in at all', async () => {
  const tables = createTables(newFolder());
  const store = new LmdbStatusStore(tables);
  await store.assign(1, [record('05')]);
  const tooLate = record('03', { notAfter: new Date('+010000-01-01T00:00:00Z') });
  await rejectsWithCode(
    'input_invalid',
    store.assign(1, [record('01'), record('05', { status: revoked() }), tooLate, record('04')]),
  );
  await rejectsWithCode('input_invalid', store.assign(1, [record('01'), record('aa'.repeat(21))]));
  await nextTurn();
  assert.equal(lookUp(store, 1, octetsOf('01')), undefined);
  assert.equal(lookUp(store, 1, octetsOf('05'))?.status.kind, 'assigned');
  assert.deepEqual(store.count(1), { assigned: 1, listed: 0 });
  await tables.close();
});

test('what another process revokes is seen at the next turn of the event loop', async () => {
  const path = newFolder();
  const writer = createTables(path);
  await new LmdbStatusStore(writer).assign(1, [record('01')]);
  const reader = openExistingTables(path, 'read');
  const view = new LmdbStatusView(reader);
  const key = view.keyOf(1, octetsOf('01'));
  const good = view.read(key);
  assert.ok(good && view.isCurrent(key, good));
  inOtherProcess(path, 'revoke', '01');
  await nextTurn();
  assert.equal(view.isCurrent(key, good), false);
  assert.equal(lookUp(view, 1, octetsOf('01'))?.status.kind, 'revoked');
  assert.equal(new LmdbStatusStore(writer).count(1).listed, 1);
  await reader.close();
  await writer.close();
});

test('what another process assigns is seen at the next turn of the event loop', async () => {
  const path = newFolder();
  const writer = createTables(path);
  const store = new LmdbStatusStore(writer);
  const reader = openExistingTables(path, 'read');
  const view = new LmdbStatusView(reader);
  for (const serial of ['01', '02']) {
    assert.equal(lookUp(view, 1, octetsOf(serial)), undefined);
    assert.equal(lookUp(store, 1, octetsOf(serial)), undefined);
    inOtherProcess(path, 'assign', serial);
    await nextTurn();
    assert.ok(lookUp(view, 1, octetsOf(serial)));
    assert.ok(lookUp(store, 1, octetsOf(serial)));
  }
  assert.equal(store.count(1).assigned, 2);
  await reader.close();
  await writer.close();
});

test('a revocation of this process is seen in the same turn', async () => {
  const tables = createTables(newFolder());
  const store = new LmdbStatusStore(tables);
  const view = new LmdbStatusView(tables);
  await store.assign(1, [record('01')]);
  const key = view.keyOf(1, octetsOf('01'));
  const good = view.read(key);
  const change = store.revoke(1, octetsOf('01'), { revocationTime: REVOKED_AT });
  assert.ok(good);
  assert.equal(view.isCurrent(key, good), false);
  await change;
  assert.equal(lookUp(view, 1, octetsOf('01'))?.status.kind, 'revoked');
  await tables.close();
});

test('a revocation that was acknowledged outlives the process that made it', async () => {
  const path = newFolder();
  const first = createTables(path);
  await new LmdbStatusStore(first).assign(1, [record('01')]);
  await first.close();
  inOtherProcess(path, 'revoke-and-die', '01');
  const second = openExistingTables(path, 'write');
  assert.equal(lookUp(new LmdbStatusStore(second), 1, octetsOf('01'))?.status.kind, 'revoked');
  assert.equal(new LmdbStatusStore(second).count(1).listed, 1);
  await second.close();
});

test('what was read stays as it was when the store changes', async () => {
  const tables = createTables(newFolder());
  const store = new LmdbStatusStore(tables);
  await store.assign(1, [record('01'), record('02')]);
  const key = store.keyOf(1, octetsOf('01'));
  const version = store.read(key);
  assert.ok(version);
  const copy = Buffer.from(version);
  for (const serial of ['01', '02']) await store.revoke(1, octetsOf(serial), { revocationTime: REVOKED_AT });
  store.read(store.keyOf(1, octetsOf('02')));
  assert.deepEqual(Buffer.from(version), copy);
  assert.equal(store.decode(key, version).status.kind, 'assigned');
  await tables.close();
});

test('tables opened for reading cannot be written', async () => {
  const path = newFolder();
  const writer = createTables(path);
  await new LmdbStatusStore(writer).assign(1, [record('01')]);
  const reader = openExistingTables(path, 'read');
  await assert.rejects(new LmdbStatusStore(reader).revoke(1, octetsOf('01'), { revocationTime: REVOKED_AT }));
  await assert.rejects(new LmdbStatusStore(reader).assign(1, [record('02')]));
  await nextTurn();
  assert.equal(lookUp(new LmdbStatusView(writer), 1, octetsOf('01'))?.status.kind, 'assigned');
  assert.equal(lookUp(new LmdbStatusView(reader), 1, octetsOf('02')), undefined);
  await reader.close();
  await writer.close();
});

test('a store of another schema is refused and left alone', async () => {
  const path = newFolder();
  const tables = createTables(path);
  tables.meta.putSync(Buffer.from('schema'), Uint8Array.of(99));
  await tables.close();
  throwsCode('store_version', () => createTables(path), path, '99');
  throwsCode('store_version', () => openExistingTables(path, 'read'), path, '99');
});

test('a store that is not there is named, and not made by opening it', () => {
  const path = newFolder();
  for (const access of ['read', 'write'] as const) {
    throwsCode('file_missing', () => openExistingTables(path, access), path, 'lancre init');
  }
});

test('a store without a schema number is refused as corrupt', async () => {
  const path = newFolder();
  const tables = createTables(path);
  tables.meta.removeSync(Buffer.from('schema'));
  await tables.close();
  throwsCode('store_corrupt', () => openExistingTables(path, 'read'), path);
});

test('to make a store that is there opens it', async () => {
  const path = newFolder();
  const first = createTables(path);
  await new LmdbStatusStore(first).assign(1, [record('01')]);
  await first.close();
  const second = createTables(path);
  assert.equal(new LmdbStatusStore(second).count(1).assigned, 1);
  await second.close();
});
