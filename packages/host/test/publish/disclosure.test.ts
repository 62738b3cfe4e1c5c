import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createNodeCrypto } from '@lancre/pki/crypto-node';
import type { Issuer } from '#host/issuer/issuer.js';
import { DisclosurePublisher } from '#host/publish/disclosure.js';
import { withdrawIssuer } from '#host/publish/issuer-publisher.js';
import type { TestIssuerOptions } from '../issuer/test-issuers.ts';
import { record, revoked } from '../status/records.ts';
import { ADDRESS, openTestHost, type TestHost } from './test-host.ts';

const full = 'http://e1.c.example.net/';
const shardUrls = (...shards: readonly number[]) =>
  shards.map((shard) => `http://e1.c.example.net/${shard}.crl`);

function disclosing(host: TestHost): DisclosurePublisher {
  const { artifacts, statuses, publications } = host;
  return new DisclosurePublisher({
    artifacts,
    statuses,
    publications,
    address: ADDRESS,
    crypto: createNodeCrypto(),
    now: () => host.now,
  });
}

async function textAt(host: TestHost, path: string): Promise<string | undefined> {
  const object = host.artifacts.resolve(path);
  return object && Buffer.from(await (await host.artifacts.open(object)).bytes()).toString();
}

async function arrayOf(host: TestHost, issuer: Issuer = host.ca.issuer): Promise<unknown> {
  await disclosing(host).publish([issuer]);
  const text = await textAt(host, 'c/e1.json');
  return text === undefined ? undefined : JSON.parse(text);
}

/** The same issuer after `lancre issuer set`. */
function changed({ ca }: TestHost, crl: NonNullable<TestIssuerOptions['crl']>): Issuer {
  const { policy } = ca.issuer;
  return { ...ca.issuer, policy: { ...policy, crl: { ...policy.crl, ...crl } } };
}

async function publishAs(host: TestHost, issuer: Issuer): Promise<void> {
  const publisher = host.publisher();
  for (const outcome of await publisher.execute(issuer, publisher.plan(issuer)))
    assert.equal(outcome.kind, 'published');
}

test('SHD-10: an issuer that has issued nothing discloses [""], and that to the octet', async () => {
  const host = await openTestHost({ crl: { shards: 4 } });
  await host.publish();
  assert.deepEqual(await arrayOf(host), ['']);
  assert.equal(await textAt(host, 'c/e1.json'), '[""]\n');
});

test('SHD-10: with a full list only, the array has its one URL', async () => {
  const host = await openTestHost();
  await host.assign(record('1001'));
  await host.publish();
  assert.deepEqual(await arrayOf(host), [full]);
});

test('SHD-10: with shards, the array has each of them, and not the full list that no certificate names', async () => {
  const host = await openTestHost({ crl: { shards: 11 } });
  await host.assign(record('1001', { shard: 3 }));
  await host.publish();
  assert.deepEqual(await arrayOf(host), shardUrls(1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11));
});

test('SHD-10: a shard that was published once stays in the array when there are fewer', async () => {
  const host = await openTestHost({ crl: { shards: 3 } });
  await host.assign(record('1001', { shard: 3 }));
  await host.publish();
  assert.deepEqual(await arrayOf(host, changed(host, { shards: 1 })), shardUrls(1, 2, 3));
});

test('SHD-10: the full list stays in the array when shards come after certificates that name it', async () => {
  const host = await openTestHost();
  await host.assign(record('1001'));
  await host.publish();
  const sharded = changed(host, { shards: 2 });
  host.advance(60);
  await publishAs(host, sharded);
  // Nothing was disclosed before: the certificate itself tells.
  assert.deepEqual(await arrayOf(host, sharded), [full, ...shardUrls(1, 2)]);
});

test('SHD-10: what was disclosed stays so, even if no certificate that names it is among those looked at', async () => {
  const host = await openTestHost();
  await host.assign(record('ff01'));
  await host.publish();
  assert.deepEqual(await arrayOf(host), [full]);
  await host.assign(...Array.from({ length: 300 }, (_, index) => record(hex(0x1000 + index), { shard: 1 })));
  const sharded = changed(host, { shards: 1 });
  host.advance(60);
  await publishAs(host, sharded);
  assert.deepEqual(await arrayOf(host, sharded), [full, ...shardUrls(1)]);
});

test('T-14: a URL is not disclosed before there is a list', async () => {
  const host = await openTestHost({ crl: { shards: 2 } });
  await host.assign(record('1001', { shard: 1, status: revoked() }));
  assert.equal(await arrayOf(host), undefined);
  await host.publish();
  assert.deepEqual(await arrayOf(host), shardUrls(1, 2));
});

test('what is published already is left alone, with its date', async () => {
  const host = await openTestHost();
  await host.assign(record('1001'));
  await host.publish();
  const first = await arrayOf(host);
  const before = await dateOf(host, 'c/issuers.json');
  host.advance(60);
  assert.deepEqual(await arrayOf(host), first);
  assert.deepEqual(await dateOf(host, 'c/issuers.json'), before);
});

test('the list of issuers says who they are and where everything of theirs is', async () => {
  const host = await openTestHost();
  await host.assign(record('1001'));
  await host.publish();
  await disclosing(host).publish([host.ca.issuer]);
  const digest = await createNodeCrypto().digest('SHA-256', host.ca.certificate.der);
  const [entry, ...others] = JSON.parse((await textAt(host, 'c/issuers.json')) ?? '');
  assert.deepEqual(others, []);
  const { keyIdentifier, ...rest } = entry;
  assert.match(keyIdentifier, /^[0-9a-f]{40}$/);
  assert.deepEqual(rest, {
    name: 'e1',
    subject: 'CN=CA e1',
    certificates: [{ sha256: Buffer.from(digest).toString('hex') }],
    urls: {
      ocsp: 'http://e1.o.example.net',
      issuer: 'http://e1.i.example.net/',
      fullCrl: full,
      crlUrls: 'http://e1.c.example.net/e1.json',
    },
  });
});

test('an issuer that is gone is disclosed no more, though a host that still knew it was in between', async () => {
  const host = await openTestHost();
  await host.assign(record('1001'));
  await host.publish();
  const publisher = disclosing(host);
  await publisher.publish([host.ca.issuer]);
  await withdrawIssuer(host.artifacts, 'e1');
  assert.equal(await textAt(host, 'c/e1.json'), undefined);
  await publisher.publish([host.ca.issuer]);
  await publisher.publish([]);
  assert.equal(await textAt(host, 'c/e1.json'), undefined);
  assert.equal(await textAt(host, 'c/issuers.json'), '[]\n');
});

async function dateOf(host: TestHost, path: string): Promise<Date> {
  const object = host.artifacts.resolve(path);
  assert.ok(object, path);
  return (await host.artifacts.open(object)).lastModified;
}

function hex(value: number): string {
  return value.toString(16);
}
