import type { Fetch, FetchClock, FetchInit } from '@lancre/pki/client';

/** What one address answers. */
export type Answer = (init: FetchInit, url: string) => Response | Promise<Response>;

/** A web of a few addresses; all others are not reachable. */
export interface FakeWeb {
  readonly fetch: Fetch;
  /** The URLs that were asked, in their order. */
  readonly asked: string[];
}

/** Addresses are matched from their beginning, so that an OCSP GET finds its responder. */
export function fakeWeb(answers: Readonly<Record<string, Answer>>): FakeWeb {
  const asked: string[] = [];
  const fetch: Fetch = async (url, init) => {
    asked.push(url);
    const key = Object.keys(answers).find((start) => url.startsWith(start));
    const answer = key === undefined ? undefined : answers[key];
    if (answer === undefined) throw new TypeError('fetch failed', { cause: new Error('ENOTFOUND') });
    return answer(init, url);
  };
  return { fetch, asked };
}

/** A 200 with these bytes. */
export function sends(bytes: Uint8Array, mediaType?: string): Answer {
  const headers = mediaType === undefined ? undefined : { 'content-type': mediaType };
  return () => new Response(bytes.slice(), headers === undefined ? {} : { headers });
}

/** Five milliseconds pass between two looks; no deadline comes. */
export function fakeClock(): FetchClock {
  let milliseconds = 0;
  return {
    now: () => (milliseconds += 5),
    deadline: () => new AbortController().signal,
  };
}
