import { formatHttpDate } from './http-date.ts';
import type { ResponseFields } from './response.ts';

/** How long caches may keep what is published. */
export interface Freshness {
  readonly maxAgeSeconds: number;
  /** For how long after that it may still be given while the host cannot be reached (RFC 5861 4). */
  readonly staleIfErrorSeconds: number;
}

/** When a list is good. */
export interface ListTimes {
  readonly thisUpdate: Date;
  readonly nextUpdate: Date;
}

/**
 * How long caches may keep a list: to its next planned issue, but at least a minute and at most a day,
 * and, reachable host or not, never to its nextUpdate (HTTP-22, T-50). A list is issued out of turn when
 * something in it changes; the day is what a change may take to be seen by all (BR 4.9.7).
 *
 * @param periodSeconds undefined = nobody knows when it is issued anew: a quarter of its validity then
 * @returns undefined for a list that is past its nextUpdate: it has no freshness left (HTTP-23)
 */
export function freshnessOfList(
  times: ListTimes,
  periodSeconds: number | undefined,
  now: Date,
): Freshness | undefined {
  const left = secondsBetween(now, times.nextUpdate) - 1;
  if (left < 0) return undefined;
  const planned = periodSeconds === undefined ? quarterOf(times) : toNextIssue(times, periodSeconds, now);
  const maxAgeSeconds = Math.min(left, Math.max(SHORTEST, Math.min(planned, LONGEST)));
  return { maxAgeSeconds, staleIfErrorSeconds: Math.min(left - maxAgeSeconds, LONGEST_STALE) };
}

/** The fields that say so; Expires for caches of HTTP/1.0, which know no Cache-Control. */
export function freshnessFields(freshness: Freshness, now: Date): ResponseFields {
  const { maxAgeSeconds, staleIfErrorSeconds } = freshness;
  const stale = staleIfErrorSeconds === 0 ? '' : `, stale-if-error=${staleIfErrorSeconds}`;
  return [
    ['Expires', formatHttpDate(new Date(now.getTime() + maxAgeSeconds * 1000))],
    // No must-revalidate: it would forbid stale-if-error (RFC 9111 5.2.2.2), and clients look at nextUpdate.
    ['Cache-Control', `max-age=${maxAgeSeconds}, public, no-transform${stale}`],
  ];
}

/** Not more than a period, whatever the clock says. */
function toNextIssue({ thisUpdate }: ListTimes, periodSeconds: number, now: Date): number {
  return Math.min(periodSeconds, secondsBetween(now, thisUpdate) + periodSeconds);
}

function quarterOf({ thisUpdate, nextUpdate }: ListTimes): number {
  return Math.floor(secondsBetween(thisUpdate, nextUpdate) / 4);
}

function secondsBetween(from: Date, to: Date): number {
  return Math.floor((to.getTime() - from.getTime()) / 1000);
}

const SHORTEST = 60;
const LONGEST = 86_400;
/** A list that is still valid is better than none; after a day somebody has to look. */
const LONGEST_STALE = 86_400;
