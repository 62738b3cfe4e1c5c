import type { Issuer } from '../../issuer/issuer.ts';
import type { PublicationView } from '../../publish/publication-store.ts';
import type { ListFreshness } from '../list-freshness.ts';

/** All published delta CRLs. */
export function deltaFreshness(
  issuers: readonly Issuer[],
  publications: Pick<PublicationView, 'publishedShards' | 'findDelta'>,
): readonly ListFreshness[] {
  return issuers.flatMap(({ id, name, policy }) => {
    // One from before deltas were switched off is of no interest.
    if (policy.crl.delta === 'omit') return [];
    return publications.publishedShards(id).flatMap((shard) => {
      const delta = publications.findDelta(id, shard);
      return delta === undefined ? [] : [{ issuer: name, shard, ...delta }];
    });
  });
}
