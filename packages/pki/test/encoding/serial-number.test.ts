import assert from 'node:assert/strict';
import { test } from 'node:test';
import { encodeDer, readDer } from '@lancre/pki/der';
import { parseSerialNumber, serialNumberFromBytes, serialNumberToBytes } from '@lancre/pki/text';
import fc from 'fast-check';
import { throwsCode } from '../support/throws-code.ts';

test('serial number: all spellings of people and tools become one text', () => {
  for (const text of ['04a1', '4a1', '0x04A1', '04:a1', '0004A1', '0X4a1', '00:04:A1']) {
    assert.equal(parseSerialNumber(text), '04a1', text);
  }
  assert.equal(parseSerialNumber('0'), '00');
  assert.equal(parseSerialNumber('-0'), '00');
  assert.equal(parseSerialNumber('-0A'), '-0a');
});

for (const text of [
  '',
  '-',
  '0x',
  '4g',
  '04:',
  ':04',
  '04::a1',
  ' 04',
  '04 ',
  '1.5',
  'f'.repeat(41),
  `1${'0'.repeat(40)}`,
]) {
  test(`serial number: ${JSON.stringify(text)} is refused`, () => {
    throwsCode(() => parseSerialNumber(text), 'serial_number_invalid');
  });
}

for (const text of ['', '0', '4a1', '0004', 'FF', '0x04', '-00', '-', '00'.repeat(21), 'ff'.repeat(21)]) {
  test(`serial number: ${JSON.stringify(text)} is no canonical text`, () => {
    throwsCode(() => serialNumberToBytes(text), 'serial_number_invalid');
  });
}

test('OREQ-15: a serial number is an integer: leading zeros do not matter, 20 octets are the most', () => {
  assert.equal(serialNumberFromBytes(Uint8Array.of(0, 0, 1)), '01');
  assert.equal(serialNumberFromBytes(new Uint8Array(0)), '00');
  assert.equal(serialNumberFromBytes(new Uint8Array(20).fill(255)).length, 40);
  throwsCode(() => serialNumberFromBytes(new Uint8Array(21).fill(1)), 'serial_number_invalid');
});

test('serial number: text, magnitude and INTEGER are the same number', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 20 }), fc.constantFrom('', '-'), (magnitude, sign) => {
      const canonical = parseSerialNumber(sign + serialNumberFromBytes(magnitude));
      const value = BigInt(`0x0${Buffer.from(magnitude).toString('hex')}`);
      assert.equal(BigInt(`0x${Buffer.from(serialNumberToBytes(canonical)).toString('hex')}`), value);
      const der = encodeDer((writer) => writer.serialNumber(canonical));
      assert.equal(
        readDer(der, 'x', (reader) => reader.serialNumber('x')),
        canonical,
      );
      const content = BigInt.asIntN(168, BigInt(`0x${Buffer.from(der.subarray(2)).toString('hex')}`));
      const signed = BigInt.asIntN((der.length - 2) * 8, content);
      assert.equal(signed, canonical.startsWith('-') ? -value : value);
    }),
    { numRuns: 1000 },
  );
});
