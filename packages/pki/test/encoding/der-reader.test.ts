import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type DerReader, readDer, readDerHead } from '@lancre/pki/der';
import type { PkiErrorCode } from '@lancre/pki/errors';
import { bytes, hex } from '../support/hex.ts';
import { throwsCode } from '../support/throws-code.ts';

const read = <T>(der: string, step: (reader: DerReader) => T): T => readDer(bytes(der), 'Thing', step);

function offsetAfterNull(reader: DerReader): number {
  reader.null('e');
  return reader.offset;
}

interface Refusal {
  readonly name: string;
  readonly der: string;
  readonly step: (reader: DerReader) => unknown;
  readonly code: PkiErrorCode;
  readonly offset: number;
}

const REFUSALS: readonly Refusal[] = [
  { name: 'no octets at all', der: '', step: (r) => r.element('x'), code: 'der_truncated', offset: 0 },
  {
    name: 'a tag without a length',
    der: '30',
    step: (r) => r.element('x'),
    code: 'der_truncated',
    offset: 0,
  },
  {
    name: 'contents that are cut off',
    der: '0403 0102',
    step: (r) => r.octetString('x'),
    code: 'der_truncated',
    offset: 0,
  },
  {
    name: 'a long length that is cut off',
    der: '0482 01',
    step: (r) => r.octetString('x'),
    code: 'der_truncated',
    offset: 0,
  },
  {
    name: 'an indefinite length',
    der: '3080 0000',
    step: (r) => r.element('x'),
    code: 'der_indefinite_length',
    offset: 0,
  },
  {
    name: '0x81 for a length below 128',
    der: '04817f',
    step: (r) => r.element('x'),
    code: 'der_length_not_minimal',
    offset: 0,
  },
  {
    name: 'a leading zero in a length',
    der: '0482 0080',
    step: (r) => r.element('x'),
    code: 'der_length_not_minimal',
    offset: 0,
  },
  {
    name: 'a length of five octets',
    der: '0485 0100000000',
    step: (r) => r.element('x'),
    code: 'der_length_too_large',
    offset: 0,
  },
  {
    name: 'the reserved length 0xFF',
    der: '04ff',
    step: (r) => r.element('x'),
    code: 'der_length_too_large',
    offset: 0,
  },
  {
    name: 'a tag of several octets',
    der: '1f2101 00',
    step: (r) => r.element('x'),
    code: 'der_high_tag',
    offset: 0,
  },
  {
    name: 'another tag',
    der: '0200',
    step: (r) => r.octetString('x'),
    code: 'der_unexpected_tag',
    offset: 0,
  },
  {
    name: 'data after the end',
    der: '0500 00',
    step: (r) => r.null('x'),
    code: 'der_trailing_data',
    offset: 2,
  },
  {
    name: 'data at the end of a SEQUENCE',
    der: '3004 0500 0500',
    step: (r) => r.sequence('x', (s) => s.null('y')),
    code: 'der_trailing_data',
    offset: 4,
  },
  {
    name: 'an element that leaves its SEQUENCE',
    der: '3003 0402 00 00',
    step: (r) => r.sequence('x', (s) => s.octetString('y')),
    code: 'der_truncated',
    offset: 2,
  },
  {
    name: 'an INTEGER without octets',
    der: '0200',
    step: (r) => r.integer('x'),
    code: 'der_integer_not_minimal',
    offset: 2,
  },
  {
    name: 'a padded positive INTEGER',
    der: '0202 007f',
    step: (r) => r.integer('x'),
    code: 'der_integer_not_minimal',
    offset: 2,
  },
  {
    name: 'a padded negative INTEGER',
    der: '0202 ff80',
    step: (r) => r.integer('x'),
    code: 'der_integer_not_minimal',
    offset: 2,
  },
  {
    name: 'a negative INTEGER where none may be',
    der: '0201 80',
    step: (r) => r.smallInteger('x'),
    code: 'der_integer_negative',
    offset: 2,
  },
  {
    name: 'an INTEGER of 2^31',
    der: '0205 0080000000',
    step: (r) => r.smallInteger('x'),
    code: 'der_integer_too_large',
    offset: 2,
  },
  {
    name: 'a serial number of 21 octets',
    der: `0215 01${'00'.repeat(20)}`,
    step: (r) => r.serialNumber('x'),
    code: 'der_integer_too_large',
    offset: 2,
  },
  {
    name: 'a BOOLEAN of 01',
    der: '0101 01',
    step: (r) => r.boolean('x'),
    code: 'der_boolean_invalid',
    offset: 2,
  },
  {
    name: 'a BOOLEAN of two octets',
    der: '0102 ffff',
    step: (r) => r.boolean('x'),
    code: 'der_boolean_invalid',
    offset: 2,
  },
  {
    name: 'FALSE that is the default',
    der: '0101 00',
    step: (r) => r.defaultFalse('x'),
    code: 'der_default_encoded',
    offset: 0,
  },
  {
    name: 'a NULL with contents',
    der: '0501 00',
    step: (r) => r.null('x'),
    code: 'der_null_invalid',
    offset: 2,
  },
  {
    name: 'a BIT STRING without octets',
    der: '0300',
    step: (r) => r.bitStringOctets('x'),
    code: 'der_bit_string_invalid',
    offset: 2,
  },
  {
    name: 'unused bits where octets are meant',
    der: '0302 0180',
    step: (r) => r.bitStringOctets('x'),
    code: 'der_bit_string_invalid',
    offset: 2,
  },
  {
    name: 'unused bits that are set',
    der: '0302 0281',
    step: (r) => r.namedBits('x'),
    code: 'der_bit_string_invalid',
    offset: 2,
  },
  {
    name: 'eight unused bits',
    der: '0302 0800',
    step: (r) => r.namedBits('x'),
    code: 'der_bit_string_invalid',
    offset: 2,
  },
  {
    name: 'an OBJECT IDENTIFIER without octets',
    der: '0600',
    step: (r) => r.oid('x'),
    code: 'der_oid_invalid',
    offset: 2,
  },
  {
    name: 'an arc that is cut off',
    der: '0602 2a86',
    step: (r) => r.oid('x'),
    code: 'der_oid_invalid',
    offset: 2,
  },
  { name: 'a padded arc', der: '0603 2a8001', step: (r) => r.oid('x'), code: 'der_oid_invalid', offset: 2 },
  {
    name: 'a time without seconds',
    der: '170b 32363031303130303030 5a',
    step: (r) => r.time('x'),
    code: 'der_time_invalid',
    offset: 0,
  },
  {
    name: 'octets that are no UTF-8',
    der: '0c02 c080',
    step: (r) => r.string('x'),
    code: 'der_string_invalid',
    offset: 2,
  },
  {
    name: 'a type that is no string',
    der: '0401 41',
    step: (r) => r.string('x'),
    code: 'der_unexpected_tag',
    offset: 0,
  },
  {
    name: 'an empty SEQUENCE OF',
    der: '3000',
    step: (r) => r.sequenceOf('x', (s) => s.null('y')),
    code: 'der_empty_sequence',
    offset: 0,
  },
  {
    name: 'a SET OF out of order',
    der: '3106 020102 020101',
    step: (r) => r.setOf('x', (s) => s.smallInteger('y')),
    code: 'der_set_order',
    offset: 5,
  },
];

for (const { name, der, step, code, offset } of REFUSALS) {
  test(`DER reader: ${name} is refused with ${code}`, () => {
    throwsCode(() => read(der, step), code, offset);
  });
}

test('DER reader: offsets count from the outermost buffer through every level', () => {
  const der = '3008 a006 0404 3002 0500';
  assert.equal(
    read(der, (r) =>
      r.sequence('a', (s) =>
        s.context(0, 'b', (c) => c.octetStringOf('c', (o) => o.sequence('d', (d) => offsetAfterNull(d)))),
      ),
    ),
    10,
  );
});

test('DER reader: a limit on depth is kept', () => {
  const step = (r: DerReader): unknown => r.sequence('x', step);
  throwsCode(
    () => readDer(bytes('3006 3004 3002 3000'), 'Thing', step, { maxDepth: 2 }),
    'der_depth_exceeded',
    4,
  );
});

test('DER reader: a limit on size is kept, and the offset of a part is added', () => {
  throwsCode(
    () => readDer(bytes('0500'), 'Thing', (r) => r.null('x'), { maxBytes: 1, offset: 7 }),
    'size_exceeded',
    8,
  );
});

test('DER reader: slices share memory with the input', () => {
  const der = bytes('0403 010203');
  const content = readDer(der, 'Thing', (r) => r.octetString('x'));
  assert.equal(content.buffer, der.buffer);
  assert.equal(hex(content), '010203');
});

test('DER reader: lengths of one to four octets are read', () => {
  for (const length of [127, 128, 255, 256, 65_535, 65_536, 1 << 24]) {
    const header = {
      127: '047f',
      128: '048180',
      255: '0481ff',
      256: '04820100',
      65535: '0482ffff',
      65536: '0483010000',
    };
    const head = bytes(Object.entries(header).find(([n]) => Number(n) === length)?.[1] ?? '048401000000');
    const der = new Uint8Array(head.length + length);
    der.set(head);
    assert.equal(readDer(der, 'Thing', (r) => r.octetString('x'), { maxBytes: der.length }).length, length);
  }
});

test('DER reader: a serial number of 20 octets with its top bit set takes 21 octets', () => {
  const serial = `ff${'00'.repeat(19)}`;
  assert.equal(
    read(`0215 00${serial}`, (r) => r.serialNumber('x')),
    serial,
  );
  assert.equal(
    read('0201 80', (r) => r.serialNumber('x')),
    '-80',
  );
  assert.equal(
    read('0201 00', (r) => r.serialNumber('x')),
    '00',
  );
});

test('DER reader: strings of every type of names are read', () => {
  assert.equal(
    read('0c03 e282ac', (r) => r.string('x')),
    '€',
  );
  assert.equal(
    read('1302 4142', (r) => r.string('x')),
    'AB',
  );
  assert.equal(
    read('1401 e9', (r) => r.string('x')),
    'é',
  );
  assert.equal(
    read('1e02 20ac', (r) => r.string('x')),
    '€',
  );
  assert.equal(
    read('1c04 0001f600', (r) => r.string('x')),
    '😀',
  );
});

test('DER reader: the head of a structure is read without its rest', () => {
  const { value, totalLength } = readDerHead(bytes('3082 0400 3005 020105 aabb'), 2, 'Thing', (r) =>
    r.smallInteger('x'),
  );
  assert.deepEqual({ value, totalLength }, { value: 5, totalLength: 1028 });
  throwsCode(
    () => readDerHead(bytes('3082 0400 3005 0201'), 2, 'Thing', (r) => r.smallInteger('x')),
    'der_truncated',
  );
  throwsCode(() => readDerHead(bytes('30'), 2, 'Thing', (r) => r.smallInteger('x')), 'der_truncated');
});

test('DER reader: trailing zero bits of named bits are passed over, as roots in the field have them', () => {
  for (const der of ['0302 0106', '0303 070600', '0302 0006']) {
    assert.deepEqual(
      read(der, (r) => r.namedBits('x')),
      [5, 6],
    );
  }
  assert.deepEqual(
    read('0301 00', (r) => r.namedBits('x')),
    [],
  );
});
