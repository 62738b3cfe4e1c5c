import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { describe, test } from 'node:test';
import { createNodeCrypto } from '@lancre/pki/crypto-node';
import { type CrlOutcome, crlStatusChanges, takeInCrl } from '#host/cli/import/import-crl.js';
import { createIssuerRegistry } from '#host/issuer/issuer-registry.js';
import { crlPath } from '#host/issuer/public-address.js';
import type { CertificateRecord } from '#host/status/certificate-record.js';
import { notAfterUnknown } from '#host/status/certificate-record.js';
import { lookUp } from '#host/status/status-view.js';
import { ADDRESS, openTestHost, type TestHost } from '../publish/test-host.js';
import { hours, makeCrl, NOW, pointAt, type WantedCrl } from '../sources/made-crls.js';
import { held, NOT_AFTER, octetsOf, record, revoked } from '../status/records.js';

const registryOf = (host: TestHost) => createIssuerRegistry([host.ca.issuer], createNodeCrypto());

async function takeIn(host: TestHost, octets: Uint8Array, artifacts = host.artifacts): Promise<CrlOutcome> {
  const store = { statuses: host.statuses, publications: host.publications, artifacts };
  const registry = await registryOf(host);
  return takeInCrl(octets, undefined, { store, registry, address: ADDRESS, now: NOW });
}

async function takeInNew(host: TestHost, wanted: WantedCrl = {}) {
  const octets = await makeCrl(host.ca, wanted);
  const outcome = await takeIn(host, octets);
  assert.ok(outcome.kind === 'taken', told(outcome));
  const { changed, ...counts } = outcome.records;
  return { octets, outcome, counts, changed: changed.map((each) => Buffer.from(each).toString('hex')) };
}

function told(outcome: CrlOutcome): string {
  return outcome.kind === 'refused' ? `${outcome.code}: ${outcome.message}` : outcome.kind;
}

function find(host: TestHost, serial: string): CertificateRecord {
  const found = lookUp(host.statuses, 1, octetsOf(serial));
  assert.ok(found, `no record of ${serial}`);
  return found;
}

/** The view reads from one snapshot in each turn of the event loop. */
const nextTurn = () => new Promise((resolve) => setImmediate(resolve));

const later: WantedCrl = { number: 8n, thisUpdate: hours(-0.5) };

describe('a CRL signed elsewhere that is taken in', () => {
  test('is published octet by octet at the URL of its scope, and recorded like one of our own', async () => {
    const host = await openTestHost();
    const { octets } = await takeInNew(host, { entries: ['05', '06'] });
    assert.deepEqual(Buffer.from(await host.bytes(0)), Buffer.from(octets));
    const publication = host.publications.findPublication(1, 0);
    assert.ok(publication);
    const { revision: _revision, ...facts } = publication;
    assert.deepEqual(facts, {
      object: createHash('sha256').update(octets).digest('hex'),
      crlNumber: 7n,
      thisUpdate: hours(-1),
      nextUpdate: hours(90 * 24),
      entryCount: 2,
      length: octets.length,
    });
    assert.deepEqual(host.publications.publishedShards(1), [0]);
  });

  test('of a shard is published at the URL of the shard, and its certificates are in it', async () => {
    const host = await openTestHost({ crl: { shards: 4 } });
    await takeInNew(host, { entries: ['05'], point: pointAt('http://e1.c.example.net/3.crl') });
    assert.deepEqual(host.publications.publishedShards(1), [3]);
    assert.equal(find(host, '05').shard, 3);
    await takeInNew(host, { entries: ['06'] });
    assert.deepEqual(host.publications.publishedShards(1), [0, 3]);
    assert.equal(find(host, '06').shard, 3, 'serial mod 4 + 1');
  });

  test('changes nothing when it comes again', async () => {
    const host = await openTestHost();
    const { octets } = await takeInNew(host, { entries: ['05'] });
    const before = host.publications.findPublication(1, 0);
    const outcome = await takeIn(host, octets);
    assert.equal(outcome.kind, 'unchanged');
    assert.deepEqual(crlStatusChanges(outcome), []);
    assert.deepEqual(host.publications.findPublication(1, 0), before);
  });

  test('T-17, ORSP-38: stays in place of an older one that comes late, which changes no record either', async () => {
    const host = await openTestHost();
    const { octets } = await takeInNew(host, { ...later, entries: ['05'] });
    const outcome = await takeIn(host, await makeCrl(host.ca, { entries: ['05', '06'] }));
    assert.equal(outcome.kind === 'refused' && outcome.code, 'number_not_higher');
    assert.deepEqual(Buffer.from(await host.bytes(0)), Buffer.from(octets));
    assert.equal(lookUp(host.statuses, 1, octetsOf('06')), undefined);
  });

  test('T-17: does not take the place of a list that was published while it was being taken in', async () => {
    const host = await openTestHost();
    const rival = await makeCrl(host.ca, later);
    const artifacts = new Proxy(host.artifacts, {
      get(target, property) {
        if (property !== 'stage') return Reflect.get(target, property).bind(target);
        return async () => {
          assert.equal(told(await takeIn(host, rival)), 'taken');
          return target.stage();
        };
      },
    });
    const outcome = await takeIn(host, await makeCrl(host.ca), artifacts);
    assert.equal(outcome.kind === 'refused' && outcome.code, 'overtaken');
    assert.deepEqual(Buffer.from(await host.bytes(0)), Buffer.from(rival));
    assert.equal(host.publications.findPublication(1, 0)?.crlNumber, 8n);
  });

  test('is finished by taking it in again, whatever was cut off', async () => {
    for (const step of ['stage', 'point'] as const) {
      const host = await openTestHost();
      const octets = await makeCrl(host.ca, { entries: ['05'] });
      const artifacts = new Proxy(host.artifacts, {
        get(target, property) {
          const value = Reflect.get(target, property).bind(target);
          if (property !== step) return value;
          return async (...words: unknown[]) => {
            // The pointer is set, and then the power fails.
            if (step === 'point') await value(...words);
            throw new Error('the power failed');
          };
        },
      });
      await assert.rejects(takeIn(host, octets, artifacts), /the power failed/);
      assert.equal(host.publications.findPublication(1, 0), undefined);
      assert.equal(find(host, '05').status.kind, 'revoked');
      assert.equal(told(await takeIn(host, octets)), 'taken');
      assert.equal(host.publications.findPublication(1, 0)?.crlNumber, 7n);
      assert.equal((await takeIn(host, octets)).kind, 'unchanged');
    }
  });

  test('is published though the list before it is gone from the disk', async () => {
    const host = await openTestHost();
    await takeInNew(host, { entries: ['05'] });
    const object = host.artifacts.resolve(crlPath('e1', 0));
    await host.artifacts.withdraw(crlPath('e1', 0));
    await host.artifacts.sweep(hours(24 * 365 * 10));
    assert.ok(object);
    await assert.rejects(host.artifacts.open(object));
    const { octets } = await takeInNew(host, later);
    assert.deepEqual(Buffer.from(await host.bytes(0)), Buffer.from(octets));
  });
});

describe('the entries of a CRL signed elsewhere', () => {
  test('become records: of unknown certificates too, whose notAfter is not known', async () => {
    const host = await openTestHost();
    const compromise = { serial: '06', reason: 'keyCompromise', invalidityDate: hours(-72) } as const;
    const { counts, changed } = await takeInNew(host, { entries: ['05', compromise] });
    assert.deepEqual(counts, { added: 2, revoked: 0, released: 0, differing: 0 });
    assert.deepEqual(changed, [], 'nobody has answers about them');
    const plain = { kind: 'revoked', revocationTime: hours(-24) };
    assert.deepEqual(find(host, '05').status, plain);
    assert.deepEqual(find(host, '06').status, {
      ...plain,
      reason: 'keyCompromise',
      invalidityDate: hours(-72),
    });
    assert.equal(find(host, '05').notAfter.getTime(), notAfterUnknown.getTime());
    await host.assign(record('05'));
    await nextTurn();
    assert.equal(find(host, '05').notAfter.getTime(), NOT_AFTER.getTime(), 'a later import knows it');
    assert.deepEqual(find(host, '05').status, plain);
  });

  test('ORSP-38: revoke known certificates, and never the other way', async () => {
    const host = await openTestHost();
    const early = revoked({ reason: 'superseded' });
    await host.assign(record('05'), record('06', { status: early }), record('07', { status: early }));
    const { outcome, counts, changed } = await takeInNew(host, {
      entries: ['05', '06', { serial: '08', reason: 'unspecified' }],
    });
    assert.deepEqual(counts, { added: 1, revoked: 1, released: 0, differing: 1 });
    assert.deepEqual(changed, ['05']);
    assert.deepEqual(
      crlStatusChanges(outcome).map(({ issuer, serialNumber }) => [issuer.name, ...serialNumber]),
      [['e1', 5]],
    );
    assert.equal(find(host, '05').status.kind, 'revoked');
    assert.equal(find(host, '05').notAfter.getTime(), NOT_AFTER.getTime());
    assert.deepEqual(find(host, '06').status, early, 'the first date and reason stay');
    assert.deepEqual(find(host, '07').status, early, 'not on the list, and revoked all the same');
    assert.deepEqual(find(host, '08').status, { kind: 'revoked', revocationTime: hours(-24) });
  });

  test('of a hold are held, and good again when a later list leaves them out', async () => {
    const host = await openTestHost();
    await host.assign(record('05'), record('06'), record('07', { status: held() }));
    const hold = (serial: string) => ({ serial, reason: 'certificateHold' }) as const;
    const first = await takeInNew(host, { entries: [hold('05'), hold('06')] });
    assert.deepEqual(first.changed, ['05', '06']);
    assert.equal(find(host, '05').status.kind, 'held');
    const second = await takeInNew(host, { ...later, entries: ['06'] });
    assert.deepEqual(second.counts, { added: 0, revoked: 1, released: 1, differing: 0 });
    assert.deepEqual(second.changed.toSorted(), ['05', '06']);
    await nextTurn();
    assert.equal(find(host, '05').status.kind, 'assigned');
    assert.equal(find(host, '06').status.kind, 'revoked');
    assert.equal(find(host, '07').status.kind, 'held', 'put on hold here, and on no list');
  });

  test('are taken in however many there are', async () => {
    const host = await openTestHost();
    const entries = Array.from({ length: 60_000 }, (_, index) => (0x100000 + index).toString(16));
    const { counts } = await takeInNew(host, { entries });
    assert.deepEqual(counts, { added: 60_000, revoked: 0, released: 0, differing: 0 });
    assert.equal(host.statuses.count(1).listed, 60_000);
  });
});
