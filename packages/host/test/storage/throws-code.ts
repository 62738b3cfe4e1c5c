import assert from 'node:assert/strict';
import { LancreError, type LancreErrorCode } from '#host/errors/lancre-error.js';

/** Asserts that `act` throws a LancreError of this code, whose message holds each of `words`. */
function throwsLancreError(code: LancreErrorCode, act: () => unknown, ...words: readonly string[]): void {
  assert.throws(act, (error) => isLancreError(error, code, words));
}

/** What `act` returns; undefined when it throws a LancreError of this code. Anything else thrown comes out. */
function unless<T>(code: LancreErrorCode, act: () => T): T | undefined {
  try {
    return act();
  } catch (error) {
    if (error instanceof LancreError && error.code === code) return undefined;
    throw error;
  }
}

export const throwsCode: typeof throwsLancreError & { readonly unless: typeof unless } = Object.assign(
  throwsLancreError,
  { unless },
);

/** The same for a promise. */
export async function rejectsWithCode(
  code: LancreErrorCode,
  promise: Promise<unknown>,
  ...words: readonly string[]
): Promise<void> {
  await assert.rejects(promise, (error) => isLancreError(error, code, words));
}

function isLancreError(error: unknown, code: LancreErrorCode, words: readonly string[]): true {
  assert.ok(error instanceof LancreError, `not a LancreError: ${String(error)}`);
  assert.equal(error.code, code, error.message);
  for (const word of words)
    assert.ok(error.message.includes(word), `"${error.message}" does not name "${word}"`);
  return true;
}
