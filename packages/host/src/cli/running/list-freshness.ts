import type { Issuer } from '../../issuer/issuer.ts';
import type { PublicationView } from '../../publish/publication-store.ts';
import { type CrlKind, describeScope } from '../../publish/scope.ts';

/** A published list and how long it is good for. */
export interface ListFreshness {
  readonly issuer: string;
  readonly shard: number;
  readonly kind: CrlKind;
  readonly thisUpdate: Date;
  readonly nextUpdate: Date;
  readonly entryCount: number;
  /** Octets. */
  readonly length: number;
}

/** All published lists, complete ones and deltas. */
export function listFreshness(
  issuers: readonly Issuer[],
  publications: Pick<PublicationView, 'publishedShards' | 'findPublication' | 'findDelta'>,
): readonly ListFreshness[] {
  return issuers.flatMap(({ id, name, policy }) =>
    publications.publishedShards(id).flatMap((shard) => {
      const complete = publications.findPublication(id, shard);
      // One from before deltas were switched off is of no interest.
      const delta = policy.crl.delta === 'omit' ? undefined : publications.findDelta(id, shard);
      return [
        ...(complete === undefined ? [] : [{ issuer: name, shard, kind: 'complete' as const, ...complete }]),
        ...(delta === undefined ? [] : [{ issuer: name, shard, kind: 'delta' as const, ...delta }]),
      ];
    }),
  );
}

/** For messages: `e1 (full)`, `e1 shard 7` or `e1 shard 7, delta`. */
export function nameOfList({
  issuer,
  shard,
  kind,
}: Pick<ListFreshness, 'issuer' | 'shard' | 'kind'>): string {
  return describeScope({ issuerName: issuer, shard }, kind);
}

/**
 * The lists of which less than a third of the validity is left: the publisher tries from then on at
 * every look, so something must have gone wrong.
 */
export function expiringLists(lists: readonly ListFreshness[], now: Date): readonly ListFreshness[] {
  return lists.filter(({ thisUpdate, nextUpdate }) => {
    const third = (nextUpdate.getTime() - thisUpdate.getTime()) / 3;
    return nextUpdate.getTime() - now.getTime() < third;
  });
}
