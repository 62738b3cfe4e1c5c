import type { Issuer } from '../issuer/issuer.ts';
import type { RevokedTotals } from '../status/revoked-snapshot.ts';
import { deltaPolicyOf } from './crl-terms.ts';
import type { DeltaBase, DeltaPublication, Publication } from './publication-store.ts';
import type { CrlKind, CrlScope } from './scope.ts';

/** What a plan is made from: the state of one issuer at one moment. */
export interface IssuerState {
  readonly issuer: Issuer;
  /** The shards with entries, and what they hold. */
  readonly totals: readonly RevokedTotals[];
  /** What is published, by shard; 0 = the full list. */
  readonly published: ReadonlyMap<number, PublishedScope>;
  /** The fingerprint of the settings a list would be made under now. */
  readonly termsOf: (shard: number, kind: CrlKind) => string;
}

/** What is published of one scope. */
export interface PublishedScope {
  readonly complete?: Publication | undefined;
  /** The complete list before that one. */
  readonly previous?: DeltaBase | undefined;
  readonly delta?: DeltaPublication | undefined;
}

/** One list to be made. */
export interface PlannedList {
  readonly scope: CrlScope;
  readonly kind: CrlKind;
  readonly reason: PlanReason;
  /** Not before this instant: two lists of a scope never share a second (T-34, CRL-09). */
  readonly notBefore: Date;
  /** The list of the same kind that is published now. */
  readonly previous: Publication | undefined;
  /** What a delta is made against. */
  readonly base?: DeltaBase;
  /** The state the list will be made from. */
  readonly revision: number;
}

/** Why a list is due. */
export type PlanReason =
  /** Nothing is published under this URL yet. */
  | 'first'
  /** A status in its scope has changed. */
  | 'changed'
  /** The issuer's settings, or the public address, have changed. */
  | 'settings'
  /** The period of the policy is over. */
  | 'period'
  /** A delta beside its complete list, which is due. */
  | 'complete'
  /** Less than a third of its validity is left: earlier attempts must have failed. */
  | 'expiring';

/**
 * The lists of an issuer that are due. A pure function: the same for `--dry-run`, the scheduler and
 * the tests.
 */
export function planPublication(state: IssuerState, now: Date): readonly PlannedList[] {
  return scopesOf(state).flatMap((shard) => {
    const complete = planComplete(state, shard, now);
    const delta = planDelta(state, shard, now, complete);
    return [complete, delta].filter((list) => list !== undefined);
  });
}

/**
 * The scopes of an issuer: the shards of its policy, those that hold entries from an earlier policy
 * and those once published, whose URLs are in certificates (SHD-07, SHD-09); and the full list, which
 * is the only one of revoked certificates without a shard.
 */
export function scopesOf({ issuer, totals, published }: IssuerState): readonly number[] {
  const shards = new Set<number>();
  for (let shard = 1; shard <= issuer.policy.crl.shards; shard += 1) shards.add(shard);
  for (const { shard } of totals) if (shard > 0) shards.add(shard);
  for (const shard of published.keys()) if (shard > 0) shards.add(shard);
  const isFullWanted =
    issuer.policy.crl.full === 'publish' || totals.some((entry) => entry.shard === 0 && entry.entryCount > 0);
  return [...(isFullWanted ? [0] : []), ...[...shards].sort((a, b) => a - b)];
}

/** The revision of a scope's entries; that of the full list is the latest of the shards'. */
export function revisionOf(totals: readonly RevokedTotals[], shard: number): number {
  if (shard === 0) return totals.reduce((latest, entry) => Math.max(latest, entry.revision), 0);
  return totals.find((entry) => entry.shard === shard)?.revision ?? 0;
}

/**
 * How much earlier than the period a shard's list is issued anew, in milliseconds: lists that were
 * first issued together draw apart, and the work with them (SHD-12).
 *
 * @returns 0 to a tenth of the period, another for each list; 0 for the full list
 */
export function periodSpread(periodSeconds: number, shard: number, crlNumber: bigint): number {
  if (shard === 0) return 0;
  // The fractional part of multiples of the golden ratio spreads evenly, whatever the number of shards is.
  const fraction = ((shard + Number(crlNumber % 1000n)) * 0.618_033_988_75) % 1;
  return Math.floor(fraction * periodSeconds * 100);
}

function planComplete(state: IssuerState, shard: number, now: Date): PlannedList | undefined {
  const previous = state.published.get(shard)?.complete;
  const reason = completeReason(state, shard, previous, now);
  return reason && { ...planned(state, shard, previous, now), kind: 'complete', reason };
}

function completeReason(
  state: IssuerState,
  shard: number,
  previous: Publication | undefined,
  now: Date,
): PlanReason | undefined {
  if (previous === undefined) return 'first';
  if (isExpiring(previous, now)) return 'expiring';
  if (previous.terms !== state.termsOf(shard, 'complete')) return 'settings';
  const { crl } = state.issuer.policy;
  const revision = revisionOf(state.totals, shard);
  // What is lower comes from a restored store, and no delta can say it.
  const isForDelta = crl.delta !== 'omit' && revision > previous.revision;
  if (revision !== previous.revision && !isForDelta) return 'changed';
  const spread = periodSpread(crl.periodSeconds, shard, previous.crlNumber);
  return ageOf(previous, now) >= crl.periodSeconds * 1000 - spread ? 'period' : undefined;
}

function planDelta(
  state: IssuerState,
  shard: number,
  now: Date,
  complete: PlannedList | undefined,
): PlannedList | undefined {
  const published = state.published.get(shard);
  // A delta's base has to have been published as a complete list (SHD-16).
  if (state.issuer.policy.crl.delta === 'omit' || published?.complete === undefined) return undefined;
  const { delta } = published;
  const reason = deltaReason(state, shard, delta, now) ?? (complete === undefined ? undefined : 'complete');
  const base = baseOf(published.complete, published.previous, now);
  return reason && { ...planned(state, shard, delta, now), kind: 'delta', reason, base };
}

function deltaReason(
  state: IssuerState,
  shard: number,
  delta: DeltaPublication | undefined,
  now: Date,
): PlanReason | undefined {
  if (delta === undefined) return 'first';
  if (isExpiring(delta, now)) return 'expiring';
  if (delta.terms !== state.termsOf(shard, 'delta')) return 'settings';
  if (delta.revision !== revisionOf(state.totals, shard)) return 'changed';
  const period = deltaPolicyOf(state.issuer).periodSeconds * 1000;
  return ageOf(delta, now) >= period ? 'period' : undefined;
}

/** The list before the present one, while somebody may still go by it: whoever has either can use the delta. */
function baseOf(complete: Publication, previous: DeltaBase | undefined, now: Date): DeltaBase {
  const isUsable =
    previous !== undefined && previous.nextUpdate > now && previous.revision <= complete.revision;
  return isUsable ? previous : complete;
}

function planned(
  { issuer, totals }: IssuerState,
  shard: number,
  previous: Publication | undefined,
  now: Date,
): Pick<PlannedList, 'scope' | 'notBefore' | 'previous' | 'revision'> {
  return {
    scope: { issuerId: issuer.id, issuerName: issuer.name, shard },
    notBefore: earliest(previous, now),
    previous,
    revision: revisionOf(totals, shard),
  };
}

function isExpiring({ thisUpdate, nextUpdate }: Publication, now: Date): boolean {
  const third = (nextUpdate.getTime() - thisUpdate.getTime()) / 3;
  return nextUpdate.getTime() - now.getTime() < third;
}

function ageOf({ thisUpdate }: Publication, now: Date): number {
  return now.getTime() - thisUpdate.getTime();
}

function earliest(previous: Publication | undefined, now: Date): Date {
  if (previous === undefined) return now;
  return new Date(Math.max(now.getTime(), previous.thisUpdate.getTime() + 1000));
}
