import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type StreamingCryptoProvider, signatureAlgorithm } from '@lancre/pki/crypto';
import { createNodeCrypto } from '@lancre/pki/crypto-node';
import { LancreError } from '#host/errors/lancre-error.js';
import { withMlDsa } from '#host/storage/ml-dsa-crypto.js';
import { loadMlDsaLibrary } from '#host/storage/ml-dsa-library.js';
import { newSigner } from '../issuer/test-issuers.ts';
import { loadMlDsaFixture, PARAMETER_SETS, RUNTIME_HAS_ML_DSA, spoiled } from './ml-dsa-fixture.ts';
import { rejectsWithCode } from './throws-code.ts';

/** A runtime that knows no signatures, so that the library is always asked. */
const lacking: StreamingCryptoProvider = {
  ...createNodeCrypto(),
  verify: async () => 'unsupported',
  beginVerify: () => ({ update: () => undefined, finish: async () => 'unsupported' }),
};

function unused(): Promise<never> {
  return Promise.reject(new Error('the library is not to be asked'));
}

for (const [name, crypto] of [
  ['the library', withMlDsa(lacking)],
  ['the runtime or the library', withMlDsa(createNodeCrypto())],
] as const) {
  for (const set of PARAMETER_SETS) {
    test(`a ${set} signature of OpenSSL is verified by ${name}, whole and in pieces`, async () => {
      const { message, subjectPublicKeyInfoDer, signature } = loadMlDsaFixture(set);
      const check = { algorithm: signatureAlgorithm(set), subjectPublicKeyInfoDer, message };
      assert.equal(await crypto.verify({ ...check, signature }), 'valid');
      assert.equal(await crypto.verify({ ...check, signature: spoiled(signature, 100) }), 'invalid');
      assert.equal(await crypto.verify({ ...check, signature: signature.subarray(1) }), 'invalid');
      assert.equal(await crypto.verify({ ...check, message: message.subarray(1), signature }), 'invalid');
      const stream = crypto.beginVerify(check);
      stream.update(message.subarray(0, 9));
      stream.update(message.subarray(9));
      assert.equal(await stream.finish(signature), 'valid');
    });
  }

  test(`by ${name}, an ML-DSA signature that does not fit its key is unsupported`, async () => {
    const { message, subjectPublicKeyInfoDer, signature } = loadMlDsaFixture('ml-dsa-44');
    const check = { algorithm: signatureAlgorithm('ml-dsa-44'), subjectPublicKeyInfoDer, message, signature };
    assert.equal(
      await crypto.verify({ ...check, algorithm: signatureAlgorithm('ml-dsa-65') }),
      'unsupported',
    );
    const { subjectPublicKeyInfoDer: other } = newSigner('ed25519');
    assert.equal(await crypto.verify({ ...check, subjectPublicKeyInfoDer: other }), 'unsupported');
    assert.equal(
      await crypto.verify({ ...check, subjectPublicKeyInfoDer: Uint8Array.of(0x30, 0) }),
      'unsupported',
    );
  });
}

test('memory that is used again before the check does not change the verdict', async () => {
  const { message, subjectPublicKeyInfoDer, signature } = loadMlDsaFixture('ml-dsa-44');
  const shared = Uint8Array.from(message);
  const verdict = withMlDsa(lacking).verify({
    algorithm: signatureAlgorithm('ml-dsa-44'),
    subjectPublicKeyInfoDer,
    message: shared,
    signature,
  });
  shared.fill(0);
  assert.equal(await verdict, 'valid');
});

test('signatures of other kinds and digests are those of the runtime, and the library is not loaded', async () => {
  const crypto = withMlDsa(createNodeCrypto(), unused);
  const message = new Uint8Array(100).fill(4);
  const { algorithm, subjectPublicKeyInfoDer, sign } = newSigner('P-256');
  const signature = await sign(message);
  assert.equal(await crypto.verify({ algorithm, subjectPublicKeyInfoDer, message, signature }), 'valid');
  const stream = crypto.beginVerify({ algorithm, subjectPublicKeyInfoDer });
  stream.update(message);
  assert.equal(await stream.finish(signature), 'valid');
  assert.deepEqual(await crypto.digest('SHA-1', message), await createNodeCrypto().digest('SHA-1', message));
});

test('without the package a verdict is that of the runtime', async () => {
  const missing = () =>
    loadMlDsaLibrary(() => Promise.reject(Object.assign(new Error(), { code: 'ERR_MODULE_NOT_FOUND' })));
  const { message, subjectPublicKeyInfoDer, signature } = loadMlDsaFixture('ml-dsa-44');
  const check = { algorithm: signatureAlgorithm('ml-dsa-44'), subjectPublicKeyInfoDer, message, signature };
  assert.equal(await withMlDsa(lacking, missing).verify(check), 'unsupported');
  const expected = RUNTIME_HAS_ML_DSA ? 'valid' : 'unsupported';
  assert.equal(await withMlDsa(createNodeCrypto(), missing).verify(check), expected);
});

test('a package that is missing is signer_unavailable, and named', async () => {
  const cause = Object.assign(new Error('Cannot find package'), { code: 'ERR_MODULE_NOT_FOUND' });
  const loading = loadMlDsaLibrary(() => Promise.reject(cause));
  await rejectsWithCode('signer_unavailable', loading, '@noble/post-quantum', 'Node.js 24.7');
  await assert.rejects(loading, (error) => error instanceof LancreError && error.cause === cause);
});
