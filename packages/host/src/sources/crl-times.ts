import { type CrlRefusal, refuseCrl } from './crl-refusal.ts';
import type { CrlSubject } from './crl-subject.ts';

/** Times that hold. */
export interface CrlTimes {
  readonly kind: 'times';
  readonly nextUpdate: Date;
}

/** Checks that a list is valid now. A clock elsewhere may be five minutes ahead. */
export function checkCrlTimes({ crl }: CrlSubject, now: Date): CrlTimes | CrlRefusal {
  const { thisUpdate, nextUpdate } = crl;
  if (thisUpdate.getTime() > now.getTime() + clockSkewMilliseconds)
    return refuseCrl('not_yet_valid', 'thisUpdate', `${thisUpdate.toISOString()} lies in the future`);
  // RFC 5280 5.1.2.5 requires it.
  if (nextUpdate === undefined) return refuseCrl('next_update_missing', 'nextUpdate', 'it is missing');
  if (nextUpdate <= thisUpdate)
    return refuseCrl('times_disordered', 'nextUpdate', 'it does not lie after thisUpdate');
  if (nextUpdate <= now) return refuseCrl('stale', 'nextUpdate', `it was ${nextUpdate.toISOString()}`);
  return { kind: 'times', nextUpdate };
}

/** As for evidence that is checked for others. */
const clockSkewMilliseconds = 300_000;
