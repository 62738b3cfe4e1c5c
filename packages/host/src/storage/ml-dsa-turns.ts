/** What is computed in a turn. */
export type MlDsaWork = 'check' | 'sign';

/**
 * Computes on this thread, one piece at a time: between two pieces the event loop gets round once, so
 * that whatever arrives waits for one signature at most (tens of milliseconds), not for all that are asked
 * for. Checks go before signatures, since a signature is of no use until it is checked.
 *
 * @returns what `compute` returns; rejects with what it throws
 */
export function inMlDsaTurn<T>(work: MlDsaWork, compute: () => T): Promise<T> {
  return new Promise((resolve, reject) => {
    waiting[work].push(() => {
      try {
        resolve(compute());
      } catch (error) {
        reject(error);
      }
    });
    if (waiting.check.length + waiting.sign.length === 1) setImmediate(takeTurn);
  });
}

function takeTurn(): void {
  const queue = waiting.check.length > 0 ? waiting.check : waiting.sign;
  queue[0]?.();
  queue.shift();
  if (waiting.check.length + waiting.sign.length > 0) setImmediate(takeTurn);
}

/** One queue for all keys: what they share is the thread. */
const waiting: Readonly<Record<MlDsaWork, (() => void)[]>> = { check: [], sign: [] };
