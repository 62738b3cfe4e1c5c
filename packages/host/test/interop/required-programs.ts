import { missingPrograms } from '../cli/run-program.js';

/**
 * A reason to skip, or false when these programs are here. With LANCRE_REQUIRE_INTEROP=1 (as in
 * `.ci/run`) nothing is skipped.
 *
 * @throws when one is required and is not here
 */
export function skipWithout(...programs: readonly string[]): string | false {
  const missing = missingPrograms(...programs);
  const { LANCRE_REQUIRE_INTEROP } = process.env;
  if (missing !== false && LANCRE_REQUIRE_INTEROP === '1') throw new Error(missing);
  return missing;
}
