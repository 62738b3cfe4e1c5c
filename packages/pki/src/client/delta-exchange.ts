import type { DeltaRefusalReason } from '../verify/crl-delta-choice.ts';
import type { CrlToCheck } from '../verify/crl-verdict.ts';
import { buildCrlFetch, CRL_MEDIA_TYPES, checkCrlExchange } from './crl-exchange.ts';
import { type CrlCheck, type ExchangeFacts, factsOf, notFetched } from './evidence-check.ts';
import {
  type EvidenceRequest,
  type FetchedEvidence,
  type FetchFailure,
  type FetchFailureReason,
  type FetchSettings,
  fetchEvidence,
} from './fetch-evidence.ts';
import { findDefects } from './publisher-defect.ts';

/** One address of a delta CRL that was asked. A delta that is not applied does no harm. */
export interface DeltaCheck extends ExchangeFacts {
  readonly source: 'delta';
  readonly url: string;
  /** Why it was not applied; undefined when it was. */
  readonly refusal: DeltaNotApplied | undefined;
}

/** Why a delta was not applied: nothing came, or it could not be added to the complete CRL. */
export interface DeltaNotApplied {
  readonly reason: FetchFailureReason | DeltaRefusalReason;
  readonly message: string;
}

/** One complete CRL that was fetched, judged together with its delta where one was applied. */
export interface CrlCheckWithDeltas extends CrlCheck {
  /** The addresses of deltas that were asked, in their order. */
  readonly deltas: readonly DeltaCheck[];
}

/** A complete CRL that was asked for, what came of it, and what it is judged by. */
export interface CompleteCrlExchange {
  readonly request: EvidenceRequest;
  readonly outcome: FetchedEvidence | FetchFailure;
  readonly check: Omit<CrlToCheck, 'crl' | 'deltas'>;
}

/**
 * Asks addresses of deltas one after the other until one is applied, and gives what the complete CRL says
 * together with that one (RFC 5280 6.3.3 (a)). Never rejects because of what came from outside.
 *
 * @param alone what the complete CRL says by itself
 */
export async function checkWithDeltas(
  alone: CrlCheck,
  complete: CompleteCrlExchange,
  urls: readonly string[],
  settings: FetchSettings,
): Promise<CrlCheckWithDeltas> {
  const deltas: DeltaCheck[] = [];
  for (const url of urls) {
    const outcome = await fetchEvidence(buildCrlFetch(url), settings);
    const together = await judgeTogether(complete, outcome);
    const delta = checkDeltaExchange(url, outcome, together);
    deltas.push(delta);
    if (together !== undefined && delta.refusal === undefined) return Object.freeze({ ...together, deltas });
  }
  return Object.freeze({ ...alone, deltas });
}

async function judgeTogether(
  { request, outcome, check }: CompleteCrlExchange,
  delta: FetchedEvidence | FetchFailure,
): Promise<CrlCheck | undefined> {
  if (delta.kind === 'failed') return undefined;
  return checkCrlExchange(request, outcome, { ...check, deltas: [delta.body] });
}

function checkDeltaExchange(
  url: string,
  outcome: FetchedEvidence | FetchFailure,
  together: CrlCheck | undefined,
): DeltaCheck {
  const address = { source: 'delta', url } as const;
  if (outcome.kind === 'failed') {
    const { reason, message } = outcome;
    const { body, mediaType, durationMilliseconds, defects } = notFetched(outcome);
    const facts = { body, mediaType, durationMilliseconds, defects };
    return Object.freeze({ ...address, ...facts, refusal: { reason, message } });
  }
  const facts = factsOf(outcome, findDefects(outcome, CRL_MEDIA_TYPES));
  return Object.freeze({ ...address, ...facts, refusal: together && refusalIn(together) });
}

function refusalIn({ verdict }: CrlCheck): DeltaNotApplied | undefined {
  const [refusal] = 'refusedDeltas' in verdict ? verdict.refusedDeltas : [];
  return refusal && { reason: refusal.reason, message: refusal.message };
}
