import assert from 'node:assert/strict';
import { test } from 'node:test';
import { assembleSigned, decodeCrl, encodeTbsCrl } from '@lancre/pki/crl';
import type { Signer } from '@lancre/pki/crypto';
import { createNodeCrypto } from '@lancre/pki/crypto-node';
import type { CrlHeader } from '#host/publish/crl-content.js';
import { CrlEncoder } from '#host/publish/crl-encoder.js';
import { createIssuer, type KeyType, newSigner } from '../issuer/test-issuers.ts';
import { rejectsWithCode } from '../storage/throws-code.ts';
import { contentLengths, entriesOctets, entriesOf, serialsOf } from './exact-lengths.ts';
import { MemoryStaged } from './memory-staged.ts';

const { signer: realSigner, certificate } = await createIssuer();
const thisUpdate = new Date('2026-11-25T12:00:00Z');

function headerOf(entriesLength: number): CrlHeader {
  return {
    scope: { issuerId: 1, issuerName: 'e1', shard: 0 },
    kind: 'complete',
    issuerDer: certificate.subject.der,
    signatureAlgorithmDer: realSigner.algorithm.der,
    thisUpdate,
    nextUpdate: new Date('2026-12-04T11:59:59Z'),
    extensions: { authorityKeyIdentifier: new Uint8Array(20), crlNumber: 1_795_000_000n },
    entryCount: 0,
    entriesLength,
  };
}

/** A P-256 signer whose "signatures" have the lengths given, one after another, the last for ever. */
function signerOfLengths(...lengths: readonly number[]): Signer {
  let signed = 0;
  const next = async () => new Uint8Array(lengths[Math.min(signed++, lengths.length - 1)] ?? 0).fill(0x55);
  return { ...realSigner, sign: next, begin: () => ({ update: () => undefined, finish: next }) };
}

/** The same list put together in memory. */
function assembled(header: CrlHeader, entries: Uint8Array, signature: Uint8Array): Uint8Array {
  const tbs = encodeTbsCrl({
    ...header,
    signatureAlgorithmDer: realSigner.algorithm.der,
    entries: [entries],
  });
  return assembleSigned(tbs, realSigner.algorithm.der, signature);
}

async function encode(header: CrlHeader, signer: Signer, chunks: readonly Uint8Array[]) {
  const staged = new MemoryStaged();
  const encoder = await CrlEncoder.begin(header, signer, staged);
  for (const chunk of chunks) await encoder.add(chunk);
  return { outcome: await encoder.finish(), staged };
}

async function checkExact(octets: number, chunkCount = 1): Promise<void> {
  const all = octets === 0 ? Buffer.alloc(0) : entriesOctets(octets);
  assert.equal(all.length, octets);
  const size = Math.max(1, Math.ceil(all.length / chunkCount));
  const chunks = Array.from({ length: Math.ceil(all.length / size) }, (_, index) =>
    all.subarray(index * size, (index + 1) * size),
  );
  const { outcome, staged } = await encode(headerOf(octets), signerOfLengths(72), chunks);
  assert.equal(outcome, 'complete');
  const list = staged.bytes();
  assert.ok(
    list.equals(assembled(headerOf(octets), all, new Uint8Array(72).fill(0x55))),
    `${octets} octets of entries`,
  );
  assert.equal(staged.length, list.length);
  const crl = decodeCrl(list);
  assert.equal(crl.entryCount, Math.ceil(octets / 39));
  assert.equal(crl.entriesDer.length, octets);
}

test('CRL-06: without entries there is no revokedCertificates, and the list is what it would be in memory', () =>
  checkExact(0));

test('T-23b, CRL-29: every length of entries up to 1,300 octets gives the list that it would be in memory', async () => {
  for (let octets = 0; octets <= 1300; octets += 1)
    if (serialsOf(octets) !== undefined) await checkExact(octets);
});

for (const boundary of [2 ** 16, 2 ** 24]) {
  const below = contentLengths(headerOf(boundary - 1000), realSigner);
  const places = [
    ['the entries', 0],
    ['the TBSCertList', below.tbs - (boundary - 1000)],
    ['the whole', below.outer - (boundary - 1000)],
  ] as const;
  for (const [what, overhead] of places) {
    test(`T-23b, CRL-29: a list is exact where the length of ${what} comes to ${boundary} octets`, async () => {
      for (const length of [boundary - 1, boundary]) await checkExact(length - overhead, 7);
    });
  }
}

test('CRL-29: entries come in chunks of any size', async () => {
  for (const chunkCount of [1, 2, 3, 1000]) await checkExact(40_000, chunkCount);
});

test('entries are copied at once: the buffer they came in may be used again', async () => {
  const entries = entriesOf(400);
  const staged = new MemoryStaged();
  const encoder = await CrlEncoder.begin(headerOf(400), signerOfLengths(72), staged);
  for (const entry of entries) {
    const lent = Buffer.from(entry);
    await encoder.add(lent);
    lent.fill(0);
  }
  await encoder.finish();
  assert.deepEqual(Buffer.from(decodeCrl(staged.bytes()).entriesDer), Buffer.concat(entries));
});

for (const difference of [-1, 1]) {
  test(`entries that are ${difference < 0 ? 'fewer' : 'more'} than announced are refused, and nothing is signed`, async () => {
    let signatures = 0;
    const counting: Signer = {
      ...realSigner,
      begin: () => ({ update: () => undefined, finish: async () => new Uint8Array(72).fill(signatures++) }),
    };
    const staged = new MemoryStaged();
    const encoder = await CrlEncoder.begin(headerOf(400 + difference), counting, staged);
    await encoder.add(Buffer.concat(entriesOf(400)));
    await rejectsWithCode('store_corrupt', encoder.finish(), 'e1', '400');
    assert.equal(signatures, 0);
  });
}

test('a shorter signature is no trouble while the outermost header stays as long', async () => {
  for (const length of [72, 71, 70, 68]) {
    const { outcome, staged } = await encode(headerOf(400), signerOfLengths(length), entriesOf(400));
    assert.equal(outcome, 'complete');
    assert.ok(
      staged
        .bytes()
        .equals(assembled(headerOf(400), Buffer.concat(entriesOf(400)), new Uint8Array(length).fill(0x55))),
    );
  }
});

test('a signature so short that the outermost header shrinks asks for the list to be made again', async () => {
  const octets = 2 ** 16 + 1 - (contentLengths(headerOf(65_000), realSigner).outer - 65_000);
  assert.equal(contentLengths(headerOf(octets), realSigner).outer, 2 ** 16 + 1);
  const outcomes = [];
  for (const length of [72, 71, 70]) {
    outcomes.push(
      (await encode(headerOf(octets), signerOfLengths(length), [Buffer.concat(entriesOf(octets))])).outcome,
    );
  }
  assert.deepEqual(outcomes, ['complete', 'complete', 'repeat']);
});

for (const key of ['P-256', 'P-384', 'P-521', 'ed25519', 'rsa-2048'] satisfies KeyType[]) {
  test(`CRL-01: a list signed with ${key} can be read, names its algorithm twice alike, and verifies`, async () => {
    const signer = newSigner(key);
    const { outcome, staged } = await encode(headerOf(4000), signer, entriesOf(4000));
    assert.equal(outcome, 'complete');
    const crl = decodeCrl(staged.bytes());
    assert.equal(crl.version, 2);
    const verdict = await createNodeCrypto().verify({
      algorithm: crl.signatureAlgorithm,
      subjectPublicKeyInfoDer: signer.subjectPublicKeyInfoDer,
      message: crl.tbsDer,
      signature: crl.signature,
    });
    assert.equal(verdict, 'valid');
  });
}
