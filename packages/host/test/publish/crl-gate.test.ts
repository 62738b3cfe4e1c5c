import assert from 'node:assert/strict';
import { test } from 'node:test';
import { assembleSigned, encodeName, subjectKeyIdentifierOf } from '@lancre/pki/certificate';
import { type CrlFrameInput, encodeCrlEntry, encodeTbsCrl } from '@lancre/pki/crl';
import type { Signer } from '@lancre/pki/crypto';
import { createNodeCrypto } from '@lancre/pki/crypto-node';
import type { IssuerProfile } from '#host/issuer/issuer-policy.js';
import type { ArtifactView } from '#host/publish/artifact-store.js';
import type { CrlHeader } from '#host/publish/crl-content.js';
import { checkStagedCrl, type GateFault } from '#host/publish/crl-gate.js';
import type { Publication } from '#host/publish/publication-store.js';
import { createIssuer } from '../issuer/test-issuers.ts';
import { MemoryStatusStore } from '../status/memory-status-store.ts';
import { octetsOf, REVOKED_AT } from '../status/records.ts';
import { MemoryStaged } from './memory-staged.ts';

const crypto = createNodeCrypto();
const { issuer, signer, certificate } = await createIssuer();
const other = await createIssuer({ name: 'e2', id: 2 });
const SHARD_URL = 'http://e1.c.example.net/7.crl';
const thisUpdate = new Date('2026-11-25T12:00:00Z');
const nextUpdate = new Date('2026-12-04T11:59:59Z');
const entries = [entry('01'), entry('0a')];

function entry(serial: string): Uint8Array {
  return encodeCrlEntry({ serialNumber: octetsOf(serial), revocationDate: REVOKED_AT });
}

function pointAt(uri: string): NonNullable<CrlHeader['extensions']['issuingDistributionPoint']> {
  return { distributionPoint: [{ type: 'uri', uri }] };
}

const statuses = new MemoryStatusStore();
const nothingThere: ArtifactView = {
  resolve: () => undefined,
  open: () => Promise.reject(new Error('nothing is there')),
};

const meant: CrlHeader = {
  scope: { issuerId: 1, issuerName: 'e1', shard: 7 },
  kind: 'complete',
  issuerDer: certificate.subject.der,
  signatureAlgorithmDer: signer.algorithm.der,
  thisUpdate,
  nextUpdate,
  extensions: {
    authorityKeyIdentifier: subjectKeyIdentifierOf(certificate) ?? new Uint8Array(),
    crlNumber: 42n,
    issuingDistributionPoint: pointAt(SHARD_URL),
  },
  entryCount: 2,
  entriesLength: entries.reduce((sum, each) => sum + each.length, 0),
};

interface Made extends Partial<Omit<CrlFrameInput, 'extensions' | 'entriesLength'>> {
  readonly extensions?: Partial<CrlFrameInput['extensions']>;
  readonly entries?: readonly Uint8Array[];
  readonly signedBy?: Signer;
}

async function listOf({
  extensions = {},
  entries: made = entries,
  signedBy = signer,
  ...fields
}: Made): Promise<Uint8Array> {
  const tbs = encodeTbsCrl({
    issuerDer: meant.issuerDer,
    signatureAlgorithmDer: signedBy.algorithm.der,
    thisUpdate,
    nextUpdate,
    ...fields,
    entries: made,
    extensions: { ...meant.extensions, ...extensions },
  });
  return assembleSigned(tbs, signedBy.algorithm.der, await signedBy.sign(tbs));
}

async function check(
  list: Uint8Array,
  header: CrlHeader = meant,
  previous?: Publication,
  profile: IssuerProfile = 'private',
): Promise<GateFault | undefined> {
  const staged = new MemoryStaged();
  await staged.append(list);
  const profiled = { ...issuer, policy: { ...issuer.policy, profile } };
  return checkStagedCrl({
    staged,
    header,
    issuer: profiled,
    previous,
    artifacts: nothingThere,
    statuses,
    crypto,
  });
}

const published: Publication = {
  object: 'ab',
  crlNumber: 41n,
  thisUpdate: new Date('2026-11-25T11:00:00Z'),
  nextUpdate,
  revision: 1,
  entryCount: 2,
  length: 500,
};

test('CRL-28: a list that is what was meant passes', async () => {
  const list = await listOf({});
  assert.equal(await check(list), undefined);
  assert.equal(await check(list, meant, published), undefined);
});

test('CRL-17: a full list without issuingDistributionPoint passes', async () => {
  const { issuingDistributionPoint: _, ...extensions } = meant.extensions;
  const header = { ...meant, scope: { ...meant.scope, shard: 0 }, extensions };
  assert.equal(
    await check(await listOf({ extensions: { issuingDistributionPoint: undefined } }), header),
    undefined,
  );
});

const wrong: readonly (readonly [string, GateFault['code'], Made])[] = [
  ['T-15: a list in the name of another issuer', 'issuer', { issuerDer: other.certificate.subject.der }],
  [
    'T-16: a name of the same text in other octets',
    'issuer',
    { issuerDer: asPrintable(certificate.subject.der) },
  ],
  [
    'CRL-07: the key identifier of another key',
    'key_identifier',
    { extensions: { authorityKeyIdentifier: new Uint8Array(20) } },
  ],
  [
    'CRL-07: a key identifier cut short',
    'key_identifier',
    { extensions: { authorityKeyIdentifier: meant.extensions.authorityKeyIdentifier.subarray(0, 19) } },
  ],
  ['T-17: another number than the one taken', 'number', { extensions: { crlNumber: 43n } }],
  ['CRL-03: another thisUpdate', 'this_update', { thisUpdate: new Date('2026-11-25T12:00:01Z') }],
  ['T-18: a nextUpdate one second too late', 'next_update', { nextUpdate: new Date('2026-12-04T12:00:00Z') }],
  [
    'T-18: a nextUpdate one second too early',
    'next_update',
    { nextUpdate: new Date('2026-12-04T11:59:58Z') },
  ],
  [
    'T-15, SHD-14: the URL of another shard',
    'distribution_point',
    { extensions: { issuingDistributionPoint: pointAt('http://e1.c.example.net/8.crl') } },
  ],
  [
    'T-15: the host of another issuer',
    'distribution_point',
    { extensions: { issuingDistributionPoint: pointAt('http://e2.c.example.net/7.crl') } },
  ],
  [
    'T-21: https in place of http',
    'distribution_point',
    { extensions: { issuingDistributionPoint: pointAt('https://e1.c.example.net/7.crl') } },
  ],
  [
    'T-23n: a URL with two slashes',
    'distribution_point',
    { extensions: { issuingDistributionPoint: pointAt('http://e1.c.example.net//7.crl') } },
  ],
  [
    'SHD-02: a shard without issuingDistributionPoint',
    'distribution_point',
    { extensions: { issuingDistributionPoint: undefined } },
  ],
  [
    'SHD-02: a second URL',
    'distribution_point',
    {
      extensions: {
        issuingDistributionPoint: {
          distributionPoint: [
            { type: 'uri', uri: SHARD_URL },
            { type: 'uri', uri: 'http://x/' },
          ],
        },
      },
    },
  ],
  [
    'SHD-02: a name that is no URI',
    'distribution_point',
    { extensions: { issuingDistributionPoint: { distributionPoint: [{ type: 'dns', name: SHARD_URL }] } } },
  ],
  ['T-19: an entry that is missing', 'entries', { entries: entries.slice(0, 1) }],
  ['CRL-06: no entries where there should be some', 'entries', { entries: [] }],
  ['CRL-10: an entry too many', 'entries', { entries: [...entries, entry('0b')] }],
  ['T-15, T-39: the signature of another key', 'signature', { signedBy: other.signer }],
];

for (const [what, code, made] of wrong) {
  test(`${what} is refused (${code})`, async () => {
    const fault = await check(await listOf(made));
    assert.equal(fault?.code, code);
    assert.ok(fault.message.length > 10);
  });
}

test('three entries where two of the same octets in all were announced are refused', async () => {
  const three = ['01', '02', '03'].map(entry);
  const entriesLength = three.reduce((sum, each) => sum + each.length, 0);
  assert.equal(entry('11'.repeat(11)).length * 2, entriesLength);
  assert.equal((await check(await listOf({ entries: three }), { ...meant, entriesLength }))?.code, 'entries');
});

test('CRL-17: an issuingDistributionPoint on a full list is refused', async () => {
  const { issuingDistributionPoint: _, ...extensions } = meant.extensions;
  assert.equal((await check(await listOf({}), { ...meant, extensions }))?.code, 'distribution_point');
});

test('SHD-11, T-21: a list that names none of the URLs of the published one is refused', async () => {
  const list = await listOf({});
  const at = (...distributionPoints: string[]) => check(list, meant, { ...published, distributionPoints });
  assert.equal(await at(SHARD_URL), undefined);
  assert.equal(await at('http://old.example.net/7.crl', SHARD_URL), undefined);
  for (const former of [[], ['http://e1.c.example.org/7.crl'], ['http://e1.c.example.net/7.CRL']]) {
    const fault = await at(...former);
    assert.equal(fault?.code, 'distribution_point');
    assert.match(fault.message, /--new-address/);
  }
});

test('SHD-16: a delta with another base than the one meant, or with none, is refused', async () => {
  const delta: CrlHeader = { ...meant, kind: 'delta', extensions: { ...meant.extensions, deltaBase: 40n } };
  assert.equal(await check(await listOf({ extensions: { deltaBase: 40n } }), delta), undefined);
  assert.equal((await check(await listOf({ extensions: { deltaBase: 39n } }), delta))?.code, 'base');
  assert.equal((await check(await listOf({}), delta))?.code, 'base');
  assert.equal((await check(await listOf({ extensions: { deltaBase: 40n } })))?.code, 'base');
});

test('CRL-13, CRL-28: what the profile refuses in an entry keeps the list out, and names the clause', async () => {
  const hold = encodeCrlEntry({
    serialNumber: octetsOf('0b'),
    revocationDate: REVOKED_AT,
    reason: 'certificateHold',
  });
  const header = { ...meant, entryCount: 1, entriesLength: hold.length };
  const list = await listOf({ entries: [hold] });
  assert.equal(await check(list, header), undefined);
  const fault = await check(list, header, undefined, 'cabf');
  assert.equal(fault?.code, 'lint');
  assert.match(fault.message, /reason_hold, BR 7\.2\.2/);
});

test('CRL-10, CRL-11, CRL-28: faults of entries that no header tells of are seen', async () => {
  const twice = [entry('0a'), entry('0a')];
  const zero = [encodeCrlEntry({ serialNumber: octetsOf('0a'), revocationDate: new Date(0) })];
  for (const [entries, lint] of [
    [twice, /serial_duplicate/],
    [zero, /revocation_date_zero/],
  ] as const) {
    const entriesLength = entries.reduce((sum, each) => sum + each.length, 0);
    const fault = await check(await listOf({ entries }), {
      ...meant,
      entryCount: entries.length,
      entriesLength,
    });
    assert.equal(fault?.code, 'lint');
    assert.match(fault.message, lint);
  }
});

test('CRL-04, T-18: under cabf a validity beyond ten days is kept out', async () => {
  const late = new Date(thisUpdate.getTime() + 10 * 86_400_000 + 1000);
  const list = await listOf({ nextUpdate: late });
  assert.equal(await check(list, { ...meant, nextUpdate: late }), undefined);
  assert.equal((await check(list, { ...meant, nextUpdate: late }, undefined, 'cabf'))?.code, 'lint');
});

test('a list in the algorithm of another key is refused', async () => {
  const rsa = await createIssuer({ key: 'rsa-2048' });
  assert.equal((await check(await listOf({ signedBy: rsa.signer })))?.code, 'signature');
});

test('a signature with one bit turned is refused', async () => {
  const list = await listOf({});
  list[list.length - 1] = (list.at(-1) ?? 0) ^ 1;
  assert.equal((await check(list))?.code, 'signature');
});

test('an entry with one bit turned is refused by its signature', async () => {
  const list = Buffer.from(await listOf({}));
  const at = list.indexOf(Buffer.from(entries[1] ?? []));
  list[at + 4] = 0x0b;
  assert.equal((await check(list))?.code, 'signature');
});

for (const [what, make] of [
  ['nothing at all', () => new Uint8Array()],
  ['T-38: a page of HTML', () => Buffer.from('<html>busy</html>')],
  ['T-03: one octet', () => Uint8Array.of(0x30)],
  ['a certificate', () => certificate.der],
] as const) {
  test(`${what} is refused (unreadable)`, async () => {
    assert.equal((await check(make()))?.code, 'unreadable');
  });
}

test('a list cut short, or with an octet after it, is refused (unreadable)', async () => {
  const list = await listOf({});
  assert.equal((await check(list.subarray(0, -1)))?.code, 'unreadable');
  assert.equal((await check(Buffer.concat([list, new Uint8Array(1)])))?.code, 'unreadable');
});

test('CRL-08, T-17: a number that is not above the published one is refused', async () => {
  const list = await listOf({});
  for (const crlNumber of [42n, 43n, 1n << 100n]) {
    assert.equal((await check(list, meant, { ...published, crlNumber }))?.code, 'number');
  }
});

test('CRL-09, T-17: a thisUpdate that is not after the published one is refused', async () => {
  const list = await listOf({});
  for (const date of [thisUpdate, new Date('2026-11-25T12:00:01Z')]) {
    assert.equal((await check(list, meant, { ...published, thisUpdate: date }))?.code, 'this_update');
  }
});

/** The same name with a PrintableString where it had a UTF8String. */
function asPrintable(nameDer: Uint8Array): Uint8Array {
  const octets = Buffer.from(nameDer);
  octets[octets.indexOf(Buffer.from([0x0c, 5]))] = 0x13;
  assert.notDeepEqual(octets, Buffer.from(encodeName([{ type: 'CN', value: 'CA e1' }])));
  return octets;
}
