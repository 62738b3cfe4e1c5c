import { formatDuration } from '../duration.ts';
import { formatInstant } from '../instant.ts';
import type { Instant } from './plain-value.ts';

/** A point in time as descriptions hold it. */
export function describeInstant(instant: Date, now: Date): Instant {
  return { at: formatInstant(instant), inSeconds: Math.floor((instant.getTime() - now.getTime()) / 1000) };
}

/** `in 3d 4h`, `2h 5m ago` or `now`. */
export function formatDistance(seconds: number): string {
  if (seconds === 0) return 'now';
  return seconds > 0 ? `in ${formatSpan(seconds)}` : `${formatSpan(seconds)} ago`;
}

/** A length of time in its two largest units. */
export function formatSpan(seconds: number): string {
  return formatDuration(Math.abs(seconds)).split(' ').slice(0, 2).join(' ');
}
