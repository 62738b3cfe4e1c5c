import { type SignatureAlgorithm, signatureAlgorithmOf } from './algorithms.ts';
import type { SignatureKey, SignaturePolicy } from './crypto-provider.ts';
import { isKeyFor, type PublicKeyKind } from './public-key.ts';

/**
 * The row to check a signature by; undefined when the check is not to be made: the algorithm is not
 * known, it does not fit the key, or the policy refuses them.
 */
export function acceptedAlgorithm(
  identifier: SignatureKey['algorithm'],
  key: PublicKeyKind,
  policy: SignaturePolicy,
): SignatureAlgorithm | undefined {
  const { sha1 = 'refuse', minimumRsaBits = 2048 } = policy;
  const algorithm = signatureAlgorithmOf(identifier);
  if (algorithm === undefined || !isKeyFor(algorithm, key)) return undefined;
  if (algorithm.use === 'verify-if-allowed' && sha1 === 'refuse') return undefined;
  const isLengthAccepted =
    key.type !== 'rsa' || (key.modulusBits >= minimumRsaBits && key.modulusBits <= MAX_RSA_BITS);
  return isLengthAccepted ? algorithm : undefined;
}

/** The work of a check grows with the square of the modulus; no CA is known to use more than 8192 bits. */
const MAX_RSA_BITS = 16_384;
