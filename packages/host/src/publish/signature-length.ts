import { publicKeyKindOf } from '@lancre/pki/crypto';
import { LancreError } from '../errors/lancre-error.ts';

/**
 * The most octets a signature by such a key can have. ECDSA's vary, since the two numbers in them
 * (RFC 3279 2.2.3) are written without leading zeros.
 *
 * @throws LancreError `key_invalid` for a kind of key that is not known
 */
export function maximumSignatureOctets(subjectPublicKeyInfoDer: Uint8Array): number {
  const kind = publicKeyKindOf(subjectPublicKeyInfoDer);
  switch (kind?.type) {
    case 'rsa':
      return Math.ceil(kind.modulusBits / 8);
    case 'ec':
      return ecdsaOctets[kind.curve];
    case 'ed25519':
      return 64;
    case 'ml-dsa':
      return kind.signatureOctets;
    default:
      throw new LancreError('key_invalid', 'a signing key of an unknown kind');
  }
}

const ecdsaOctets = { 'P-256': 72, 'P-384': 104, 'P-521': 139 } as const;
