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
 * - `name_constraints_violated`: a name is outside of what an issuer above permits, or inside of what one
 *   excludes, or cannot be compared
 * - `no_valid_policy`: the path or the caller requires a policy, and no acceptable one holds (RFC 5280 6.1.5 (g))
 * - `extended_key_usage_excludes_purpose`: of the target or an issuer, where the caller names a purpose
 * - `no_rev_avail_conflict`: noRevAvail in a CA certificate, or beside a place where revocation is published
 *   (RFC 9608 2)
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
  | 'extension_malformed'
  | 'name_constraints_violated'
  | 'no_valid_policy'
  | 'extended_key_usage_excludes_purpose'
  | 'no_rev_avail_conflict'
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
  /**
   * user-constrained-policy-set (RFC 5280 6.1.5 (g)), in dotted form: the acceptable policies for which the path
   * holds. With anyPolicy (2.5.29.32.0) in it, for every one.
   */
  readonly policies: readonly string[];
}

/** What came of one path. */
export type PathVerdict = ValidPath | PathFailure;
