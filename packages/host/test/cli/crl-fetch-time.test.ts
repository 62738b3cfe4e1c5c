import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { nextCrlFetch } from '#host/cli/crl-source/crl-fetch-time.js';

const START = new Date('2026-11-25T10:00:00Z').getTime();
const MINUTE = 60_000;

function list(minutes: number) {
  return { thisUpdate: new Date(START), nextUpdate: new Date(START + minutes * MINUTE) };
}

/** Minutes after the start. */
function next(validityMinutes: number, nowMinutes: number): number {
  const now = new Date(START + nowMinutes * MINUTE);
  return (nextCrlFetch(list(validityMinutes), now).getTime() - START) / MINUTE;
}

/** Seconds from now. */
function pause(validityMinutes: number, nowMinutes: number): number {
  return Math.round((next(validityMinutes, nowMinutes) - nowMinutes) * 60);
}

describe('when a list is fetched next', () => {
  test('within an hour, however long it is valid', () => {
    assert.equal(next(90 * 24 * 60, 0), 60);
    assert.equal(next(90 * 24 * 60, 80 * 24 * 60), 80 * 24 * 60 + 60);
  });

  test('at half of its validity', () => {
    assert.equal(next(100, 0), 50);
    assert.equal(next(100, 10), 50);
  });

  test('and again after each quarter of what is left', () => {
    assert.equal(next(100, 50), 62.5);
    assert.equal(next(100, 60), 70);
  });

  test('T-11: five times at least between half of its validity and its end', () => {
    for (const validity of [10, 60, 1440, 20 * 1440]) {
      let times = 0;
      for (let now = next(validity, 0); now < validity; now = next(validity, now)) {
        if (now >= validity / 2) times += 1;
      }
      assert.ok(times >= 5, `${times} times in ${validity} minutes`);
    }
  });

  test('never more often than every ten seconds, whether it has expired or there is none', () => {
    assert.equal(pause(100, 200), 10);
    assert.equal(pause(100, 99.9), 10);
    const now = new Date(START);
    assert.equal(nextCrlFetch(undefined, now).getTime() - START, 10_000);
  });
});
