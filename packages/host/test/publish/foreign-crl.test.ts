import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { subjectKeyIdentifierOf } from '@lancre/pki/certificate';
import { crlNumberOf, decodeCrl } from '@lancre/pki/crl';
import { createNodeCrypto } from '@lancre/pki/crypto-node';
import type { Issuer } from '#host/issuer/issuer.js';
import { type ForeignCrl, publishForeignCrl, statusesKnownUntil } from '#host/publish/foreign-crl.js';
import { hours, makeCrl, pointAt, type WantedCrl } from '../sources/made-crls.js';
import { openTestHost, type TestHost } from './test-host.js';

const crypto = createNodeCrypto();
const host = await openTestHost();

async function listOf({ ca }: TestHost, shard: number, wanted: WantedCrl = {}): Promise<ForeignCrl> {
  const { issuer, certificate } = ca;
  const der = await makeCrl(ca, wanted);
  const crl = decodeCrl(der);
  const keyIdentifier = subjectKeyIdentifierOf(certificate);
  const crlNumber = crlNumberOf(crl);
  assert.ok(crl.nextUpdate && keyIdentifier && crlNumber !== undefined);
  const { nextUpdate } = crl;
  return { issuer, shard, der, crl, crlNumber, nextUpdate, keyIdentifier, published: undefined };
}

async function publish(to: TestHost, shard: number, nextUpdate: Date): Promise<void> {
  const point = shard === 0 ? {} : { point: pointAt(`http://e1.c.example.net/${shard}.crl`) };
  const outcome = await publishForeignCrl(await listOf(to, shard, { nextUpdate, ...point }), to, crypto);
  assert.equal(outcome.kind, 'published');
}

describe('publishing a CRL signed elsewhere', () => {
  test('CRL-28: its octets are checked once more, and what fails is not published', async () => {
    const own = await openTestHost();
    const list = await listOf(own, 0);
    const der = Uint8Array.from(list.der);
    der[der.length - 1] = (der.at(-1) ?? 0) ^ 1;
    const outcome = await publishForeignCrl({ ...list, der }, own, crypto);
    assert.equal(outcome.kind, 'refused');
    assert.equal(own.artifacts.resolve('c/e1.crl'), undefined);
    assert.equal(own.publications.findPublication(1, 0), undefined);
  });

  test('T-17: it is left alone when the URL names another list than the one it was compared with', async () => {
    const own = await openTestHost();
    await publish(own, 0, hours(24));
    const outcome = await publishForeignCrl(await listOf(own, 0, { number: 9n }), own, crypto);
    assert.equal(outcome.kind, 'overtaken');
    assert.equal(own.publications.findPublication(1, 0)?.crlNumber, 7n);
  });

  test('CRL-08: an issuer whose key comes here later issues a list of a higher number at once', async () => {
    const own = await openTestHost();
    const list = await listOf(own, 0, { number: 1n << 100n, thisUpdate: hours(-1) });
    await publishForeignCrl(list, own, crypto);
    const [next] = await own.publish();
    assert.equal(next?.crlNumber, (1n << 100n) + 1n);
  });
});

describe('until when the statuses of an issuer are known', () => {
  const shards = (count: number): Issuer => {
    const { issuer } = host.ca;
    return { ...issuer, policy: { ...issuer.policy, crl: { ...issuer.policy.crl, shards: count } } };
  };
  const until = (issuer: Issuer) => statusesKnownUntil(issuer, host.publications)?.getTime();

  test('nothing is said of an issuer with a key, or one whose statuses come from no list', () => {
    assert.equal(until(host.ca.issuer), undefined);
    assert.equal(until({ ...host.ca.issuer, key: { path: '/e1.key' } }), undefined);
  });

  test('of a source that has brought no list, nothing is known', () => {
    assert.equal(until({ ...host.ca.issuer, crlSource: { location: '/e1.crl' } }), 0);
  });

  test('all shards together are as good as the full list', async () => {
    await publish(host, 1, hours(24));
    assert.equal(until(shards(1)), hours(24).getTime());
    assert.equal(until(shards(2)), 0, 'the second is missing');
    await publish(host, 2, hours(12));
    assert.equal(until(shards(2)), hours(12).getTime());
    await publish(host, 0, hours(18));
    assert.equal(until(shards(2)), hours(18).getTime());
    assert.equal(until({ ...shards(2), key: { path: '/e1.key' } }), undefined);
  });

  test("the host's own lists say nothing: its statuses are kept here", async () => {
    const own = await openTestHost();
    await own.publish();
    assert.ok(own.publications.findPublication(1, 0));
    assert.equal(statusesKnownUntil(own.ca.issuer, own.publications), undefined);
  });
});
