import type { HealthReport } from '../../http/admin-server.ts';
import type { Issuer } from '../../issuer/issuer.ts';
import type { CrlSourceFailure } from '../crl-source/crl-source-watcher.ts';
import { formatInstant } from '../instant.ts';
import { expiringLists, type ListFreshness, nameOfList } from './list-freshness.ts';
import { exceededLimit, sizeText } from './list-size.ts';
import type { KeyProblem } from './loaded-signers.ts';
import type { PresignProgress } from './presign-scheduler.ts';
import { endingResponders } from './responder-freshness.ts';

/** What the health of a host is judged by, at one moment. */
export interface HealthFacts {
  readonly now: Date;
  readonly issuers: readonly Issuer[];
  readonly keyProblems: readonly KeyProblem[];
  readonly lists: readonly ListFreshness[];
  /** Why lists could not be made. */
  readonly publicationFailures: readonly string[];
  /** Lists from elsewhere that are not taken in. */
  readonly crlSourceFailures: readonly CrlSourceFailure[];
  readonly presigning: readonly PresignProgress[];
  readonly edgesListening: number;
  readonly edgesWanted: number;
}

/** Everything that somebody should look at; healthy = there is nothing. */
export function hostHealth(facts: HealthFacts): HealthReport {
  const { now, issuers, keyProblems, lists, presigning, edgesListening, edgesWanted } = facts;
  const problems = [
    ...keyProblems.map(({ issuer, message }) => `${issuer}: ${message}`),
    ...facts.publicationFailures,
    ...facts.crlSourceFailures.map(
      ({ issuer, location, message }) => `${issuer}: the list at ${location} is not taken in: ${message}`,
    ),
    ...expiringLists(lists, now).map(
      (list) => `the CRL ${nameOfList(list)} ${expiryText(list, now)} ${formatInstant(list.nextUpdate)}`,
    ),
    ...endingResponders(issuers, now),
    ...presigning
      .filter(({ failed }) => failed > 0)
      .map(({ issuer, failed }) => `${issuer}: ${failed} OCSP answers could not be signed ahead`),
    ...(edgesListening < edgesWanted ? [`${edgesListening} of ${edgesWanted} edges are listening`] : []),
  ];
  const soonest = Math.min(...lists.map(({ nextUpdate }) => nextUpdate.getTime()));
  return {
    healthy: problems.length === 0,
    details: {
      problems,
      // What is no fault of the host's, and goes on until the CA spreads its certificates over more lists.
      warnings: lists.flatMap((list) => sizeWarning(list) ?? []),
      edges: edgesListening,
      lists: lists.length,
      ...(Number.isFinite(soonest) ? { earliestNextUpdate: formatInstant(new Date(soonest)) } : {}),
    },
  };
}

function expiryText({ nextUpdate }: ListFreshness, now: Date): string {
  return nextUpdate <= now ? 'has expired' : 'expires';
}

function sizeWarning(list: ListFreshness): string | undefined {
  const limit = exceededLimit(list);
  return limit && `the CRL ${nameOfList(list)} has ${sizeText(list)}: ${limit.who}`;
}
