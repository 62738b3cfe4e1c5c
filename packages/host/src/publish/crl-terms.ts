import { createHash } from 'node:crypto';
import type { CrlExtensionsInput } from '@lancre/pki/crl';
import type { Issuer } from '../issuer/issuer.ts';
import type { DeltaCrlPolicy, IssuedKind, IssuerProfile } from '../issuer/issuer-policy.ts';
import { crlUrl, deltaCrlUrl, type PublicAddress } from '../issuer/public-address.ts';
import type { CrlKind } from './scope.ts';

/** What a list says by the issuer's settings, whatever its entries are. */
export interface CrlTerms {
  /** What it is judged by. */
  readonly profile: IssuerProfile;
  /** nextUpdate - thisUpdate, in seconds. */
  readonly validitySeconds: number;
  readonly extensions: Pick<CrlExtensionsInput, 'issuingDistributionPoint' | 'freshestCrl'>;
}

/** @throws Error for a delta of an issuer that has none */
export function crlTermsOf(issuer: Issuer, address: PublicAddress, shard: number, kind: CrlKind): CrlTerms {
  const { crl, issues, profile } = issuer.policy;
  const distributionPoint = distributionPointOf(issuer, address, shard, issues);
  if (kind === 'delta') {
    // Scope and IDP are the base's (RFC 5280 5.2.4, SHD-16); freshestCRL is for complete lists alone (5.2.6).
    return {
      profile,
      validitySeconds: deltaPolicyOf(issuer).validitySeconds,
      extensions: distributionPoint,
    };
  }
  const freshestCrl = crl.delta === 'omit' ? {} : { freshestCrl: [deltaCrlUrl(address, issuer.name, shard)] };
  return {
    profile,
    validitySeconds: crl.validitySeconds,
    extensions: { ...distributionPoint, ...freshestCrl },
  };
}

/** Tells whether two lists of a scope were made under the same settings. */
export function fingerprintOf(terms: CrlTerms): string {
  return createHash('sha256').update(JSON.stringify(terms)).digest('base64url').slice(0, 16);
}

/** @throws Error for an issuer that has no deltas: whoever asks has seen that it has */
export function deltaPolicyOf({ name, policy }: Issuer): DeltaCrlPolicy {
  if (policy.crl.delta === 'omit') throw new Error(`${name} has no delta CRLs`);
  return policy.crl.delta;
}

/**
 * A shard's list carries the critical issuingDistributionPoint with the URL of its certificates'
 * CDP, byte for byte (SHD-02); a full list carries none, or only the kind of its certificates (CRL-17).
 */
function distributionPointOf(
  issuer: Issuer,
  address: PublicAddress,
  shard: number,
  issues: IssuedKind,
): Pick<CrlExtensionsInput, 'issuingDistributionPoint'> {
  const kind = KINDS[issues];
  if (shard === 0) return kind === undefined ? {} : { issuingDistributionPoint: kind };
  const url = crlUrl(address, issuer.name, shard);
  return { issuingDistributionPoint: { distributionPoint: [{ type: 'uri', uri: url }], ...kind } };
}

const KINDS: Readonly<
  Record<IssuedKind, { onlyContainsCACerts: true } | { onlyContainsUserCerts: true } | undefined>
> = {
  any: undefined,
  ca: { onlyContainsCACerts: true },
  'end-entity': { onlyContainsUserCerts: true },
};
