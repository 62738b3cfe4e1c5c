import { type OcspResponseRefusal, refuseAnswer } from './ocsp-response-refusal.ts';
import type { OcspResponseSubject } from './ocsp-response-subject.ts';

/** Times that hold. */
export interface OcspResponseTimes {
  readonly kind: 'times';
  readonly nextUpdate: Date;
}

/**
 * Checks the times of an answer that is to be kept: thisUpdate, then producedAt, then now, then nextUpdate
 * (ORSP-14, ORSP-15). No tolerance: clients with clocks of their own will judge the same times.
 */
export function checkOcspResponseTimes(
  { basic, single }: OcspResponseSubject,
  now: Date,
): OcspResponseTimes | OcspResponseRefusal {
  const { thisUpdate, nextUpdate, certStatus } = single;
  const { producedAt } = basic;
  if (!(thisUpdate <= now)) return refuseAnswer('not_yet_valid', 'thisUpdate', inFuture(thisUpdate));
  if (!(producedAt <= now)) return refuseAnswer('not_yet_valid', 'producedAt', inFuture(producedAt));
  if (!(thisUpdate <= producedAt))
    return refuseAnswer('times_disordered', 'producedAt', 'it lies before thisUpdate');
  if (nextUpdate === undefined)
    return refuseAnswer(
      'next_update_missing',
      'nextUpdate',
      'it is missing (openssl ocsp sets it by -ndays)',
    );
  if (!(now < nextUpdate)) return refuseAnswer('stale', 'nextUpdate', `it was ${nextUpdate.toISOString()}`);
  if (certStatus.status === 'revoked' && !(certStatus.revocationTime <= now))
    return refuseAnswer('revocation_in_future', 'revocationTime', inFuture(certStatus.revocationTime));
  return { kind: 'times', nextUpdate };
}

function inFuture(time: Date): string {
  return `${time.toISOString()} lies in the future`;
}
