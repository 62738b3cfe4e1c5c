import type { Signer } from '@lancre/pki/crypto';
import type { ResponderId } from '@lancre/pki/ocsp';

/** A key that may sign OCSP answers of an issuer, and what an answer by it carries (RFC 6960 4.2.2.2). */
export interface OcspResponder {
  readonly signer: Signer;
  readonly responderId: ResponderId;
  /** DER of the delegate's certificate; empty when the issuer signs itself (ORSP-10). */
  readonly certificates: readonly Uint8Array[];
  /** It signs from here on. */
  readonly notBefore: Date;
  /** No answer's nextUpdate lies after this (ORSP-20, MRSP 6). */
  readonly notAfter: Date;
}

/** The responders of the issuers, by issuer number. Only the control process has one. */
export interface ResponderSet {
  /**
   * Those that may sign at this instant, the preferred one first: delegates before the issuer's own
   * key, and of several delegates the newest, so that a successor takes over the moment it is there.
   * Empty for an issuer without a key here, or whose keys cannot be used at the moment.
   */
  respondersOf(issuerId: number, instant: Date): readonly OcspResponder[];
}
