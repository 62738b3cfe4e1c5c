import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  publicKeyKindOf,
  SIGNATURE_ALGORITHMS,
  signatureAlgorithm,
  signatureAlgorithmOf,
} from '@lancre/pki/crypto';
import { readDer } from '@lancre/pki/der';
import { bytes, hex } from '../support/hex.ts';
import { newSigner } from '../support/test-pki.ts';

test('ORSP-32: AlgorithmIdentifiers have the exact bytes of the Baseline Requirements', () => {
  assert.equal(hex(signatureAlgorithm('rsa-pkcs1-sha256').der), '300d06092a864886f70d01010b0500');
  assert.equal(hex(signatureAlgorithm('rsa-pkcs1-sha384').der), '300d06092a864886f70d01010c0500');
  assert.equal(hex(signatureAlgorithm('rsa-pkcs1-sha512').der), '300d06092a864886f70d01010d0500');
  assert.equal(hex(signatureAlgorithm('ecdsa-sha256').der), '300a06082a8648ce3d040302');
  assert.equal(hex(signatureAlgorithm('ecdsa-sha384').der), '300a06082a8648ce3d040303');
  assert.equal(hex(signatureAlgorithm('ecdsa-sha512').der), '300a06082a8648ce3d040304');
  assert.equal(
    hex(signatureAlgorithm('rsa-pss-sha256').der),
    '304106092a864886f70d01010a3034a00f300d06096086480165030402010500a11c301a06092a864886f70d010108300d06096086480165030402010500a203020120',
  );
  assert.equal(
    hex(signatureAlgorithm('rsa-pss-sha384').der),
    '304106092a864886f70d01010a3034a00f300d06096086480165030402020500a11c301a06092a864886f70d010108300d06096086480165030402020500a203020130',
  );
  assert.equal(
    hex(signatureAlgorithm('rsa-pss-sha512').der),
    '304106092a864886f70d01010a3034a00f300d06096086480165030402030500a11c301a06092a864886f70d010108300d06096086480165030402030500a203020140',
  );
});

test('algorithms: each row is found again by its own bytes, which hold its own identifier', () => {
  for (const row of SIGNATURE_ALGORITHMS) {
    assert.equal(signatureAlgorithm(row.name), row);
    assert.equal(signatureAlgorithmOf({ der: row.der }), row);
    const oid = readDer(row.der, 'x', (r) => r.sequence('x', (s) => [s.oid('x'), s.rest().length][0]));
    assert.equal(oid, row.oid);
  }
});

test('VER-30: parameters in another form are not known', () => {
  for (const der of [
    '300b06092a864886f70d01010b',
    '300c06082a8648ce3d0403020500',
    '300706032b65700500',
    '300d06092a864886f70d01010a3000',
    '300d06092a864886f70d0101040500',
  ]) {
    assert.equal(signatureAlgorithmOf({ der: bytes(der) }), undefined);
  }
});

test('keys: every kind that is known is told apart', () => {
  for (const [type, kind] of [
    ['P-256', { type: 'ec', curve: 'P-256' }],
    ['P-384', { type: 'ec', curve: 'P-384' }],
    ['P-521', { type: 'ec', curve: 'P-521' }],
    ['ed25519', { type: 'ed25519' }],
    ['rsa-2048', { type: 'rsa', modulusBits: 2048 }],
  ] as const) {
    assert.deepEqual(publicKeyKindOf(newSigner(type).subjectPublicKeyInfoDer), kind);
  }
  assert.equal(publicKeyKindOf(bytes('3000')), undefined);
  assert.equal(publicKeyKindOf(new Uint8Array(0)), undefined);
});
