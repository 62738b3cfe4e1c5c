import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { decodeOid, encodeOid } from '#pki/encoding/oid.js';

const arcs = fc.array(fc.integer({ min: 0, max: 2 ** 31 }), { minLength: 0, maxLength: 8 });
const heads = fc.oneof(
  fc.tuple(fc.constantFrom(0, 1), fc.integer({ min: 0, max: 39 })),
  fc.tuple(fc.constant(2), fc.integer({ min: 0, max: 2 ** 40 })),
);

test('OBJECT IDENTIFIER: every dotted form comes back from its encoding', () => {
  fc.assert(
    fc.property(heads, arcs, (head, rest) => {
      const oid = [...head, ...rest].join('.');
      assert.equal(decodeOid(encodeOid(oid)), oid);
    }),
    { numRuns: 500 },
  );
});

test('OBJECT IDENTIFIER: contents that are read are the ones that are written', () => {
  fc.assert(
    fc.property(fc.uint8Array({ minLength: 1, maxLength: 12 }), (content) => {
      const oid = decodeOid(content);
      if (oid !== undefined) assert.deepEqual(encodeOid(oid), content);
    }),
    { numRuns: 2000 },
  );
});

test('OBJECT IDENTIFIER: more than 64 octets or arcs of 2^53 are refused', () => {
  assert.equal(decodeOid(new Uint8Array(65).fill(1)), undefined);
  assert.equal(decodeOid(Uint8Array.of(0x2a, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x7f)), undefined);
});
