import { buildCrlFetch, type Fetch, type FetchClock, fetchEvidence } from '@lancre/pki/client';
import { maximumCrlOctets } from '../../sources/crl-subject.ts';

/** How lists are fetched. */
export interface CrlFetching {
  readonly fetch: Fetch;
  readonly clock: FetchClock;
  /** For the whole exchange. Default 60,000. */
  readonly deadlineMilliseconds?: number;
}

/** What came of an attempt. */
export type CrlDownloadOutcome =
  | {
      readonly kind: 'octets';
      readonly octets: Uint8Array;
      /** To be called when they were taken in: the server may say from then on that they are unchanged. */
      readonly accept: () => void;
    }
  | { readonly kind: 'unchanged' }
  | { readonly kind: 'failed'; readonly message: string };

/**
 * One URL that a list is fetched from, again and again, with conditional requests (RFC 9110 13.1). Private
 * addresses are asked too, since whoever set the URL means it.
 */
export class CrlDownload {
  readonly #url: string;
  readonly #fetching: CrlFetching;
  #validators: Readonly<Record<string, string>> = {};
  #hasFetched = false;

  constructor(url: string, fetching: CrlFetching) {
    this.#url = url;
    this.#fetching = fetching;
  }

  /** Whether a list from here was taken in, or found unchanged. */
  get hasFetched(): boolean {
    return this.#hasFetched;
  }

  /** Never rejects. */
  async fetch(): Promise<CrlDownloadOutcome> {
    let status = 0;
    let validators: Readonly<Record<string, string>> = {};
    const watched: Fetch = async (url, init) => {
      const response = await this.#fetching.fetch(url, init);
      status = response.status;
      validators = validatorsOf(response.headers);
      return response;
    };
    const request = buildCrlFetch(this.#url);
    const headers = { ...request.headers, ...this.#validators };
    const { clock, deadlineMilliseconds = defaultDeadlineMilliseconds } = this.#fetching;
    const result = await fetchEvidence(
      { ...request, headers, maxBytes: maximumCrlOctets },
      { fetch: watched, clock, addresses: 'any', deadlineMilliseconds },
    );
    if (result.kind === 'failed')
      return status === NOT_MODIFIED ? { kind: 'unchanged' } : { kind: 'failed', message: result.message };
    const accept = (): void => {
      this.#validators = validators;
      this.#hasFetched = true;
    };
    return { kind: 'octets', octets: result.body, accept };
  }
}

function validatorsOf(headers: { get(name: string): string | null }): Readonly<Record<string, string>> {
  const etag = headers.get('etag');
  const lastModified = headers.get('last-modified');
  return {
    ...(etag === null ? {} : { 'if-none-match': etag }),
    ...(lastModified === null ? {} : { 'if-modified-since': lastModified }),
  };
}

const NOT_MODIFIED = 304;
const defaultDeadlineMilliseconds = 60_000;
