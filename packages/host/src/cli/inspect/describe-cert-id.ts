import type { CertId } from '@lancre/pki/ocsp';
import { encodeHex } from '@lancre/pki/text';

/** A CertID in plain words. */
export type CertIdDescription = {
  readonly serialNumber: string;
  readonly hash: string;
  readonly issuerNameHash: string;
  readonly issuerKeyHash: string;
};

/** Which certificate a question or an answer is about. */
export function describeCertId(certId: CertId): CertIdDescription {
  return {
    serialNumber: certId.serialNumber,
    hash: `${certId.hash ?? certId.hashAlgorithm.oid}${parameterWords[certId.parameters]}`,
    issuerNameHash: encodeHex(certId.issuerNameHash),
    issuerKeyHash: encodeHex(certId.issuerKeyHash),
  };
}

/** NULL is what nearly all send; the other form makes another CertID of the same certificate. */
const parameterWords = { null: '', absent: ' (parameters absent)', other: ' (parameters unknown)' } as const;
