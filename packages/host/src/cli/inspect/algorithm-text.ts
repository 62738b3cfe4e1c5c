import type { AlgorithmIdentifier, SubjectPublicKeyInfo } from '@lancre/pki/certificate';
import { publicKeyKindOf, signatureAlgorithmOf } from '@lancre/pki/crypto';

/** The name of a signature algorithm; its object identifier when it is not known here. */
export function signatureAlgorithmText(algorithm: AlgorithmIdentifier): string {
  return signatureAlgorithmOf(algorithm)?.name ?? algorithm.oid;
}

/** `P-256`, `RSA 2048`, `Ed25519`; the object identifier of a key of another kind. */
export function publicKeyText(info: SubjectPublicKeyInfo): string {
  const kind = publicKeyKindOf(info.der);
  switch (kind?.type) {
    case 'rsa':
      return `RSA ${kind.modulusBits}`;
    case 'ec':
      return kind.curve;
    case 'ed25519':
      return 'Ed25519';
    case 'ml-dsa':
      return kind.parameterSet.toUpperCase();
    case undefined:
      return info.algorithm.oid;
  }
}
