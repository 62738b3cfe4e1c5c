import { equalBytes } from '../encoding/bytes.ts';
import { decodeHex } from '../encoding/hex.ts';
import type { AlgorithmIdentifier } from '../pki/algorithm-identifier.ts';
import type { HashName } from '../pki/hash-algorithm.ts';
import { ML_DSA, type MlDsaParameterSet } from './ml-dsa.ts';
import type { EcCurve } from './public-key.ts';

/** The signature algorithms that are known here. */
export type SignatureAlgorithmName =
  | 'rsa-pkcs1-sha1'
  | 'rsa-pkcs1-sha256'
  | 'rsa-pkcs1-sha384'
  | 'rsa-pkcs1-sha512'
  | 'rsa-pss-sha256'
  | 'rsa-pss-sha384'
  | 'rsa-pss-sha512'
  | 'ecdsa-sha256'
  | 'ecdsa-sha384'
  | 'ecdsa-sha512'
  | 'ed25519'
  | MlDsaParameterSet;

/** All that is known about one signature algorithm. */
export interface SignatureAlgorithm {
  readonly name: SignatureAlgorithmName;
  readonly oid: string;
  /** The one AlgorithmIdentifier that is read and written (BR 7.1.3.2, VER-30): parameters included. */
  readonly der: Uint8Array;
  /** `ml-dsa` is for private profiles: the Baseline Requirements list no such signatures (ORSP-34). */
  readonly scheme: 'rsa-pkcs1' | 'rsa-pss' | 'ecdsa' | 'eddsa' | 'ml-dsa';
  /** The hash of the message; undefined for Ed25519 and ML-DSA, which have their own. */
  readonly hash: HashName | undefined;
  /**
   * The curve that signs with it. BR 7.1.3.2.2 ties hash and curve together for who signs; RFC 5758 3.2
   * does not, so signatures by other curves are verified.
   */
  readonly signingCurve: EcCurve | undefined;
  /** `verify` for what is too weak to sign with, and verified only where a policy allows it. */
  readonly use: 'sign-and-verify' | 'verify-if-allowed';
}

/**
 * The row of an AlgorithmIdentifier; undefined when it is not known, or its parameters are not in the
 * one form that its RFC gives them (VER-30).
 */
export function signatureAlgorithmOf(
  algorithm: Pick<AlgorithmIdentifier, 'der'>,
): SignatureAlgorithm | undefined {
  return SIGNATURE_ALGORITHMS.find((row) => equalBytes(row.der, algorithm.der));
}

/** The row of a name. */
export function signatureAlgorithm(name: SignatureAlgorithmName): SignatureAlgorithm {
  return ROWS[name];
}

function row(
  name: SignatureAlgorithmName,
  oid: string,
  derHex: string,
  scheme: SignatureAlgorithm['scheme'],
  more: Partial<Pick<SignatureAlgorithm, 'hash' | 'signingCurve' | 'use'>>,
): SignatureAlgorithm {
  const { hash, signingCurve, use = 'sign-and-verify' } = more;
  return Object.freeze({ name, oid, der: decodeHex(derHex), scheme, hash, signingCurve, use });
}

/** RSASSA-PSS with MGF1 of the same hash and a salt as long as the digest: the fixed encodings of BR 7.1.3.2.1. */
function pssDer(lastOctetOfHashOid: string, saltLength: string): string {
  const hash = `300d06096086480165030402${lastOctetOfHashOid}0500`;
  return `304106092a864886f70d01010a3034a00f${hash}a11c301a06092a864886f70d010108${hash}a2030201${saltLength}`;
}

/** Pure ML-DSA with the empty context (RFC 9881 3). */
function mlDsaRow(set: MlDsaParameterSet): SignatureAlgorithm {
  return row(set, ML_DSA[set].oid, ML_DSA[set].algorithmDerHex, 'ml-dsa', {});
}

const ROWS: Readonly<Record<SignatureAlgorithmName, SignatureAlgorithm>> = {
  'rsa-pkcs1-sha1': row(
    'rsa-pkcs1-sha1',
    '1.2.840.113549.1.1.5',
    '300d06092a864886f70d0101050500',
    'rsa-pkcs1',
    {
      hash: 'SHA-1',
      use: 'verify-if-allowed',
    },
  ),
  'rsa-pkcs1-sha256': row(
    'rsa-pkcs1-sha256',
    '1.2.840.113549.1.1.11',
    '300d06092a864886f70d01010b0500',
    'rsa-pkcs1',
    {
      hash: 'SHA-256',
    },
  ),
  'rsa-pkcs1-sha384': row(
    'rsa-pkcs1-sha384',
    '1.2.840.113549.1.1.12',
    '300d06092a864886f70d01010c0500',
    'rsa-pkcs1',
    {
      hash: 'SHA-384',
    },
  ),
  'rsa-pkcs1-sha512': row(
    'rsa-pkcs1-sha512',
    '1.2.840.113549.1.1.13',
    '300d06092a864886f70d01010d0500',
    'rsa-pkcs1',
    {
      hash: 'SHA-512',
    },
  ),
  'rsa-pss-sha256': row('rsa-pss-sha256', '1.2.840.113549.1.1.10', pssDer('01', '20'), 'rsa-pss', {
    hash: 'SHA-256',
  }),
  'rsa-pss-sha384': row('rsa-pss-sha384', '1.2.840.113549.1.1.10', pssDer('02', '30'), 'rsa-pss', {
    hash: 'SHA-384',
  }),
  'rsa-pss-sha512': row('rsa-pss-sha512', '1.2.840.113549.1.1.10', pssDer('03', '40'), 'rsa-pss', {
    hash: 'SHA-512',
  }),
  'ecdsa-sha256': row('ecdsa-sha256', '1.2.840.10045.4.3.2', '300a06082a8648ce3d040302', 'ecdsa', {
    hash: 'SHA-256',
    signingCurve: 'P-256',
  }),
  'ecdsa-sha384': row('ecdsa-sha384', '1.2.840.10045.4.3.3', '300a06082a8648ce3d040303', 'ecdsa', {
    hash: 'SHA-384',
    signingCurve: 'P-384',
  }),
  'ecdsa-sha512': row('ecdsa-sha512', '1.2.840.10045.4.3.4', '300a06082a8648ce3d040304', 'ecdsa', {
    hash: 'SHA-512',
    signingCurve: 'P-521',
  }),
  ed25519: row('ed25519', '1.3.101.112', '300506032b6570', 'eddsa', {}),
  'ml-dsa-44': mlDsaRow('ml-dsa-44'),
  'ml-dsa-65': mlDsaRow('ml-dsa-65'),
  'ml-dsa-87': mlDsaRow('ml-dsa-87'),
};

/** Every row. */
export const SIGNATURE_ALGORITHMS: readonly SignatureAlgorithm[] = Object.freeze(Object.values(ROWS));
