import assert from 'node:assert/strict';
import { test } from 'node:test';
import { encodeDer } from '@lancre/pki/der';
import { PkiError } from '@lancre/pki/errors';
import { encodePem } from '@lancre/pki/text';
import { decodeMlDsaPrivateKey } from '#host/storage/ml-dsa-private-key.js';
import { newPrivateKey } from '../issuer/test-issuers.ts';
import {
  bothPem,
  ENCRYPTED_PEM,
  expandedPem,
  loadMlDsaFixture,
  PARAMETER_SETS,
  pkcs8Pem,
  seedPem,
} from './ml-dsa-fixture.ts';
import { throwsCode } from './throws-code.ts';

for (const set of PARAMETER_SETS) {
  test(`RFC 9881 6: a key of ${set} is read as a seed, expanded, and as both`, () => {
    const { seed, expandedKey, pem } = loadMlDsaFixture(set);
    const none = { parameterSet: set, seed: undefined, expandedKey: undefined, publicKey: undefined };
    assert.deepEqual(decodeMlDsaPrivateKey(seedPem(set, seed)), { ...none, seed });
    assert.deepEqual(decodeMlDsaPrivateKey(expandedPem(set, expandedKey)), { ...none, expandedKey });
    assert.deepEqual(decodeMlDsaPrivateKey(bothPem(set, seed, expandedKey)), { ...none, seed, expandedKey });
    assert.deepEqual(decodeMlDsaPrivateKey(pem), { ...none, seed, expandedKey });
  });
}

test('RFC 5958 2: attributes are passed over, and a public key is read', () => {
  const seed = new Uint8Array(32).fill(9);
  const pem = pkcs8Pem(
    'ml-dsa-44',
    (key) => key.contextContent(0, seed),
    (info) => {
      info.contextSetOf(0, []);
      info.contextContent(1, Uint8Array.of(0, 1, 2, 3));
    },
  );
  assert.deepEqual(decodeMlDsaPrivateKey(pem)?.publicKey, Uint8Array.of(1, 2, 3));
});

test('RFC 9881 6: the length of each part is the one of its parameter set', () => {
  const { seed, expandedKey } = loadMlDsaFixture('ml-dsa-65');
  const refuse = (pem: string, word: string) =>
    throwsCode('key_invalid', () => decodeMlDsaPrivateKey(pem), word);
  refuse(seedPem('ml-dsa-65', seed.subarray(1)), '31 octets, not 32');
  refuse(seedPem('ml-dsa-65', expandedKey), '4032 octets, not 32');
  refuse(expandedPem('ml-dsa-65', seed), '32 octets, not 4032');
  refuse(expandedPem('ml-dsa-44', expandedKey), '4032 octets, not 2560');
  refuse(bothPem('ml-dsa-65', seed, expandedKey.subarray(1)), '4031 octets, not 4032');
  refuse(bothPem('ml-dsa-65', seed.subarray(1), expandedKey), '31 octets, not 32');
});

test('a key with a tail, or with another CHOICE, is refused', () => {
  const { seed } = loadMlDsaFixture('ml-dsa-44');
  for (const pem of [
    pkcs8Pem('ml-dsa-44', (key) => {
      key.contextContent(0, seed);
      key.null();
    }),
    pkcs8Pem('ml-dsa-44', (key) => key.contextContent(1, seed)),
    pkcs8Pem('ml-dsa-44', () => undefined),
  ])
    assert.throws(() => decodeMlDsaPrivateKey(pem), PkiError);
});

test('what is no ML-DSA key in plain PKCS#8 is left to others', () => {
  const withNull = encodeDer((writer) =>
    writer.sequence((info) => {
      info.integer(0);
      info.sequence((algorithm) => {
        algorithm.oid('2.16.840.1.101.3.4.3.17');
        algorithm.null();
      });
      info.octetStringOf((key) => key.contextContent(0, new Uint8Array(32)));
    }),
  );
  for (const pem of [
    '',
    'no key',
    ENCRYPTED_PEM,
    newPrivateKey('P-256').export({ type: 'pkcs8', format: 'pem' }).toString(),
    newPrivateKey('P-256').export({ type: 'sec1', format: 'pem' }).toString(),
    encodePem('PRIVATE KEY', withNull),
  ])
    assert.equal(decodeMlDsaPrivateKey(pem), undefined);
});
