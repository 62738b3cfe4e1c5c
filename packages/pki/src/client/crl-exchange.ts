import { type CrlToCheck, checkCrl } from '../verify/crl-verdict.ts';
import { type CrlCheck, factsOf, notFetched } from './evidence-check.ts';
import type { EvidenceRequest, FetchedEvidence, FetchFailure } from './fetch-evidence.ts';
import { findDefects } from './publisher-defect.ts';

/** How to ask for a CRL, complete or delta. */
export function buildCrlFetch(url: string): EvidenceRequest {
  return { url, method: 'GET', headers: { accept: PKIX_CRL }, maxBytes: MAX_CRL_BYTES };
}

/** Judges what came back, with the deltas given. A list in PEM is named as a defect and not read: RFC 5280 4.2.1.13 has DER only. */
export async function checkCrlExchange(
  request: EvidenceRequest,
  outcome: FetchedEvidence | FetchFailure,
  check: Omit<CrlToCheck, 'crl'>,
): Promise<CrlCheck> {
  const address = { source: 'crl', url: request.url, method: request.method } as const;
  if (outcome.kind === 'failed') return Object.freeze({ ...address, ...notFetched(outcome) });
  const verdict = await checkCrl({ ...check, crl: outcome.body });
  const facts = factsOf(outcome, findDefects(outcome, CRL_MEDIA_TYPES));
  const failure = verdict.kind === 'undetermined' ? 'wrong' : undefined;
  return Object.freeze({ ...address, ...facts, verdict, failure });
}

const PKIX_CRL = 'application/pkix-crl';
/** RFC 2585 4.2. */
export const CRL_MEDIA_TYPES: readonly string[] = [PKIX_CRL];
/** OpenSSL's cap. */
const MAX_CRL_BYTES = 32 * 1024 * 1024;
