import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { freshnessFields, freshnessOfList } from '#host/http/freshness.js';
import { SeededRandom } from './seeded-random.js';

const HOUR = 3600;
const DAY = 86_400;
const thisUpdate = new Date('2026-11-25T12:00:00Z');

describe('how long caches may keep a list', () => {
  type Row = readonly [
    what: string,
    validity: number,
    period: number | undefined,
    age: number,
    fresh: number,
    stale: number,
  ];
  const table: readonly Row[] = [
    ['new: for the period', 9 * DAY, HOUR, 0, HOUR, DAY],
    ['later: for what is left of the period', 9 * DAY, HOUR, 1000, 2600, DAY],
    ['due: a minute', 9 * DAY, HOUR, HOUR, 60, DAY],
    ['overdue: a minute', 9 * DAY, HOUR, 2 * DAY, 60, DAY],
    ['the clock was set back: not more than a period', 9 * DAY, HOUR, -HOUR, HOUR, DAY],
    ['with a long period: a day', 90 * DAY, 30 * DAY, 0, DAY, DAY],
    ['a period as long as the validity: not to nextUpdate', HOUR, HOUR, 0, HOUR - 1, 0],
    ['near its end: what is left, on errors too', 6 * HOUR, HOUR, 6 * HOUR - 40, 39, 0],
    ['not long before its end: a minute, and the rest on errors', 6 * HOUR, HOUR, 6 * HOUR - 100, 60, 39],
    ['the last second: not at all', HOUR, HOUR, HOUR - 1, 0, 0],
    ['from elsewhere: a quarter of the validity', 12 * HOUR, undefined, 0, 3 * HOUR, 9 * HOUR - 1],
    ['from elsewhere, and old: a quarter still', 12 * HOUR, undefined, 6 * HOUR, 3 * HOUR, 3 * HOUR - 1],
    ['from elsewhere, and older: what is left', 12 * HOUR, undefined, 10 * HOUR, 2 * HOUR - 1, 0],
    ['from elsewhere, for a year: a day', 365 * DAY, undefined, 0, DAY, DAY],
  ];
  for (const [what, validity, period, age, fresh, stale] of table) {
    it(`HTTP-22, T-50: ${what}`, () => {
      const expected = { maxAgeSeconds: fresh, staleIfErrorSeconds: stale };
      assert.deepEqual(freshnessOfList(timesOf(validity), period, at(age)), expected);
    });
  }

  it('HTTP-23, T-11: at its nextUpdate and after it a list has no freshness', () => {
    for (const age of [HOUR, HOUR + 1, 100 * DAY]) {
      assert.equal(freshnessOfList(timesOf(HOUR), HOUR, at(age)), undefined, String(age));
    }
  });

  it('HTTP-22, T-50: whatever the numbers, no cache may give a list at or after its nextUpdate', () => {
    const random = new SeededRandom(50);
    for (let i = 0; i < 2000; i += 1) {
      const times = timesOf(random.between(1, 20 * DAY));
      const period = random.below(4) === 0 ? undefined : random.between(1, 20 * DAY);
      const now = new Date(thisUpdate.getTime() + random.between(-DAY * 1000, 20 * DAY * 1000));
      const freshness = freshnessOfList(times, period, now);
      if (freshness === undefined) {
        assert.ok(now.getTime() > times.nextUpdate.getTime() - 1000);
        continue;
      }
      const { maxAgeSeconds, staleIfErrorSeconds } = freshness;
      assert.ok(maxAgeSeconds >= 0 && staleIfErrorSeconds >= 0);
      const end = now.getTime() + (maxAgeSeconds + staleIfErrorSeconds) * 1000;
      assert.ok(end < times.nextUpdate.getTime(), `${period} ${now.toISOString()}`);
    }
  });

  it('HTTP-22: Expires says the same as max-age, and stale-if-error stands where there is room for it', () => {
    assert.deepEqual(freshnessFields({ maxAgeSeconds: 60, staleIfErrorSeconds: 5 }, thisUpdate), [
      ['Expires', 'Wed, 25 Nov 2026 12:01:00 GMT'],
      ['Cache-Control', 'max-age=60, public, no-transform, stale-if-error=5'],
    ]);
    assert.deepEqual(freshnessFields({ maxAgeSeconds: 60, staleIfErrorSeconds: 0 }, thisUpdate), [
      ['Expires', 'Wed, 25 Nov 2026 12:01:00 GMT'],
      ['Cache-Control', 'max-age=60, public, no-transform'],
    ]);
  });
});

function timesOf(validitySeconds: number) {
  return { thisUpdate, nextUpdate: at(validitySeconds) };
}

function at(seconds: number): Date {
  return new Date(thisUpdate.getTime() + seconds * 1000);
}
