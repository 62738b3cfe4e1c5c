import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import type { GeneralName } from '@lancre/pki/certificate';
import {
  type Crl,
  type CrlEntry,
  crlEntries,
  crlNumberOf,
  decodeCrl,
  deltaCrlIndicatorOf,
  freshestCrlOf,
  issuingDistributionPointOf,
} from '@lancre/pki/crl';
import { combineCrls, combinedEntries } from '@lancre/pki/verify';
import fc from 'fast-check';
import type { Issuer } from '#host/issuer/issuer.js';
import type { CrlPolicy } from '#host/issuer/issuer-policy.js';
import { deltaCrlPath } from '#host/issuer/public-address.js';
import type { CrlPublisher } from '#host/publish/crl-publisher.js';
import { octetsOf, record, revoked } from '../status/records.ts';
import { openTestHost, type TestHost } from './test-host.ts';

const DAY = 86_400;
const crl = {
  validitySeconds: 30 * DAY - 1,
  periodSeconds: 7 * DAY,
  delta: { validitySeconds: DAY - 1, periodSeconds: 3600 },
} as const;

/** Complete list and first delta are published; `01` to `06` are good. */
async function openDeltaHost(changes: Partial<CrlPolicy> = {}): Promise<TestHost> {
  const host = await openTestHost({ crl: { ...crl, ...changes } });
  await host.assign(
    ...['01', '02', '03', '04', '05', '06'].map((serial) =>
      record(serial, { shard: changes.shards === undefined ? 0 : 1 }),
    ),
  );
  await host.publish();
  host.advance(2);
  await host.publish();
  host.advance(60);
  return host;
}

async function delta(host: TestHost, shard = 0): Promise<Crl> {
  const object = host.artifacts.resolve(deltaCrlPath('e1', shard));
  assert.ok(object, `no delta of shard ${shard}`);
  return decodeCrl(await (await host.artifacts.open(object)).bytes());
}

function uriOf(name: GeneralName): string | undefined {
  return name.type === 'uri' ? name.uri : undefined;
}

function entriesOf(list: Crl): string[] {
  return Array.from(crlEntries(list), ({ serialNumber, reason }) => `${serialNumber} ${reason ?? 'none'}`);
}

async function planned(host: TestHost): Promise<string[]> {
  return host
    .publisher()
    .plan(host.ca.issuer)
    .map(({ scope, kind, reason }) => `${scope.shard} ${kind} ${reason}`);
}

test('SHD-09, SHD-16: a complete list is published before its delta, and names where that will be', async () => {
  const host = await openTestHost({ crl });
  await host.publish();
  const complete = await host.list(0);
  assert.deepEqual(
    freshestCrlOf(complete)?.flatMap(({ distributionPoint = [] }) => distributionPoint.map(uriOf)),
    ['http://e1.c.example.net/e1.delta.crl'],
  );
  assert.equal(host.artifacts.resolve(deltaCrlPath('e1', 0)), undefined);
  assert.deepEqual(await planned(host), ['0 delta first']);
  host.advance(1);
  await host.publish();
  assert.equal(deltaCrlIndicatorOf(await delta(host)), crlNumberOf(complete));
  assert.deepEqual(entriesOf(await delta(host)), []);
});

test('SHD-18: a change goes onto the delta, and the complete list stays until its period is over', async () => {
  const host = await openDeltaHost();
  const complete = await host.bytes(0);
  await host.statuses.revoke(1, octetsOf('02'), { revocationTime: host.now, reason: 'superseded' });
  assert.deepEqual(await planned(host), ['0 delta changed']);
  await host.publish();
  assert.deepEqual(entriesOf(await delta(host)), ['02 superseded']);
  assert.deepEqual(await host.bytes(0), complete);
});

test('CRL-09: complete list and delta issued together have one number and one thisUpdate', async () => {
  const host = await openDeltaHost();
  await host.statuses.revoke(1, octetsOf('02'), { revocationTime: host.now });
  await host.publish();
  const before = await host.list(0);
  host.advance(7 * DAY);
  assert.deepEqual(await planned(host), ['0 complete period', '0 delta expiring']);
  await host.publish();
  const [complete, beside] = [await host.list(0), await delta(host)];
  assert.equal(crlNumberOf(complete), crlNumberOf(beside));
  assert.deepEqual(complete.thisUpdate, beside.thisUpdate);
  assert.equal(deltaCrlIndicatorOf(beside), crlNumberOf(before));
  assert.deepEqual(entriesOf(complete), ['02 none']);
  assert.deepEqual(entriesOf(beside), ['02 none']);
});

test('SHD-18: what was released from hold is removeFromCRL, also when it was held after the base', async () => {
  const host = await openDeltaHost();
  await host.statuses.hold(1, octetsOf('01'), { revocationTime: host.now });
  await host.publish();
  assert.deepEqual(entriesOf(await delta(host)), ['01 certificateHold']);
  host.advance(60);
  await host.statuses.release(1, octetsOf('01'), host.now);
  await host.publish();
  assert.deepEqual(entriesOf(await delta(host)), ['01 removeFromCRL']);
});

test('SHD-18: an entry that was on deltas alone stays after notAfter until a complete list had it', async () => {
  const host = await openTestHost({ crl });
  await host.publish();
  host.advance(60);
  const notAfter = new Date(host.now.getTime() + 3_600_000);
  await host.assign(record('09', { notAfter, status: revoked() }));
  await host.publish();
  host.advance(2 * DAY);
  await host.publish();
  assert.deepEqual(entriesOf(await delta(host)), ['09 none']);
  host.advance(6 * DAY);
  await host.publish();
  assert.deepEqual(entriesOf(await host.list(0)), ['09 none']);
});

test('SHD-16, SHD-19: a delta has the IDP of its base and no freshestCRL of its own', async () => {
  const host = await openDeltaHost({ shards: 2 });
  for (const shard of [1, 2]) {
    const [base, change] = [await host.list(shard), await delta(host, shard)];
    const extensionOf = (list: Crl, oid: string) =>
      Buffer.from(list.extensions.find((extension) => extension.oid === oid)?.value ?? []);
    assert.deepEqual(extensionOf(change, '2.5.29.28'), extensionOf(base, '2.5.29.28'));
    assert.equal(issuingDistributionPointOf(change)?.distributionPoint?.length, 1);
    assert.equal(freshestCrlOf(change), undefined);
    assert.equal(change.extensions.find(({ oid }) => oid === '2.5.29.27')?.critical, true);
    assert.equal(base.extensions.find(({ oid }) => oid === '2.5.29.46')?.critical, false);
  }
});

test('with deltas, a change in one shard makes its delta and that of the full list due', async () => {
  const host = await openDeltaHost({ shards: 2 });
  await host.statuses.revoke(1, octetsOf('02'), { revocationTime: host.now });
  assert.deepEqual(await planned(host), ['0 delta changed', '1 delta changed']);
});

test('deltas that the settings do not want any more are withdrawn', async () => {
  const host = await openDeltaHost();
  const { issuer } = host.ca;
  const without: Issuer = {
    ...issuer,
    policy: { ...issuer.policy, crl: { ...issuer.policy.crl, delta: 'omit' } },
  };
  const publisher: CrlPublisher = host.publisher();
  assert.deepEqual(await publisher.retire(issuer), []);
  assert.deepEqual(
    publisher.plan(without).map(({ kind, reason }) => `${kind} ${reason}`),
    ['complete settings'],
  );
  await publisher.execute(without, publisher.plan(without));
  assert.deepEqual(await publisher.retire(without), ['c/e1.delta.crl']);
  assert.equal(host.artifacts.resolve('c/e1.delta.crl'), undefined);
  assert.equal(existsSync(join(host.folder, 'public', 'c', 'e1.delta.crl')), false);
  assert.equal(freshestCrlOf(await host.list(0)), undefined);
});

test('SHD-17, SHD-18: over any history, who has one of the last two complete lists and the delta knows the truth', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.tuple(fc.integer({ min: 1, max: 6 }), fc.nat({ max: 4 })), { minLength: 5, maxLength: 25 }),
      async (steps) => {
        const host = await openDeltaHost();
        let lists = [await host.list(0)];
        for (const [index, action] of steps) {
          const serialNumber = octetsOf(`0${index}`);
          if (action === 0) await host.statuses.revoke(1, serialNumber, { revocationTime: host.now });
          if (action === 1) await host.statuses.hold(1, serialNumber, { revocationTime: host.now });
          if (action === 2) await host.statuses.release(1, serialNumber, host.now);
          host.advance(action === 3 ? 7 * DAY : 3600);
          await host.publish();
          const present = await host.list(0);
          if (crlNumberOf(present) !== crlNumberOf(lists[0] ?? present))
            lists = [present, ...lists].slice(0, 2);
          await checkTruth(host, lists);
        }
      },
    ),
    { numRuns: 8 },
  );
});

async function checkTruth(host: TestHost, lists: readonly Crl[]): Promise<void> {
  const change = await delta(host);
  const truth = ['01', '02', '03', '04', '05', '06'].filter((serial) => {
    const key = host.statuses.keyOf(1, octetsOf(serial));
    return host.statuses.decode(key, host.statuses.read(key) ?? new Uint8Array()).status.kind !== 'assigned';
  });
  for (const complete of lists) {
    // The complete list of the same issue says all by itself (RFC 5280 5.2.4 (d)).
    const isSameIssue = crlNumberOf(complete) === crlNumberOf(change);
    const entries = isSameIssue ? crlEntries(complete) : entriesTogether(complete, change);
    assert.deepEqual(Array.from(entries, ({ serialNumber }) => serialNumber).sort(), truth);
  }
}

function entriesTogether(complete: Crl, change: Crl): Iterable<CrlEntry> {
  const combined = combineCrls(complete, change);
  assert.ok(combined.kind === 'combined', combined.kind);
  return combinedEntries(combined);
}
