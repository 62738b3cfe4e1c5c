import assert from 'node:assert/strict';
import { test } from 'node:test';
import { inMlDsaTurn } from '#host/storage/ml-dsa-turns.js';

test('between two signatures the event loop gets round', async () => {
  const order: string[] = [];
  const first = inMlDsaTurn('sign', () => {
    order.push('first');
    setImmediate(() => order.push('something that arrived'));
  });
  const second = inMlDsaTurn('sign', () => order.push('second'));
  const third = inMlDsaTurn('sign', () => order.push('third'));
  assert.deepEqual(order, [], 'nothing is computed in the call itself');
  await Promise.all([first, second, third]);
  assert.deepEqual(order, ['first', 'something that arrived', 'second', 'third']);
});

test('the check of a signature goes before signatures that wait', async () => {
  const order: string[] = [];
  const first = inMlDsaTurn('sign', () => order.push('first')).then(() =>
    inMlDsaTurn('check', () => order.push('check of the first')),
  );
  const second = inMlDsaTurn('sign', () => order.push('second'));
  await Promise.all([first, second]);
  assert.deepEqual(order, ['first', 'check of the first', 'second']);
});

test('a turn gives what was computed, one that fails rejects, and the next is taken all the same', async () => {
  const failing = inMlDsaTurn('sign', () => {
    throw new TypeError('no');
  });
  const next = inMlDsaTurn('sign', () => 7);
  await assert.rejects(failing, TypeError);
  assert.equal(await next, 7);
});
