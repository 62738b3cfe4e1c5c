import { type DerWriter, encodeDer } from '../encoding/der-writer.ts';
import type { Name } from './name.ts';
import type { CertStatus } from './ocsp-response.ts';
import { OCSP_BASIC_OID, type OcspErrorStatus, ocspErrorCode } from './ocsp-status.ts';
import { reasonCode } from './revocation-reason.ts';

/** What is to be signed for an OCSP answer. */
export interface ResponseDataInput {
  readonly responderId:
    | { readonly by: 'key'; readonly keyHash: Uint8Array }
    | { readonly by: 'name'; readonly name: Pick<Name, 'der'> };
  readonly producedAt: Date;
  readonly responses: readonly SingleResponseInput[];
  /** Encoded responseExtensions, such as {@link encodeNonce} makes. Default: none. */
  readonly extensions?: readonly Uint8Array[];
}

/** What is to be said about one certificate. */
export interface SingleResponseInput {
  /** The CertID as it was asked, octet by octet. */
  readonly certIdDer: Uint8Array;
  /** The reason `unspecified` is left out (ORSP-26). */
  readonly certStatus: CertStatus;
  readonly thisUpdate: Date;
  /** undefined leaves it out, which RFC 9919 3.2.4 forbids. */
  readonly nextUpdate: Date | undefined;
  /** Encoded singleExtensions. Default: none. */
  readonly extensions?: readonly Uint8Array[];
}

/** A signed OCSP answer. */
export interface OcspResponseInput {
  readonly responseDataDer: Uint8Array;
  readonly signatureAlgorithmDer: Uint8Array;
  readonly signature: Uint8Array;
  /** DER of the responder's certificate when it is a delegate; empty leaves `certs` out (ORSP-10). */
  readonly certificates: readonly Uint8Array[];
}

/** The five octets of an answer that nobody signs (RFC 6960 2.3): `30 03 0A 01 xx`. */
export function encodeOcspError(status: OcspErrorStatus): Uint8Array {
  return encodeDer((writer) => writer.sequence((response) => response.enumerated(ocspErrorCode(status))));
}

/**
 * Encodes ResponseData (RFC 6960 4.2.1), the octets to sign. Parts of a second are cut off.
 *
 * @throws PkiError der_time_invalid
 */
export function encodeResponseData(input: ResponseDataInput): Uint8Array {
  return encodeDer((writer) =>
    writer.sequence((data) => {
      const { responderId } = input;
      if (responderId.by === 'name') data.context(1, (name) => name.raw(responderId.name.der));
      else data.context(2, (hash) => hash.octetString(responderId.keyHash));
      data.generalizedTime(input.producedAt);
      data.sequence((list) => {
        for (const response of input.responses)
          list.sequence((single) => writeSingleResponse(single, response));
      });
      writeExtensions(data, input.extensions);
    }),
  );
}

/**
 * Puts a successful answer together (RFC 6960 4.2.1).
 *
 * @example
 * const responseDataDer = encodeResponseData(data);
 * const der = encodeOcspResponse({
 *   responseDataDer,
 *   signatureAlgorithmDer: signer.algorithm.der,
 *   signature: await signer.sign(responseDataDer),
 *   certificates: [],
 * });
 */
export function encodeOcspResponse(input: OcspResponseInput): Uint8Array {
  return encodeDer((writer) =>
    writer.sequence((response) => {
      response.enumerated(0);
      response.context(0, (explicit) =>
        explicit.sequence((responseBytes) => {
          responseBytes.raw(OCSP_BASIC_OID_DER);
          responseBytes.octetStringOf((octets) => octets.sequence((basic) => writeBasic(basic, input)));
        }),
      );
    }),
  );
}

function writeBasic(writer: DerWriter, input: OcspResponseInput): void {
  writer.raw(input.responseDataDer);
  writer.raw(input.signatureAlgorithmDer);
  writer.bitString(input.signature);
  if (input.certificates.length === 0) return;
  writer.context(0, (explicit) =>
    explicit.sequence((certificates) => {
      for (const certificate of input.certificates) certificates.raw(certificate);
    }),
  );
}

function writeSingleResponse(writer: DerWriter, input: SingleResponseInput): void {
  const { nextUpdate } = input;
  writer.raw(input.certIdDer);
  writeCertStatus(writer, input.certStatus);
  writer.generalizedTime(input.thisUpdate);
  if (nextUpdate !== undefined) writer.context(0, (explicit) => explicit.generalizedTime(nextUpdate));
  writeExtensions(writer, input.extensions);
}

function writeCertStatus(writer: DerWriter, certStatus: CertStatus): void {
  switch (certStatus.status) {
    case 'good':
      writer.contextContent(0, EMPTY);
      break;
    case 'unknown':
      writer.contextContent(2, EMPTY);
      break;
    case 'revoked':
      writer.context(1, (info) => writeRevokedInfo(info, certStatus));
      break;
  }
}

function writeRevokedInfo(writer: DerWriter, { reason, revocationTime }: RevokedStatus): void {
  writer.generalizedTime(revocationTime);
  if (reason === undefined || reason === 'unspecified') return;
  writer.context(0, (explicit) => explicit.enumerated(reasonCode(reason)));
}

function writeExtensions(writer: DerWriter, extensions: readonly Uint8Array[] = []): void {
  if (extensions.length === 0) return;
  writer.context(1, (explicit) =>
    explicit.sequence((list) => {
      for (const extension of extensions) list.raw(extension);
    }),
  );
}

type RevokedStatus = Extract<CertStatus, { readonly status: 'revoked' }>;

const EMPTY = new Uint8Array(0);
const OCSP_BASIC_OID_DER = encodeDer((writer) => writer.oid(OCSP_BASIC_OID));
