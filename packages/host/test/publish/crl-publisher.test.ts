import assert from 'node:assert/strict';
import { readdirSync, readFileSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { subjectKeyIdentifierOf } from '@lancre/pki/certificate';
import {
  crlAuthorityKeyIdentifierOf,
  crlEntries,
  crlNumberOf,
  findCrlEntry,
  issuingDistributionPointOf,
} from '@lancre/pki/crl';
import { createNodeCrypto } from '@lancre/pki/crypto-node';
import { exceededLimit } from '#host/cli/running/list-size.js';
import type { Issuer } from '#host/issuer/issuer.js';
import { shardOfSerial } from '#host/issuer/issuer-policy.js';
import { crlUrl } from '#host/issuer/public-address.js';
import { held, octetsOf, REVOKED_AT, record, revoked } from '../status/records.ts';
import { contentLengths, serialsOf } from './exact-lengths.ts';
import { failingArtifacts } from './failing-parts.ts';
import { ADDRESS, openTestHost, START, type TestHost } from './test-host.ts';

const EXTENSIONS = {
  authorityKeyIdentifier: '2.5.29.35',
  crlNumber: '2.5.29.20',
  issuingDistributionPoint: '2.5.29.28',
};

/** 60 certificates in shards 1 to 3, every second of them revoked. */
async function fill(host: TestHost): Promise<void> {
  const records = Array.from({ length: 60 }, (_, index) =>
    record((index + 200).toString(16).padStart(4, '0').replace(/^00/, ''), {
      shard: (index % 3) + 1,
      status: index % 2 ? revoked({ reason: 'superseded' }) : { kind: 'assigned' },
    }),
  );
  await host.assign(...records);
}

function leftovers(host: TestHost): string[] {
  return readdirSync(join(host.folder, 'public', 'staging'));
}

for (const key of ['P-256', 'P-384', 'ed25519', 'rsa-2048'] as const) {
  test(`SHD-01: with a ${key} key the shards together are the full list, and every list verifies`, async () => {
    const host = await openTestHost({ key, crl: { shards: 3 } });
    await fill(host);
    assert.equal((await host.publish()).length, 4);
    const shards = await Promise.all([1, 2, 3].map((shard) => host.serials(shard)));
    for (const serials of shards) assert.equal(serials.length, 10);
    assert.equal(new Set(shards.flat()).size, 30);
    assert.deepEqual([...(await host.serials(0))].sort(), shards.flat().sort());
    for (const shard of [0, 1, 2, 3]) {
      const crl = await host.list(shard);
      const verdict = await createNodeCrypto().verify({
        algorithm: crl.signatureAlgorithm,
        subjectPublicKeyInfoDer: host.ca.signer.subjectPublicKeyInfoDer,
        message: crl.tbsDer,
        signature: crl.signature,
      });
      assert.equal(verdict, 'valid');
    }
  });
}

test('one walk over the store makes all lists', async () => {
  const host = await openTestHost({ crl: { shards: 3 } });
  await fill(host);
  const walked: number[] = [];
  const statuses = Object.create(host.statuses, {
    openRevoked: {
      value: (issuerId: number) => {
        const snapshot = host.statuses.openRevoked(issuerId);
        const batches = (shard: number) => {
          walked.push(shard);
          return snapshot.batches(shard);
        };
        return { shards: snapshot.shards, batches, close: () => snapshot.close() };
      },
    },
    expireRevoked: { value: host.statuses.expireRevoked.bind(host.statuses) },
  });
  await host.publish(host.publisher({ statuses }));
  assert.deepEqual(walked, [1, 2, 3]);
});

test("CRL-02, CRL-07, CRL-17: a full list has the CA's name octet for octet, its key identifier, a number and nothing else", async () => {
  const host = await openTestHost();
  await host.publish();
  const crl = await host.list(0);
  assert.deepEqual(Buffer.from(crl.issuer.der), Buffer.from(host.ca.certificate.subject.der));
  assert.deepEqual(
    crl.extensions.map(({ oid, critical }) => [oid, critical]),
    [
      [EXTENSIONS.authorityKeyIdentifier, false],
      [EXTENSIONS.crlNumber, false],
    ],
  );
  const identifier = crlAuthorityKeyIdentifierOf(crl);
  assert.deepEqual(
    Buffer.from(identifier?.keyIdentifier ?? []),
    Buffer.from(subjectKeyIdentifierOf(host.ca.certificate) ?? []),
  );
  assert.deepEqual(
    Object.entries(identifier ?? {})
      .filter(([, value]) => value !== undefined)
      .map(([name]) => name),
    ['keyIdentifier'],
  );
});

test('CRL-07: for a CA certificate without key identifier it is the SHA-1 of the key', async () => {
  const host = await openTestHost({ keyIdentifier: 'absent' });
  await host.publish();
  const expected = await createNodeCrypto().digest(
    'SHA-1',
    host.ca.certificate.subjectPublicKeyInfo.publicKey,
  );
  const identifier = crlAuthorityKeyIdentifierOf(await host.list(0))?.keyIdentifier;
  assert.deepEqual(Buffer.from(identifier ?? []), Buffer.from(expected));
});

test('SHD-02, SHD-03, SHD-14: the list of a shard names its own URL, critical, and no other restriction', async () => {
  const host = await openTestHost({ crl: { shards: 12 } });
  await host.publish();
  for (const shard of [1, 2, 12]) {
    const crl = await host.list(shard);
    const extension = crl.extensions.find(({ oid }) => oid === EXTENSIONS.issuingDistributionPoint);
    assert.equal(extension?.critical, true);
    const point = issuingDistributionPointOf(crl);
    const uris = point?.distributionPoint?.map((name) => (name.type === 'uri' ? name.uri : name.type));
    assert.deepEqual(uris, [crlUrl(ADDRESS, 'e1', shard)]);
    const url = Buffer.from(`http://e1.c.example.net/${shard}.crl`);
    // SEQUENCE { [0] { [0] { [6] url } } } and no FALSE after it.
    assert.deepEqual(
      Buffer.from(extension?.value ?? []).subarray(0, 8),
      Buffer.from([0x30, url.length + 6, 0xa0, url.length + 4, 0xa0, url.length + 2, 0x86, url.length]),
    );
    assert.equal(extension?.value.length, url.length + 8);
  }
});

test('CRL-06, SHD-09: a shard without entries is published, without revokedCertificates', async () => {
  const host = await openTestHost({ crl: { shards: 2 } });
  await host.publish();
  for (const shard of [0, 1, 2]) {
    const crl = await host.list(shard);
    assert.equal(crl.entryCount, 0);
    const times = Buffer.from('170d3236313132353132303030305a170d3236313230343131353935395a', 'hex');
    const at = Buffer.from(crl.tbsDer).indexOf(times);
    assert.ok(at > 0, 'thisUpdate and nextUpdate stand together');
    assert.equal(crl.tbsDer[at + times.length], 0xa0, 'the extensions follow at once');
  }
});

test('CRL-03, CRL-04, T-18: times are whole seconds, and nextUpdate is one second below nine days', async () => {
  const host = await openTestHost();
  host.now = new Date('2026-11-25T12:00:00.999Z');
  await host.publish();
  const { thisUpdate, nextUpdate } = await host.list(0);
  assert.deepEqual([thisUpdate, nextUpdate], [START, new Date('2026-12-04T11:59:59Z')]);
});

test('CRL-03: dates are UTCTime to the end of 2049 and GeneralizedTime from 2050', async () => {
  const host = await openTestHost();
  host.now = new Date('2049-12-31T12:00:00Z');
  await host.publish();
  const { tbsDer, nextUpdate } = await host.list(0);
  const times = Buffer.concat([
    Buffer.from([0x17, 13]),
    Buffer.from('491231120000Z'),
    Buffer.from([0x18, 15]),
    Buffer.from('20500109115959Z'),
  ]);
  assert.deepEqual(nextUpdate, new Date('2050-01-09T11:59:59Z'));
  assert.ok(Buffer.from(tbsDer).includes(times));
});

test('CRL-10: serials stand as in the certificates, with their sign octet, each once and in order', async () => {
  const host = await openTestHost();
  const serials = ['01', '7f', '80', 'ff', '0100', `ff${'00'.repeat(19)}`, `7f${'00'.repeat(19)}`];
  await host.assign(...serials.map((serial) => record(serial, { status: revoked() })));
  await host.publish();
  const crl = await host.list(0);
  assert.deepEqual(await host.serials(0), [
    '01',
    '7f',
    '80',
    'ff',
    '0100',
    `7f${'00'.repeat(19)}`,
    `ff${'00'.repeat(19)}`,
  ]);
  const octets = Buffer.from(crl.entriesDer);
  for (const integer of [
    '020101',
    '02017f',
    '02020080',
    '020200ff',
    '02020100',
    `0215 00ff${'00'.repeat(19)}`,
  ]) {
    assert.ok(octets.includes(Buffer.from(integer.replace(' ', ''), 'hex')), integer);
  }
});

test('CRL-12, T-20: every reason is on the list as it was given, and none where none was', async () => {
  const host = await openTestHost();
  const reasons = [
    'keyCompromise',
    'affiliationChanged',
    'superseded',
    'cessationOfOperation',
    'privilegeWithdrawn',
    undefined,
  ] as const;
  await host.assign(...reasons.map((_, index) => record(`0${index + 1}`)));
  for (const [index, reason] of reasons.entries()) {
    await host.statuses.revoke(1, octetsOf(`0${index + 1}`), {
      revocationTime: REVOKED_AT,
      ...(reason === undefined ? {} : { reason }),
    });
  }
  await host.publish();
  const entries = [...crlEntries(await host.list(0))];
  assert.deepEqual(
    entries.map(({ reason }) => reason),
    reasons,
  );
  assert.deepEqual(
    entries.map(({ extensions }) => extensions.length),
    [1, 1, 1, 1, 1, 0],
  );
});

test('CRL-11: a revocation of this very second is not later than the thisUpdate of its list', async () => {
  const host = await openTestHost();
  await host.assign(record('01'));
  await host.statuses.revoke(1, octetsOf('01'), { revocationTime: host.now });
  await host.publish();
  const crl = await host.list(0);
  const entry = findCrlEntry(crl, '01');
  assert.ok(entry && entry.revocationDate <= crl.thisUpdate);
});

test('CRL-08, CRL-09: each list has a greater number and a later thisUpdate than the one before it', async () => {
  const host = await openTestHost({ crl: { shards: 1 } });
  const seen: { readonly number: bigint; readonly thisUpdate: Date }[] = [];
  for (const step of [1, 1, 3600, 10, 1]) {
    await host.assign(
      record((seen.length + 1).toString(16).padStart(2, '0'), { shard: 1, status: revoked() }),
    );
    await host.publish();
    for (const shard of [0, 1]) {
      const crl = await host.list(shard);
      if (shard === 0) seen.push({ number: crlNumberOf(crl) ?? 0n, thisUpdate: crl.thisUpdate });
      else assert.equal(crlNumberOf(crl), seen.at(-1)?.number);
    }
    host.advance(step);
  }
  for (const [index, { number, thisUpdate }] of seen.entries()) {
    const before = seen[index - 1];
    if (before) assert.ok(number > before.number && thisUpdate > before.thisUpdate);
  }
});

test('what is recorded of a publication is what the list says', async () => {
  const host = await openTestHost({ crl: { shards: 3 } });
  await fill(host);
  await host.publish();
  for (const shard of [0, 1]) {
    const publication = host.publications.findPublication(1, shard);
    const crl = await host.list(shard);
    assert.deepEqual(
      [
        publication?.crlNumber,
        publication?.thisUpdate,
        publication?.nextUpdate,
        publication?.entryCount,
        publication?.length,
      ],
      [crlNumberOf(crl), crl.thisUpdate, crl.nextUpdate, crl.entryCount, crl.der.length],
    );
    assert.equal(publication?.object, host.artifacts.resolve(shard === 0 ? 'c/e1.crl' : `c/e1/${shard}.crl`));
    const artifact = await host.artifacts.open(publication?.object ?? '');
    assert.deepEqual(artifact.lastModified, crl.thisUpdate);
  }
  assert.deepEqual(host.publisher().plan(host.ca.issuer), []);
});

test('a revocation is on the next list of its shard and on the full one, and on no other', async () => {
  const host = await openTestHost({ crl: { shards: 3 } });
  await fill(host);
  await host.publish();
  host.advance(5);
  await host.assign(record('0aaa', { shard: 2 }));
  assert.deepEqual(await host.publish(), []);
  await host.statuses.revoke(1, octetsOf('0aaa'), { revocationTime: host.now });
  assert.equal((await host.publish()).length, 2);
  for (const shard of [0, 2]) assert.ok((await host.serials(shard)).includes('0aaa'));
  for (const shard of [1, 3]) assert.deepEqual((await host.list(shard)).thisUpdate, START);
});

test('T-23a: a reason changed to keyCompromise is on the next list', async () => {
  const host = await openTestHost();
  await host.assign(record('01', { status: revoked({ reason: 'superseded' }) }));
  await host.publish();
  host.advance(5);
  await host.statuses.revoke(1, octetsOf('01'), { revocationTime: REVOKED_AT, reason: 'keyCompromise' });
  await host.publish();
  assert.equal(findCrlEntry(await host.list(0), '01')?.reason, 'keyCompromise');
});

test('SHD-06, SHD-07, T-23c: a certificate keeps its shard when the shard count changes, and the list of that shard goes on', async () => {
  const host = await openTestHost({ crl: { shards: 3 } });
  await fill(host);
  await host.publish();
  const before = await host.serials(3);
  const { issuer } = host.ca;
  const fewer = { ...issuer, policy: { ...issuer.policy, crl: { ...issuer.policy.crl, shards: 1 } } };
  host.advance(3600);
  const publisher = host.publisher();
  const outcomes = await publisher.execute(fewer, publisher.plan(fewer));
  assert.deepEqual(
    outcomes.map(({ kind, list }) => `${list.scope.shard} ${kind}`),
    ['0 published', '1 published', '2 published', '3 published'],
  );
  assert.deepEqual(await host.serials(3), before);
});

for (const [routing, crl] of [
  ['full and shards', { shards: 1 }],
  ['shards only', { shards: 1, full: 'omit' }],
  ['full only', {}],
] as const) {
  test(`T-19, CRL-18: revoked a minute before notAfter, it is on a list issued after notAfter and off the next (${routing})`, async () => {
    const host = await openTestHost({ crl });
    const shard = 'shards' in crl ? 1 : 0;
    const notAfter = new Date(START.getTime() + 1800_000);
    await host.assign(record('01', { shard, notAfter }), record('02', { shard, status: revoked() }));
    await host.publish();
    host.advance(1740);
    await host.statuses.revoke(1, octetsOf('01'), { revocationTime: host.now });
    await host.publish();
    assert.ok((await host.list(shard)).thisUpdate < notAfter);
    host.advance(3600);
    await host.publish();
    const last = await host.list(shard);
    assert.ok(last.thisUpdate > notAfter);
    assert.deepEqual(await host.serials(shard), ['01', '02']);
    host.advance(3600);
    await host.publish();
    assert.deepEqual(await host.serials(shard), ['02']);
    assert.equal(host.statuses.count(1).assigned, 2);
  });
}

test('T-19, CRL-18: revoked before notAfter and told to the host after a list was issued since, it is on one list all the same', async () => {
  const host = await openTestHost({ crl: { shards: 1 } });
  const notAfter = new Date(START.getTime() + 60_000);
  await host.assign(record('01', { shard: 1, notAfter }));
  host.advance(300);
  await host.publish();
  host.advance(300);
  const late = record('01', { shard: 1, notAfter, status: revoked({ revocationTime: START }) });
  await host.assign(late);
  await host.publish();
  for (const shard of [0, 1]) assert.deepEqual(await host.serials(shard), ['01']);
  host.advance(3600);
  await host.publish();
  for (const shard of [0, 1]) assert.deepEqual(await host.serials(shard), []);
});

test('T-19: a shard whose list failed keeps its expired entries until it has been published too', async () => {
  const host = await openTestHost({ crl: { shards: 2 } });
  const notAfter = new Date(START.getTime() + 60_000);
  await host.assign(
    record('01', { shard: 1, notAfter, status: revoked() }),
    record('02', { shard: 2, status: revoked() }),
  );
  await host.publish();
  const { issuer } = host.ca;
  for (let hour = 0; hour < 3; hour += 1) {
    host.advance(3600);
    const publisher = host.publisher();
    await publisher.execute(
      issuer,
      publisher.plan(issuer).filter(({ scope }) => scope.shard !== 1),
    );
    assert.deepEqual(await host.serials(0), ['01', '02']);
  }
  await host.publish();
  assert.deepEqual(await host.serials(1), ['01']);
  host.advance(3600);
  await host.publish();
  assert.deepEqual(await host.serials(0), ['02']);
});

test('CRL-29: a list of several MiB is whole, in both kinds of scope', async () => {
  const host = await openTestHost({ crl: { shards: 1 } });
  const records = Array.from({ length: 60_000 }, (_, index) =>
    record(`11${index.toString(16).padStart(36, '0')}`, { shard: 1, status: revoked() }),
  );
  await host.assign(...records);
  await host.publish();
  for (const shard of [0, 1]) {
    const crl = await host.list(shard);
    assert.ok(crl.der.length > 2 * 2 ** 20);
    assert.equal(crl.entryCount, 60_000);
  }
});

test('a signer that fails leaves the old list in place and nothing behind, and the next list has a greater number', async () => {
  const host = await openTestHost();
  await host.publish();
  const old = await host.bytes(0);
  const broken = {
    ...host.ca.signer,
    begin: () => ({
      update: () => undefined,
      finish: async () => Promise.reject(new Error('the HSM is gone')),
    }),
  };
  host.signer = broken;
  host.advance(3600);
  const [outcome] = await host.attempt();
  assert.ok(outcome?.kind === 'failed');
  assert.match(outcome.error.message, /e1 \(full\).*the HSM is gone/);
  assert.deepEqual(await host.bytes(0), old);
  assert.deepEqual(leftovers(host), []);
  host.signer = host.ca.signer;
  host.advance(1);
  await host.publish();
  assert.ok((crlNumberOf(await host.list(0)) ?? 0n) > BigInt(START.getTime() / 1000) + 3600n);
});

test('CRL-28: a signer with the wrong key publishes nothing', async () => {
  const host = await openTestHost();
  await host.publish();
  const old = await host.bytes(0);
  host.signer = (await openTestHost()).ca.signer;
  host.advance(3600);
  const [outcome] = await host.attempt();
  assert.ok(outcome?.kind === 'failed');
  assert.equal(outcome.error.code, 'artifact_refused');
  assert.deepEqual(await host.bytes(0), old);
  assert.deepEqual(leftovers(host), []);
});

test('an issuer without a key publishes nothing and takes no number', async () => {
  const host = await openTestHost();
  host.signer = undefined;
  const [outcome] = await host.attempt();
  assert.ok(outcome?.kind === 'failed');
  assert.equal(outcome.error.code, 'signer_unavailable');
  assert.equal(host.artifacts.resolve('c/e1.crl'), undefined);
  assert.equal(await host.publications.takeCrlNumber({ issuerId: 1, issuerName: 'e1', shard: 0 }, 0n), 1n);
});

test('SHD-12: a list that fails does not stop the others', async () => {
  const host = await openTestHost({ crl: { shards: 3 } });
  await fill(host);
  let staged = 0;
  const artifacts = Object.create(host.artifacts, {
    resolve: { value: (path: string) => host.artifacts.resolve(path) },
    open: { value: (object: string) => host.artifacts.open(object) },
    point: { value: host.artifacts.point.bind(host.artifacts) },
    stage: {
      value: async () => {
        staged += 1;
        if (staged === 3) throw new Error('no space left');
        return host.artifacts.stage();
      },
    },
  });
  const outcomes = await host.attempt(host.publisher({ artifacts }));
  assert.deepEqual(
    outcomes.map(({ list, kind }) => `${list.scope.shard} ${kind}`),
    ['0 published', '1 published', '2 failed', '3 published'],
  );
  host.advance(1);
  assert.deepEqual(
    (await host.attempt()).map(({ list, kind }) => `${list.scope.shard} ${kind}`),
    ['2 published'],
  );
});

test('a disk that fills while lists are written fails those lists, leaves the old ones and nothing behind', async () => {
  const host = await openTestHost({ crl: { shards: 3 } });
  await fill(host);
  await host.publish();
  const old = await host.bytes(1);
  host.advance(3600);
  let appended = 0;
  const artifacts = Object.create(host.artifacts, {
    resolve: { value: (path: string) => host.artifacts.resolve(path) },
    open: { value: (object: string) => host.artifacts.open(object) },
    point: { value: host.artifacts.point.bind(host.artifacts) },
    stage: {
      value: async () => {
        const object = await host.artifacts.stage();
        const append = object.append.bind(object);
        object.append = async (bytes) => {
          appended += 1;
          if (appended > 1) throw new Error('ENOSPC');
          return append(bytes);
        };
        return object;
      },
    },
  });
  const outcomes = await host.attempt(host.publisher({ artifacts }));
  assert.deepEqual(
    outcomes.map(({ kind }) => kind),
    ['failed', 'failed', 'failed', 'failed'],
  );
  assert.deepEqual(await host.bytes(1), old);
  assert.deepEqual(leftovers(host), []);
});

test('T-23o, SHD-11: of two publishers at once one gives way, whichever is the slower', async () => {
  const host = await openTestHost();
  await host.assign(record('01', { status: revoked() }));
  await host.publish();
  for (const delayed of ['first', 'second'] as const) {
    host.advance(3600);
    const gate = withResolvers<void>();
    const { signer } = host.ca;
    const slow = { ...signer, begin: () => delaying(signer.begin(), gate.promise) };
    const slowPublisher = host.publisher({ signers: { signerOf: () => slow } });
    const quickPublisher = host.publisher();
    const { issuer } = host.ca;
    const plans = [slowPublisher.plan(issuer), quickPublisher.plan(issuer)] as const;
    const order = delayed === 'first' ? [slowPublisher, quickPublisher] : [quickPublisher, slowPublisher];
    const running = order.map((publisher) =>
      publisher.execute(issuer, publisher === slowPublisher ? plans[0] : plans[1]),
    );
    await running[delayed === 'first' ? 1 : 0];
    gate.resolve();
    const outcomes = (await Promise.all(running)).flat();
    assert.deepEqual(outcomes.map(({ kind }) => kind).sort(), ['published', 'superseded']);
    const publication = host.publications.findPublication(1, 0);
    assert.equal(publication?.crlNumber, crlNumberOf(await host.list(0)));
  }
});

test('T-17: a publisher with an old plan does not put its list over a newer one of the same second', async () => {
  const host = await openTestHost();
  await host.publish();
  host.advance(3600);
  const late = host.publisher();
  const plan = late.plan(host.ca.issuer);
  await host.publish();
  const published = await host.bytes(0);
  const [outcome] = await late.execute(host.ca.issuer, plan);
  assert.ok(outcome?.kind === 'failed');
  assert.equal(outcome.error.code, 'artifact_refused');
  assert.deepEqual(await host.bytes(0), published);
});

test('T-17, T-34: a clock set back publishes nothing, and goes on when it has caught up', async () => {
  const host = await openTestHost();
  await host.publish();
  const old = await host.bytes(0);
  host.advance(-86_400);
  await host.assign(record('01', { status: revoked() }));
  const [outcome] = await host.attempt();
  assert.ok(outcome?.kind === 'failed');
  assert.equal(outcome.error.code, 'artifact_refused');
  assert.match(outcome.error.message, /2026-11-25T12:00:00.*clock/);
  assert.deepEqual(await host.bytes(0), old);
  host.advance(86_401);
  await host.publish();
  assert.deepEqual(await host.serials(0), ['01']);
});

test('HTTP-37: a crash after the pointer was swapped and before that was recorded is mended by the next list', async () => {
  const host = await openTestHost();
  const publications = new Proxy(host.publications, {
    get(target, name: keyof typeof host.publications) {
      return name === 'savePublication'
        ? () => Promise.reject(new Error('killed'))
        : target[name].bind(target);
    },
  });
  assert.equal((await host.attempt(host.publisher({ publications })))[0]?.kind, 'failed');
  const first = await host.list(0);
  assert.equal((await host.attempt())[0]?.kind, 'failed');
  host.advance(1);
  await host.publish();
  const second = await host.list(0);
  assert.ok((crlNumberOf(second) ?? 0n) > (crlNumberOf(first) ?? 0n));
  assert.ok(second.thisUpdate > first.thisUpdate);
});

test('a published object that is gone is mended by the next list', async () => {
  const host = await openTestHost();
  await host.publish();
  rmSync(join(host.folder, 'public', 'objects'), { recursive: true });
  host.advance(3600);
  await host.publish();
  assert.ok(await host.list(0));
});

test('a published object that was damaged is mended by the next list', async () => {
  for (const damage of ['cut off', 'no list', 'empty'] as const) {
    const host = await openTestHost();
    await host.assign(record('0d0d', { status: revoked() }));
    await host.publish();
    const object = host.artifacts.resolve('c/e1.crl') ?? '';
    const path = join(host.folder, 'public', 'objects', object.slice(0, 2), object);
    const bytes = readFileSync(path);
    writeFileSync(path, damage === 'cut off' ? bytes.subarray(0, 130) : damage === 'empty' ? '' : 'no list');
    utimesSync(path, host.now, host.now);
    host.advance(3600);
    await host.publish();
    assert.deepEqual(await host.serials(0), ['0d0d']);
  }
});

test('a signature that does not fit its frame is made again, and the list is whole', async () => {
  const host = await openTestHost();
  await fillToBoundary(host);
  const lengths: number[] = [];
  const { signer } = host.ca;
  const wanted = [70, 70, 72];
  host.signer = { ...signer, begin: () => ofLength(signer, wanted[lengths.length] ?? 72, lengths) };
  await host.publish();
  assert.deepEqual(lengths, [70, 70, 72]);
  const crl = await host.list(0);
  assert.equal(crl.entryCount, host.statuses.count(1).listed);
  assert.deepEqual(leftovers(host), []);
});

test('signatures that never fit their frame end in a failure, and leave nothing behind', async () => {
  const host = await openTestHost();
  await fillToBoundary(host);
  const lengths: number[] = [];
  const { signer } = host.ca;
  host.signer = { ...signer, begin: () => ofLength(signer, 70, lengths) };
  const [outcome] = await host.attempt();
  assert.ok(outcome?.kind === 'failed' && outcome.error.code === 'internal');
  assert.equal(lengths.length, 20);
  assert.deepEqual(leftovers(host), []);
});

/** Certificates whose full list has an outermost header that is an octet longer with a signature of 71 octets than with one of 70. */
async function fillToBoundary(host: TestHost): Promise<void> {
  const header = {
    issuerDer: host.ca.certificate.subject.der,
    thisUpdate: host.now,
    nextUpdate: host.now,
    entriesLength: 65_000,
    extensions: { authorityKeyIdentifier: new Uint8Array(20), crlNumber: BigInt(host.now.getTime() / 1000) },
  };
  const serials = serialsOf(2 ** 16 + 1 - (contentLengths(header, host.ca.signer).outer - 65_000)) ?? [];
  await host.assign(
    ...serials.map((serialNumber) => ({ ...record('01', { status: revoked() }), serialNumber })),
  );
}

/** Signs again and again until the signature has this length. */
function ofLength(signer: TestHost['ca']['signer'], length: number, made: number[]) {
  const parts: Uint8Array[] = [];
  return {
    update(bytes: Uint8Array): void {
      parts.push(bytes.slice());
    },
    async finish(): Promise<Uint8Array> {
      const message = Buffer.concat(parts);
      made.push(length);
      for (;;) {
        const signature = await signer.sign(message);
        if (signature.length === length) return signature;
      }
    },
  };
}

function delaying(signing: ReturnType<TestHost['ca']['signer']['begin']>, gate: Promise<void>) {
  return {
    update: (bytes: Uint8Array) => signing.update(bytes),
    finish: async () => {
      await gate;
      return signing.finish();
    },
  };
}

function withResolvers<T>() {
  let resolve: (value: T) => void = () => undefined;
  const promise = new Promise<T>((done) => {
    resolve = done;
  });
  return { promise, resolve };
}

test('T-19, SHD-13: a list that has lost an entry whose certificate lives is kept out, and the old one stays', async () => {
  const host = await openTestHost({ crl: { shards: 1 } });
  const expiring = { shard: 1, notAfter: new Date(host.now.getTime() + 3_600_000), status: revoked() };
  await host.assign(
    record('0b0b', { shard: 1, status: revoked() }),
    record('0c0c', expiring),
    record('0d0d', { shard: 1, status: revoked({ reason: 'superseded' }) }),
  );
  await host.publish();
  const old = await host.bytes(1);
  // As a look-back into the wrong direction does it: all entries are dropped, with a cutoff in the future.
  await host.statuses.expireRevoked(1, 1, new Date('2040-01-01T00:00:00Z'), Number.MAX_SAFE_INTEGER);
  host.advance(7200);
  const outcomes = await host.attempt();
  for (const outcome of outcomes) {
    assert.ok(outcome.kind === 'failed' && outcome.error.code === 'artifact_refused');
    assert.match(outcome.error.message, /lost the entry of 0[bcd]0[bcd], whose certificate has not expired/);
  }
  assert.deepEqual(await host.bytes(1), old);
  assert.deepEqual(leftovers(host), []);
});

test('T-19: a list may lose an entry that was on a list issued after its notAfter, and no earlier', async () => {
  const host = await openTestHost();
  const notAfter = new Date(host.now.getTime() + 3_600_000);
  await host.assign(record('0c0c', { notAfter, status: revoked() }), record('0d0d', { status: revoked() }));
  await host.publish();
  host.advance(7200);
  await host.publish();
  assert.deepEqual(await host.serials(0), ['0c0c', '0d0d']);
  host.advance(3600);
  await host.publish();
  assert.deepEqual(await host.serials(0), ['0d0d']);
});

test('a hold that was lifted leaves the list, a revocation that became good in the store does not', async () => {
  const host = await openTestHost();
  await host.assign(record('0c0c'), record('0d0d', { status: revoked() }));
  await host.statuses.hold(1, octetsOf('0c0c'), { revocationTime: REVOKED_AT });
  await host.publish();
  await host.statuses.release(1, octetsOf('0c0c'), host.now);
  host.advance(2);
  await host.publish();
  assert.deepEqual(await host.serials(0), ['0d0d']);
  // What no command can do: a fault of the store's.
  const statuses = new Proxy(host.statuses, {
    get(target, name: keyof typeof host.statuses) {
      if (name === 'decode') return () => ({ ...record('0d0d'), status: { kind: 'assigned' } });
      return target[name].bind(target);
    },
  });
  await host.statuses.expireRevoked(1, 0, new Date('2040-01-01T00:00:00Z'), Number.MAX_SAFE_INTEGER);
  host.advance(2);
  const [outcome] = await host.attempt(host.publisher({ statuses }));
  assert.ok(outcome?.kind === 'failed');
  assert.match(outcome.error.message, /0d0d, which was revoked for good and is good in the store/);
});

test('SHD-11: lists under a new public address need a word, since certificates name the old one', async () => {
  const host = await openTestHost({ crl: { shards: 1, full: 'omit' } });
  await host.publish();
  host.advance(60);
  const address = { routing: 'host', zone: 'example.org' } as const;
  const [refused] = await host.attempt(host.publisher({ address }));
  assert.equal(refused?.list.reason, 'settings');
  assert.ok(refused.kind === 'failed' && refused.error.code === 'artifact_refused');
  await host.publish(host.publisher({ address, addresses: 'new' }));
  const point = issuingDistributionPointOf(await host.list(1))?.distributionPoint;
  assert.deepEqual(
    point?.map((name) => name.type === 'uri' && name.uri),
    ['http://e1.c.example.org/1.crl'],
  );
});

test('CRL-05: a shorter validity does not bring nextUpdate back', async () => {
  const host = await openTestHost();
  await host.publish();
  const { nextUpdate } = await host.list(0);
  const { issuer } = host.ca;
  const shorter = {
    ...issuer,
    policy: { ...issuer.policy, crl: { ...issuer.policy.crl, validitySeconds: 86_399 } },
  };
  host.advance(60);
  const publisher = host.publisher();
  await publisher.execute(shorter, publisher.plan(shorter));
  assert.deepEqual((await host.list(0)).nextUpdate, nextUpdate);
});

for (const [issues, flag] of [
  ['ca', 'onlyContainsCACerts'],
  ['end-entity', 'onlyContainsUserCerts'],
] as const) {
  test(`CRL-17, SHD-03: the lists of an issuer of ${issues} certificates say ${flag}`, async () => {
    const host = await openTestHost({ issues, crl: { shards: 1 } });
    await host.publish();
    const [full, shard] = [await host.list(0), await host.list(1)].map(issuingDistributionPointOf);
    assert.equal(full?.[flag], true);
    assert.equal(full.distributionPoint, undefined);
    assert.equal(shard?.[flag], true);
    assert.equal(shard.distributionPoint?.length, 1);
  });
}

test('CRL-28: entries that are on the published list already are not judged anew, new ones are, and all under other settings', async () => {
  const host = await openTestHost();
  await host.assign(record('0c0c', { status: held() }));
  await host.publish();
  const { issuer } = host.ca;
  const cabf: Issuer = { ...issuer, policy: { ...issuer.policy, profile: 'cabf' } };
  const attempt = () => host.publisher().execute(cabf, host.publisher().plan(cabf));
  host.advance(60);
  const [underCabf] = await attempt();
  assert.ok(underCabf?.kind === 'failed');
  assert.match(underCabf.error.message, /reason_hold/);
  await host.statuses.release(1, octetsOf('0c0c'), host.now);
  host.advance(60);
  assert.equal((await attempt())[0]?.kind, 'published');
  await host.assign(record('0d0d', { status: revoked({ reason: 'aACompromise' }) }));
  host.advance(60);
  const [withOther] = await attempt();
  assert.ok(withOther?.kind === 'failed');
  assert.match(withOther.error.message, /reason_not_allowed/);
});

test('SHD-01: every revoked certificate is on the list of exactly one shard, and on the full list', async () => {
  const host = await openTestHost({ crl: { shards: 7 } });
  const serials = Array.from({ length: 200 }, (_, index) =>
    (index * 7919 + 65_536).toString(16).padStart(6, '0'),
  );
  const records = serials.map((serial) =>
    record(serial, { shard: shardOfSerial(octetsOf(serial), 7), status: revoked() }),
  );
  await host.assign(...records);
  await host.publish();
  const lists = await Promise.all([1, 2, 3, 4, 5, 6, 7].map((shard) => host.serials(shard)));
  assert.deepEqual(lists.flat().sort(), [...serials].sort());
  assert.deepEqual((await host.serials(0)).sort(), lists.flat().sort());
});

test('CRL-24: lists go on being issued when every certificate has expired', async () => {
  const host = await openTestHost();
  await host.assign(record('0a', { notAfter: new Date(host.now.getTime() + 1000), status: revoked() }));
  for (let day = 0; day < 30; day += 10) {
    await host.publish();
    host.advance(10 * 86_400);
  }
  const list = await host.list(0);
  assert.equal(list.entryCount, 0);
  assert.ok(list.thisUpdate > new Date(START.getTime() + 19 * 86_400_000));
});

test('T-42: two hundred times as many revocations in an hour are on the list, and its size is told', async () => {
  const host = await openTestHost();
  const serialOf = (index: number) =>
    (0x80_0000_0000 + index * 9973).toString(16).padStart(36, '0').replace(/^00/, '1f');
  const recordsFrom = (first: number, count: number) =>
    Array.from({ length: count }, (_, index) =>
      record(serialOf(first + index), { status: revoked({ reason: 'keyCompromise' }) }),
    );
  await host.assign(...recordsFrom(0, 600));
  const [before] = await host.publish();
  assert.ok(before && exceededLimit(before) === undefined);
  host.advance(3600);
  await host.statuses.assign(1, recordsFrom(600, 120_000 - 600));
  const [after] = await host.publish();
  assert.equal(after?.entryCount, 120_000);
  assert.match(exceededLimit(after)?.who ?? '', /Chromium/);
  assert.equal((await host.list(0)).entryCount, 120_000);
});

test('SHD-12: a disk that fills under two long lists at once fails both, and nothing else', async () => {
  const host = await openTestHost({ crl: { shards: 1 } });
  const status = revoked({ reason: 'keyCompromise' });
  const records = Array.from({ length: 120_000 }, (_, index) =>
    record((0x1000_0000 + index * 7).toString(16).padStart(32, '7'), { shard: 1, status }),
  );
  await host.statuses.assign(1, records);
  let written = 0;
  const artifacts = failingArtifacts(host.artifacts, () => {
    written += 1;
    // The two are begun, and the first block of each is written.
    return written <= 6 ? 'made' : 'failed-before';
  });
  const outcomes = await host.attempt(host.publisher({ artifacts }));
  assert.deepEqual(
    outcomes.map(({ kind }) => kind),
    ['failed', 'failed'],
  );
  assert.deepEqual(leftovers(host), []);
  await host.publish();
  assert.equal((await host.list(1)).entryCount, 120_000);
});
