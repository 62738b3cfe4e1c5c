import assert from 'node:assert/strict';
import { constants, createHash, generateKeyPairSync, sign } from 'node:crypto';
import { test } from 'node:test';
import { hashIssuer, signatureAlgorithm } from '@lancre/pki/crypto';
import { createNodeCrypto } from '@lancre/pki/crypto-node';
import { bytes, hex } from '../support/hex.ts';
import { newCa, newSigner } from '../support/test-pki.ts';

const message = new Uint8Array(100).fill(4);

function identifier(name: Parameters<typeof signatureAlgorithm>[0]) {
  const { der, oid } = signatureAlgorithm(name);
  return { der, oid, parametersDer: undefined };
}

function rsaCheck(bits: number, hash: 'sha1' | 'sha256') {
  const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: bits });
  return {
    algorithm: identifier(`rsa-pkcs1-${hash}`),
    subjectPublicKeyInfoDer: new Uint8Array(publicKey.export({ type: 'spki', format: 'der' })),
    message,
    signature: sign(hash, message, privateKey),
  };
}

test('T-27: SHA-1 signatures are refused unless the policy allows them', async () => {
  const check = rsaCheck(2048, 'sha1');
  assert.equal(await createNodeCrypto().verify(check), 'unsupported');
  assert.equal(await createNodeCrypto({ sha1: 'allow' }).verify(check), 'valid');
  assert.equal(await createNodeCrypto().beginVerify(check).finish(check.signature), 'unsupported');
});

test('VER-30: RSA keys below 2048 bits are refused unless the policy allows them', async () => {
  const check = rsaCheck(1024, 'sha256');
  assert.equal(await createNodeCrypto().verify(check), 'unsupported');
  assert.equal(await createNodeCrypto({ minimumRsaBits: 1024 }).verify(check), 'valid');
});

test('RFC 5758: ECDSA signatures are verified whatever the hash that goes with the curve', async () => {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-384' });
  const check = {
    algorithm: identifier('ecdsa-sha256'),
    subjectPublicKeyInfoDer: new Uint8Array(publicKey.export({ type: 'spki', format: 'der' })),
    message,
    signature: sign('sha256', message, privateKey),
  };
  assert.equal(await createNodeCrypto().verify(check), 'valid');
});

test('verify: keys that do not fit the algorithm, broken keys and unknown algorithms are unsupported', async () => {
  const crypto = createNodeCrypto();
  const signer = newSigner('P-256');
  const signature = await signer.sign(message);
  const good = {
    algorithm: identifier('ecdsa-sha256'),
    subjectPublicKeyInfoDer: signer.subjectPublicKeyInfoDer,
    message,
    signature,
  };
  assert.equal(await crypto.verify(good), 'valid');
  assert.equal(await crypto.verify({ ...good, algorithm: identifier('rsa-pkcs1-sha256') }), 'unsupported');
  assert.equal(await crypto.verify({ ...good, algorithm: identifier('ed25519') }), 'unsupported');
  assert.equal(await crypto.verify({ ...good, subjectPublicKeyInfoDer: bytes('3000') }), 'unsupported');
  const offCurve = signer.subjectPublicKeyInfoDer.slice();
  offCurve[40] = (offCurve[40] ?? 0) ^ 1;
  assert.equal(await crypto.verify({ ...good, subjectPublicKeyInfoDer: offCurve }), 'unsupported');
});

test('verify: memory that was reused for another key is seen', async () => {
  const crypto = createNodeCrypto();
  const [first, second] = [newSigner('P-256'), newSigner('P-256')];
  const shared = first.subjectPublicKeyInfoDer.slice();
  const check = { algorithm: identifier('ecdsa-sha256'), subjectPublicKeyInfoDer: shared, message };
  assert.equal(await crypto.verify({ ...check, signature: await first.sign(message) }), 'valid');
  shared.set(second.subjectPublicKeyInfoDer);
  assert.equal(await crypto.verify({ ...check, signature: await first.sign(message) }), 'invalid');
  assert.equal(await crypto.verify({ ...check, signature: await second.sign(message) }), 'valid');
});

test('OREQ-13: the hashes of an issuer are over its name and over its key without tag, length and unused bits', async () => {
  const { certificate } = await newCa();
  const sha1 = (octets: Uint8Array) => createHash('sha1').update(octets).digest('hex');
  const { issuerNameHash, issuerKeyHash } = await hashIssuer(createNodeCrypto(), 'SHA-1', certificate);
  assert.equal(hex(issuerNameHash), sha1(certificate.subject.der));
  assert.equal(hex(issuerKeyHash), sha1(certificate.subjectPublicKeyInfo.der.subarray(-65)));
});

test('verify: messages that are too large for the thread pool have the same verdicts', async () => {
  const crypto = createNodeCrypto();
  const large = new Uint8Array(3 * 1024 * 1024).fill(1);
  for (const type of ['P-256', 'ed25519'] as const) {
    const signer = newSigner(type);
    const { algorithm, subjectPublicKeyInfoDer } = signer;
    const check = { algorithm, subjectPublicKeyInfoDer, signature: await signer.sign(large) };
    assert.equal(await crypto.verify({ ...check, message: large }), 'valid');
    assert.equal(await crypto.verify({ ...check, message: large.subarray(1) }), 'invalid');
    assert.equal(await crypto.verify({ ...check, message: large, signature: bytes('3000') }), 'invalid');
  }
});

test('RFC 8017 8.1.2: an RSA signature without its leading zero octet is invalid', async () => {
  const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const key = { key: privateKey, padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: 32 };
  let signature = sign('sha256', message, key);
  while (signature[0] !== 0) signature = sign('sha256', message, key);
  const crypto = createNodeCrypto();
  const check = {
    algorithm: identifier('rsa-pss-sha256'),
    subjectPublicKeyInfoDer: new Uint8Array(publicKey.export({ type: 'spki', format: 'der' })),
  };
  assert.equal(await crypto.verify({ ...check, message, signature }), 'valid');
  assert.equal(await crypto.verify({ ...check, message, signature: signature.subarray(1) }), 'invalid');
  const stream = crypto.beginVerify(check);
  stream.update(message);
  assert.equal(await stream.finish(signature.subarray(1)), 'invalid');
});
