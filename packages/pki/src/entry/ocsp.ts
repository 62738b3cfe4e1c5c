export type { SerialNumber } from '../encoding/serial-number.ts';
export type { HashName } from '../pki/hash-algorithm.ts';
export { encodeInvalidityDate } from '../pki/invalidity-date.ts';
export { acceptableResponsesOf } from '../pki/ocsp-acceptable-responses.ts';
export { archiveCutoffOf, encodeArchiveCutoff } from '../pki/ocsp-archive-cutoff.ts';
export { type CertId, type CertIdInput, decodeCertId, encodeCertId } from '../pki/ocsp-cert-id.ts';
export { type CrlId, crlIdOf, encodeCrlId } from '../pki/ocsp-crl-id.ts';
export { encodeExtendedRevoke } from '../pki/ocsp-extended-revoke.ts';
export { encodeNonce, type NonceForm } from '../pki/ocsp-nonce.ts';
export {
  encodePreferredSignatureAlgorithms,
  type PreferredSignatureAlgorithm,
  type PreferredSignatureAlgorithmInput,
  preferredSignatureAlgorithmsOf,
} from '../pki/ocsp-preferred-algorithms.ts';
export {
  decodeOcspRequest,
  type OcspRequest,
  type OcspRequestLimits,
  type OcspRequestSignature,
  type OcspSingleRequest,
} from '../pki/ocsp-request.ts';
export { encodeOcspRequest, type OcspRequestInput } from '../pki/ocsp-request-encode.ts';
export {
  type OcspRequestSigner,
  type OcspRequestToSign,
  signOcspRequest,
} from '../pki/ocsp-request-sign.ts';
export {
  type BasicOcspResponse,
  type CertStatus,
  decodeOcspResponse,
  type OcspResponse,
  type OcspResponseLimits,
  type ResponderId,
  type SingleResponse,
} from '../pki/ocsp-response.ts';
export {
  encodeOcspError,
  encodeOcspResponse,
  encodeResponseData,
  type OcspResponseInput,
  type ResponseDataInput,
  type SingleResponseInput,
} from '../pki/ocsp-response-encode.ts';
export type { OcspErrorStatus } from '../pki/ocsp-status.ts';
export type { RevocationReason } from '../pki/revocation-reason.ts';
