import assert from 'node:assert/strict';
import { test } from 'node:test';
import { decodeCrlEntry } from '@lancre/pki/crl';
import fc from 'fast-check';
import { type CertificateRecord, notAfterUnknown } from '#host/status/certificate-record.js';
import type { RevokedSnapshot } from '#host/status/revoked-snapshot.js';
import type { StatusStore } from '#host/status/status-store.js';
import { lookUp } from '#host/status/status-view.js';
import {
  entriesIn,
  held,
  NOT_AFTER,
  octetsOf,
  REVOKED_AT,
  record,
  revoked,
  walkedSerials,
} from './records.ts';

const EARLIER = new Date('2026-11-19T00:00:00Z');
const LATER = new Date('2026-11-21T00:00:00Z');

/** A revision that no change has reached. */
const ALL = Number.MAX_SAFE_INTEGER;

/** What a store under test is opened with; `close` is called when the test ends. */
export interface OpenedStore {
  readonly store: StatusStore;
  close(): Promise<void>;
}

/** The contract of StatusStore and StatusView, sentence by sentence; to be run on every implementation. */
export function describeStatusStore(name: string, open: () => Promise<OpenedStore>): void {
  const check = (statement: string, body: (store: StatusStore) => Promise<void>) =>
    test(`${name}: ${statement}`, async () => {
      const opened = await open();
      try {
        await body(opened.store);
      } finally {
        await opened.close();
      }
    });
  describeLookUps(check);
  describeAssign(check);
  describeRevoke(check);
  describeSnapshots(check);
  describeExpiry(check);
  describeHolds(check);
  describeChanges(check);
  describeUnknownNotAfter(check);
}

type Check = (statement: string, body: (store: StatusStore) => Promise<void>) => void;

function describeLookUps(check: Check): void {
  check('OREQ-16: a serial that was never assigned has no record', async (store) => {
    await store.assign(1, [record('01')]);
    assert.equal(lookUp(store, 1, octetsOf('02')), undefined);
    assert.equal(lookUp(store, 1, octetsOf('0100')), undefined);
  });

  check('a record comes back as it was assigned', async (store) => {
    const records = [
      record('01'),
      record('7f00', { shard: 65_535 }),
      record('ff'.repeat(20), {
        shard: 3,
        status: revoked({ reason: 'keyCompromise', invalidityDate: EARLIER }),
      }),
      record('80', { status: held() }),
      record('81', { status: revoked() }),
      record('82', { notAfter: new Date('9999-12-31T23:59:59Z') }),
      record('83', { status: revoked({ invalidityDate: new Date(0) }) }),
    ];
    await store.assign(1, records);
    for (const each of records) assert.deepEqual(plain(lookUp(store, 1, each.serialNumber)), plain(each));
  });

  check('T-23g: the same serial under two issuers is two certificates', async (store) => {
    await store.assign(1, [record('0a')]);
    await store.assign(2, [record('0a', { issuerId: 2, notAfter: LATER, shard: 4 })]);
    await store.revoke(2, octetsOf('0a'), { revocationTime: REVOKED_AT });
    assert.equal(lookUp(store, 1, octetsOf('0a'))?.status.kind, 'assigned');
    assert.equal(lookUp(store, 2, octetsOf('0a'))?.status.kind, 'revoked');
    assert.deepEqual(store.count(1), { assigned: 1, listed: 0 });
    assert.deepEqual(store.count(2), { assigned: 1, listed: 1 });
    assert.deepEqual(picture(store, 1), []);
  });

  check('issuers 1 and 256 do not share a key', async (store) => {
    await store.assign(1, [record('02', { status: revoked(), shard: 256 })]);
    await store.assign(256, [record('02', { issuerId: 256 })]);
    assert.equal(lookUp(store, 256, octetsOf('02'))?.status.kind, 'assigned');
    assert.deepEqual(picture(store, 256), []);
  });

  check('a version is current until the record changes, and never again', async (store) => {
    await store.assign(1, [record('05')]);
    const key = store.keyOf(1, octetsOf('05'));
    const good = store.read(key);
    assert.ok(good);
    assert.equal(store.isCurrent(key, good), true);
    await store.revoke(1, octetsOf('05'), { revocationTime: REVOKED_AT });
    assert.equal(store.isCurrent(key, good), false);
    const first = store.read(key);
    assert.ok(first && store.isCurrent(key, first));
    await store.revoke(1, octetsOf('05'), { revocationTime: EARLIER, reason: 'keyCompromise' });
    assert.equal(store.isCurrent(key, first), false);
    assert.equal(store.isCurrent(key, good), false);
  });

  check('versions of equal records are equal octet for octet', async (store) => {
    await store.assign(1, [record('05'), record('06'), record('07', { shard: 1 })]);
    const [five, six, seven] = ['05', '06', '07'].map((serial) =>
      store.read(store.keyOf(1, octetsOf(serial))),
    );
    assert.deepEqual(five, six);
    assert.notDeepEqual(five, seven);
  });

  check(
    'a walk meets every certificate once, in the order of the numbers, as it is at that moment',
    async (store) => {
      const serials = ['01', '7f', '80', 'ff', '0100', 'ffff', '010000'];
      await store.assign(
        1,
        [...serials].reverse().map((serial) => record(serial)),
      );
      await store.assign(2, [record('02', { issuerId: 2 })]);
      const met: string[] = [];
      let after: Uint8Array | undefined;
      for (let part = store.certificatesAfter(1, after, 3); part.length > 0; ) {
        for (const { serialNumber, version } of part) {
          met.push(Buffer.from(serialNumber).toString('hex'));
          assert.equal(store.isCurrent(store.keyOf(1, serialNumber), version), true);
        }
        if (met.length === 3) await store.revoke(1, octetsOf('ff'), { revocationTime: REVOKED_AT });
        after = part.at(-1)?.serialNumber;
        part = store.certificatesAfter(1, after, 3);
      }
      assert.deepEqual(met, serials);
      assert.deepEqual(store.certificatesAfter(3, undefined, 3), []);
    },
  );

  check(
    'ORSP-28: what is dropped from the lists after its end keeps its record, and stays revoked',
    async (store) => {
      await store.assign(1, [record('05', { status: revoked() })]);
      const snapshot = store.openRevoked(1);
      const revision = snapshot.shards[0]?.revision ?? 0;
      snapshot.close();
      assert.equal(await store.expireRevoked(1, 0, new Date('2027-07-01T00:00:00Z'), revision), 1);
      assert.equal(lookUp(store, 1, octetsOf('05'))?.status.kind, 'revoked');
    },
  );

  check('no version is current where there is no record', async (store) => {
    await store.assign(1, [record('05')]);
    const version = store.read(store.keyOf(1, octetsOf('05')));
    assert.ok(version);
    assert.equal(store.isCurrent(store.keyOf(1, octetsOf('06')), version), false);
  });
}

function describeAssign(check: Check): void {
  check('certificates are taken in in any order', async (store) => {
    const serials = ['ff', '0100', '01', '010000', '80', '0200', '02'];
    assert.equal(
      (
        await store.assign(
          1,
          serials.map((serial) => record(serial)),
        )
      ).added,
      7,
    );
    for (const serial of serials) assert.ok(lookUp(store, 1, octetsOf(serial)));
    assert.deepEqual(store.count(1), { assigned: 7, listed: 0 });
  });

  check('an empty batch changes nothing', async (store) => {
    assert.deepEqual(await store.assign(1, []), summary({}));
    assert.deepEqual(store.count(1), { assigned: 0, listed: 0 });
  });

  check('the same batch taken in twice changes nothing the second time', async (store) => {
    const batch = [
      record('01'),
      record('02', { status: revoked({ reason: 'superseded' }), shard: 2 }),
      record('03', { status: held() }),
    ];
    assert.deepEqual(await store.assign(1, batch), summary({ added: 3 }));
    const before = picture(store, 1);
    assert.deepEqual(await store.assign(1, batch), summary({ unchanged: 3 }));
    assert.deepEqual(picture(store, 1), before);
    assert.deepEqual(store.count(1), { assigned: 3, listed: 2 });
  });

  check('a batch that changed a reason to keyCompromise changes nothing the second time', async (store) => {
    await store.assign(1, [
      record('01', { status: revoked({ reason: 'superseded', invalidityDate: EARLIER }) }),
    ]);
    const batch = [record('01', { status: revoked({ reason: 'keyCompromise', revocationTime: LATER }) })];
    assert.deepEqual(await store.assign(1, batch), summary({ revoked: 1 }));
    const before = picture(store, 1);
    assert.deepEqual(await store.assign(1, batch), summary({ unchanged: 1 }));
    assert.deepEqual(picture(store, 1), before);
  });

  check('a known certificate that comes again revoked is revoked', async (store) => {
    await store.assign(1, [record('01', { shard: 2 })]);
    const status = revoked({ reason: 'superseded' });
    assert.deepEqual(await store.assign(1, [record('01', { shard: 2, status })]), summary({ revoked: 1 }));
    assert.deepEqual(lookUp(store, 1, octetsOf('01'))?.status, status);
    assert.deepEqual(walkShard(store, 2), ['01']);
  });

  check('a revoked certificate that comes again good stays revoked', async (store) => {
    await store.assign(1, [record('01', { status: revoked() }), record('02', { status: held() })]);
    assert.deepEqual(await store.assign(1, [record('01'), record('02')]), summary({ unchanged: 2 }));
    assert.equal(lookUp(store, 1, octetsOf('01'))?.status.kind, 'revoked');
    assert.equal(lookUp(store, 1, octetsOf('02'))?.status.kind, 'held');
  });

  check('SHD-06: a certificate keeps the shard it was given first', async (store) => {
    await store.assign(1, [record('01', { shard: 3 })]);
    assert.deepEqual(await store.assign(1, [record('01', { shard: 5 })]), summary({ unchanged: 1 }));
    await store.assign(1, [record('01', { shard: 5, status: revoked() })]);
    assert.equal(lookUp(store, 1, octetsOf('01'))?.shard, 3);
    assert.deepEqual(walkShard(store, 3), ['01']);
    assert.deepEqual(walkShard(store, 5), []);
  });

  check('another notAfter is a conflict, names its position and changes nothing', async (store) => {
    await store.assign(1, [record('01'), record('02')]);
    const batch = [
      record('03'),
      record('02', { notAfter: LATER, status: revoked() }),
      record('01', { notAfter: LATER }),
    ];
    const conflicts = [
      { index: 1, field: 'notAfter' },
      { index: 2, field: 'notAfter' },
    ];
    assert.deepEqual(await store.assign(1, batch), summary({ added: 1, conflicts }));
    assert.equal(lookUp(store, 1, octetsOf('02'))?.status.kind, 'assigned');
    assert.deepEqual(lookUp(store, 1, octetsOf('02'))?.notAfter, NOT_AFTER);
  });

  check('other facts of a revocation are a conflict and change nothing', async (store) => {
    const status = revoked({ reason: 'superseded' });
    await store.assign(1, [record('01', { status }), record('02', { status }), record('03', { status })]);
    const batch = [
      record('01', { status: revoked({ reason: 'superseded', revocationTime: LATER }) }),
      record('02', { status: revoked({ reason: 'cessationOfOperation' }) }),
      record('03', { status: held() }),
    ];
    const conflicts = [0, 1, 2].map((index) => ({ index, field: 'revocation' }));
    assert.deepEqual(await store.assign(1, batch), summary({ conflicts }));
    for (const serial of ['01', '02', '03'])
      assert.deepEqual(lookUp(store, 1, octetsOf(serial))?.status, status);
  });

  check('one certificate twice in a batch is assigned once', async (store) => {
    assert.deepEqual(
      await store.assign(1, [record('07'), record('07')]),
      summary({ added: 1, unchanged: 1 }),
    );
    assert.deepEqual(store.count(1), { assigned: 1, listed: 0 });
  });

  check('one certificate good and revoked in a batch is revoked, in either order', async (store) => {
    const status = revoked({ reason: 'superseded' });
    const batch = [record('08'), record('09', { status }), record('08', { status }), record('09')];
    assert.deepEqual(
      await store.assign(1, batch),
      summary({ added: 2, revoked: 1, changed: [2], unchanged: 1 }),
    );
    assert.deepEqual(walkShard(store, 0), ['08', '09']);
    assert.deepEqual(store.count(1), { assigned: 2, listed: 2 });
  });

  check('one certificate twice in a batch with two notAfters is a conflict of the second', async (store) => {
    const batch = [record('07'), record('07', { notAfter: LATER })];
    const conflicts = [{ index: 1, field: 'notAfter' }];
    assert.deepEqual(await store.assign(1, batch), summary({ added: 1, conflicts }));
  });

  check('a held certificate that comes revoked is revoked', async (store) => {
    await store.assign(1, [record('01', { status: held() })]);
    await store.assign(1, [record('01', { status: revoked({ revocationTime: LATER }) })]);
    assert.deepEqual(lookUp(store, 1, octetsOf('01'))?.status, revoked({ revocationTime: LATER }));
    assert.equal(entryOf(store, 0, '01').reason, undefined);
  });
}

function describeRevoke(check: Check): void {
  check('to revoke what was never assigned does nothing', async (store) => {
    const outcome = await store.revoke(1, octetsOf('01'), { revocationTime: REVOKED_AT });
    assert.deepEqual(outcome, { kind: 'unassigned' });
    assert.equal(lookUp(store, 1, octetsOf('01')), undefined);
    assert.deepEqual(picture(store, 1), []);
  });

  check('a revocation is in the record, in the list and in the counts', async (store) => {
    await store.assign(1, [record('01', { shard: 2 }), record('02', { shard: 2 })]);
    const facts = { revocationTime: REVOKED_AT, reason: 'superseded', invalidityDate: EARLIER } as const;
    const outcome = await store.revoke(1, octetsOf('01'), facts);
    assert.equal(outcome.kind, 'revoked');
    assert.deepEqual(lookUp(store, 1, octetsOf('01'))?.status, { kind: 'revoked', ...facts });
    const entry = entryOf(store, 2, '01');
    assert.deepEqual(
      [entry.reason, entry.revocationDate, entry.invalidityDate],
      ['superseded', REVOKED_AT, EARLIER],
    );
    assert.deepEqual(store.count(1), { assigned: 2, listed: 1 });
  });

  check('the same revocation made twice changes nothing the second time', async (store) => {
    await store.assign(1, [record('01')]);
    await store.revoke(1, octetsOf('01'), { revocationTime: REVOKED_AT, reason: 'superseded' });
    const before = picture(store, 1);
    const again = await store.revoke(1, octetsOf('01'), { revocationTime: REVOKED_AT, reason: 'superseded' });
    assert.equal(again.kind, 'unchanged');
    assert.deepEqual(picture(store, 1), before);
  });

  check('REV-13: a second revocation keeps the first date and reason', async (store) => {
    await store.assign(1, [record('01', { status: revoked({ reason: 'superseded' }) })]);
    for (const revocationTime of [EARLIER, LATER]) {
      const outcome = await store.revoke(1, octetsOf('01'), {
        revocationTime,
        reason: 'cessationOfOperation',
      });
      assert.equal(outcome.kind, 'unchanged');
    }
    assert.deepEqual(lookUp(store, 1, octetsOf('01'))?.status, revoked({ reason: 'superseded' }));
  });

  check('REV-06, T-23a: a later proof of compromise is in the record and on the list', async (store) => {
    await store.assign(1, [record('01', { status: revoked({ reason: 'superseded' }) })]);
    const outcome = await store.revoke(1, octetsOf('01'), {
      revocationTime: EARLIER,
      reason: 'keyCompromise',
    });
    assert.equal(outcome.kind, 'changed');
    const entry = entryOf(store, 0, '01');
    assert.deepEqual([entry.reason, entry.revocationDate], ['keyCompromise', EARLIER]);
    assert.deepEqual(walkShard(store, 0), ['01']);
    await store.revoke(1, octetsOf('01'), { revocationTime: LATER, reason: 'keyCompromise' });
    assert.deepEqual(entryOf(store, 0, '01').revocationDate, EARLIER);
  });

  check('a held certificate is revoked for good', async (store) => {
    await store.assign(1, [record('01', { status: held() })]);
    assert.equal(entryOf(store, 0, '01').reason, 'certificateHold');
    const outcome = await store.revoke(1, octetsOf('01'), { revocationTime: LATER, reason: 'superseded' });
    assert.equal(outcome.kind, 'revoked');
    assert.equal(entryOf(store, 0, '01').reason, 'superseded');
    assert.deepEqual(store.count(1), { assigned: 1, listed: 1 });
  });

  check('CRL-12, T-20: an unspecified reason is not encoded', async (store) => {
    await store.assign(1, [record('01')]);
    await store.revoke(1, octetsOf('01'), { revocationTime: REVOKED_AT });
    assert.equal(entryOf(store, 0, '01').extensions.length, 0);
  });
}

function describeSnapshots(check: Check): void {
  check('a snapshot does not see what is changed after it was taken', async (store) => {
    await store.assign(1, [record('01', { status: revoked() }), record('02', { shard: 2 })]);
    const snapshot = store.openRevoked(1);
    const before = pictureOf(snapshot);
    await store.revoke(1, octetsOf('02'), { revocationTime: REVOKED_AT });
    await store.assign(1, [record('03', { status: revoked() })]);
    await store.expireRevoked(1, 0, new Date('2028-01-01T00:00:00Z'), ALL);
    await new Promise((resolve) => setTimeout(resolve, 5));
    assert.deepEqual(pictureOf(snapshot), before);
    snapshot.close();
    assert.deepEqual(walkShard(store, 2), ['02']);
  });

  check('two snapshots of two moments are open at once', async (store) => {
    await store.assign(1, [record('01', { status: revoked() })]);
    const first = store.openRevoked(1);
    await store.assign(1, [record('02', { status: revoked() })]);
    const second = store.openRevoked(1);
    await store.assign(1, [record('03', { status: revoked() })]);
    assert.deepEqual([walkedSerials(first, 0), walkedSerials(second, 0)], [['01'], ['01', '02']]);
    first.close();
    assert.deepEqual(walkedSerials(second, 0), ['01', '02']);
    second.close();
  });

  check('entries are walked in the order of the numbers, whatever their lengths', async (store) => {
    const serials = [
      '80',
      '0100',
      'ff',
      'ffff',
      '01',
      '010000',
      '7f',
      '02',
      '0101',
      '100000000000000000',
      'aa'.repeat(16),
    ];
    await store.assign(
      1,
      serials.map((serial) => record(serial, { status: revoked() })),
    );
    const sorted = [...serials].sort((a, b) => (BigInt(`0x${a}`) < BigInt(`0x${b}`) ? -1 : 1));
    assert.deepEqual(walkShard(store, 0), sorted);
  });

  check('serials that share their first octets are walked in order', async (store) => {
    const serials = Array.from(
      { length: 300 },
      (_, index) => `aabbccddeeff${((index * 7919) % 65_536).toString(16).padStart(4, '0')}`,
    );
    await store.assign(
      1,
      serials.map((serial) => record(serial, { status: revoked() })),
    );
    assert.deepEqual(walkShard(store, 0), [...serials].sort());
  });

  check('totals are those of the walk, before and after every kind of change', async (store) => {
    const serials = Array.from({ length: 700 }, (_, index) => (index * 37 + 1).toString(16).padStart(6, '0'));
    const batch = serials.map((serial, index) =>
      record(serial.replace(/^(00)+/, ''), {
        shard: index % 3,
        status: index % 2 ? revoked() : { kind: 'assigned' },
      }),
    );
    await store.assign(1, batch);
    checkTotals(store);
    for (const { serialNumber } of batch.slice(0, 40)) {
      await store.revoke(1, serialNumber, {
        revocationTime: EARLIER,
        reason: 'keyCompromise',
        invalidityDate: EARLIER,
      });
    }
    checkTotals(store);
    assert.equal(store.count(1).listed, 370);
  });

  check('the shards of a snapshot ascend, and an issuer without revocations has none', async (store) => {
    assert.deepEqual(picture(store, 1), []);
    await store.assign(1, [
      record('01', { shard: 300, status: revoked() }),
      record('02', { shard: 2, status: revoked() }),
      record('03', { status: revoked() }),
    ]);
    assert.deepEqual(
      picture(store, 1).map(({ shard }) => shard),
      [0, 2, 300],
    );
  });

  check("a shard's revision grows with every change of its entries, and only then", async (store) => {
    const revisionOf = (shard: number) =>
      picture(store, 1).find((totals) => totals.shard === shard)?.revision ?? 0;
    await store.assign(1, [record('01', { shard: 1 }), record('02', { shard: 2, status: revoked() })]);
    assert.equal(revisionOf(1), 0);
    const untouched = revisionOf(2);
    await store.revoke(1, octetsOf('01'), { revocationTime: REVOKED_AT });
    const once = revisionOf(1);
    await store.revoke(1, octetsOf('01'), { revocationTime: LATER });
    assert.equal(revisionOf(1), once);
    await store.revoke(1, octetsOf('01'), { revocationTime: EARLIER, reason: 'keyCompromise' });
    assert.ok(once > 0 && revisionOf(1) > once);
    assert.equal(revisionOf(2), untouched);
  });
}

function describeExpiry(check: Check): void {
  const cutoff = new Date('2027-01-01T00:00:00Z');
  const before = new Date('2026-12-31T23:59:59Z');

  check('CRL-18: expiry drops from the list, not from the records', async (store) => {
    await store.assign(1, [
      record('01', { shard: 2, notAfter: before, status: revoked() }),
      record('02', { shard: 2, status: revoked() }),
    ]);
    assert.equal(await store.expireRevoked(1, 2, cutoff, ALL), 1);
    assert.deepEqual(walkShard(store, 2), ['02']);
    assert.equal(lookUp(store, 1, octetsOf('01'))?.status.kind, 'revoked');
    assert.deepEqual(store.count(1), { assigned: 2, listed: 1 });
    checkTotals(store);
  });

  check('a certificate whose notAfter is the cutoff itself stays', async (store) => {
    const status = revoked();
    await store.assign(1, [
      record('01', { notAfter: cutoff, status }),
      record('02', { notAfter: before, status }),
    ]);
    assert.equal(await store.expireRevoked(1, 0, cutoff, ALL), 1);
    assert.deepEqual(walkShard(store, 0), ['01']);
    assert.equal(await store.expireRevoked(1, 0, new Date(cutoff.getTime() + 1000), ALL), 1);
  });

  check('T-19: what came after the revision of the last list stays, expired or not', async (store) => {
    const status = revoked();
    const fields = { shard: 2, notAfter: before, status };
    await store.assign(1, [
      record('01', fields),
      record('02', { ...fields, status: revoked({ reason: 'superseded' }) }),
    ]);
    const listed = picture(store, 1)[0]?.revision ?? 0;
    await store.assign(1, [record('03', fields)]);
    await store.revoke(1, octetsOf('02'), { revocationTime: EARLIER, reason: 'keyCompromise' });
    assert.equal(await store.expireRevoked(1, 2, cutoff, listed), 1);
    assert.deepEqual(walkShard(store, 2), ['02', '03']);
    assert.equal(await store.expireRevoked(1, 2, cutoff, listed), 0);
    assert.equal(await store.expireRevoked(1, 2, cutoff, picture(store, 1)[0]?.revision ?? 0), 2);
    checkTotals(store);
  });

  check('the revisions of all shards are in one order', async (store) => {
    const revisionOf = (shard: number) =>
      picture(store, 1).find((totals) => totals.shard === shard)?.revision ?? 0;
    for (const [first, then] of [
      [1, 2],
      [2, 1],
      [0, 2],
      [2, 0],
    ] as const) {
      await store.assign(1, [record(`1${first}${first}${then}`, { shard: first, status: revoked() })]);
      await store.assign(1, [record(`2${first}${first}${then}`, { shard: then, status: revoked() })]);
      assert.ok(revisionOf(then) > revisionOf(first));
    }
  });

  check('expiry touches one shard only, and is done once', async (store) => {
    const status = revoked();
    await store.assign(1, [
      record('01', { shard: 1, notAfter: before, status }),
      record('02', { shard: 2, notAfter: before, status }),
    ]);
    await store.assign(2, [record('03', { issuerId: 2, shard: 1, notAfter: before, status })]);
    assert.equal(await store.expireRevoked(1, 1, cutoff, ALL), 1);
    const after = picture(store, 1);
    assert.equal(await store.expireRevoked(1, 1, cutoff, ALL), 0);
    assert.deepEqual(picture(store, 1), after);
    assert.deepEqual(walkShard(store, 2), ['02']);
    assert.deepEqual(store.count(2), { assigned: 1, listed: 1 });
  });

  check('expiry of many leaves the rest in order, and the earliest notAfter right', async (store) => {
    const batch = Array.from({ length: 600 }, (_, index) =>
      record((index + 4096).toString(16), {
        notAfter: new Date(before.getTime() + (index % 5) * 86_400_000),
        status: revoked(),
      }),
    );
    await store.assign(1, batch);
    assert.equal(await store.expireRevoked(1, 0, new Date('2027-01-03T00:00:00Z'), ALL), 360);
    checkTotals(store);
    assert.equal(walkShard(store, 0).length, 240);
    assert.deepEqual(picture(store, 1)[0]?.earliestNotAfter, new Date('2027-01-03T23:59:59Z'));
    assert.equal(await store.expireRevoked(1, 0, new Date('2030-01-01T00:00:00Z'), ALL), 240);
    assert.equal(picture(store, 1)[0]?.earliestNotAfter, undefined);
    checkTotals(store);
  });

  check('expiry where nothing is revoked drops nothing', async (store) => {
    await store.assign(1, [record('01', { notAfter: before })]);
    assert.equal(await store.expireRevoked(1, 0, cutoff, ALL), 0);
    assert.equal(await store.expireRevoked(7, 3, cutoff, ALL), 0);
    assert.deepEqual(picture(store, 7), []);
  });

  check('a certificate that expired off the list is not good and does not come back good', async (store) => {
    await store.assign(1, [record('01', { notAfter: before, status: revoked() })]);
    await store.expireRevoked(1, 0, cutoff, ALL);
    assert.deepEqual(await store.assign(1, [record('01', { notAfter: before })]), summary({ unchanged: 1 }));
    assert.equal(lookUp(store, 1, octetsOf('01'))?.status.kind, 'revoked');
    assert.deepEqual(walkShard(store, 0), []);
  });
}

function describeHolds(check: Check): void {
  check(
    'REV-07: a hold is listed with its reason, and lifted it is good again and off the list',
    async (store) => {
      await store.assign(1, [record('01', { shard: 2 })]);
      const outcome = await store.hold(1, octetsOf('01'), { revocationTime: REVOKED_AT });
      assert.equal(outcome.kind, 'held');
      assert.deepEqual(lookUp(store, 1, octetsOf('01'))?.status, held());
      assert.equal(entryOf(store, 2, '01').reason, 'certificateHold');
      assert.equal((await store.release(1, octetsOf('01'), LATER)).kind, 'released');
      assert.deepEqual(lookUp(store, 1, octetsOf('01'))?.status, { kind: 'assigned' });
      assert.deepEqual(walkShard(store, 2), []);
      checkTotals(store);
    },
  );

  check('REV-07: what is revoked is neither held nor released', async (store) => {
    await store.assign(1, [record('01', { status: revoked({ reason: 'superseded' }) }), record('02')]);
    assert.equal((await store.hold(1, octetsOf('01'), { revocationTime: LATER })).kind, 'unchanged');
    assert.equal((await store.release(1, octetsOf('01'), LATER)).kind, 'unchanged');
    assert.equal((await store.release(1, octetsOf('02'), LATER)).kind, 'unchanged');
    assert.deepEqual(lookUp(store, 1, octetsOf('01'))?.status, revoked({ reason: 'superseded' }));
  });

  check('a serial without a record is neither held nor released', async (store) => {
    assert.equal((await store.hold(1, octetsOf('01'), { revocationTime: LATER })).kind, 'unassigned');
    assert.equal((await store.release(1, octetsOf('01'), LATER)).kind, 'unassigned');
  });

  check('a hold made twice, or lifted twice, changes nothing the second time', async (store) => {
    await store.assign(1, [record('01')]);
    await store.hold(1, octetsOf('01'), { revocationTime: REVOKED_AT });
    const once = picture(store, 1);
    assert.equal((await store.hold(1, octetsOf('01'), { revocationTime: LATER })).kind, 'unchanged');
    assert.deepEqual(picture(store, 1), once);
    await store.release(1, octetsOf('01'), LATER);
    const lifted = picture(store, 1);
    await store.release(1, octetsOf('01'), LATER);
    assert.deepEqual(picture(store, 1), lifted);
  });
}

function describeChanges(check: Check): void {
  const changed = (store: StatusStore, shard: number, revision: number): string[] => {
    const snapshot = store.openRevoked(1);
    const { entriesDer, entryCount } = snapshot.changesSince(shard, revision);
    snapshot.close();
    assert.equal(entriesDer.length, entryCount);
    return entriesDer
      .map((der) => decodeCrlEntry(der))
      .map(({ serialNumber, reason }) => `${serialNumber} ${reason ?? 'none'}`)
      .sort();
  };
  const revisionOf = (store: StatusStore, shard: number): number =>
    picture(store, 1).find((totals) => totals.shard === shard)?.revision ?? 0;

  check(
    'SHD-18: the changes since a revision are what came, changed or was released after it',
    async (store) => {
      await store.assign(1, [
        record('01', { status: revoked({ reason: 'superseded' }) }),
        record('02', { status: held() }),
        ...['03', '04', '05'].map((serial) => record(serial)),
      ]);
      const base = revisionOf(store, 0);
      assert.deepEqual(changed(store, 0, base), []);
      await store.revoke(1, octetsOf('01'), { revocationTime: EARLIER, reason: 'keyCompromise' });
      await store.release(1, octetsOf('02'), LATER);
      await store.revoke(1, octetsOf('03'), { revocationTime: LATER });
      await store.hold(1, octetsOf('04'), { revocationTime: LATER });
      await store.hold(1, octetsOf('05'), { revocationTime: LATER });
      await store.release(1, octetsOf('05'), LATER);
      assert.deepEqual(changed(store, 0, base), [
        '01 keyCompromise',
        '02 removeFromCRL',
        '03 none',
        '04 certificateHold',
        '05 removeFromCRL',
      ]);
      assert.deepEqual(changed(store, 0, revisionOf(store, 0)), []);
      assert.deepEqual(changed(store, 3, 0), []);
    },
  );

  check('SHD-18: what was released and is revoked again is listed once', async (store) => {
    await store.assign(1, [record('01', { status: held() })]);
    const base = revisionOf(store, 0);
    await store.release(1, octetsOf('01'), LATER);
    await store.revoke(1, octetsOf('01'), { revocationTime: LATER, reason: 'superseded' });
    assert.deepEqual(changed(store, 0, base), ['01 superseded']);
  });

  check('releases are forgotten up to a revision, and no further', async (store) => {
    await store.assign(1, [record('01', { status: held() }), record('02', { status: held() })]);
    await store.release(1, octetsOf('01'), LATER);
    const first = revisionOf(store, 0);
    await store.release(1, octetsOf('02'), LATER);
    await store.forgetReleased(1, 0, first);
    assert.deepEqual(changed(store, 0, 0), ['02 removeFromCRL']);
    await store.forgetReleased(1, 5, ALL);
    assert.deepEqual(changed(store, 0, 0), ['02 removeFromCRL']);
    await store.forgetReleased(1, 0, ALL);
    assert.deepEqual(changed(store, 0, 0), []);
  });

  check(
    'SHD-18: over any history, an old list and the changes since give the present list',
    async (store) => {
      await fc.assert(
        fc.asyncProperty(
          fc.array(fc.tuple(fc.nat({ max: 5 }), fc.nat({ max: 3 })), { maxLength: 30 }),
          async (steps) => {
            historyNumber += 1;
            const prefix = historyNumber.toString(16).padStart(4, '0');
            const serialOf = (index: number) => octetsOf(`01${prefix}0${index}`);
            await store.assign(
              1,
              [0, 1, 2, 3, 4, 5].map((index) => record(`01${prefix}0${index}`)),
            );
            const pictures: { readonly revision: number; readonly listed: ReadonlySet<string> }[] = [];
            for (const [index, action] of steps) {
              pictures.push({ revision: revisionOf(store, 0), listed: new Set(walkShard(store, 0)) });
              if (action === 0) await store.revoke(1, serialOf(index), { revocationTime: LATER });
              if (action === 1) await store.hold(1, serialOf(index), { revocationTime: LATER });
              if (action >= 2) await store.release(1, serialOf(index), LATER);
            }
            const present = walkShard(store, 0).sort();
            for (const { revision, listed } of pictures) {
              const combined = new Set(listed);
              for (const change of changed(store, 0, revision)) {
                const [serial = '', reason] = change.split(' ');
                if (reason === 'removeFromCRL') combined.delete(serial);
                else combined.add(serial);
              }
              assert.deepEqual([...combined].sort(), present);
            }
          },
        ),
        { numRuns: 20 },
      );
    },
  );
}

/** Each history of the property has serials of its own. */
let historyNumber = 0;

function describeUnknownNotAfter(check: Check): void {
  check('a notAfter that is not known gives way to one that is, and keeps the revocation', async (store) => {
    await store.assign(1, [
      record('01', { notAfter: notAfterUnknown, status: revoked({ reason: 'superseded' }) }),
      record('02', { notAfter: notAfterUnknown }),
    ]);
    const again = await store.assign(1, [record('01'), record('02')]);
    assert.deepEqual(again, summary({ unchanged: 2 }));
    assert.deepEqual(lookUp(store, 1, octetsOf('01'))?.notAfter, NOT_AFTER);
    assert.deepEqual(lookUp(store, 1, octetsOf('01'))?.status, revoked({ reason: 'superseded' }));
    assert.deepEqual(lookUp(store, 1, octetsOf('02'))?.notAfter, NOT_AFTER);
    assert.deepEqual(walkShard(store, 0), ['01']);
    assert.equal(await store.expireRevoked(1, 0, new Date(NOT_AFTER.getTime() + 1000), ALL), 1);
    checkTotals(store);
  });

  check('a known notAfter stays when it comes again as not known', async (store) => {
    await store.assign(1, [record('01')]);
    const coming = record('01', { notAfter: notAfterUnknown, status: revoked() });
    assert.deepEqual(await store.assign(1, [coming]), summary({ revoked: 1 }));
    assert.deepEqual(lookUp(store, 1, octetsOf('01'))?.notAfter, NOT_AFTER);
    assert.deepEqual(lookUp(store, 1, octetsOf('01'))?.status, revoked());
  });
}

/** Everything an issuer's snapshot says, but the octets. */
export function picture(store: StatusStore, issuerId: number) {
  const snapshot = store.openRevoked(issuerId);
  try {
    return pictureOf(snapshot);
  } finally {
    snapshot.close();
  }
}

/** Fails unless the totals of issuer 1 are exactly what is walked. */
export function checkTotals(store: StatusStore): void {
  const snapshot = store.openRevoked(1);
  for (const totals of snapshot.shards) {
    const entries = entriesIn(snapshot, totals.shard);
    assert.equal(totals.entryCount, entries.length);
    assert.equal(
      totals.octets,
      entries.reduce((sum, entry) => sum + entry.length, 0),
    );
  }
  snapshot.close();
}

function pictureOf(snapshot: RevokedSnapshot) {
  return snapshot.shards.map((totals) => ({ ...totals, serials: walkedSerials(snapshot, totals.shard) }));
}

function walkShard(store: StatusStore, shard: number): string[] {
  const snapshot = store.openRevoked(1);
  try {
    return walkedSerials(snapshot, shard);
  } finally {
    snapshot.close();
  }
}

function entryOf(store: StatusStore, shard: number, serial: string) {
  const snapshot = store.openRevoked(1);
  try {
    const entry = entriesIn(snapshot, shard)
      .map(decodeCrlEntry)
      .find(({ serialNumber }) => serialNumber === serial);
    assert.ok(entry, `${serial} is not on the list`);
    return entry;
  } finally {
    snapshot.close();
  }
}

function summary(fields: object) {
  return {
    added: 0,
    revoked: 0,
    unchanged: 0,
    changed: Array.from({ length: 'revoked' in fields ? Number(fields.revoked) : 0 }, (_, index) => index),
    conflicts: [],
    ...fields,
  };
}

/** Octets as hex, so that a Buffer and a Uint8Array compare equal. */
export function plain(found: CertificateRecord | undefined) {
  return found && { ...found, serialNumber: Buffer.from(found.serialNumber).toString('hex') };
}
