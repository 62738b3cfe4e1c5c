import assert from 'node:assert/strict';
import { generateKeyPairSync } from 'node:crypto';
import { test } from 'node:test';
import type { SignatureAlgorithmName } from '@lancre/pki/crypto';
import { createNodeCrypto, createNodeSigner } from '@lancre/pki/crypto-node';
import { decodePem } from '@lancre/pki/text';
import { createNodeCryptoAt } from '#pki/crypto/node-crypto.js';
import { bytes } from '../support/hex.ts';
import { type KeyType, newPrivateKeyPem } from '../support/test-pki.ts';
import { throwsCode } from '../support/throws-code.ts';

const crypto = createNodeCrypto();
const message = new Uint8Array(1000).fill(3);
const rsaPem = newPrivateKeyPem('rsa-2048');

for (const [type, algorithm] of [
  ['P-256', 'ecdsa-sha256'],
  ['P-384', 'ecdsa-sha384'],
  ['P-521', 'ecdsa-sha512'],
  ['ed25519', 'ed25519'],
  ['rsa-2048', 'rsa-pkcs1-sha256'],
  ['rsa-2048', 'rsa-pkcs1-sha384'],
  ['rsa-2048', 'rsa-pkcs1-sha512'],
  ['rsa-2048', 'rsa-pss-sha256'],
  ['rsa-2048', 'rsa-pss-sha384'],
  ['rsa-2048', 'rsa-pss-sha512'],
] as const satisfies readonly (readonly [KeyType, SignatureAlgorithmName])[]) {
  test(`signer: ${algorithm} by ${type} verifies, whole and in pieces, and not over another message`, async () => {
    const pkcs8 = type === 'rsa-2048' ? rsaPem : newPrivateKeyPem(type);
    const signer = createNodeSigner({ pkcs8, algorithm });
    const identifier = { der: signer.algorithm.der, oid: signer.algorithm.oid, parametersDer: undefined };
    const check = { algorithm: identifier, subjectPublicKeyInfoDer: signer.subjectPublicKeyInfoDer };
    const signature = await signer.sign(message);
    assert.equal(await crypto.verify({ ...check, message, signature }), 'valid');
    assert.equal(await crypto.verify({ ...check, message: message.subarray(1), signature }), 'invalid');
    assert.equal(await crypto.verify({ ...check, message, signature: signature.subarray(1) }), 'invalid');
    assert.equal(await crypto.verify({ ...check, message, signature: new Uint8Array(0) }), 'invalid');
    const stream = crypto.beginVerify(check);
    for (let at = 0; at < message.length; at += 300) stream.update(message.subarray(at, at + 300));
    assert.equal(await stream.finish(signature), 'valid');
    const signing = signer.begin();
    for (let at = 0; at < message.length; at += 300) signing.update(message.subarray(at, at + 300));
    assert.equal(await crypto.verify({ ...check, message, signature: await signing.finish() }), 'valid');
  });
}

for (const type of ['P-256', 'ed25519', 'P-384'] as const) {
  test(`signer: with quick checks made here, ${type} signs short messages and long ones`, async () => {
    const signer = createNodeSigner({ pkcs8: newPrivateKeyPem(type), quickChecks: 'here' });
    const check = { algorithm: signer.algorithm, subjectPublicKeyInfoDer: signer.subjectPublicKeyInfoDer };
    for (const length of [0, 1000, 100_000]) {
      const whole = new Uint8Array(length).fill(5);
      const signature = await signer.sign(whole);
      const algorithm = { der: check.algorithm.der, oid: check.algorithm.oid, parametersDer: undefined };
      assert.equal(await crypto.verify({ ...check, algorithm, message: whole, signature }), 'valid');
    }
  });
}

test('ORSP-37: a check made here refuses what the one on the thread pool refuses', async () => {
  const signer = createNodeSigner({ pkcs8: newPrivateKeyPem('P-256') });
  const { der, oid } = signer.algorithm;
  const algorithm = { der, oid, parametersDer: undefined };
  const check = { algorithm, subjectPublicKeyInfoDer: signer.subjectPublicKeyInfoDer, message };
  const signature = await signer.sign(message);
  const altered = signature.with(-1, (signature.at(-1) ?? 0) ^ 1);
  for (const wrong of [altered, signature.subarray(1), new Uint8Array(0), signature.with(0, 0x31)]) {
    for (const place of ['here', 'thread-pool'] as const) {
      const verdict = await createNodeCryptoAt({}, place).verify({ ...check, signature: wrong });
      assert.equal(verdict, 'invalid');
    }
  }
  assert.equal(await createNodeCryptoAt({}, 'here').verify({ ...check, signature }), 'valid');
});

test('signer: the default algorithm follows the key', () => {
  const names = (['rsa-2048', 'P-256', 'P-384', 'P-521', 'ed25519'] as const).map(
    (type) =>
      createNodeSigner({ pkcs8: type === 'rsa-2048' ? rsaPem : newPrivateKeyPem(type) }).algorithm.name,
  );
  assert.deepEqual(names, ['rsa-pkcs1-sha256', 'ecdsa-sha256', 'ecdsa-sha384', 'ecdsa-sha512', 'ed25519']);
});

test('ORSP-32, T-27: hash and curve go together, SHA-1 and short RSA keys sign nothing', () => {
  const p256 = newPrivateKeyPem('P-256');
  const refuse = (pkcs8: string, algorithm?: SignatureAlgorithmName) =>
    throwsCode(() => createNodeSigner({ pkcs8, algorithm }), 'algorithm_unsupported');
  refuse(p256, 'ecdsa-sha384');
  refuse(p256, 'rsa-pkcs1-sha256');
  refuse(rsaPem, 'rsa-pkcs1-sha1');
  refuse(rsaPem, 'ecdsa-sha256');
  const short = generateKeyPairSync('rsa', { modulusLength: 1024 }).privateKey;
  refuse(short.export({ type: 'pkcs8', format: 'pem' }).toString());
});

const pair = generateKeyPairSync('ec', { namedCurve: 'P-256' });
const plain = pair.privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
const encrypted = pair.privateKey
  .export({ type: 'pkcs8', format: 'pem', cipher: 'aes-256-cbc', passphrase: 'secret' })
  .toString();

function der(pem: string): Uint8Array {
  return decodePem(pem)[0]?.der ?? new Uint8Array(0);
}

test('signer: keys are read as PEM and DER, encrypted or not, and in the forms of before PKCS#8', () => {
  assert.ok(createNodeSigner({ pkcs8: plain }));
  assert.ok(createNodeSigner({ pkcs8: der(plain) }));
  assert.ok(createNodeSigner({ pkcs8: encrypted, passphrase: 'secret' }));
  assert.ok(createNodeSigner({ pkcs8: der(encrypted), passphrase: 'secret' }));
  assert.ok(createNodeSigner({ pkcs8: pair.privateKey.export({ type: 'sec1', format: 'pem' }).toString() }));
});

test('signer: a wrong or missing pass phrase is told apart from a file that is no key', () => {
  const refuse = (
    pkcs8: string | Uint8Array,
    passphrase: string | undefined,
    code: 'key_passphrase_wrong' | 'key_invalid',
  ) => throwsCode(() => createNodeSigner({ pkcs8, passphrase }), code);
  refuse(encrypted, 'wrong', 'key_passphrase_wrong');
  refuse(encrypted, undefined, 'key_passphrase_wrong');
  refuse(der(encrypted), 'wrong', 'key_passphrase_wrong');
  refuse(der(encrypted), undefined, 'key_passphrase_wrong');
  refuse('no key', undefined, 'key_invalid');
  refuse(bytes('3000'), undefined, 'key_invalid');
  refuse(new Uint8Array(0), undefined, 'key_invalid');
  refuse(pair.publicKey.export({ type: 'spki', format: 'pem' }).toString(), undefined, 'key_invalid');
});

test('signer: kinds of keys that are not known are refused', () => {
  for (const key of [generateKeyPairSync('ec', { namedCurve: 'secp256k1' }), generateKeyPairSync('ed448')]) {
    throwsCode(
      () => createNodeSigner({ pkcs8: key.privateKey.export({ type: 'pkcs8', format: 'pem' }).toString() }),
      'key_invalid',
    );
  }
});
