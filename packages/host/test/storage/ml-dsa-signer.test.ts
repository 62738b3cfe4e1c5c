import assert from 'node:assert/strict';
import { test } from 'node:test';
import { decodeSubjectPublicKeyInfo } from '@lancre/pki/certificate';
import type { Signer } from '@lancre/pki/crypto';
import { createNodeCrypto } from '@lancre/pki/crypto-node';
import { withMlDsa } from '#host/storage/ml-dsa-crypto.js';
import { loadMlDsaLibrary, type MlDsaLibrary } from '#host/storage/ml-dsa-library.js';
import type { MlDsaPrivateKey } from '#host/storage/ml-dsa-private-key.js';
import { createMlDsaSigner } from '#host/storage/ml-dsa-signer.js';
import { loadMlDsaFixture, PARAMETER_SETS, type ParameterSet, spoiled } from './ml-dsa-fixture.ts';
import { throwsCode } from './throws-code.ts';

const crypto = withMlDsa(createNodeCrypto());
const library = await loadMlDsaLibrary();

function privateKey(
  set: ParameterSet,
  parts: Partial<Pick<MlDsaPrivateKey, 'seed' | 'expandedKey' | 'publicKey'>>,
): MlDsaPrivateKey {
  return { parameterSet: set, seed: undefined, expandedKey: undefined, publicKey: undefined, ...parts };
}

function publicKeyOf(set: ParameterSet): Uint8Array {
  return decodeSubjectPublicKeyInfo(loadMlDsaFixture(set).subjectPublicKeyInfoDer).publicKey;
}

async function isSignedBy(signer: Signer, message: Uint8Array, signature: Uint8Array): Promise<boolean> {
  const { algorithm, subjectPublicKeyInfoDer } = signer;
  return (await crypto.verify({ algorithm, subjectPublicKeyInfoDer, message, signature })) === 'valid';
}

for (const set of PARAMETER_SETS) {
  const { seed, expandedKey, message, subjectPublicKeyInfoDer } = loadMlDsaFixture(set);
  for (const [form, parts] of [
    ['seed', { seed }],
    ['expanded key', { expandedKey }],
    ['seed, expanded key and public key', { seed, expandedKey, publicKey: publicKeyOf(set) }],
  ] as const) {
    test(`a ${set} key that is kept as ${form} signs, whole and in pieces`, async () => {
      const signer = createMlDsaSigner(privateKey(set, parts), library);
      assert.equal(signer.algorithm.name, set);
      assert.deepEqual(signer.subjectPublicKeyInfoDer, subjectPublicKeyInfoDer);
      assert.ok(await isSignedBy(signer, message, await signer.sign(message)));
      const signing = signer.begin();
      signing.update(message.subarray(0, 9));
      signing.update(message.subarray(9));
      assert.ok(await isSignedBy(signer, message, await signing.finish()));
    });
  }

  test(`RFC 9881 8.2: ${set} keys whose parts do not belong together are refused`, () => {
    const refuse = (parts: Parameters<typeof privateKey>[1], word: string) =>
      throwsCode('key_invalid', () => createMlDsaSigner(privateKey(set, parts), library), word);
    refuse({ seed: spoiled(seed, 0), expandedKey }, 'its seed and its expandedKey');
    refuse(
      { seed, expandedKey: spoiled(expandedKey, expandedKey.length - 1) },
      'its seed and its expandedKey',
    );
    refuse({ seed, publicKey: spoiled(publicKeyOf(set), 9) }, 'its publicKey and its privateKey');
    refuse({ expandedKey, publicKey: spoiled(publicKeyOf(set), 9) }, 'its publicKey and its privateKey');
    refuse({ expandedKey: spoiled(expandedKey, 0) }, 'its expandedKey');
    refuse({ expandedKey: spoiled(expandedKey, 64) }, 'its expandedKey');
    refuse({ expandedKey: expandedKey.map((octet, at) => (at === 140 ? 0xff : octet)) }, 'its expandedKey');
  });
}

test('ORSP-37: a wrong ML-DSA signature does not leave the signer', async () => {
  const { seed, message } = loadMlDsaFixture('ml-dsa-44');
  const faulty: MlDsaLibrary = {
    ...library,
    'ml-dsa-44': {
      ...library['ml-dsa-44'],
      sign: (octets, key) => spoiled(library['ml-dsa-44'].sign(octets, key), 20),
    },
  };
  const signer = createMlDsaSigner(privateKey('ml-dsa-44', { seed }), faulty);
  await assert.rejects(signer.sign(message), { code: 'signature_self_check_failed' });
  const signing = signer.begin();
  signing.update(message);
  await assert.rejects(signing.finish(), { code: 'signature_self_check_failed' });
});

test('many ML-DSA signatures at once are each over their own message, and let the event loop get round', async () => {
  const { seed } = loadMlDsaFixture('ml-dsa-44');
  const signer = createMlDsaSigner(privateKey('ml-dsa-44', { seed }), library);
  const messages = Array.from({ length: 5 }, (_, index) => Uint8Array.of(index));
  let rounds = 0;
  let isCounting = true;
  const count = (): void => {
    rounds += 1;
    if (isCounting) setImmediate(count);
  };
  setImmediate(count);
  const signatures = await Promise.all(messages.map((each) => signer.sign(each)));
  isCounting = false;
  assert.ok(rounds >= messages.length, `${rounds} rounds`);
  for (const [index, signature] of signatures.entries())
    assert.ok(await isSignedBy(signer, Uint8Array.of(index), signature));
});

test('an ML-DSA signature is over the message as it was when it was given', async () => {
  const { seed, message } = loadMlDsaFixture('ml-dsa-44');
  const signer = createMlDsaSigner(privateKey('ml-dsa-44', { seed }), library);
  const signing = signer.begin();
  const shared = Uint8Array.from(message);
  signing.update(shared);
  shared.fill(0);
  assert.ok(await isSignedBy(signer, message, await signing.finish()));
});
