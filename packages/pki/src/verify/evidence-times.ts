/** The times that the issuer of an answer or a list signed. */
export interface SignedTimes {
  readonly thisUpdate: Date;
  readonly nextUpdate: Date | undefined;
  /** Of OCSP answers only. */
  readonly producedAt?: Date;
}

/** Why evidence says nothing about the instant that is asked about. */
export interface TimeFault {
  readonly reason: 'not_yet_valid' | 'next_update_missing' | 'stale';
  readonly message: string;
}

/** Current, until then. */
export interface CurrentTimes {
  readonly nextUpdate: Date;
}

/**
 * Checks that signed evidence is current (VER-05, VER-19). The tolerance is for clocks that run ahead at
 * the issuer's; an end is an end. At nextUpdate itself newer information is there (RFC 6960 3.2: nextUpdate
 * is to be greater than the current time; RFC 5280 6.3.3 (a)(1)(ii): the current time before it).
 */
export function checkTimes(times: SignedTimes, at: Date, clockSkewSeconds: number): CurrentTimes | TimeFault {
  const { thisUpdate, nextUpdate, producedAt = thisUpdate } = times;
  const latest = at.getTime() + clockSkewSeconds * 1000;
  // Asked this way round, an invalid Date is no time at which anything is current.
  if (!(thisUpdate.getTime() <= latest)) return notYet('thisUpdate', thisUpdate);
  if (!(producedAt.getTime() <= latest)) return notYet('producedAt', producedAt);
  if (nextUpdate === undefined) return { reason: 'next_update_missing', message: 'there is no nextUpdate' };
  if (!(at < nextUpdate)) return { reason: 'stale', message: `nextUpdate was ${nextUpdate.toISOString()}` };
  return { nextUpdate };
}

function notYet(field: string, time: Date): TimeFault {
  return { reason: 'not_yet_valid', message: `${field} is ${time.toISOString()}` };
}

/** RFC 9919 5 wants a small tolerance; `openssl ocsp` has the same 5 minutes by default. */
export const DEFAULT_CLOCK_SKEW_SECONDS = 300;
