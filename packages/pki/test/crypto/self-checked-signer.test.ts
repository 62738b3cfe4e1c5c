import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Signer, withSelfCheck } from '@lancre/pki/crypto';
import { createNodeCrypto } from '@lancre/pki/crypto-node';
import { newSigner } from '../support/test-pki.ts';

const crypto = createNodeCrypto();
const message = new Uint8Array(200).fill(3);

/** A signer whose signatures have one bit wrong, as a fault in memory would make them. */
function faulty(signer: Signer): Signer {
  const spoil = (signature: Uint8Array): Uint8Array =>
    signature.map((octet, i) => (i === 20 ? octet ^ 1 : octet));
  return {
    ...signer,
    sign: async (bytes) => spoil(await signer.sign(bytes)),
    begin() {
      const stream = signer.begin();
      return { update: (bytes) => stream.update(bytes), finish: async () => spoil(await stream.finish()) };
    },
  };
}

for (const type of ['P-256', 'ed25519', 'rsa-2048'] as const) {
  test(`ORSP-37: a wrong ${type} signature does not leave the signer`, async () => {
    const signer = withSelfCheck(faulty(newSigner(type)), crypto);
    await assert.rejects(signer.sign(message), { name: 'PkiError', code: 'signature_self_check_failed' });
    const stream = signer.begin();
    stream.update(message);
    await assert.rejects(stream.finish(), { name: 'PkiError', code: 'signature_self_check_failed' });
  });
}

test('ORSP-37: a signer whose public key is another does not sign', async () => {
  const { subjectPublicKeyInfoDer } = newSigner('P-256');
  const signer = withSelfCheck({ ...newSigner('P-256'), subjectPublicKeyInfoDer }, crypto);
  await assert.rejects(signer.sign(message), { code: 'signature_self_check_failed' });
});

test('signers: many signatures at once are each over their own message', async () => {
  const signer = newSigner('P-256');
  const messages = Array.from({ length: 100 }, (_, i) => Uint8Array.of(i));
  const signatures = await Promise.all(messages.map((each) => signer.sign(each)));
  const { algorithm, subjectPublicKeyInfoDer } = signer;
  for (const [i, signature] of signatures.entries()) {
    const check = { algorithm, subjectPublicKeyInfoDer, signature };
    assert.equal(await crypto.verify({ ...check, message: Uint8Array.of(i) }), 'valid');
  }
});
