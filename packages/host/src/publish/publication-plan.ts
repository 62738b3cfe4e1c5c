import type { Issuer } from '../issuer/issuer.ts';
import type { RevokedTotals } from '../status/revoked-snapshot.ts';
import type { Publication } from './publication-store.ts';
import type { CrlScope } from './scope.ts';

/** What a plan is made from: the state of one issuer at one moment. */
export interface IssuerState {
  readonly issuer: Issuer;
  /** The shards with entries, and what they hold. */
  readonly totals: readonly RevokedTotals[];
  /** What is published, by shard; 0 = the full list. */
  readonly published: ReadonlyMap<number, Publication | undefined>;
}

/** One list to be made. */
export interface PlannedList {
  readonly scope: CrlScope;
  readonly reason: PlanReason;
  /** Not before this instant: two lists of a scope never share a second (T-34, CRL-09). */
  readonly notBefore: Date;
  /** What is published now. */
  readonly previous: Publication | undefined;
  /** The state the list will be made from. */
  readonly revision: number;
}

/** Why a list is due. */
export type PlanReason =
  /** Nothing is published under this URL yet. */
  | 'first'
  /** A status in its scope has changed. */
  | 'changed'
  /** The period of the policy is over. */
  | 'period'
  /** Less than a third of its validity is left: earlier attempts must have failed. */
  | 'expiring';

/**
 * The lists of an issuer that are due. A pure function: the same for `--dry-run`, the scheduler and
 * the tests.
 */
export function planPublication(state: IssuerState, now: Date): readonly PlannedList[] {
  const { issuer, totals, published } = state;
  return scopesOf(state).flatMap((shard) => {
    const previous = published.get(shard);
    const revision = revisionOf(totals, shard);
    const reason = reasonFor(issuer, previous, revision, now);
    if (reason === undefined) return [];
    const scope = { issuerId: issuer.id, issuerName: issuer.name, shard };
    return [{ scope, reason, notBefore: earliest(previous, now), previous, revision }];
  });
}

/**
 * The scopes of an issuer: the shards of its policy, those that hold entries from an earlier policy
 * and those once published, whose URLs are in certificates (SHD-07, SHD-09); and the full list.
 */
export function scopesOf({ issuer, totals, published }: IssuerState): readonly number[] {
  const shards = new Set<number>();
  for (let shard = 1; shard <= issuer.policy.crl.shards; shard += 1) shards.add(shard);
  for (const { shard } of totals) if (shard > 0) shards.add(shard);
  for (const shard of published.keys()) if (shard > 0) shards.add(shard);
  const full = issuer.policy.crl.full === 'publish' ? [0] : [];
  return [...full, ...[...shards].sort((a, b) => a - b)];
}

/** The revision of a scope's entries; that of the full list is the latest of the shards'. */
export function revisionOf(totals: readonly RevokedTotals[], shard: number): number {
  if (shard === 0) return totals.reduce((latest, entry) => Math.max(latest, entry.revision), 0);
  return totals.find((entry) => entry.shard === shard)?.revision ?? 0;
}

function reasonFor(
  issuer: Issuer,
  previous: Publication | undefined,
  revision: number,
  now: Date,
): PlanReason | undefined {
  if (previous === undefined) return 'first';
  const { thisUpdate, nextUpdate } = previous;
  const third = (nextUpdate.getTime() - thisUpdate.getTime()) / 3;
  if (nextUpdate.getTime() - now.getTime() < third) return 'expiring';
  if (previous.revision !== revision) return 'changed';
  const age = now.getTime() - thisUpdate.getTime();
  return age >= issuer.policy.crl.periodSeconds * 1000 ? 'period' : undefined;
}

function earliest(previous: Publication | undefined, now: Date): Date {
  if (previous === undefined) return now;
  return new Date(Math.max(now.getTime(), previous.thisUpdate.getTime() + 1000));
}
