import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type DerWriter, encodeDer, encodeDerHeader, readDer } from '@lancre/pki/der';
import fc from 'fast-check';
import { hex } from '../support/hex.ts';
import { throwsCode } from '../support/throws-code.ts';

const write = (step: (writer: DerWriter) => void): string => hex(encodeDer(step));

test('DER writer: primitive types have their minimal encodings', () => {
  assert.equal(
    write((w) => w.integer(0)),
    '020100',
  );
  assert.equal(
    write((w) => w.integer(128)),
    '02020080',
  );
  assert.equal(
    write((w) => w.unsignedInteger(Uint8Array.of(0, 0, 0x80))),
    '02020080',
  );
  assert.equal(
    write((w) => w.unsignedInteger(new Uint8Array(0))),
    '020100',
  );
  assert.equal(
    write((w) => w.serialNumber('-80')),
    '020180',
  );
  assert.equal(
    write((w) => w.serialNumber('ff')),
    '020200ff',
  );
  assert.equal(
    write((w) => w.boolean(true)),
    '0101ff',
  );
  assert.equal(
    write((w) => w.null()),
    '0500',
  );
  assert.equal(
    write((w) => w.enumerated(6)),
    '0a0106',
  );
  assert.equal(
    write((w) => w.oid('1.2.840.113549.1.1.11')),
    '06092a864886f70d01010b',
  );
  assert.equal(
    write((w) => w.oid('2.999.3')),
    '0603883703',
  );
  assert.equal(
    write((w) => w.namedBits([])),
    '030100',
  );
  assert.equal(
    write((w) => w.namedBits([0])),
    '03020780',
  );
  assert.equal(
    write((w) => w.namedBits([5, 6])),
    '03020106',
  );
  assert.equal(
    write((w) => w.namedBits([8])),
    '0303070080',
  );
  assert.equal(
    write((w) => w.contextDefaultFalse(1, false)),
    '',
  );
});

test('ORSP-16: times are cut to whole seconds, never rounded up', () => {
  const time = new Date('2026-11-25T12:34:56.999Z');
  assert.equal(
    write((w) => w.generalizedTime(time)),
    `180f${Buffer.from('20261125123456Z').toString('hex')}`,
  );
  assert.equal(
    write((w) => w.time(time)),
    `170d${Buffer.from('261125123456Z').toString('hex')}`,
  );
});

test('CRL-03: UTCTime to the end of 2049, GeneralizedTime from 2050', () => {
  assert.equal(write((w) => w.time(new Date('2049-12-31T23:59:59.999Z'))).slice(0, 4), '170d');
  assert.equal(write((w) => w.time(new Date('2050-01-01T00:00:00Z'))).slice(0, 4), '180f');
  assert.equal(write((w) => w.time(new Date('1949-12-31T23:59:59Z'))).slice(0, 4), '180f');
});

test('DER writer: values without an encoding are refused', () => {
  throwsCode(() => write((w) => w.integer(-1)), 'der_integer_negative');
  throwsCode(() => write((w) => w.oid('1')), 'der_oid_invalid');
  throwsCode(() => write((w) => w.oid('1.40')), 'der_oid_invalid');
  throwsCode(() => write((w) => w.oid('3.1')), 'der_oid_invalid');
  throwsCode(() => write((w) => w.oid('1.2.')), 'der_oid_invalid');
  throwsCode(() => write((w) => w.oid('1.02')), 'der_oid_invalid');
  throwsCode(() => write((w) => w.time(new Date(Number.NaN))), 'der_time_invalid');
  throwsCode(() => write((w) => w.time(new Date('+010000-01-01T00:00:00Z'))), 'der_time_invalid');
  throwsCode(() => write((w) => w.printableString('a@b')), 'der_string_invalid');
  throwsCode(() => write((w) => w.ia5String('é')), 'der_string_invalid');
});

test('DER writer: a SET OF is sorted whatever the order it came in', () => {
  const parts = ['020105', '0101ff', '02020080'].map((part) => Uint8Array.from(Buffer.from(part, 'hex')));
  assert.equal(
    write((w) => w.setOf(parts)),
    '310a0101ff02010502020080',
  );
  assert.equal(
    write((w) => w.setOf(parts.toReversed())),
    '310a0101ff02010502020080',
  );
});

test('DER writer: lengths of any size are minimal and are read back', () => {
  for (const length of [0, 127, 128, 255, 256, 65_535, 65_536, 1 << 24]) {
    const content = new Uint8Array(length).fill(7);
    const der = encodeDer((w) => w.sequence((s) => s.sequence((t) => t.octetString(content))));
    const limits = { maxBytes: der.length };
    const read = readDer(
      der,
      'x',
      (r) => r.sequence('x', (s) => s.sequence('x', (t) => t.octetString('x'))),
      limits,
    );
    assert.equal(read.length, length);
    const inner = encodeDer((w) => w.octetString(content));
    assert.equal(hex(encodeDerHeader('octetString', length)), hex(inner.subarray(0, inner.length - length)));
  }
});

test('DER writer: structures written inside one another do not share memory', () => {
  const first = encodeDer((w) => w.octetString(encodeDer((v) => v.integer(1))));
  encodeDer((w) => w.octetString(new Uint8Array(9).fill(0xee)));
  assert.equal(hex(first), '0403020101');
});

test('DER writer: what is written is read back', () => {
  const time = fc.date({
    min: new Date('0000-01-01T00:00:00Z'),
    max: new Date('9999-12-31T23:59:59Z'),
    noInvalidDate: true,
  });
  fc.assert(
    fc.property(
      fc.bigInt({ min: 0n, max: 2n ** 159n }),
      time,
      fc.uint8Array(),
      fc.string(),
      (number, at, octets, text) => {
        const der = encodeDer((w) =>
          w.sequence((s) => {
            s.integer(number);
            s.time(at);
            s.bitString(octets);
            s.utf8String(text);
          }),
        );
        const read = readDer(der, 'x', (r) =>
          r.sequence('x', (s) => ({
            number: BigInt(`0x${hex(s.unsignedInteger('n'))}`),
            at: s.time('t').getTime(),
            octets: hex(s.bitStringOctets('b')),
            text: s.string('u'),
          })),
        );
        const isWellFormed = Buffer.from(text).toString() === text;
        assert.deepEqual(read, {
          number,
          at: Math.floor(at.getTime() / 1000) * 1000,
          octets: hex(octets),
          text: isWellFormed ? text : read.text,
        });
      },
    ),
    { numRuns: 500 },
  );
});
