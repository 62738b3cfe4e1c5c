import type { DerReader } from '../encoding/der-reader.ts';
import { readDer } from '../encoding/read-der.ts';
import { type AlgorithmIdentifier, readAlgorithmIdentifier } from './algorithm-identifier.ts';

/** SubjectPublicKeyInfo (RFC 5280 4.1.2.7). */
export interface SubjectPublicKeyInfo {
  readonly der: Uint8Array;
  readonly algorithm: AlgorithmIdentifier;
  /** The contents of the BIT STRING without the unused-bits octet: what key hashes are over. */
  readonly publicKey: Uint8Array;
}

/**
 * Decodes a SubjectPublicKeyInfo; the key itself is not looked at.
 *
 * @throws PkiError der_*
 */
export function decodeSubjectPublicKeyInfo(der: Uint8Array): SubjectPublicKeyInfo {
  return readDer(der, 'SubjectPublicKeyInfo', readSubjectPublicKeyInfo);
}

/** Reads the next element as a SubjectPublicKeyInfo. */
export function readSubjectPublicKeyInfo(reader: DerReader): SubjectPublicKeyInfo {
  const start = reader.offset;
  const fields = reader.sequence('subjectPublicKeyInfo', (info) => ({
    algorithm: readAlgorithmIdentifier(info, 'subjectPublicKeyInfo.algorithm'),
    publicKey: info.bitStringOctets('subjectPublicKeyInfo.subjectPublicKey'),
  }));
  return Object.freeze({ der: reader.since(start), ...fields });
}
