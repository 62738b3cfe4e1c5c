import type { RevocationReason } from '@lancre/pki/crl';
import type { IssuerPolicy } from './issuer-policy.ts';
import { allowsHold } from './issuer-profile.ts';

/** What a revocation or a hold says. */
export interface ProfiledRevocation {
  readonly kind: 'revoked' | 'held';
  /** Absent = unspecified. */
  readonly reason?: RevocationReason;
}

/**
 * What an issuer's profile has against a revocation: one list with an entry that the profile refuses
 * could not be published at all, so it is refused before it is recorded.
 *
 * @returns a sentence with its clause; undefined under `private`, which allows whatever RFC 5280 does
 *
 * @example
 * revocationFaultOf(policy, { kind: 'revoked', reason: 'cACompromise' });
 * // 'the reason cACompromise is not for certificates of subscribers (BR 7.2.2)'
 */
export function revocationFaultOf(
  policy: IssuerPolicy,
  { kind, reason }: ProfiledRevocation,
): string | undefined {
  if (policy.profile === 'private') return undefined;
  if (kind === 'held' || reason === 'certificateHold') {
    return allowsHold(policy) ? undefined : 'certificates may not be put on hold (BR 4.9.13, 7.2.2)';
  }
  if (policy.issues === 'ca')
    return reason === undefined ? 'of a CA certificate a reason has to be told (BR 7.2.2)' : undefined;
  if (reason === undefined || subscriberReasons.has(reason)) return undefined;
  return `the reason ${reason} is not for certificates of subscribers (BR 7.2.2)`;
}

/** BR 7.2.2; Mozilla Root Store Policy 6.1.1. */
const subscriberReasons: ReadonlySet<RevocationReason> = new Set([
  'keyCompromise',
  'affiliationChanged',
  'superseded',
  'cessationOfOperation',
  'privilegeWithdrawn',
]);
