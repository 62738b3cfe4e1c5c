import type { SignatureAlgorithmName } from '@lancre/pki/crypto';
import type { HashName, OcspErrorStatus } from '@lancre/pki/ocsp';
import type { StatusVersion } from './status-view.ts';

/** The spelling of a CertID's hash AlgorithmIdentifier; the answer mirrors it octet for octet (OREQ-11). */
export interface CertIdForm {
  readonly hash: HashName;
  /** RFC 5754 2 knows both: absent, and NULL. */
  readonly parameters: 'absent' | 'null';
}

/** One certificate asked about. */
export interface OcspQuestionItem {
  readonly form: CertIdForm;
  /** Magnitude octets. */
  readonly serialNumber: Uint8Array;
}

/**
 * A question in terms of our own records: what an edge may ask control to sign. There is nothing in
 * it that could end up in a signature but a hash's name, serials and a nonce.
 */
export interface OcspQuestion {
  readonly issuerId: number;
  /** 1 to 16 items. */
  readonly items: readonly OcspQuestionItem[];
  /** Present only if the issuer's policy echoes nonces; 1 to 128 octets (RFC 9654 2.1). */
  readonly nonce?: Uint8Array;
  /**
   * The algorithm the client prefers (RFC 6960 4.4.7.2), of those that the issuer's responders have.
   * Absent = the issuer's first responder signs.
   */
  readonly algorithm?: SignatureAlgorithmName;
}

/** A signed answer or the reason there is none. */
export type OcspAnswer = SignedAnswer | RefusedAnswer;

/** A signed OCSPResponse. */
export interface SignedAnswer {
  readonly kind: 'signed';
  readonly der: Uint8Array;
  readonly thisUpdate: Date;
  readonly nextUpdate: Date;
  /** When a newer answer should take this one's place; max-age ends here. */
  readonly refreshAt: Date;
  /** The stored record of each item that the answer was made from; undefined = there was none. */
  readonly versions: readonly (StatusVersion | undefined)[];
  /**
   * notAfter of the earliest of the certificates, or later where the issuer goes on answering for expired
   * ones; the answer is not for use after it (T-23e).
   */
  readonly notAfter: Date | undefined;
}

/** An unsigned OCSP error. */
export interface RefusedAnswer {
  readonly kind: 'refused';
  readonly status: OcspErrorStatus;
  /** For logs and counters; stable. */
  readonly cause: RefusalCause;
  /** With `tryLater`. */
  readonly retryAfterSeconds?: number;
}

/** Why there is no signed answer. */
export type RefusalCause =
  | 'issuer_unknown'
  | 'serial_unassigned'
  | 'certificate_expired'
  | 'no_key'
  | 'signer_failed'
  /** The list that the statuses come from has expired. */
  | 'source_expired'
  | 'overloaded'
  | 'control_unreachable';

/**
 * Answers OCSP questions. One method, so that caching, checking, coalescing and signing are wrappers
 * around each other and their composition reads as one expression.
 *
 * Contract: never rejects for anything the question holds; a failure is a {@link RefusedAnswer}.
 */
export interface OcspSource {
  answer(question: OcspQuestion): Promise<OcspAnswer>;
}
