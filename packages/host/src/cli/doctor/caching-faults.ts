import type { AnsweredRequest } from './public-client.ts';

/**
 * What is wrong with the caching fields of an answer that ends at `nextUpdate`: without them a cache
 * guesses, and with too long a max-age it gives what has expired (HTTP-22, RFC 9919 7).
 *
 * @param nextUpdate undefined for what never ends
 */
export function cachingFaults(
  { headers }: Pick<AnsweredRequest, 'headers'>,
  nextUpdate: Date | undefined,
  now: Date,
): readonly string[] {
  const control = headers['cache-control'] ?? '';
  const maxAge = /(?:^|[\s,])max-age=(\d+)/.exec(control)?.[1];
  if (/(?:^|[\s,])no-(?:store|cache)\b/.test(control)) return [`caches may not keep it (${control})`];
  if (maxAge === undefined) return ['no max-age in Cache-Control'];
  const age = Number(headers.age ?? 0);
  const end = now.getTime() + (Number(maxAge) - (Number.isFinite(age) ? age : 0)) * 1000;
  if (nextUpdate !== undefined && end > nextUpdate.getTime())
    return [`max-age=${maxAge} lets caches give it after its nextUpdate`];
  return [];
}
