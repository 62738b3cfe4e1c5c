import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { isIssuerName } from '#host/issuer/issuer.js';
import { defaultIssuerPolicy, shardOfSerial } from '#host/issuer/issuer-policy.js';

test('SHD-07: a shard is the serial number modulo the number of shards, plus one, however long the serial is', () => {
  fc.assert(
    fc.property(
      fc.uint8Array({ minLength: 1, maxLength: 20 }),
      fc.integer({ min: 1, max: 65_535 }),
      (serial, shards) => {
        const number = BigInt(`0x${Buffer.from(serial).toString('hex')}`);
        assert.equal(shardOfSerial(serial, shards), Number(number % BigInt(shards)) + 1);
      },
    ),
    { numRuns: 500 },
  );
});

test('SHD-07: the largest serial and the largest number of shards stay exact', () => {
  assert.equal(shardOfSerial(new Uint8Array(20).fill(255), 65_535), Number((2n ** 160n - 1n) % 65_535n) + 1);
});

test('T-23m: without shards a certificate is in shard 0, with shards never', () => {
  fc.assert(
    fc.property(
      fc.uint8Array({ minLength: 1, maxLength: 20 }),
      fc.integer({ min: 1, max: 65_535 }),
      (serial, shards) => {
        assert.equal(shardOfSerial(serial, 0), 0);
        const shard = shardOfSerial(serial, shards);
        assert.ok(shard >= 1 && shard <= shards);
      },
    ),
  );
});

test('CRL-04, T-18: the default validities are one second below the limits, which count both ends', () => {
  assert.equal(defaultIssuerPolicy.crl.validitySeconds, 9 * 86_400 - 1);
  assert.ok(defaultIssuerPolicy.crl.validitySeconds < 10 * 86_400);
  assert.equal(defaultIssuerPolicy.ocsp.validitySeconds, 4 * 86_400 - 1);
});

for (const name of ['e1', 'a', '0', 'r-1', 'a'.repeat(63), 'xn--bcher-kva']) {
  test(`"${name}" can be the name of an issuer`, () => assert.equal(isIssuerName(name), true));
}

for (const name of [
  '',
  'E1',
  '-e1',
  'e1-',
  'e.1',
  'e/1',
  '..',
  'e1\n',
  'é',
  'a'.repeat(64),
  'e_1',
  'e 1',
  '\0',
]) {
  test(`${JSON.stringify(name)} cannot be the name of an issuer`, () =>
    assert.equal(isIssuerName(name), false));
}
