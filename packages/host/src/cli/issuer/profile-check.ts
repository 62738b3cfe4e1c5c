import { LancreError } from '../../errors/lancre-error.ts';
import { type ProfiledIssuer, profileFaultsOf } from '../../issuer/issuer-profile.ts';

/** @throws LancreError `input_invalid`, telling everything that the issuer's profile refuses */
export function requireProfile(issuer: ProfiledIssuer): void {
  const faults = profileFaultsOf(issuer);
  if (faults.length === 0) return;
  throw new LancreError(
    'input_invalid',
    `the profile ${issuer.policy.profile} refuses: ${faults.join('; ')}`,
  );
}
