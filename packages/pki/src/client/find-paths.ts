import { encodeHex } from '../encoding/hex.ts';
import type { Certificate } from '../pki/certificate.ts';
import type { PathFailure, PathVerdict, ValidPath } from '../verify/path.ts';
import { buildPaths } from '../verify/path-building.ts';
import { checkPath, type PathToCheck } from '../verify/path-validation.ts';
import type { WorkBudget } from '../verify/work-budget.ts';
import { evidenceAddressesOf } from './evidence-addresses.ts';
import { type FetchSettings, fetchEvidence } from './fetch-evidence.ts';
import { buildIssuerFetch, type IssuerFetch, readIssuerExchange } from './issuer-exchange.ts';

/** What is needed to find paths. */
export interface PathsToFind extends Pick<PathToCheck, 'policies' | 'extendedKeyUsage'> {
  readonly certificate: Certificate;
  readonly intermediates: readonly Certificate[];
  readonly trustAnchors: readonly Certificate[];
  readonly at: Date;
  readonly budget: WorkBudget;
  readonly settings: FetchSettings;
}

/** All that a search found. */
export interface FoundPaths {
  readonly valid: readonly ValidPath[];
  readonly failed: readonly PathFailure[];
  readonly issuerFetches: readonly IssuerFetch[];
}

/**
 * Finds the paths that hold, at most {@link MAX_VALID_PATHS}, from what is given. Only when there is none
 * are the caIssuers addresses asked of every certificate that the search met, and again with what they give.
 */
export async function findPaths(search: PathsToFind): Promise<FoundPaths> {
  const issuerFetches: IssuerFetch[] = [];
  const asked = new Set<string>();
  for (;;) {
    const fetched = issuerFetches.flatMap(({ certificates }) => certificates);
    const found = await tryPaths(search, [...search.intermediates, ...fetched]);
    // Without signature checks left, more issuers would not help.
    if (found.valid.length > 0 || found.failed.some(isBudgetSpent)) return { ...found, issuerFetches };
    const next = await fetchIssuers(found.failed, asked, search.settings);
    issuerFetches.push(...next);
    if (next.every(({ certificates }) => certificates.length === 0)) return { ...found, issuerFetches };
  }
}

async function tryPaths(
  search: PathsToFind,
  intermediates: readonly Certificate[],
): Promise<Pick<FoundPaths, 'valid' | 'failed'>> {
  const { certificate: target, trustAnchors, at, budget, policies, extendedKeyUsage } = search;
  const valid: ValidPath[] = [];
  const failed: PathFailure[] = [];
  for (const built of buildPaths({ target, intermediates, trustAnchors, budget })) {
    const verdict =
      built.kind === 'failed'
        ? built
        : await checkPath({ path: built.path, at, budget, policies, extendedKeyUsage });
    if (verdict.kind === 'valid') valid.push(verdict);
    else if (failed.length < MAX_FAILED_PATHS || isBudgetSpent(verdict)) failed.push(verdict);
    if (valid.length === MAX_VALID_PATHS || isBudgetSpent(verdict)) break;
  }
  return { valid, failed };
}

function isBudgetSpent(verdict: PathVerdict): boolean {
  return verdict.kind === 'failed' && verdict.code === 'work_budget_exceeded';
}

/** Asks each address once, and no more than {@link MAX_ISSUER_FETCHES} in all. */
async function fetchIssuers(
  failed: readonly PathFailure[],
  asked: Set<string>,
  settings: FetchSettings,
): Promise<readonly IssuerFetch[]> {
  const met = new Map(
    failed.flatMap(({ certificates }) => certificates.map((each) => [encodeHex(each.der), each] as const)),
  );
  const fetches: Promise<IssuerFetch>[] = [];
  for (const subject of met.values()) {
    for (const url of evidenceAddressesOf(subject).caIssuers) {
      if (asked.has(url) || asked.size >= MAX_ISSUER_FETCHES) continue;
      asked.add(url);
      fetches.push(fetchIssuer(url, subject, settings));
    }
  }
  return Promise.all(fetches);
}

async function fetchIssuer(url: string, subject: Certificate, settings: FetchSettings): Promise<IssuerFetch> {
  const request = buildIssuerFetch(url);
  return readIssuerExchange(request, await fetchEvidence(request, settings), subject);
}

/** A path has no more certificates, and each real one has one address. */
const MAX_ISSUER_FETCHES = 10;
/** Each may cost a round of revocation checks; 8 are the ways through three levels with a cross-certificate each. */
const MAX_VALID_PATHS = 8;
/** Enough to see what is wrong; the search itself goes on. */
const MAX_FAILED_PATHS = 100;
