import type { Issuer } from '../issuer/issuer.ts';
import type { PublicationView } from '../publish/publication-store.ts';

/** A published list and how long it is good for. */
export interface ListFreshness {
  readonly issuer: string;
  readonly shard: number;
  readonly thisUpdate: Date;
  readonly nextUpdate: Date;
  readonly entryCount: number;
  /** Octets. */
  readonly length: number;
}

/** All published lists. */
export function listFreshness(
  issuers: readonly Issuer[],
  publications: PublicationView,
): readonly ListFreshness[] {
  return issuers.flatMap(({ id, name }) =>
    publications.publishedShards(id).flatMap((shard) => {
      const publication = publications.findPublication(id, shard);
      return publication === undefined ? [] : [{ issuer: name, shard, ...publication }];
    }),
  );
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
