import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { test } from 'node:test';
import { decodeSubjectPublicKeyInfo } from '@lancre/pki/certificate';
import { createNodeCrypto } from '@lancre/pki/crypto-node';
import { certIdHashes, createIssuerRegistry } from '#host/issuer/issuer-registry.js';
import { createIssuer, newSigner, signCertificate } from './test-issuers.ts';

const nodeNames = { 'SHA-1': 'sha1', 'SHA-256': 'sha256', 'SHA-384': 'sha384', 'SHA-512': 'sha512' } as const;
type Hash = keyof typeof nodeNames;

const first = await createIssuer({ name: 'e1', id: 1 });
const second = await createIssuer({ name: 'e2', id: 7, key: 'rsa-2048' });
const registry = await createIssuerRegistry([first.issuer, second.issuer], createNodeCrypto());

function digest(hash: Hash, octets: Uint8Array): Uint8Array {
  return createHash(nodeNames[hash]).update(octets).digest();
}

/** By the words of RFC 6960 4.1.1, with node:crypto only. */
function hashesOf({ certificate }: typeof first, hash: Hash) {
  const { publicKey } = decodeSubjectPublicKeyInfo(certificate.subjectPublicKeyInfo.der);
  return { name: digest(hash, certificate.subject.der), key: digest(hash, publicKey) };
}

test('issuers are found by name and by number, and nothing else is', () => {
  assert.equal(registry.byName('e2'), second.issuer);
  assert.equal(registry.byId(7), second.issuer);
  assert.equal(registry.byName('E2'), undefined);
  assert.equal(registry.byId(2), undefined);
  assert.deepEqual(registry.issuers, [first.issuer, second.issuer]);
});

for (const hash of Object.keys(nodeNames) as Hash[]) {
  test(`OREQ-13, T-24: an issuer is found by the ${hash} of its name and of its key's bits`, () => {
    for (const each of [first, second]) {
      const { name, key } = hashesOf(each, hash);
      assert.equal(registry.byCertId(hash, name, key), each.issuer);
    }
  });

  test(`OREQ-14, T-23g: the ${hash} of one issuer's name with that of another's key finds none`, () => {
    const [one, other] = [hashesOf(first, hash), hashesOf(second, hash)];
    assert.equal(registry.byCertId(hash, one.name, other.key), undefined);
    assert.equal(registry.byCertId(hash, other.name, one.key), undefined);
    assert.equal(registry.byCertId(hash, one.key, one.name), undefined);
    assert.equal(registry.byCertId(hash, one.name, new Uint8Array()), undefined);
  });

  test(`control builds a CertID from the same ${hash} hashes`, () => {
    const { name, key } = hashesOf(second, hash);
    const found = registry.certIdHashesOf(7, hash);
    assert.deepEqual(
      [Buffer.from(found?.issuerNameHash ?? []), Buffer.from(found?.issuerKeyHash ?? [])],
      [name, key],
    );
  });
}

test('OREQ-13: the hash of the whole SubjectPublicKeyInfo is not that of the key', () => {
  const { name } = hashesOf(first, 'SHA-1');
  const whole = digest('SHA-1', first.certificate.subjectPublicKeyInfo.der);
  assert.equal(registry.byCertId('SHA-1', name, whole), undefined);
});

test('OREQ-14: hashes of two kinds find none', () => {
  const sha1 = hashesOf(first, 'SHA-1');
  const sha256 = hashesOf(first, 'SHA-256');
  for (const hash of ['SHA-1', 'SHA-256'] as const) {
    assert.equal(registry.byCertId(hash, sha1.name, sha256.key), undefined);
    assert.equal(registry.byCertId(hash, sha256.name, sha1.key), undefined);
  }
  assert.equal(registry.byCertId('SHA-1', sha256.name, sha256.key), undefined);
});

test('T-07: one record serves all cross-certificates of a name and key', async () => {
  const subject = newSigner();
  const root = { commonName: 'Root', signer: newSigner() };
  const own = await signCertificate({ subject });
  const cross = await signCertificate({ subject, issuedBy: root });
  const issuer = { ...first.issuer, certificates: [own, cross] as const };
  const crossed = await createIssuerRegistry([issuer], createNodeCrypto());
  for (const certificate of [own, cross]) {
    const { name, key } = hashesOf({ ...first, certificate }, 'SHA-256');
    assert.equal(crossed.byCertId('SHA-256', name, key), issuer);
  }
});

test('no hashes are known of an issuer that is not there', () => {
  for (const hash of certIdHashes) assert.equal(registry.certIdHashesOf(2, hash), undefined);
});

test('an empty registry finds nothing', async () => {
  const empty = await createIssuerRegistry([], createNodeCrypto());
  const { name, key } = hashesOf(first, 'SHA-1');
  assert.equal(empty.byCertId('SHA-1', name, key), undefined);
  assert.deepEqual(empty.issuers, []);
});
