import type { AlgorithmIdentifier } from '../pki/algorithm-identifier.ts';
import type { HashName } from '../pki/hash-algorithm.ts';

/**
 * What a check of a signature found. `unsupported`: no check was made, since the algorithm or the key
 * is not known, they do not fit each other, or the policy refuses them.
 */
export type SignatureVerdict = 'valid' | 'invalid' | 'unsupported';

/** The key that is to have signed, and how. */
export interface SignatureKey {
  readonly algorithm: Pick<AlgorithmIdentifier, 'der'>;
  readonly subjectPublicKeyInfoDer: Uint8Array;
}

/** A signature over a message. */
export interface SignatureToCheck extends SignatureKey {
  readonly message: Uint8Array;
  readonly signature: Uint8Array;
}

/** Hashing and checking of signatures, by whatever library the platform has. Neither method rejects on any input. */
export interface CryptoProvider {
  /** The digest of these bytes. */
  digest(hash: HashName, bytes: Uint8Array): Promise<Uint8Array>;
  /** Checks a signature over a message. */
  verify(check: SignatureToCheck): Promise<SignatureVerdict>;
}

/** A provider that also checks signatures over messages too large for memory. */
export interface StreamingCryptoProvider extends CryptoProvider {
  /** Begins a check; feed the message to `update`, then give the signature to `finish`. */
  beginVerify(key: SignatureKey): VerifyStream;
}

/** A check of a signature under way. */
export interface VerifyStream {
  /** The next octets of the message. */
  update(bytes: Uint8Array): void;
  /** The verdict on this signature, which in a CRL comes after the message; to be called once. */
  finish(signature: Uint8Array): Promise<SignatureVerdict>;
}

/** Which signatures are taken although they are weak. */
export interface SignaturePolicy {
  /** SHA-1 signatures. Default `refuse`; `allow` is for old test data, such as PKITS. */
  readonly sha1?: 'refuse' | 'allow';
  /** The shortest RSA modulus, in bits. Default 2048. */
  readonly minimumRsaBits?: number;
}
