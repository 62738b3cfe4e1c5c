import type { DerReader } from '../encoding/der-reader.ts';
import { encodeDer } from '../encoding/der-writer.ts';
import { readDer } from '../encoding/read-der.ts';
import type { SerialNumber } from '../encoding/serial-number.ts';
import {
  type AlgorithmIdentifier,
  hasNoParameters,
  hasNullParameters,
  readAlgorithmIdentifier,
} from './algorithm-identifier.ts';
import { type HashName, hashAlgorithm, hashNameFromOid } from './hash-algorithm.ts';

/** CertID (RFC 6960 4.1.1): which certificate is asked about. */
export interface CertId {
  /** As asked; an answer repeats it octet by octet (OREQ-11). */
  readonly der: Uint8Array;
  readonly hashAlgorithm: AlgorithmIdentifier;
  /** The hash function; undefined when it is not known, or has parameters other than none and NULL. */
  readonly hash: HashName | undefined;
  /** How the hash algorithm's parameters are spelled; an answer of one's own has to mirror it. */
  readonly parameters: 'null' | 'absent' | 'other';
  readonly issuerNameHash: Uint8Array;
  readonly issuerKeyHash: Uint8Array;
  readonly serialNumber: SerialNumber;
}

/** What goes into a CertID. */
export interface CertIdInput {
  readonly hash: HashName;
  /** The parameters of the hash algorithm. Default `null`. */
  readonly parameters?: 'null' | 'absent';
  /** Hash of the issuer's Name as it stands in the certificate. */
  readonly issuerNameHash: Uint8Array;
  /** Hash of the contents of the BIT STRING of the issuer's public key. */
  readonly issuerKeyHash: Uint8Array;
  readonly serialNumber: SerialNumber;
}

/**
 * Decodes a CertID.
 *
 * @throws PkiError der_*
 */
export function decodeCertId(der: Uint8Array): CertId {
  return readDer(der, 'CertID', readCertId);
}

/**
 * Encodes a CertID. The hash algorithm has NULL parameters: RFC 5754 2 prefers none for SHA-2 but has
 * both accepted, and NULL is what OpenSSL, NSS, Java and Go send, so that a responder's answers made
 * ahead for these also fit ours.
 *
 * @throws PkiError serial_number_invalid
 */
export function encodeCertId(input: CertIdInput): Uint8Array {
  return encodeDer((writer) =>
    writer.sequence((certId) => {
      certId.sequence((algorithm) => {
        algorithm.oid(hashAlgorithm(input.hash).oid);
        if (input.parameters !== 'absent') algorithm.null();
      });
      certId.octetString(input.issuerNameHash);
      certId.octetString(input.issuerKeyHash);
      certId.serialNumber(input.serialNumber);
    }),
  );
}

/** Reads the next element as a CertID. */
export function readCertId(reader: DerReader): CertId {
  const start = reader.offset;
  const fields = reader.sequence('CertID', (certId) => {
    const algorithm = readAlgorithmIdentifier(certId, 'CertID.hashAlgorithm');
    const parameters = parametersOf(algorithm);
    return {
      hashAlgorithm: algorithm,
      hash: parameters === 'other' ? undefined : hashNameFromOid(algorithm.oid),
      parameters,
      issuerNameHash: certId.octetString('CertID.issuerNameHash'),
      issuerKeyHash: certId.octetString('CertID.issuerKeyHash'),
      serialNumber: certId.serialNumber('CertID.serialNumber'),
    };
  });
  return Object.freeze({ der: reader.since(start), ...fields });
}

function parametersOf(algorithm: AlgorithmIdentifier): CertId['parameters'] {
  if (hasNullParameters(algorithm)) return 'null';
  return hasNoParameters(algorithm) ? 'absent' : 'other';
}
