export {
  SIGNATURE_ALGORITHMS,
  type SignatureAlgorithm,
  type SignatureAlgorithmName,
  signatureAlgorithm,
  signatureAlgorithmOf,
} from '../crypto/algorithms.ts';
export type {
  CryptoProvider,
  SignatureKey,
  SignaturePolicy,
  SignatureToCheck,
  SignatureVerdict,
  StreamingCryptoProvider,
  VerifyStream,
} from '../crypto/crypto-provider.ts';
export { defaultSignatureAlgorithm } from '../crypto/default-algorithm.ts';
export { hashIssuer, type IssuerHashes } from '../crypto/issuer-hashes.ts';
export { type EcCurve, type PublicKeyKind, publicKeyKindOf } from '../crypto/public-key.ts';
export { withSelfCheck } from '../crypto/self-checked-signer.ts';
export type { Signer, SigningStream } from '../crypto/signer.ts';
export type { HashName } from '../pki/hash-algorithm.ts';
