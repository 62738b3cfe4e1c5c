import { createHash } from 'node:crypto';
import type { Issuer } from '../issuer/issuer.ts';

/**
 * A number that changes when an issuer's settings change what its answers say: an answer that was
 * signed under other terms is no longer given. Who signs is no part of it, so that answers outlive the
 * rotation of a responder.
 *
 * @returns an unsigned number of 32 bits
 */
export function answerTermsOf(issuer: Issuer): number {
  const known = terms.get(issuer);
  if (known !== undefined) return known;
  const { validitySeconds, unknownSerial, retentionSeconds, invalidityDate, crlId } = issuer.policy.ocsp;
  const said = [
    issuer.policy.profile,
    validitySeconds,
    unknownSerial,
    retentionSeconds,
    invalidityDate,
    crlId,
    issuer.compromise?.since.getTime() ?? 0,
    // Its answers end with its list, which earlier ones know nothing of.
    ...(issuer.crlSource === undefined ? [] : ['crl-source']),
  ];
  const value = createHash('sha256').update(JSON.stringify(said)).digest().readUInt32BE(0);
  terms.set(issuer, value);
  return value;
}

/** Issuers are frozen values, made anew when they change. */
const terms = new WeakMap<Issuer, number>();
