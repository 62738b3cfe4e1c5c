import type { Certificate } from '../pki/certificate.ts';

/** A way from a certificate to a trust anchor. Nothing is verified. */
export interface CandidatePath {
  /** The target first, then its issuer and so on; the anchor is not among them. */
  readonly certificates: readonly Certificate[];
  readonly anchor: Certificate;
}

/**
 * Why a path failed.
 *
 * - `issuer_not_found`: no certificate at hand has the issuer's name
 * - `path_too_long`, `work_budget_exceeded`: the search was given up, see `work-budget.ts`
 * - `extension_unsupported`: name constraints, policy constraints or policy mappings, which bear on the
 *   path even where they are not critical, and are not processed yet
 */
export type PathFailureCode =
  | 'issuer_not_found'
  | 'path_too_long'
  | 'work_budget_exceeded'
  | 'name_chaining_broken'
  | 'not_yet_valid'
  | 'expired'
  | 'ca_not_version_3'
  | 'not_a_ca'
  | 'path_length_exceeded'
  | 'key_usage_forbids_certificate_signing'
  | 'critical_extension_unsupported'
  | 'extension_unsupported'
  | 'extension_malformed'
  | 'signature_invalid'
  | 'signature_unsupported';

/** A path that leads to no trust, as far as it was followed. */
export interface PathFailure {
  readonly kind: 'failed';
  readonly code: PathFailureCode;
  readonly message: string;
  /** The target first. */
  readonly certificates: readonly Certificate[];
  /** undefined when no anchor was reached. */
  readonly anchor: Certificate | undefined;
  /** The place in `certificates` of the one at fault. */
  readonly index: number;
}

/** A path that passed every check that is made here. */
export interface ValidPath extends CandidatePath {
  readonly kind: 'valid';
}

/** What came of one path. */
export type PathVerdict = ValidPath | PathFailure;
