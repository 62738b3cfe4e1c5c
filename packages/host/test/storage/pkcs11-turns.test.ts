import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Pkcs11Turns } from '#host/storage/pkcs11-turns.js';

test('no more pieces of work run at once than there are turns, and each is done in the order asked', async () => {
  const turns = new Pkcs11Turns(2);
  const begun: number[] = [];
  let running = 0;
  let most = 0;
  const work = async (number: number): Promise<number> => {
    begun.push(number);
    running += 1;
    most = Math.max(most, running);
    await new Promise((resolve) => setImmediate(resolve));
    running -= 1;
    return number;
  };
  const numbers = [1, 2, 3, 4, 5, 6, 7];
  assert.deepEqual(await Promise.all(numbers.map((number) => turns.run(() => work(number)))), numbers);
  assert.deepEqual(begun, numbers);
  assert.equal(most, 2);
});

test('work that fails gives its turn back', async () => {
  const turns = new Pkcs11Turns(1);
  const fails = () => Promise.reject(new TypeError('no'));
  const outcomes = await Promise.allSettled([turns.run(fails), turns.run(fails), turns.run(async () => 7)]);
  assert.deepEqual(
    outcomes.map(({ status }) => status),
    ['rejected', 'rejected', 'fulfilled'],
  );
});
