import type { ListFreshness } from './list-freshness.ts';

/** A size from which on somebody does not read a list any more (CRL-25). */
export interface ListSizeLimit {
  readonly octets: number;
  readonly who: string;
  /** `bad`: nobody who uses OpenSSL reads it; `warning`: some programs do not. */
  readonly verdict: 'bad' | 'warning';
}

/** The greatest limit that a list is beyond. */
export function exceededLimit({ length }: Pick<ListFreshness, 'length'>): ListSizeLimit | undefined {
  return sizeLimits.find(({ octets }) => length > octets);
}

/** The size of a list in words. */
export function sizeText({ length, entryCount }: Pick<ListFreshness, 'length' | 'entryCount'>): string {
  return `${(length / 2 ** 20).toFixed(1)} MiB (${entryCount} entries)`;
}

const sizeLimits: readonly ListSizeLimit[] = [
  { octets: 32 * 2 ** 20, verdict: 'bad', who: 'OpenSSL takes at most 32 MiB' },
  { octets: 10 * 2 ** 20, verdict: 'warning', who: "Microsoft's program wants less than 10 MiB" },
  { octets: 5 * 2 ** 20, verdict: 'warning', who: 'Chromium takes at most 5 MiB' },
];
