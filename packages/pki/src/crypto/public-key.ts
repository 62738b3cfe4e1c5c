import { encodeHex } from '../encoding/hex.ts';
import { readDer } from '../encoding/read-der.ts';
import { PkiError } from '../errors/pki-error.ts';
import { hasNoParameters, hasNullParameters } from '../pki/algorithm-identifier.ts';
import { decodeSubjectPublicKeyInfo, type SubjectPublicKeyInfo } from '../pki/public-key-info.ts';
import type { SignatureAlgorithm } from './algorithms.ts';
import { ML_DSA, type MlDsaParameterSet, mlDsaParameterSetOf } from './ml-dsa.ts';

/** The curves that are known here. */
export type EcCurve = 'P-256' | 'P-384' | 'P-521';

/** What kind of key a SubjectPublicKeyInfo holds. */
export type PublicKeyKind =
  | { readonly type: 'rsa'; readonly modulusBits: number }
  | { readonly type: 'ec'; readonly curve: EcCurve }
  | { readonly type: 'ed25519' }
  | {
      readonly type: 'ml-dsa';
      /** Also the name of the one algorithm that the key signs with. */
      readonly parameterSet: MlDsaParameterSet;
      /** The length of each of its signatures. */
      readonly signatureOctets: number;
    };

/**
 * The kind of key; undefined when it is not known here (other curves, explicit curve parameters, DSA,
 * parameters in a form that RFC 3279, 5480, 8410 or 9881 do not give them, an ML-DSA key of another length).
 */
export function publicKeyKindOf(subjectPublicKeyInfoDer: Uint8Array): PublicKeyKind | undefined {
  try {
    return kindOf(decodeSubjectPublicKeyInfo(subjectPublicKeyInfoDer));
  } catch (error) {
    if (error instanceof PkiError) return undefined;
    throw error;
  }
}

/** True when signatures of this algorithm can be made by such a key. */
export function isKeyFor(algorithm: SignatureAlgorithm, key: PublicKeyKind): boolean {
  switch (key.type) {
    case 'rsa':
      return algorithm.scheme === 'rsa-pkcs1' || algorithm.scheme === 'rsa-pss';
    case 'ec':
      return algorithm.scheme === 'ecdsa';
    case 'ed25519':
      return algorithm.scheme === 'eddsa';
    case 'ml-dsa':
      return algorithm.name === key.parameterSet;
  }
}

/**
 * False when no signature of such a key is as long: RSA signatures have the length of the modulus
 * (RFC 8017 8.1.2 and 8.2.2, which OpenSSL does not insist on for PSS), Ed25519 signatures 64 octets,
 * ML-DSA signatures the length of their parameter set (FIPS 204 table 2).
 */
export function isSignatureLength(key: PublicKeyKind, octets: number): boolean {
  switch (key.type) {
    case 'rsa':
      return octets === Math.ceil(key.modulusBits / 8);
    case 'ed25519':
      return octets === 64;
    case 'ec':
      return octets > 0;
    case 'ml-dsa':
      return octets === key.signatureOctets;
  }
}

function kindOf(info: SubjectPublicKeyInfo): PublicKeyKind | undefined {
  const { algorithm } = info;
  if (algorithm.oid === RSA_ENCRYPTION && hasNullParameters(algorithm)) return rsaKind(info.publicKey);
  if (algorithm.oid === ED25519 && hasNoParameters(algorithm)) return { type: 'ed25519' };
  const parameterSet = mlDsaParameterSetOf(algorithm.oid);
  if (parameterSet !== undefined && hasNoParameters(algorithm))
    return mlDsaKind(parameterSet, info.publicKey);
  if (algorithm.oid !== EC_PUBLIC_KEY || algorithm.parametersDer === undefined) return undefined;
  const curve = CURVES.get(encodeHex(algorithm.parametersDer));
  return curve === undefined ? undefined : { type: 'ec', curve };
}

/** RSAPublicKey (RFC 3279 2.3.1). */
function rsaKind(publicKey: Uint8Array): PublicKeyKind {
  return readDer(publicKey, 'RSAPublicKey', (reader) =>
    reader.sequence('RSAPublicKey', (key) => {
      const modulus = key.unsignedInteger('modulus');
      key.unsignedInteger('publicExponent');
      return { type: 'rsa', modulusBits: modulus.length * 8 - Math.clz32(modulus[0] ?? 0) + 24 };
    }),
  );
}

/** The raw key, without any wrapping (RFC 9881 4). */
function mlDsaKind(parameterSet: MlDsaParameterSet, publicKey: Uint8Array): PublicKeyKind | undefined {
  const { publicKeyOctets, signatureOctets } = ML_DSA[parameterSet];
  if (publicKey.length !== publicKeyOctets) return undefined;
  return { type: 'ml-dsa', parameterSet, signatureOctets };
}

const RSA_ENCRYPTION = '1.2.840.113549.1.1.1';
const EC_PUBLIC_KEY = '1.2.840.10045.2.1';
const ED25519 = '1.3.101.112';
/** namedCurve as it stands in the parameters (RFC 5480 2.1.1.1). */
const CURVES: ReadonlyMap<string, EcCurve> = new Map([
  ['06082a8648ce3d030107', 'P-256'],
  ['06052b81040022', 'P-384'],
  ['06052b81040023', 'P-521'],
]);
