import type { DerReader } from '../encoding/der-reader.ts';
import { readDer } from '../encoding/read-der.ts';
import { type AlgorithmIdentifier, readAlgorithmIdentifier } from './algorithm-identifier.ts';
import { readReason } from './crl-entry.ts';
import { type Extension, readExtensions } from './extension.ts';
import { type Name, readName } from './name.ts';
import { type CertId, readCertId } from './ocsp-cert-id.ts';
import { type NonceForm, nonceOf } from './ocsp-nonce.ts';
import { OCSP_BASIC_OID, type OcspErrorStatus, ocspErrorFromCode } from './ocsp-status.ts';
import type { RevocationReason } from './revocation-reason.ts';

/** OCSPResponse (RFC 6960 4.2.1). An error says nothing about any certificate, and nobody signed it. */
export type OcspResponse =
  | { readonly der: Uint8Array; readonly status: 'successful'; readonly basic: BasicOcspResponse }
  | { readonly der: Uint8Array; readonly status: OcspErrorStatus };

/** BasicOCSPResponse, as decoded and not yet judged. All bytes share memory with the input. */
export interface BasicOcspResponse {
  readonly der: Uint8Array;
  /** ResponseData: the very octets that are signed. */
  readonly tbsDer: Uint8Array;
  readonly responderId: ResponderId;
  readonly producedAt: Date;
  /** One or more, in the responder's order; match them by the whole CertID. */
  readonly responses: readonly SingleResponse[];
  readonly extensions: readonly Extension[];
  /** 1 to 128 octets; undefined when there is none, or an unwrapped one. */
  readonly nonce: Uint8Array | undefined;
  readonly nonceForm: NonceForm;
  readonly signatureAlgorithm: AlgorithmIdentifier;
  readonly signature: Uint8Array;
  /** DER of the certificates that came along; empty when `certs` is absent. */
  readonly certificates: readonly Uint8Array[];
}

/** Who signed: by the SHA-1 hash of the key, or by name. */
export type ResponderId =
  | { readonly by: 'key'; readonly keyHash: Uint8Array }
  | { readonly by: 'name'; readonly name: Name };

/** What is said about one certificate. */
export interface SingleResponse {
  readonly certId: CertId;
  readonly certStatus: CertStatus;
  readonly thisUpdate: Date;
  readonly nextUpdate: Date | undefined;
  readonly extensions: readonly Extension[];
}

/** CertStatus (RFC 6960 4.2.1). */
export type CertStatus =
  | { readonly status: 'good' }
  | {
      readonly status: 'revoked';
      readonly revocationTime: Date;
      readonly reason?: RevocationReason | undefined;
    }
  | { readonly status: 'unknown' };

/** The cap of {@link decodeOcspResponse}. */
export interface OcspResponseLimits {
  /** Octets. Default 1 MiB. */
  readonly maxBytes?: number;
}

/**
 * Decodes an OCSP answer in DER. Nothing is verified.
 *
 * @throws PkiError der_*, size_exceeded, extension_duplicate, extension_invalid (a reason that does
 *   not exist), ocsp_response_invalid (status not known; successful without an answer or an error
 *   with one; not id-pkix-ocsp-basic; a nonce of 0 or more than 128 octets)
 *
 * @example
 * const response = decodeOcspResponse(body);
 * if (response.status === 'successful') console.log(response.basic.responses[0]?.certStatus.status);
 */
export function decodeOcspResponse(der: Uint8Array, limits: OcspResponseLimits = {}): OcspResponse {
  const { maxBytes = 1024 * 1024 } = limits;
  return readDer(
    der,
    'OCSPResponse',
    (reader) => reader.sequence('OCSPResponse', (fields) => readFields(fields, der)),
    {
      maxBytes,
    },
  );
}

function readFields(reader: DerReader, der: Uint8Array): OcspResponse {
  const code = reader.enumerated('responseStatus');
  const error = ocspErrorFromCode(code);
  if (code !== 0 && error === undefined)
    reader.fail('ocsp_response_invalid', `there is no responseStatus ${code}`);
  if (error !== undefined && !reader.isAtEnd) reader.fail('ocsp_response_invalid', 'an error with an answer');
  if (error !== undefined) return Object.freeze({ der, status: error });
  if (reader.isAtEnd) reader.fail('ocsp_response_invalid', 'successful without an answer');
  const basic = reader.context(0, 'responseBytes', (explicit) =>
    explicit.sequence('responseBytes', readResponseBytes),
  );
  return Object.freeze({ der, status: 'successful', basic });
}

function readResponseBytes(reader: DerReader): BasicOcspResponse {
  if (reader.oid('responseType') !== OCSP_BASIC_OID) {
    reader.fail('ocsp_response_invalid', 'the type of the answer is not id-pkix-ocsp-basic');
  }
  return reader.octetStringOf('response', readBasic);
}

function readBasic(reader: DerReader): BasicOcspResponse {
  const start = reader.offset;
  const fields = reader.sequence('BasicOCSPResponse', (basic) => {
    const tbsStart = basic.offset;
    const data = basic.sequence('tbsResponseData', readResponseData);
    return {
      tbsDer: basic.since(tbsStart),
      ...data,
      signatureAlgorithm: readAlgorithmIdentifier(basic, 'signatureAlgorithm'),
      signature: basic.bitStringOctets('signature'),
      certificates:
        basic.optionalContext(0, 'certs', (list) =>
          list.sequenceOf('certs', (item) => item.sequenceElement('Certificate')),
        ) ?? NO_CERTIFICATES,
    };
  });
  return Object.freeze({ der: reader.since(start), ...fields });
}

type ResponseData = Pick<
  BasicOcspResponse,
  'responderId' | 'producedAt' | 'responses' | 'extensions' | 'nonce' | 'nonceForm'
>;

function readResponseData(reader: DerReader): ResponseData {
  const version = reader.optionalContext(0, 'version', (explicit) => explicit.smallInteger('version'));
  if (version === 0) reader.fail('der_default_encoded', 'version is v1, its default, and yet encoded');
  if (version !== undefined) reader.fail('ocsp_response_invalid', 'the version is not v1');
  const data = {
    responderId: readResponderId(reader),
    producedAt: reader.generalizedTime('producedAt'),
    responses: reader.sequenceOf('responses', readSingleResponse),
  };
  const start = reader.offset;
  const extensions =
    reader.optionalContext(1, 'responseExtensions', (list) => readExtensions(list, 'responseExtensions')) ??
    NO_EXTENSIONS;
  return { ...data, extensions, ...nonceOf(extensions, 'ocsp_response_invalid', start) };
}

function readResponderId(reader: DerReader): ResponderId {
  if (reader.isContext(1)) {
    return Object.freeze({
      by: 'name',
      name: reader.context(1, 'responderID', (name) => readName(name, 'responderID')),
    });
  }
  return Object.freeze({
    by: 'key',
    keyHash: reader.context(2, 'responderID', (hash) => hash.octetString('responderID')),
  });
}

function readSingleResponse(reader: DerReader): SingleResponse {
  return reader.sequence('SingleResponse', (single) =>
    Object.freeze({
      certId: readCertId(single),
      certStatus: readCertStatus(single),
      thisUpdate: single.generalizedTime('thisUpdate'),
      nextUpdate: single.optionalContext(0, 'nextUpdate', (explicit) =>
        explicit.generalizedTime('nextUpdate'),
      ),
      extensions:
        single.optionalContext(1, 'singleExtensions', (list) => readExtensions(list, 'singleExtensions')) ??
        NO_EXTENSIONS,
    }),
  );
}

function readCertStatus(reader: DerReader): CertStatus {
  if (reader.isContext(1)) {
    return reader.context(1, 'revoked', (info) =>
      Object.freeze({
        status: 'revoked',
        revocationTime: info.generalizedTime('revocationTime'),
        reason: info.optionalContext(0, 'revocationReason', readReason),
      }),
    );
  }
  const isGood = reader.isContext(0);
  const content = reader.contextContent(isGood ? 0 : 2, 'certStatus');
  if (content.length > 0) reader.fail('der_null_invalid', 'certStatus is not empty');
  return isGood ? GOOD : UNKNOWN;
}

const GOOD: CertStatus = Object.freeze({ status: 'good' });
const UNKNOWN: CertStatus = Object.freeze({ status: 'unknown' });
const NO_EXTENSIONS: readonly Extension[] = Object.freeze([]);
const NO_CERTIFICATES: readonly Uint8Array[] = Object.freeze([]);
