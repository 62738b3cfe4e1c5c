import {
  encodeSignedOcspRequest,
  encodeTbsOcspRequest,
  type OcspRequestInput,
} from './ocsp-request-encode.ts';

/** A request that is to be signed. */
export interface OcspRequestToSign extends OcspRequestInput {
  /** Whoever signs has to say who they are (RFC 6960 4.1.2). */
  readonly requestorName: NonNullable<OcspRequestInput['requestorName']>;
  /** Every `Signer` fits. */
  readonly signer: OcspRequestSigner;
  /** DER of the signer's certificate and of others that help to check it. Default: none. */
  readonly certificates?: readonly Uint8Array[];
}

/** A key that signs requests. */
export interface OcspRequestSigner {
  readonly algorithm: { readonly der: Uint8Array };
  sign(message: Uint8Array): Promise<Uint8Array>;
}

/**
 * Encodes and signs an OCSP request (RFC 6960 4.1.2). Rejects when the signer does.
 *
 * @example
 * const request = await signOcspRequest({
 *   certIds: [certId],
 *   requestorName: { type: 'directoryName', name: own.subject },
 *   signer,
 *   certificates: [own.der],
 * });
 */
export async function signOcspRequest(request: OcspRequestToSign): Promise<Uint8Array> {
  const { signer, certificates = [] } = request;
  const tbsRequestDer = encodeTbsOcspRequest(request);
  return encodeSignedOcspRequest(tbsRequestDer, {
    signatureAlgorithmDer: signer.algorithm.der,
    signature: await signer.sign(tbsRequestDer),
    certificates,
  });
}
