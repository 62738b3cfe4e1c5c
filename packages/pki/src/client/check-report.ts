import type { Certificate } from '../pki/certificate.ts';
import type { PathFailure, PathFailureCode, ValidPath } from '../verify/path.ts';
import type { CertificateRevocation } from './check-revocation.ts';
import type { IssuerFetch } from './issuer-exchange.ts';

/**
 * What a check comes to:
 *
 * - `good`: a path holds, and the policy is content with the revocation of all its certificates
 * - `revoked`: signed evidence says so of a certificate of the path
 * - `invalid`: no path holds
 * - `undetermined`: neither can be said, as evidence or an issuer is missing
 */
export type CheckVerdict = 'good' | 'revoked' | 'invalid' | 'undetermined';

/** One reason for a verdict. With `good` there may be some too: what a `prefer` policy passed over. */
export interface CheckReason {
  readonly code:
    | PathFailureCode
    | 'issuer_unreachable'
    | 'revoked'
    | 'revocation_unknown'
    | 'revocation_undetermined'
    | 'revocation_unreachable'
    | 'no_revocation_address';
  readonly message: string;
  /** The certificate it is about. */
  readonly certificate: Certificate;
}

/** One certificate of the chain. */
export interface ChainLink {
  readonly certificate: Certificate;
  readonly origin: 'target' | 'given' | 'fetched' | 'trust_anchor';
  /** The caIssuers address of one that was fetched. */
  readonly fetchedFrom: string | undefined;
}

/** A path that holds, with what is known about revocation in it. */
export interface JudgedPath {
  readonly path: ValidPath;
  readonly verdict: CheckVerdict;
  readonly reasons: readonly CheckReason[];
  readonly revocation: readonly CertificateRevocation[];
}

/** All that one check found. A value: nothing in it changes or does anything. */
export interface CheckReport {
  readonly verdict: CheckVerdict;
  readonly reasons: readonly CheckReason[];
  readonly at: Date;
  /** The path that the verdict is about, target first, anchor last; empty when none holds. */
  readonly chain: readonly ChainLink[];
  /** For each certificate of the chain but the anchor, in its order. */
  readonly revocation: readonly CertificateRevocation[];
  /** Paths that hold and were judged, but with no better verdict than the one that was chosen. */
  readonly otherPaths: readonly JudgedPath[];
  readonly failedPaths: readonly PathFailure[];
  readonly issuerFetches: readonly IssuerFetch[];
}
