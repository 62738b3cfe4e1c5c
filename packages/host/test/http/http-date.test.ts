import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { formatHttpDate, parseHttpDate } from '#host/http/http-date.js';

const now = new Date('2026-11-25T00:00:00Z');
const example = new Date('1994-11-06T08:49:37Z');

describe('an HTTP-date', () => {
  it('HTTP-12, T-35: is written as IMF-fixdate with GMT', () => {
    assert.equal(formatHttpDate(example), 'Sun, 06 Nov 1994 08:49:37 GMT');
  });

  it('HTTP-13: is read in all three forms', () => {
    for (const text of [
      'Sun, 06 Nov 1994 08:49:37 GMT',
      'Sunday, 06-Nov-94 08:49:37 GMT',
      'Sun Nov  6 08:49:37 1994',
    ]) {
      assert.deepEqual(parseHttpDate(text, now), example);
    }
  });

  it('RFC 9110 5.6.7: two digits of a year are never more than 50 years ahead', () => {
    assert.equal(parseHttpDate('Sunday, 06-Nov-76 08:49:37 GMT', now)?.getUTCFullYear(), 2076);
    assert.equal(parseHttpDate('Sunday, 06-Nov-77 08:49:37 GMT', now)?.getUTCFullYear(), 1977);
  });

  it('is nothing else', () => {
    for (const text of [
      '',
      'Sun, 06 Nov 1994 08:49:37 UTC',
      'Sun, 06 Nov 1994 08:49:37 +0000',
      'Sun, 31 Feb 1994 08:49:37 GMT',
      'Sun, 06 Foo 1994 08:49:37 GMT',
      'Sun, 06 Nov 1994 24:00:00 GMT',
      '1994-11-06T08:49:37Z',
      '784111777',
    ]) {
      assert.equal(parseHttpDate(text, now), undefined, text);
    }
  });

  it('is read as it was written', () => {
    const seconds = fc.integer({ min: 0, max: 4_102_444_800 });
    fc.assert(
      fc.property(seconds, (value) => {
        const instant = new Date(value * 1000);
        assert.deepEqual(parseHttpDate(formatHttpDate(instant), now), instant);
      }),
    );
  });
});
