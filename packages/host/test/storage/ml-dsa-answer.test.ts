import assert from 'node:assert/strict';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { createNodeCrypto } from '@lancre/pki/crypto-node';
import { type BasicOcspResponse, decodeOcspResponse } from '@lancre/pki/ocsp';
import { encodeHex } from '@lancre/pki/text';
import { defaultIssuerPolicy } from '#host/issuer/issuer-policy.js';
import { withMlDsa } from '#host/storage/ml-dsa-crypto.js';
import { loadMlDsaLibrary } from '#host/storage/ml-dsa-library.js';
import { createMlDsaSigner } from '#host/storage/ml-dsa-signer.js';
import { signCertificate, type TestIssuer } from '../issuer/test-issuers.ts';
import { TestHost } from '../publish/test-host.ts';
import { MemoryStatusStore } from '../status/memory-status-store.ts';
import { octetsOf, record, revoked } from '../status/records.ts';
import { signingFor } from '../status/test-signing.ts';
import { loadMlDsaFixture, PARAMETER_SETS, type ParameterSet } from './ml-dsa-fixture.ts';
import { temporaryFolder } from './temporary-folder.ts';

const crypto = withMlDsa(createNodeCrypto());
const library = await loadMlDsaLibrary();
const now = () => new Date('2026-11-25T10:00:00Z');
const IDENTIFIERS = {
  'ml-dsa-44': '300b0609608648016503040311',
  'ml-dsa-65': '300b0609608648016503040312',
  'ml-dsa-87': '300b0609608648016503040313',
} as const;

async function answerOf(ca: TestIssuer): Promise<BasicOcspResponse> {
  const store = new MemoryStatusStore();
  await store.assign(1, [record('0a')]);
  const { source } = await signingFor(ca, store, now);
  const form = { hash: 'SHA-1', parameters: 'null' } as const;
  const answer = await source.answer({ issuerId: 1, items: [{ form, serialNumber: octetsOf('0a') }] });
  assert.ok(answer.kind === 'signed', JSON.stringify(answer));
  const response = decodeOcspResponse(answer.der);
  assert.ok(response.status === 'successful');
  return response.basic;
}

/** An issuer that signs itself with the library, whatever the runtime has. */
async function newIssuer(set: ParameterSet): Promise<TestIssuer> {
  const { seed } = loadMlDsaFixture(set);
  const key = { parameterSet: set, seed, expandedKey: undefined, publicKey: undefined };
  const signer = createMlDsaSigner(key, library);
  const certificate = await signCertificate({ commonName: 'CA e1', subject: signer });
  const issuer = { id: 1, name: 'e1', certificates: [certificate], policy: defaultIssuerPolicy } as const;
  return { issuer, signer, certificate };
}

test('ORSP-34: an OCSP answer signed with ML-DSA names it with absent parameters, and verifies', async () => {
  for (const set of PARAMETER_SETS) {
    const ca = await newIssuer(set);
    const { signatureAlgorithm, tbsDer, signature } = await answerOf(ca);
    assert.equal(encodeHex(signatureAlgorithm.der), IDENTIFIERS[set]);
    const verdict = await crypto.verify({
      algorithm: signatureAlgorithm,
      subjectPublicKeyInfoDer: ca.certificate.subjectPublicKeyInfo.der,
      message: tbsDer,
      signature,
    });
    assert.equal(verdict, 'valid');
  }
});

test('ORSP-34: a private profile may sign with ML-DSA: lists pass the gate and name it with absent parameters', async () => {
  const host = new TestHost(join(temporaryFolder(), 'host'), await newIssuer('ml-dsa-65'));
  after(() => host.tables.close());
  await host.assign(record('0a', { status: revoked() }), record('0b'));
  await host.publish(host.publisher({ crypto }));
  const list = await host.list(0);
  assert.equal(encodeHex(list.signatureAlgorithm.der), IDENTIFIERS['ml-dsa-65']);
  assert.deepEqual(await host.serials(0), ['0a']);
  const verdict = await crypto.verify({
    algorithm: list.signatureAlgorithm,
    subjectPublicKeyInfoDer: host.ca.certificate.subjectPublicKeyInfo.der,
    message: list.tbsDer,
    signature: list.signature,
  });
  assert.equal(verdict, 'valid');
});
