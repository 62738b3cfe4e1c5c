import { PkiError, type PkiErrorCode } from '../errors/pki-error.ts';
import type { Certificate } from '../pki/certificate.ts';
import { decodeCertificates } from '../pki/certificate-collection.ts';
import type { EvidenceRequest, FetchedEvidence, FetchFailure, FetchFailureReason } from './fetch-evidence.ts';
import { findDefects, type PublisherDefect } from './publisher-defect.ts';

/** One caIssuers address that was asked, and the certificates that came. */
export interface IssuerFetch {
  readonly url: string;
  /** The certificate that has the address. */
  readonly subject: Certificate;
  /** Empty when something went wrong. They are not judged: whoever sent them. */
  readonly certificates: readonly Certificate[];
  readonly fault: IssuerFault | undefined;
  readonly mediaType: string | undefined;
  readonly durationMilliseconds: number;
  readonly defects: readonly PublisherDefect[];
}

/** Why an address gave no certificate. */
export interface IssuerFault {
  readonly reason: FetchFailureReason | PkiErrorCode;
  readonly message: string;
  readonly failure: 'unreachable' | 'wrong';
}

/** How to ask for the issuer of a certificate (RFC 5280 4.2.2.1). */
export function buildIssuerFetch(url: string): EvidenceRequest {
  return { url, method: 'GET', headers: { accept: MEDIA_TYPES.join(', ') }, maxBytes: MAX_ISSUER_BYTES };
}

/** Reads what came back: DER, certs-only CMS, and PEM, which is named as a defect. */
export function readIssuerExchange(
  request: EvidenceRequest,
  outcome: FetchedEvidence | FetchFailure,
  subject: Certificate,
): IssuerFetch {
  const { durationMilliseconds } = outcome;
  const facts = { url: request.url, subject, durationMilliseconds };
  if (outcome.kind === 'failed') {
    const { reason, message, failure } = outcome;
    return { ...facts, ...NOTHING, mediaType: undefined, fault: { reason, message, failure }, defects: [] };
  }
  const defects = findDefects(outcome, MEDIA_TYPES);
  return Object.freeze({ ...facts, ...decode(outcome.body), mediaType: outcome.mediaType, defects });
}

function decode(body: Uint8Array): Pick<IssuerFetch, 'certificates' | 'fault'> {
  try {
    return { certificates: decodeCertificates(body).slice(0, MAX_CERTIFICATES), fault: undefined };
  } catch (error) {
    if (!(error instanceof PkiError)) throw error;
    return { ...NOTHING, fault: { reason: error.code, message: error.message, failure: 'wrong' } };
  }
}

const NOTHING = { certificates: [] } as const;
/** RFC 2585 4.1 for one certificate, RFC 5652 in RFC 8551's media type for several. */
const MEDIA_TYPES = ['application/pkix-cert', 'application/pkcs7-mime'];
/** Chromium's cap. */
const MAX_ISSUER_BYTES = 64 * 1024;
/** As many as the signature checks of a search could try. */
const MAX_CERTIFICATES = 100;
