import type { LancreErrorCode } from '../errors/lancre-error.ts';

/** The exit codes of all commands; `check` has those of a verdict as well. */
export const exitCodes = {
  success: 0,
  /** `check`: revoked. */
  revoked: 1,
  /** `check`: the chain, a signature or a name is wrong. */
  invalid: 2,
  /** `check`: no verdict could be reached. */
  undetermined: 3,
  /** The command line, the configuration or a file named in them is wrong. */
  usage: 64,
  /** Some of the data were refused; the others were taken in. */
  dataRefused: 65,
  /** The host or its store failed. */
  internal: 70,
} as const;

/** One of {@link exitCodes}. */
export type ExitCode = (typeof exitCodes)[keyof typeof exitCodes];

/** The exit code for an error: whose fault it is. */
export function exitCodeOf(code: LancreErrorCode): ExitCode {
  return ownFaults.has(code) ? exitCodes.internal : exitCodes.usage;
}

const ownFaults: ReadonlySet<LancreErrorCode> = new Set([
  'store_busy',
  'store_corrupt',
  'store_version',
  'artifact_conflict',
  'artifact_refused',
  'already_running',
  'signer_unavailable',
  'address_in_use',
  'internal',
]);
