import type { CryptoProvider } from '../crypto/crypto-provider.ts';
import { hashIssuer } from '../crypto/issuer-hashes.ts';
import { encodeBase64 } from '../encoding/base64.ts';
import type { Certificate } from '../pki/certificate.ts';
import type { HashName } from '../pki/hash-algorithm.ts';
import { encodeCertId } from '../pki/ocsp-cert-id.ts';
import { encodeOcspRequest } from '../pki/ocsp-request-encode.ts';
import { checkOcsp, type OcspToCheck, type OcspVerdict } from '../verify/ocsp-verdict.ts';
import { factsOf, notFetched, type OcspCheck } from './evidence-check.ts';
import type { EvidenceRequest, FetchedEvidence, FetchFailure } from './fetch-evidence.ts';
import { findDefects } from './publisher-defect.ts';

/** A certificate to ask about. */
export interface OcspQuestion {
  readonly certificate: Certificate;
  readonly issuer: Certificate;
  readonly crypto: Pick<CryptoProvider, 'digest'>;
  /** The hash function of the CertID. Default `SHA-1`, which is all that some large responders know (T-24). */
  readonly hash?: HashName | undefined;
  /** Default: none, so that answers can come from caches. */
  readonly nonce?: Uint8Array | undefined;
}

/** The OCSP request about one certificate (VER-09): one CertID, not signed. */
export async function buildOcspRequest(question: OcspQuestion): Promise<Uint8Array> {
  const { certificate, issuer, crypto, hash = 'SHA-1', nonce } = question;
  const hashes = await hashIssuer(crypto, hash, issuer);
  const certId = encodeCertId({ hash, ...hashes, serialNumber: certificate.serialNumber });
  return encodeOcspRequest({ certIds: [certId], nonce });
}

/**
 * How to send an OCSP request: by GET while the whole URL has no more than 255 octets, so that caches can
 * answer, else by POST (RFC 9919 6, RFC 6960 A.1).
 *
 * @param url from authorityInfoAccess
 */
export function buildOcspFetch(url: string, request: Uint8Array): EvidenceRequest {
  const path = encodeURIComponent(encodeBase64(request));
  const getUrl = url.endsWith('/') ? `${url}${path}` : `${url}/${path}`;
  const rest = { maxBytes: MAX_OCSP_BYTES };
  if (getUrl.length <= MAX_GET_URL_OCTETS) {
    return { url: getUrl, method: 'GET', headers: { accept: OCSP_RESPONSE }, ...rest };
  }
  const headers = { accept: OCSP_RESPONSE, 'content-type': 'application/ocsp-request' };
  return { url, method: 'POST', headers, body: request, ...rest };
}

/** Judges what came back. `request` is what {@link buildOcspFetch} made; the report names the address `url`. */
export async function checkOcspExchange(
  url: string,
  request: EvidenceRequest,
  outcome: FetchedEvidence | FetchFailure,
  check: Omit<OcspToCheck, 'response'>,
): Promise<OcspCheck> {
  const address = { source: 'ocsp', url, method: request.method } as const;
  if (outcome.kind === 'failed') return Object.freeze({ ...address, ...notFetched(outcome) });
  const verdict = await checkOcsp({ ...check, response: outcome.body });
  const facts = factsOf(outcome, findDefects(outcome, [OCSP_RESPONSE]));
  return Object.freeze({ ...address, ...facts, verdict, failure: failureOf(verdict) });
}

/** VER-08: tryLater and internalError are those of a responder that is not there just now. */
function failureOf(verdict: OcspVerdict): OcspCheck['failure'] {
  if (verdict.kind !== 'undetermined') return undefined;
  const { errorStatus } = verdict;
  return errorStatus === 'tryLater' || errorStatus === 'internalError' ? 'unreachable' : 'wrong';
}

const OCSP_RESPONSE = 'application/ocsp-response';
const MAX_GET_URL_OCTETS = 255;
/** Chromium's cap; an answer with a delegate's certificate has some 2 KiB. */
const MAX_OCSP_BYTES = 64 * 1024;
