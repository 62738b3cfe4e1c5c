import assert from 'node:assert/strict';
import { test } from 'node:test';
import { REVOCATION_REASONS } from '@lancre/pki/crl';
import fc from 'fast-check';
import type { CertificateStatus } from '#host/status/certificate-record.js';
import { decodeRecord, encodeRecord } from '#host/storage/record-codec.js';
import { decodeRevokedTotals, encodeRevokedTotals } from '#host/storage/revoked-totals-codec.js';
import { NOT_AFTER, octetsOf, record, revoked } from '../status/records.ts';
import { throwsCode } from './throws-code.ts';

const second = fc.integer({ min: 0, max: 253_402_300_799 }).map((seconds) => new Date(seconds * 1000));
const facts = fc.record(
  {
    revocationTime: second,
    reason: fc.constantFrom(...REVOCATION_REASONS.filter((reason) => reason !== 'unspecified')),
    invalidityDate: second,
  },
  { requiredKeys: ['revocationTime'] },
);
const status: fc.Arbitrary<CertificateStatus> = fc.oneof(
  fc.constant<CertificateStatus>({ kind: 'assigned' }),
  fc
    .tuple(fc.constantFrom('revoked', 'held'), facts)
    .map(([kind, rest]) => ({ kind, ...rest }) as CertificateStatus),
);
const fields = fc.record({ notAfter: second, shard: fc.nat({ max: 0xffff }), status });

test('a record that is encoded and decoded is the same', () => {
  fc.assert(
    fc.property(fields, fc.nat({ max: 0xffff }), (value, issuerId) => {
      const serialNumber = octetsOf('0102');
      const decoded = decodeRecord(issuerId, serialNumber, encodeRecord(value));
      assert.deepEqual(decoded, { issuerId, serialNumber, ...value });
    }),
  );
});

test('whatever octets are stored, they are read as a record that encodes to them or are refused as corrupt', () => {
  const octets = fc.oneof(
    fc.uint8Array({ maxLength: 24 }),
    fc.tuple(fields, fc.nat({ max: 18 }), fc.nat({ max: 255 })).map(([value, index, octet]) => {
      const encoded = encodeRecord(value);
      encoded[index % encoded.length] = octet;
      return new Uint8Array(encoded);
    }),
  );
  fc.assert(
    fc.property(octets, (value) => {
      const decoded = throwsCode.unless('store_corrupt', () => decodeRecord(1, octetsOf('01'), value));
      if (decoded !== undefined) assert.deepEqual(new Uint8Array(encodeRecord(decoded)), value);
    }),
    { numRuns: 500 },
  );
});

test('a good certificate takes 8 octets, a revoked one 14, and 19 with an invalidity date', () => {
  assert.equal(encodeRecord(record('01')).length, 8);
  assert.equal(encodeRecord(record('01', { status: revoked() })).length, 14);
  assert.equal(encodeRecord(record('01', { status: revoked({ invalidityDate: NOT_AFTER }) })).length, 19);
});

test('T-23k: parts of a second are cut off', () => {
  const value = encodeRecord(record('01', { notAfter: new Date('2027-01-01T00:00:00.999Z') }));
  assert.deepEqual(decodeRecord(1, octetsOf('01'), value).notAfter, new Date('2027-01-01T00:00:00Z'));
});

for (const date of ['1969-12-31T23:59:59Z', '+010000-01-01T00:00:00Z']) {
  test(`a date of ${date} is refused`, () => {
    throwsCode('input_invalid', () => encodeRecord(record('01', { notAfter: new Date(date) })));
  });
}

test('the totals of a shard that are encoded and decoded are the same', () => {
  const counts = fc.nat({ max: 2 ** 31 - 1 }).map((value) => value * 3);
  const totals = fc.record({
    entryCount: counts,
    octets: counts,
    revision: counts,
    earliestNotAfter: fc.option(second, { nil: undefined }),
  });
  fc.assert(
    fc.property(totals, (value) => {
      assert.deepEqual(decodeRevokedTotals(9, encodeRevokedTotals(value)), { shard: 9, ...value });
    }),
  );
});

test('totals of a wrong length are refused as corrupt', () => {
  throwsCode('store_corrupt', () => decodeRevokedTotals(1, Buffer.alloc(23)));
  throwsCode('store_corrupt', () => decodeRevokedTotals(1, Buffer.alloc(0)));
});
