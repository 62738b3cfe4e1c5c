import assert from 'node:assert/strict';
import { test } from 'node:test';
import { decodeBase64, decodeHex, decodePem, encodeBase64, encodeHex, encodePem } from '@lancre/pki/text';
import fc from 'fast-check';
import { decodeUcs2, decodeUtf8, encodeUtf8 } from '#pki/encoding/text.js';
import { throwsCode } from '../support/throws-code.ts';

test('base64 and hexadecimal: what is written is what Node writes, and is read back', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 100 }), (octets) => {
      assert.equal(encodeBase64(octets), Buffer.from(octets).toString('base64'));
      assert.equal(encodeHex(octets), Buffer.from(octets).toString('hex'));
      assert.deepEqual(decodeBase64(encodeBase64(octets)), octets);
      assert.deepEqual(decodeHex(encodeHex(octets).toUpperCase()), octets);
    }),
  );
});

test('T-33: base64 is read strictly', () => {
  for (const text of [
    'QQ',
    'QQ=',
    'Q===',
    'QR==',
    'QUJ=',
    'Q Q=',
    'QQ==\n',
    '-_-_',
    'QQ==QQ==',
    '====',
    'QÄ==',
    'A=A=',
  ]) {
    throwsCode(() => decodeBase64(text), 'base64_invalid');
  }
  assert.deepEqual(decodeBase64(''), new Uint8Array(0));
});

test('base64: every text that is read is the one that is written', () => {
  const letters = fc.string({ unit: fc.constantFrom(...'AQZaz09+/=-'), maxLength: 12 });
  fc.assert(
    fc.property(letters, (text) => {
      try {
        assert.equal(encodeBase64(decodeBase64(text)), text);
      } catch (error) {
        throwsCode(() => {
          throw error;
        }, 'base64_invalid');
      }
    }),
    { numRuns: 2000 },
  );
});

test('hexadecimal: other letters and half octets are refused', () => {
  throwsCode(() => decodeHex('0'), 'hex_invalid', 1);
  throwsCode(() => decodeHex('0g'), 'hex_invalid', 1);
  throwsCode(() => decodeHex('ä0'), 'hex_invalid', 0);
});

test('PEM: several blocks with text and CRLF around them are read', () => {
  const text = `Bag Attributes\r\n${encodePem('A', Uint8Array.of(1)).replaceAll('\n', '\r\n')}junk\n${encodePem('B C', new Uint8Array(100))}`;
  const blocks = decodePem(text);
  assert.deepEqual(
    blocks.map(({ label, der }) => [label, der.length]),
    [
      ['A', 1],
      ['B C', 100],
    ],
  );
  assert.deepEqual(decodePem('nothing here'), []);
});

test('PEM: broken blocks are refused', () => {
  throwsCode(() => decodePem('-----BEGIN A-----\nAA==\n'), 'pem_invalid');
  throwsCode(() => decodePem('-----BEGIN A-----\nAA==\n-----END B-----\n'), 'pem_invalid');
  throwsCode(() => decodePem('-----BEGIN A-----\n-----BEGIN A-----\n-----END A-----\n'), 'pem_invalid');
  throwsCode(
    () => decodePem('-----BEGIN A-----\nProc-Type: 4,ENCRYPTED\n\nAA==\n-----END A-----\n'),
    'base64_invalid',
  );
  throwsCode(() => decodePem('-----BEGIN A-----\nAA= =\n-----END A-----\n'), 'base64_invalid');
});

test('UTF-8: reading and writing agree with TextDecoder and TextEncoder', () => {
  const strict = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), fc.uint8Array({ maxLength: 6 }), (text, octets) => {
      assert.deepEqual(encodeUtf8(text), new TextEncoder().encode(text));
      let expected: string | undefined;
      try {
        expected = strict.decode(octets);
      } catch {
        expected = undefined;
      }
      assert.equal(decodeUtf8(octets), expected);
    }),
    { numRuns: 3000 },
  );
  assert.equal(decodeUtf8(Uint8Array.of(0xf0, 0x9f, 0x98, 0x80)), '😀');
  assert.equal(decodeUtf8(Uint8Array.of(0xed, 0xa0, 0x80)), undefined);
  assert.equal(decodeUcs2(Uint8Array.of(0xd8, 0)), undefined);
});
