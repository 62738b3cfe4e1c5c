import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import {
  checkPreconditions,
  ifRangeHolds,
  type PreconditionOutcome,
} from '#host/http/conditional-request.js';

const now = new Date('2026-11-25T12:00:00Z');
const current = { etag: '"abc"', lastModified: new Date('2026-11-25T10:00:00Z') };
const same = 'Wed, 25 Nov 2026 10:00:00 GMT';
const before = 'Wed, 25 Nov 2026 09:59:59 GMT';
const after = 'Wed, 25 Nov 2026 10:00:01 GMT';

describe('preconditions', () => {
  const table: readonly (readonly [
    fields: Readonly<Record<string, string>>,
    outcome: PreconditionOutcome,
  ])[] = [
    [{}, 'send'],
    [{ 'if-none-match': '"abc"' }, 'not-modified'],
    [{ 'if-none-match': 'W/"abc"' }, 'not-modified'],
    [{ 'if-none-match': '"x", "abc"' }, 'not-modified'],
    [{ 'if-none-match': '"x,y" , W/"abc"' }, 'not-modified'],
    [{ 'if-none-match': '*' }, 'not-modified'],
    [{ 'if-none-match': '"x"' }, 'send'],
    [{ 'if-none-match': 'abc' }, 'send'],
    [{ 'if-none-match': '"ABC"' }, 'send'],
    [{ 'if-modified-since': same }, 'not-modified'],
    [{ 'if-modified-since': after }, 'not-modified'],
    [{ 'if-modified-since': before }, 'send'],
    [{ 'if-modified-since': 'yesterday' }, 'send'],
    [{ 'if-none-match': '"x"', 'if-modified-since': after }, 'send'],
    [{ 'if-none-match': '"abc"', 'if-modified-since': before }, 'not-modified'],
    [{ 'if-match': '"abc"' }, 'send'],
    [{ 'if-match': '*' }, 'send'],
    [{ 'if-match': 'W/"abc"' }, 'failed'],
    [{ 'if-match': '"x"' }, 'failed'],
    [{ 'if-match': '"x"', 'if-none-match': '"abc"' }, 'failed'],
    [{ 'if-match': '"abc"', 'if-none-match': '"abc"' }, 'not-modified'],
    [{ 'if-match': '"abc"', 'if-unmodified-since': before }, 'send'],
    [{ 'if-unmodified-since': before }, 'failed'],
    [{ 'if-unmodified-since': same }, 'send'],
    [{ 'if-unmodified-since': 'tomorrow' }, 'send'],
  ];
  for (const [fields, outcome] of table) {
    it(`HTTP-14, HTTP-15, T-48: ${JSON.stringify(fields)}: ${outcome}`, () => {
      assert.equal(
        checkPreconditions((name) => fields[name], current, now),
        outcome,
      );
    });
  }
});

describe('If-Range', () => {
  it('HTTP-18: holds for the same strong tag or exactly the same date', () => {
    assert.equal(ifRangeHolds('"abc"', current, now), true);
    assert.equal(ifRangeHolds(same, current, now), true);
  });

  it('HTTP-18, T-44: does not hold for a weak or other tag, another or no date', () => {
    for (const value of ['W/"abc"', '"x"', after, before, 'abc', '']) {
      assert.equal(ifRangeHolds(value, current, now), false, value);
    }
  });
});
