import type { Issuer } from '../../issuer/issuer.ts';
import { statusesKnownUntil } from '../../publish/foreign-crl.ts';
import type { PublicationView } from '../../publish/publication-store.ts';

/**
 * Until when the statuses of issuers are known, for the source that signs. Looked up in the store twice
 * a second at most: a newer list lets answers live longer, and that has time.
 *
 * @example new SigningOcspSource({ ...parts, freshUntil: statusHorizon(publications, now) })
 */
export function statusHorizon(
  publications: PublicationView,
  now: () => Date,
): (issuer: Issuer) => Date | undefined {
  const known = new WeakMap<Issuer, { readonly until: Date | undefined; readonly lookAt: number }>();
  return (issuer) => {
    if (issuer.key !== undefined) return undefined;
    const instant = now().getTime();
    const found = known.get(issuer);
    if (found !== undefined && instant < found.lookAt) return found.until;
    const until = statusesKnownUntil(issuer, publications);
    known.set(issuer, { until, lookAt: instant + lookMilliseconds });
    return until;
  };
}

const lookMilliseconds = 500;
