import type { DerReader } from '../encoding/der-reader.ts';
import { readDer } from '../encoding/read-der.ts';
import { type AlgorithmIdentifier, readAlgorithmIdentifier } from './algorithm-identifier.ts';
import { type Extension, readExtensions } from './extension.ts';
import { type GeneralName, readGeneralName } from './general-name.ts';
import { type CertId, readCertId } from './ocsp-cert-id.ts';
import { type NonceForm, nonceOf } from './ocsp-nonce.ts';

/** OCSPRequest (RFC 6960 4.1.1). All bytes share memory with the input. */
export interface OcspRequest {
  readonly der: Uint8Array;
  readonly tbsDer: Uint8Array;
  readonly requestorName: GeneralName | undefined;
  /** One or more. */
  readonly requests: readonly OcspSingleRequest[];
  readonly extensions: readonly Extension[];
  /** 1 to 128 octets (RFC 9654 2.1); undefined when there is none, or an unwrapped one. */
  readonly nonce: Uint8Array | undefined;
  /** `unwrapped`: extnValue holds no OCTET STRING, as old clients send it; such a nonce is passed over (OREQ-28). */
  readonly nonceForm: NonceForm;
  readonly signature: OcspRequestSignature | undefined;
}

/** One question. */
export interface OcspSingleRequest {
  readonly certId: CertId;
  readonly extensions: readonly Extension[];
}

/** The optional signature of a request, over its `tbsDer`. */
export interface OcspRequestSignature {
  readonly algorithm: AlgorithmIdentifier;
  readonly signature: Uint8Array;
  readonly certificates: readonly Uint8Array[];
}

/** The caps of {@link decodeOcspRequest}. */
export interface OcspRequestLimits {
  /** Octets. Default 64 KiB. */
  readonly maxBytes?: number;
  /** Questions in one request. Default 16. */
  readonly maxRequests?: number;
}

/**
 * Decodes an OCSP request in DER. Version v1 may be written out although it is the default: it is no
 * DER, but clients send it (OREQ-10). Signatures are not verified, and their algorithm need not be known.
 *
 * Every error means the OCSP answer `malformedRequest`.
 *
 * @throws PkiError der_*, size_exceeded (too long, or too many questions), extension_duplicate,
 *   ocsp_request_invalid (version not known; a nonce of 0 or more than 128 octets)
 *
 * @example
 * const { requests, nonce } = decodeOcspRequest(body);
 */
export function decodeOcspRequest(der: Uint8Array, limits: OcspRequestLimits = {}): OcspRequest {
  const { maxBytes = 65_536, maxRequests = 16 } = limits;
  return readDer(
    der,
    'OCSPRequest',
    (reader) =>
      reader.sequence('OCSPRequest', (request) => {
        const start = request.offset;
        const tbs = request.sequence('tbsRequest', (fields) => readTbs(fields, maxRequests));
        const tbsDer = request.since(start);
        const signature = request.optionalContext(0, 'optionalSignature', readSignature);
        return Object.freeze({ der, tbsDer, ...tbs, signature });
      }),
    { maxBytes },
  );
}

function readTbs(reader: DerReader, maxRequests: number): Omit<OcspRequest, 'der' | 'tbsDer' | 'signature'> {
  const version = reader.optionalContext(0, 'version', (explicit) => explicit.smallInteger('version')) ?? 0;
  if (version !== 0) reader.fail('ocsp_request_invalid', 'the version is not v1');
  const requestorName = reader.optionalContext(1, 'requestorName', (name) =>
    readGeneralName(name, 'requestorName'),
  );
  let count = 0;
  const requests = reader.sequenceOf('requestList', (item) => {
    count += 1;
    if (count > maxRequests) item.fail('size_exceeded', `more than ${maxRequests} questions`);
    return readRequest(item);
  });
  const start = reader.offset;
  const extensions =
    reader.optionalContext(2, 'requestExtensions', (list) => readExtensions(list, 'requestExtensions')) ??
    NO_EXTENSIONS;
  return { requestorName, requests, extensions, ...nonceOf(extensions, 'ocsp_request_invalid', start) };
}

function readRequest(reader: DerReader): OcspSingleRequest {
  return reader.sequence('Request', (request) =>
    Object.freeze({
      certId: readCertId(request),
      extensions:
        request.optionalContext(0, 'singleRequestExtensions', (list) =>
          readExtensions(list, 'singleRequestExtensions'),
        ) ?? NO_EXTENSIONS,
    }),
  );
}

function readSignature(reader: DerReader): OcspRequestSignature {
  return reader.sequence('Signature', (fields) =>
    Object.freeze({
      algorithm: readAlgorithmIdentifier(fields, 'signatureAlgorithm'),
      signature: fields.bitStringOctets('signature'),
      certificates:
        fields.optionalContext(0, 'certs', (list) =>
          list.sequenceOf('certs', (item) => item.sequenceElement('Certificate')),
        ) ?? NO_CERTIFICATES,
    }),
  );
}

const NO_EXTENSIONS: readonly Extension[] = Object.freeze([]);
const NO_CERTIFICATES: readonly Uint8Array[] = Object.freeze([]);
