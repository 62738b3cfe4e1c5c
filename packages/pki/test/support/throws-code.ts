import assert from 'node:assert/strict';
import { PkiError, type PkiErrorCode } from '@lancre/pki/errors';

/** Asserts that `act` throws a PkiError of this code and, when given, at this octet. */
export function throwsCode(act: () => unknown, code: PkiErrorCode, offset?: number): void {
  assert.throws(act, (error) => {
    assert.ok(error instanceof PkiError, `not a PkiError: ${String(error)}`);
    assert.equal(error.code, code, error.message);
    if (offset !== undefined) assert.equal(error.offset, offset, error.message);
    return true;
  });
}

/** Runs `act`, and lets nothing pass but a value or a PkiError; undefined stands for the latter. */
export function valueOrPkiError<T>(act: () => T): T | undefined {
  try {
    return act();
  } catch (error) {
    if (error instanceof PkiError) return undefined;
    throw error;
  }
}
