import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { type SignatureAlgorithmName, signatureAlgorithm } from '@lancre/pki/crypto';
import { createNodeCrypto } from '@lancre/pki/crypto-node';
import { encodeOcspRequest, encodePreferredSignatureAlgorithms } from '@lancre/pki/ocsp';
import { readOcspRequest } from '#host/http/ocsp-question.js';
import type { Issuer } from '#host/issuer/issuer.js';
import { createIssuerRegistry } from '#host/issuer/issuer-registry.js';
import { responderAlgorithmsOf } from '#host/issuer/responder-algorithms.js';
import { createIssuer, newSigner, signCertificate } from '../issuer/test-issuers.js';
import { certIdFor } from './wish-request.js';

const ca = await createIssuer({ id: 1, name: 'e1' });
const rsa = newSigner('rsa-2048');
const issuer: Issuer = {
  ...ca.issuer,
  key: { path: '/keys/e1.pem' },
  responders: [
    {
      certificate: await signCertificate({
        subject: rsa,
        issuedBy: { commonName: 'CA e1', signer: ca.signer },
        basicConstraints: 'absent',
      }),
      key: { path: '/keys/responder.pem' },
    },
  ],
};

async function wishHeard(...wanted: readonly SignatureAlgorithmName[]): Promise<string | undefined> {
  const registry = await createIssuerRegistry([issuer], createNodeCrypto());
  const wishes = wanted.map((name) => ({ signatureAlgorithmDer: signatureAlgorithm(name).der }));
  const request = encodeOcspRequest({
    certIds: [certIdFor(registry, issuer)],
    extensions: [encodePreferredSignatureAlgorithms(wishes)],
  });
  const reading = readOcspRequest(request, registry);
  assert.ok(reading.kind === 'question');
  return reading.question.algorithm;
}

describe('wishes for a signature algorithm', () => {
  test('the algorithms of an issuer are those of its responders and then its own', () => {
    assert.deepEqual(responderAlgorithmsOf(issuer), ['rsa-pkcs1-sha256', 'ecdsa-sha256']);
  });

  test('OREQ-31: the first wish that some responder can fulfil is heard', async () => {
    assert.equal(await wishHeard('ed25519', 'ecdsa-sha256', 'rsa-pkcs1-sha256'), 'ecdsa-sha256');
  });

  test('what would be signed with anyway is no wish, so that one answer serves all', async () => {
    assert.equal(await wishHeard('rsa-pkcs1-sha256', 'ecdsa-sha256'), undefined);
    assert.equal(await wishHeard(), undefined);
  });

  test('OREQ-32: SHA-1 is not signed with, even when nothing else is asked for', async () => {
    assert.equal(await wishHeard('rsa-pkcs1-sha1'), undefined);
  });
});
