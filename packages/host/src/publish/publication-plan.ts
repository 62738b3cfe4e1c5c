import type { Issuer } from '../issuer/issuer.ts';
import type { RevokedTotals } from '../status/revoked-snapshot.ts';
import { deltaPolicyOf } from './crl-terms.ts';
import type { DeltaBase, DeltaPublication, Publication, PublishedScope } from './publication-store.ts';
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
  const revisions = revisionsOf(state.totals);
  return scopesOf(state).flatMap((shard) => {
    const look = { ...state, shard, now, revision: revisions.get(shard) ?? 0 };
    const complete = planComplete(look);
    const delta = planDelta(look, complete);
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

/** The revision of each scope's entries; that of the full list, 0, is the latest of the shards'. Absent = none ever. */
export function revisionsOf(totals: readonly RevokedTotals[]): ReadonlyMap<number, number> {
  const revisions = new Map(totals.map(({ shard, revision }) => [shard, revision]));
  return revisions.set(
    0,
    totals.reduce((latest, { revision }) => Math.max(latest, revision), 0),
  );
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

/** One scope of an issuer at one moment. */
interface ScopeLook extends IssuerState {
  readonly shard: number;
  readonly now: Date;
  readonly revision: number;
}

function planComplete(look: ScopeLook): PlannedList | undefined {
  const previous = look.published.get(look.shard)?.complete;
  const reason = completeReason(look, previous);
  return reason && { ...planned(look, previous), kind: 'complete', reason };
}

function completeReason(look: ScopeLook, previous: Publication | undefined): PlanReason | undefined {
  const { shard, now, revision } = look;
  if (previous === undefined) return 'first';
  if (isExpiring(previous, now)) return 'expiring';
  if (previous.terms !== look.termsOf(shard, 'complete')) return 'settings';
  const { crl } = look.issuer.policy;
  // What is lower comes from a restored store, and no delta can say it.
  const isForDelta = crl.delta !== 'omit' && revision > previous.revision;
  if (revision !== previous.revision && !isForDelta) return 'changed';
  const spread = periodSpread(crl.periodSeconds, shard, previous.crlNumber);
  return ageOf(previous, now) >= crl.periodSeconds * 1000 - spread ? 'period' : undefined;
}

function planDelta(look: ScopeLook, complete: PlannedList | undefined): PlannedList | undefined {
  const published = look.published.get(look.shard);
  // A delta's base has to have been published as a complete list (SHD-16).
  if (look.issuer.policy.crl.delta === 'omit' || published?.complete === undefined) return undefined;
  const { delta } = published;
  const reason = deltaReason(look, delta) ?? (complete === undefined ? undefined : 'complete');
  const base = baseOf(published.complete, published.previous, look.now);
  return reason && { ...planned(look, delta), kind: 'delta', reason, base };
}

function deltaReason(look: ScopeLook, delta: DeltaPublication | undefined): PlanReason | undefined {
  const { shard, now, revision } = look;
  if (delta === undefined) return 'first';
  if (isExpiring(delta, now)) return 'expiring';
  if (delta.terms !== look.termsOf(shard, 'delta')) return 'settings';
  if (delta.revision !== revision) return 'changed';
  const period = deltaPolicyOf(look.issuer).periodSeconds * 1000;
  return ageOf(delta, now) >= period ? 'period' : undefined;
}

/** The list before the present one, while somebody may still go by it: whoever has either can use the delta. */
function baseOf(complete: Publication, previous: DeltaBase | undefined, now: Date): DeltaBase {
  const isUsable =
    previous !== undefined && previous.nextUpdate > now && previous.revision <= complete.revision;
  return isUsable ? previous : complete;
}

function planned(
  { issuer, shard, now, revision }: ScopeLook,
  previous: Publication | undefined,
): Pick<PlannedList, 'scope' | 'notBefore' | 'previous' | 'revision'> {
  return {
    scope: { issuerId: issuer.id, issuerName: issuer.name, shard },
    notBefore: earliest(previous, now),
    previous,
    revision,
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
