import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import type { RevocationReason } from '@lancre/pki/crl';
import fc from 'fast-check';
import type { CertificateRecord } from '#host/status/certificate-record.js';
import type { StatusStore } from '#host/status/status-store.js';
import { lookUp } from '#host/status/status-view.js';
import { LmdbStatusStore } from '#host/storage/lmdb-status-store.js';
import { createTables } from '#host/storage/lmdb-tables.js';
import { temporaryFolder } from '../storage/temporary-folder.ts';
import { MemoryStatusStore } from './memory-status-store.ts';
import { entriesIn, octetsOf } from './records.ts';
import { checkTotals, describeStatusStore, type OpenedStore, plain } from './status-store-contract.ts';

const folder = temporaryFolder();
let opened = 0;

async function openLmdb(): Promise<OpenedStore> {
  opened += 1;
  const tables = createTables(join(folder, `${opened}`));
  return { store: new LmdbStatusStore(tables), close: () => tables.close() };
}

describeStatusStore('memory', async () => ({ store: new MemoryStatusStore(), close: async () => undefined }));
describeStatusStore('LMDB', openLmdb);

/** Few serials, so that they meet; of several lengths, some of them under both issuers. */
const serials = [
  '01',
  '02',
  '7f',
  '80',
  'ff',
  '0100',
  '0180',
  'ffff',
  '010000',
  'aabbccddeeff01',
  'aabbccddeeff02',
];
const issuerIds = [1, 2];
const reasons: (RevocationReason | undefined)[] = [undefined, 'keyCompromise', 'superseded'];

const instant = fc
  .integer({ min: 1_790_000_000, max: 1_790_000_004 })
  .map((seconds) => new Date(seconds * 1000));
const revocation = fc
  .record({
    revocationTime: instant,
    reason: fc.constantFrom(...reasons),
    invalidityDate: fc.option(instant, { nil: undefined }),
  })
  .map(({ revocationTime, reason, invalidityDate }) => ({
    revocationTime,
    ...(reason === undefined ? {} : { reason }),
    ...(invalidityDate === undefined ? {} : { invalidityDate }),
  }));
const status = fc.oneof(
  fc.constant({ kind: 'assigned' } as const),
  revocation.map((facts) => ({ kind: 'revoked', ...facts }) as const),
  instant.map((revocationTime) => ({ kind: 'held', revocationTime, reason: 'certificateHold' }) as const),
);
const certificate = fc.record({
  serialNumber: fc.constantFrom(...serials).map(octetsOf),
  notAfter: fc
    .constantFrom(1_795_000_000, 1_796_000_000, 1_797_000_000)
    .map((seconds) => new Date(seconds * 1000)),
  shard: fc.nat({ max: 2 }),
  status,
});
const issuerId = fc.constantFrom(...issuerIds);
const step = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({
      do: fc.constant('assign' as const),
      issuerId,
      records: fc.array(certificate, { maxLength: 8 }),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      do: fc.constant('revoke' as const),
      issuerId,
      serial: fc.constantFrom(...serials).map(octetsOf),
      facts: revocation,
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      do: fc.constant('expire' as const),
      issuerId,
      shard: fc.nat({ max: 2 }),
      cutoff: fc.integer({ min: 1_794_999_999, max: 1_797_000_001 }),
    }),
  },
);
type Step = typeof step extends fc.Arbitrary<infer T> ? T : never;

async function take(store: StatusStore, each: Step) {
  switch (each.do) {
    case 'assign': {
      const records: CertificateRecord[] = each.records.map((fields) => ({
        issuerId: each.issuerId,
        ...fields,
      }));
      return store.assign(each.issuerId, records);
    }
    case 'revoke': {
      const outcome = await store.revoke(each.issuerId, each.serial, each.facts);
      return outcome.kind === 'unassigned' ? outcome : { kind: outcome.kind, record: plain(outcome.record) };
    }
    case 'expire':
      return expireListed(store, each);
  }
}

/** As a publisher does it: what has come since the last time is on no list yet, and stays. */
async function expireListed(
  store: StatusStore,
  { issuerId: id, shard, cutoff }: Extract<Step, { do: 'expire' }>,
) {
  const listed = listedRevisions.get(store) ?? new Map<number, number>();
  listedRevisions.set(store, listed);
  const dropped = await store.expireRevoked(id, shard, new Date(cutoff * 1000), listed.get(id) ?? 0);
  const snapshot = store.openRevoked(id);
  listed.set(id, Math.max(0, ...snapshot.shards.map(({ revision }) => revision)));
  snapshot.close();
  return dropped;
}

const listedRevisions = new WeakMap<StatusStore, Map<number, number>>();

function everything(store: StatusStore) {
  return issuerIds.map((id) => {
    const snapshot = store.openRevoked(id);
    const lists = snapshot.shards.map(({ revision: _, ...totals }) => ({
      ...totals,
      entries: entriesIn(snapshot, totals.shard).map((entry) => Buffer.from(entry).toString('hex')),
    }));
    snapshot.close();
    const records = serials.map((serial) => plain(lookUp(store, id, octetsOf(serial))));
    return { lists, records, counts: store.count(id) };
  });
}

test('any sequence of changes leaves the same records, totals and entries in LMDB and in memory, and nothing revoked becomes good', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 1, maxLength: 14 }), async (steps) => {
      const { store: lmdb, close } = await openLmdb();
      const memory = new MemoryStatusStore();
      let before = everything(memory);
      for (const each of steps) {
        assert.deepEqual(await take(lmdb, each), await take(memory, each));
        const now = everything(lmdb);
        assert.deepEqual(now, everything(memory));
        checkTotals(lmdb);
        refuseGoodAgain(before, now);
        before = now;
      }
      await close();
    }),
    { numRuns: 60 },
  );
});

function refuseGoodAgain(before: ReturnType<typeof everything>, now: ReturnType<typeof everything>): void {
  for (const [issuer, { records }] of before.entries()) {
    for (const [index, known] of records.entries()) {
      const current = now[issuer]?.records[index];
      if (known === undefined) continue;
      assert.equal(current?.shard, known.shard);
      if (known.status.kind === 'revoked') assert.equal(current?.status.kind, 'revoked');
      if (known.status.kind === 'held') assert.notEqual(current?.status.kind, 'assigned');
    }
  }
}
