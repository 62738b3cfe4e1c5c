import assert from 'node:assert/strict';
import { test } from 'node:test';
import { encodeDer, readDer } from '@lancre/pki/der';
import fc from 'fast-check';
import { timeMilliseconds } from '#pki/encoding/time.js';

function utc(text: string): number {
  return timeMilliseconds(Buffer.from(text), 0, text.length, 'utcTime');
}

function generalized(text: string): number {
  return timeMilliseconds(Buffer.from(text), 0, text.length, 'generalizedTime');
}

test('UTCTime: two-digit years from 50 on are of the 20th century', () => {
  assert.equal(utc('500101000000Z'), Date.parse('1950-01-01T00:00:00Z'));
  assert.equal(utc('491231235959Z'), Date.parse('2049-12-31T23:59:59Z'));
});

for (const text of [
  '2601010000Z',
  '260101000000+0000',
  '260101000000',
  '260101000000z',
  '260001000000Z',
  '261301000000Z',
  '260100000000Z',
  '260230000000Z',
  '250229000000Z',
  '260431000000Z',
  '260101240000Z',
  '260101006000Z',
  '260101000060Z',
  '2601010000 0Z',
  '-60101000000Z',
]) {
  test(`UTCTime: ${text} is no time`, () => assert.equal(utc(text), Number.NaN));
}

for (const text of [
  '20260101000000.5Z',
  '20260101000000',
  '19000229000000Z',
  '202601010000Z',
  '260101000000Z',
]) {
  test(`ORSP-16: GeneralizedTime ${text} is no time`, () => assert.equal(generalized(text), Number.NaN));
}

test('GeneralizedTime: leap days exist in 2000 and 2024', () => {
  assert.equal(generalized('20000229000000Z'), Date.parse('2000-02-29T00:00:00Z'));
  assert.equal(generalized('20240229000000Z'), Date.parse('2024-02-29T00:00:00Z'));
});

test('times: reading and writing agree with the calendar of Date for every day', () => {
  const days = fc.integer({ min: -719_528, max: 2_932_896 });
  fc.assert(
    fc.property(days, fc.integer({ min: 0, max: 86_399 }), (day, second) => {
      const time = new Date((day * 86_400 + second) * 1000);
      const der = encodeDer((writer) => writer.generalizedTime(time));
      const text = Buffer.from(der.subarray(2)).toString();
      assert.equal(text, `${time.toISOString().replace(/[-:T]|\.000/g, '')}`);
      assert.equal(readDer(der, 'x', (reader) => reader.generalizedTime('x')).getTime(), time.getTime());
    }),
    { numRuns: 5000 },
  );
});
