import type { SignatureAlgorithmName } from './algorithms.ts';
import type { PublicKeyKind } from './public-key.ts';

/**
 * The algorithm that a key signs with when nobody asks for another: one that every client has to know, where
 * there is one for the kind of key (RFC 6960 4.3; BR 7.1.3.2.2 ties each curve to a hash).
 */
export function defaultSignatureAlgorithm(key: PublicKeyKind): SignatureAlgorithmName {
  switch (key.type) {
    case 'rsa':
      return 'rsa-pkcs1-sha256';
    case 'ed25519':
      return 'ed25519';
    case 'ml-dsa':
      return key.parameterSet;
    case 'ec':
      return DEFAULT_OF_CURVE[key.curve];
  }
}

const DEFAULT_OF_CURVE = {
  'P-256': 'ecdsa-sha256',
  'P-384': 'ecdsa-sha384',
  'P-521': 'ecdsa-sha512',
} as const;
