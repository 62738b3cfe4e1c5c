import type { IssuingDistributionPoint } from '@lancre/pki/crl';
import type { Issuer } from '../issuer/issuer.ts';
import type { IssuedKind } from '../issuer/issuer-policy.ts';
import { crlUrl, type PublicAddress } from '../issuer/public-address.ts';
import { type CrlRefusal, refuseCrl } from './crl-refusal.ts';
import type { CrlSubject } from './crl-subject.ts';

/** Where a list is to be served. */
export interface ServedCrlScope {
  readonly kind: 'scope';
  /** 1 and up; 0 = the full list. */
  readonly shard: number;
}

/**
 * Finds the scope whose URL a list names, octet by octet (SHD-02). The full list may name none (CRL-17).
 * Lists that say nothing about some certificates of their scope, or something about those of others,
 * are refused: they could not speak for all that name the URL (RFC 5280 5.2.5).
 */
export function findCrlScope(
  { issuer, distributionPoint: point }: CrlSubject,
  address: PublicAddress,
): ServedCrlScope | CrlRefusal {
  if (point === undefined) return fullList(issuer);
  const fault = kindFault(point, issuer.policy.issues);
  if (fault !== undefined) return fault;
  if (point.distributionPoint === undefined) return fullList(issuer);
  const [name, ...others] = point.distributionPoint;
  if (name?.type !== 'uri' || others.length > 0)
    return mismatch('it has to name one URL, or none: the one that the list is served at');
  for (let shard = 0; shard <= issuer.policy.crl.shards; shard += 1) {
    if (name.uri !== crlUrl(address, issuer.name, shard)) continue;
    return shard === 0 ? fullList(issuer) : { kind: 'scope', shard };
  }
  return mismatch(
    `${name.uri} is none of the URLs that lists of ${issuer.name} are served at, such as ` +
      crlUrl(address, issuer.name, Math.min(1, issuer.policy.crl.shards)),
  );
}

function fullList({ name, policy }: Issuer): ServedCrlScope | CrlRefusal {
  if (policy.crl.full === 'publish') return { kind: 'scope', shard: 0 };
  return mismatch(`it is a full list, and by its settings ${name} has shards alone`);
}

function kindFault(point: IssuingDistributionPoint, issues: IssuedKind): CrlRefusal | undefined {
  if (point.indirectCrl)
    return refuseCrl('indirect', field, 'it is an indirect CRL: it speaks for other issuers too');
  if (point.onlySomeReasons !== undefined)
    return refuseCrl('some_reasons_only', field, 'it speaks about some reasons of revocation only');
  const only = onlyKind(point);
  const isRight = only === undefined || (only !== 'attribute' && (issues === 'any' || issues === only));
  if (isRight) return undefined;
  const expected = issues === 'any' ? '' : `; the issuer issues ${issues} certificates`;
  return refuseCrl('scope_mismatch', field, `it is for ${only} certificates only${expected}`);
}

function onlyKind(point: IssuingDistributionPoint): 'attribute' | IssuedKind | undefined {
  if (point.onlyContainsAttributeCerts) return 'attribute';
  if (point.onlyContainsCACerts) return 'ca';
  return point.onlyContainsUserCerts ? 'end-entity' : undefined;
}

function mismatch(message: string): CrlRefusal {
  return refuseCrl('distribution_point_mismatch', field, message);
}

const field = 'issuingDistributionPoint';
