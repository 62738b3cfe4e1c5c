import type { SignatureAlgorithm } from './algorithms.ts';

/**
 * A private key that signs with one algorithm, wherever it is kept.
 *
 * Contract: a signer checks each of its signatures by the public key before it returns it, and rejects
 * with PkiError signature_self_check_failed when the check fails (ORSP-37): a fault in the arithmetic
 * must not leave, as a wrong ECDSA or RSA signature may give the key away. {@link withSelfCheck} does it.
 */
export interface Signer {
  readonly algorithm: SignatureAlgorithm;
  /** The public half, to be found in the certificate. */
  readonly subjectPublicKeyInfoDer: Uint8Array;
  /** Signs a message. */
  sign(message: Uint8Array): Promise<Uint8Array>;
  /**
   * Begins to sign a message too large for memory. Ed25519 hashes its message twice (RFC 8032 5.1.6), and
   * libraries take that of ML-DSA in one piece, so a stream of these keeps the whole.
   */
  begin(): SigningStream;
}

/** A signature under way. */
export interface SigningStream {
  /** The next octets of the message. */
  update(bytes: Uint8Array): void;
  /** The signature; to be called once. */
  finish(): Promise<Uint8Array>;
}
