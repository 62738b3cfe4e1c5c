import type { CertificateStatus, Revocation } from './certificate-record.ts';

/** What a wish to revoke or hold does to a status. */
export type Transition =
  | { readonly kind: 'set'; readonly status: CertificateStatus }
  | { readonly kind: 'unchanged' };

/**
 * The next status of a certificate. Nothing here leads from revoked back to good or to held.
 *
 * A revoked certificate keeps its first reason and date, save that proof of a key's compromise may
 * come later: it changes the reason and may only move the date backwards (REV-06, REV-13; BR 7.2.2).
 *
 * @example
 * nextStatus({ kind: 'assigned' }, { kind: 'revoked', revocationTime }) // set
 */
export function nextStatus(
  current: CertificateStatus,
  wanted: { readonly kind: 'revoked' | 'held' } & Revocation,
): Transition {
  if (current.kind === 'assigned') return { kind: 'set', status: wanted };
  if (wanted.kind === 'held') return { kind: 'unchanged' };
  if (current.kind === 'held') return { kind: 'set', status: wanted };
  return wanted.reason === 'keyCompromise' ? compromised(current, wanted) : { kind: 'unchanged' };
}

function compromised(current: Revocation, wanted: Revocation): Transition {
  const isEarlier = wanted.revocationTime < current.revocationTime;
  if (current.reason === 'keyCompromise' && !isEarlier) return { kind: 'unchanged' };
  const invalidityDate = wanted.invalidityDate ?? current.invalidityDate;
  return {
    kind: 'set',
    status: {
      kind: 'revoked',
      reason: 'keyCompromise',
      revocationTime: isEarlier ? wanted.revocationTime : current.revocationTime,
      ...(invalidityDate === undefined ? {} : { invalidityDate }),
    },
  };
}

/**
 * Whether a coming status that changes nothing says something else than the stored one. A compromise
 * that is known already does not: its reason was heeded, its later date never is (REV-13).
 */
export function contradicts(stored: CertificateStatus, coming: CertificateStatus): boolean {
  if (stored.kind === 'assigned' || coming.kind === 'assigned') return false;
  const isKnownCompromise = stored.reason === 'keyCompromise' && coming.reason === 'keyCompromise';
  return !isKnownCompromise && !isSameStatus(stored, coming);
}

/** Whether two statuses say the same, fact by fact. */
export function isSameStatus(a: CertificateStatus, b: CertificateStatus): boolean {
  if (a.kind === 'assigned' || b.kind === 'assigned') return a.kind === b.kind;
  return (
    a.kind === b.kind &&
    a.reason === b.reason &&
    a.revocationTime.getTime() === b.revocationTime.getTime() &&
    a.invalidityDate?.getTime() === b.invalidityDate?.getTime()
  );
}
