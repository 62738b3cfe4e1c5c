import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { formatContentRange, parseRange, type RangeOutcome } from '#host/http/byte-range.js';

describe('a Range field', () => {
  const table: readonly (readonly [field: string, outcome: RangeOutcome])[] = [
    ['bytes=0-0', { start: 0, end: 1 }],
    ['bytes=0-99', { start: 0, end: 100 }],
    ['bytes=10-', { start: 10, end: 100 }],
    ['bytes=10-4711', { start: 10, end: 100 }],
    ['bytes=-10', { start: 90, end: 100 }],
    ['bytes=-4711', { start: 0, end: 100 }],
    ['BYTES=1-2', { start: 1, end: 3 }],
    ['bytes=100-', 'unsatisfiable'],
    ['bytes=-0', 'unsatisfiable'],
    ['bytes=2-1', 'whole'],
    ['bytes=-', 'whole'],
    ['bytes=a-b', 'whole'],
    ['bytes=0-1,5-6', 'whole'],
    ['bytes=0-1,200-', 'whole'],
    ['bytes=-0,5-6', 'whole'],
    ['bytes=99-99', { start: 99, end: 100 }],
    ['bytes= 5-6', { start: 5, end: 7 }],
    ['bytes=0-99999999999999999999999', { start: 0, end: 100 }],
    ['bytes=99999999999999999999999-', 'unsatisfiable'],
    ['bytes=99999999999999999999998-99999999999999999999999', 'unsatisfiable'],
    ['bytes=1 - 2', 'whole'],
    ['bytes=+1-2', 'whole'],
    ['bytes=--1', 'whole'],
    ['bytes=0x1-2', 'whole'],
    ['octets=0-1', 'whole'],
    ['bytes 0-1', 'whole'],
    ['', 'whole'],
  ];
  for (const [field, outcome] of table) {
    it(`HTTP-17: "${field}" of 100 octets`, () => assert.deepEqual(parseRange(field, 100), outcome));
  }

  it('HTTP-17: of nothing there is no part', () => {
    for (const field of ['bytes=0-', 'bytes=0-0', 'bytes=-1'])
      assert.equal(parseRange(field, 0), 'unsatisfiable', field);
  });

  it('HTTP-17: the part is named in Content-Range', () => {
    assert.equal(formatContentRange({ start: 0, end: 1 }, 100), 'bytes 0-0/100');
  });
});
