import assert from 'node:assert/strict';
import { generateKeyPairSync } from 'node:crypto';
import { describe, test } from 'node:test';
import { publicKeyKindOf, signatureAlgorithm, signatureAlgorithmOf } from '@lancre/pki/crypto';
import { createNodeCrypto, createNodeSigner } from '@lancre/pki/crypto-node';
import { bytes, hex } from '../support/hex.ts';
import { throwsCode } from '../support/throws-code.ts';
import { loadMlDsaFixture, PARAMETER_SETS, RUNTIME_HAS_ML_DSA, seedPem } from './ml-dsa-fixture.ts';

const crypto = createNodeCrypto();
const native = { skip: RUNTIME_HAS_ML_DSA ? false : 'this runtime does not have ML-DSA' };
const lacking = { skip: RUNTIME_HAS_ML_DSA ? 'this runtime has ML-DSA' : false };

test('ORSP-34, VER-30: ML-DSA is identified with absent parameters, and not in any other form', () => {
  assert.equal(hex(signatureAlgorithm('ml-dsa-44').der), '300b0609608648016503040311');
  assert.equal(hex(signatureAlgorithm('ml-dsa-65').der), '300b0609608648016503040312');
  assert.equal(hex(signatureAlgorithm('ml-dsa-87').der), '300b0609608648016503040313');
  for (const name of PARAMETER_SETS) assert.equal(signatureAlgorithm(name).scheme, 'ml-dsa');
  assert.equal(signatureAlgorithmOf({ der: bytes('300d06096086480165030403120500') }), undefined);
});

test('VER-30: HashML-DSA is not known (RFC 9881 8.3)', () => {
  for (const last of ['20', '21', '22'])
    assert.equal(signatureAlgorithmOf({ der: bytes(`300b06096086480165030403${last}`) }), undefined);
});

test('VER-30: ML-DSA keys are told apart, have one length each, and no parameters', () => {
  for (const [set, signatureOctets] of [
    ['ml-dsa-44', 2420],
    ['ml-dsa-65', 3309],
    ['ml-dsa-87', 4627],
  ] as const) {
    const spki = loadMlDsaFixture(set).subjectPublicKeyInfoDer;
    assert.deepEqual(publicKeyKindOf(spki), { type: 'ml-dsa', parameterSet: set, signatureOctets });
  }
  const key = '00'.repeat(1312);
  const isKnown = (spki: string) => publicKeyKindOf(bytes(spki)) !== undefined;
  assert.ok(isKnown(`30820532300b060960864801650304031103820521${'00'}${key}`));
  assert.ok(!isKnown(`30820531300b060960864801650304031103820520${key}`));
  assert.ok(!isKnown(`30820533300b060960864801650304031103820522${'0000'}${key}`));
  assert.ok(!isKnown(`30820534300d0609608648016503040311050003820521${'00'}${key}`));
  assert.ok(!isKnown(`30820532300b060960864801650304031203820521${'00'}${key}`));
});

describe('ML-DSA where the runtime has it', native, () => {
  for (const set of PARAMETER_SETS) {
    const { message, subjectPublicKeyInfoDer, signature } = loadMlDsaFixture(set);
    const check = { algorithm: signatureAlgorithm(set), subjectPublicKeyInfoDer };

    test(`a ${set} signature of another implementation verifies, whole and in pieces`, async () => {
      assert.equal(await crypto.verify({ ...check, message, signature }), 'valid');
      const stream = crypto.beginVerify(check);
      stream.update(message.subarray(0, 9));
      stream.update(message.subarray(9));
      assert.equal(await stream.finish(signature), 'valid');
    });

    test(`a ${set} signature over another message, changed or of another length is invalid`, async () => {
      const changed = signature.map((octet, index) => (index === 100 ? octet ^ 1 : octet));
      const verdictOn = (signed: Uint8Array) => crypto.verify({ ...check, message, signature: signed });
      assert.equal(await crypto.verify({ ...check, message: message.subarray(1), signature }), 'invalid');
      assert.equal(await verdictOn(changed), 'invalid');
      assert.equal(await verdictOn(signature.subarray(1)), 'invalid');
      assert.equal(await verdictOn(Uint8Array.of(...signature, 0)), 'invalid');
    });

    test(`a ${set} key signs what its public half verifies, whole and in pieces`, async () => {
      const signer = createNodeSigner({ pkcs8: seedPem(set) });
      assert.equal(signer.algorithm.name, set);
      assert.equal(hex(signer.subjectPublicKeyInfoDer), hex(subjectPublicKeyInfoDer));
      const whole = await signer.sign(message);
      assert.equal(await crypto.verify({ ...check, message, signature: whole }), 'valid');
      const signing = signer.begin();
      signing.update(message.subarray(0, 9));
      signing.update(message.subarray(9));
      assert.equal(await crypto.verify({ ...check, message, signature: await signing.finish() }), 'valid');
    });
  }

  test('a key signs with its own parameter set only', () => {
    const pkcs8 = seedPem('ml-dsa-44');
    throwsCode(() => createNodeSigner({ pkcs8, algorithm: 'ml-dsa-65' }), 'algorithm_unsupported');
    throwsCode(() => createNodeSigner({ pkcs8, algorithm: 'ed25519' }), 'algorithm_unsupported');
  });

  test('an ML-DSA key that is malformed is invalid', () => {
    const cut = Buffer.from(seedPem('ml-dsa-44').split('\n')[1] ?? '', 'base64').subarray(0, -1);
    throwsCode(() => createNodeSigner({ pkcs8: cut }), 'key_invalid');
  });
});

describe('ML-DSA where the runtime does not have it', lacking, () => {
  for (const set of PARAMETER_SETS) {
    test(`a ${set} signature is unsupported, not invalid`, async () => {
      const { message, subjectPublicKeyInfoDer, signature } = loadMlDsaFixture(set);
      const check = { algorithm: signatureAlgorithm(set), subjectPublicKeyInfoDer };
      assert.equal(await crypto.verify({ ...check, message, signature }), 'unsupported');
      const stream = crypto.beginVerify(check);
      stream.update(message);
      assert.equal(await stream.finish(signature), 'unsupported');
    });

    test(`a ${set} key is told apart from one that is broken`, () => {
      throwsCode(() => createNodeSigner({ pkcs8: seedPem(set) }), 'algorithm_unsupported');
      const der = Buffer.from(seedPem(set).split('\n')[1] ?? '', 'base64');
      throwsCode(() => createNodeSigner({ pkcs8: der }), 'algorithm_unsupported');
      throwsCode(() => createNodeSigner({ pkcs8: der.subarray(0, -1) }), 'key_invalid');
    });
  }
});

test('ORSP-34: an ML-DSA signature is not checked by a key of another kind, nor by another parameter set', async () => {
  const { message, subjectPublicKeyInfoDer, signature } = loadMlDsaFixture('ml-dsa-44');
  const { publicKey } = generateKeyPairSync('ed25519');
  const ed25519 = new Uint8Array(publicKey.export({ type: 'spki', format: 'der' }));
  const verdictOf = (name: 'ml-dsa-44' | 'ml-dsa-65' | 'ed25519', spki: Uint8Array) =>
    crypto.verify({
      algorithm: signatureAlgorithm(name),
      subjectPublicKeyInfoDer: spki,
      message,
      signature,
    });
  assert.equal(await verdictOf('ml-dsa-65', subjectPublicKeyInfoDer), 'unsupported');
  assert.equal(await verdictOf('ed25519', subjectPublicKeyInfoDer), 'unsupported');
  assert.equal(await verdictOf('ml-dsa-44', ed25519), 'unsupported');
});
