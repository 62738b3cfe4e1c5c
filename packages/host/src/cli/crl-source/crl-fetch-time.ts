/**
 * When a list that is fetched from a URL is fetched next: within an hour; at half of its validity; and from
 * then on each time a quarter of what is left has passed, so that many attempts fall before nextUpdate.
 *
 * @param list undefined = there is none, or it is no longer known
 * @example nextCrlFetch({ thisUpdate, nextUpdate }, now)
 */
export function nextCrlFetch(
  list: { readonly thisUpdate: Date; readonly nextUpdate: Date } | undefined,
  now: Date,
): Date {
  if (list === undefined) return new Date(now.getTime() + shortestMilliseconds);
  const begin = list.thisUpdate.getTime();
  const end = list.nextUpdate.getTime();
  const half = begin + (end - begin) / 2;
  const quarter = now.getTime() + Math.max(shortestMilliseconds, (end - now.getTime()) / 4);
  return new Date(Math.min(now.getTime() + longestMilliseconds, Math.max(half, quarter)));
}

/** A server is not asked more often than this. */
const shortestMilliseconds = 10_000;
const longestMilliseconds = 3_600_000;
