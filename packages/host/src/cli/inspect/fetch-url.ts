import { LancreError } from '../../errors/lancre-error.ts';
import { printable } from './printable.ts';

/** What a server sent. */
export interface FetchedThing {
  readonly octets: Uint8Array;
  readonly status: number;
  /** As it was sent; absent when it was not. */
  readonly mediaType?: string;
}

/**
 * Fetches a URL with GET, following redirections. An OCSP response is taken with any status, since
 * responders send errors with 4xx and 5xx; anything else has to come with 200.
 *
 * @param limits for tests; default 15 s for all of it, and 64 MiB
 * @throws LancreError `file_unreadable`, naming the address
 */
export async function fetchUrl(url: string, limits: Partial<FetchLimits> = {}): Promise<FetchedThing> {
  const { deadlineMilliseconds, maximumOctets } = { ...defaultLimits, ...limits };
  const signal = AbortSignal.timeout(deadlineMilliseconds);
  try {
    const response = await fetch(url, { signal, headers: { accept: '*/*' } });
    const mediaType = response.headers.get('content-type') ?? undefined;
    if (response.status !== 200 && !isOcspResponse(mediaType)) {
      await response.body?.cancel();
      throw refusal(url, `it answered ${response.status} ${response.statusText}`.trimEnd());
    }
    const octets = await readBody(url, response, maximumOctets);
    return { octets, status: response.status, ...(mediaType === undefined ? {} : { mediaType }) };
  } catch (error) {
    if (error instanceof LancreError) throw error;
    if (signal.aborted) throw refusal(url, `nothing whole within ${deadlineMilliseconds / 1000} s`, error);
    throw refusal(url, reasonOf(error), error);
  }
}

interface FetchLimits {
  readonly deadlineMilliseconds: number;
  readonly maximumOctets: number;
}

async function readBody(url: string, response: Response, maximumOctets: number): Promise<Uint8Array> {
  const parts: Uint8Array[] = [];
  let octets = 0;
  for await (const part of response.body ?? []) {
    parts.push(part);
    octets += part.length;
    if (octets > maximumOctets) throw refusal(url, `it sends more than ${maximumOctets} octets`);
  }
  return Buffer.concat(parts);
}

function isOcspResponse(mediaType: string | undefined): boolean {
  return /^\s*application\/ocsp-response\s*(?:;|$)/i.test(mediaType ?? '');
}

/** What fetch() says is only "fetch failed"; the reason is underneath. */
function reasonOf(error: unknown): string {
  const cause = error instanceof Error ? (error.cause ?? error) : error;
  if (!(cause instanceof Error)) return String(cause);
  const { code } = cause as NodeJS.ErrnoException;
  return cause.message || (code ?? cause.name);
}

function refusal(url: string, reason: string, cause?: unknown): LancreError {
  return new LancreError('file_unreadable', printable(`${url} cannot be fetched: ${reason}`), { cause });
}

const defaultLimits: FetchLimits = { deadlineMilliseconds: 15_000, maximumOctets: 64 << 20 };
