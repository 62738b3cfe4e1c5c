import { type DerWriter, encodeDer } from '../encoding/der-writer.ts';
import { type GeneralNameInput, writeGeneralName } from './general-name.ts';
import { encodeNonce } from './ocsp-nonce.ts';

/** What goes into an OCSP request. */
export interface OcspRequestInput {
  /** CertIDs as {@link encodeCertId} makes them. RFC 9919 3.1.1 wants just one. */
  readonly certIds: readonly Uint8Array[];
  /** RFC 9654 2.1: 32 random octets. Default: no nonce, so that answers can come from caches. */
  readonly nonce?: Uint8Array | undefined;
  /** Who asks. Default: not said, as RFC 9919 3.1.2 wants it of requests that are not signed. */
  readonly requestorName?: GeneralNameInput | undefined;
  /** Encoded requestExtensions beside the nonce, such as {@link encodePreferredSignatureAlgorithms} makes. Default: none. */
  readonly extensions?: readonly Uint8Array[];
}

/** A signature to put on a request. */
export interface OcspRequestSignatureInput {
  readonly signatureAlgorithmDer: Uint8Array;
  readonly signature: Uint8Array;
  /** DER of certificates that help to check it; empty leaves `certs` out. */
  readonly certificates: readonly Uint8Array[];
}

/**
 * Encodes an unsigned OCSP request (RFC 6960 4.1.1).
 *
 * @example
 * const request = encodeOcspRequest({ certIds: [encodeCertId({ hash: 'SHA-256', ...hashes, serialNumber })] });
 */
export function encodeOcspRequest(input: OcspRequestInput): Uint8Array {
  return encodeDer((writer) => writer.sequence((request) => writeTbsRequest(request, input)));
}

/** Encodes a TBSRequest (RFC 6960 4.1.1), the octets to sign. */
export function encodeTbsOcspRequest(input: OcspRequestInput): Uint8Array {
  return encodeDer((writer) => writeTbsRequest(writer, input));
}

/** Puts a signed OCSP request together (RFC 6960 4.1.1). `tbsRequestDer` has to have a requestorName (4.1.2). */
export function encodeSignedOcspRequest(
  tbsRequestDer: Uint8Array,
  { signatureAlgorithmDer, signature, certificates }: OcspRequestSignatureInput,
): Uint8Array {
  return encodeDer((writer) =>
    writer.sequence((request) => {
      request.raw(tbsRequestDer);
      request.context(0, (explicit) =>
        explicit.sequence((fields) => {
          fields.raw(signatureAlgorithmDer);
          fields.bitString(signature);
          if (certificates.length > 0) fields.context(0, (certs) => writeList(certs, certificates));
        }),
      );
    }),
  );
}

function writeTbsRequest(writer: DerWriter, input: OcspRequestInput): void {
  const { certIds, nonce, requestorName, extensions = [] } = input;
  const all = nonce === undefined ? extensions : [encodeNonce(nonce), ...extensions];
  writer.sequence((tbs) => {
    if (requestorName !== undefined) tbs.context(1, (explicit) => writeGeneralName(explicit, requestorName));
    tbs.sequence((list) => {
      for (const certId of certIds) list.sequence((item) => item.raw(certId));
    });
    if (all.length > 0) tbs.context(2, (explicit) => writeList(explicit, all));
  });
}

function writeList(writer: DerWriter, items: readonly Uint8Array[]): void {
  writer.sequence((list) => {
    for (const item of items) list.raw(item);
  });
}
