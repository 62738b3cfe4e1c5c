import type { BodyReader, Fetch, FetchClock, FetchedResponse } from './fetch.ts';
import { isPublicHost } from './public-address.ts';

/** A request for evidence, ready to be sent. */
export interface EvidenceRequest {
  readonly url: string;
  readonly method: 'GET' | 'POST';
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: Uint8Array;
  /** The longest answer taken, in octets. */
  readonly maxBytes: number;
}

/** How requests are sent. */
export interface FetchSettings {
  readonly fetch: Fetch;
  readonly clock: FetchClock;
  /** Whether machines inside may be asked, see `isPublicHost`. Default `public-only`. */
  readonly addresses?: 'public-only' | 'any' | undefined;
  /** Default 15,000, which is Chromium's; for the whole exchange, redirects included. */
  readonly deadlineMilliseconds?: number | undefined;
}

/** Why nothing was fetched. */
export type FetchFailureReason =
  | 'url_invalid'
  | 'scheme_not_allowed'
  | 'address_not_allowed'
  | 'network_error'
  | 'deadline_exceeded'
  | 'http_status'
  | 'redirect_not_allowed'
  | 'size_exceeded';

/** Nothing usable came, which says nothing about any certificate. */
export interface FetchFailure {
  readonly kind: 'failed';
  readonly reason: FetchFailureReason;
  readonly message: string;
  /** `unreachable`: nobody answered, or with 408, 429 or 5xx. `wrong`: somebody did, or the address is at fault. */
  readonly failure: 'unreachable' | 'wrong';
  readonly durationMilliseconds: number;
}

/** An answer with status 200, whole. */
export interface FetchedEvidence {
  readonly kind: 'fetched';
  readonly body: Uint8Array;
  /** Without parameters, in lower case; undefined when there was no Content-Type. */
  readonly mediaType: string | undefined;
  readonly durationMilliseconds: number;
}

/**
 * Fetches evidence as a server may do it for strangers (VER-22): over http only (the data are signed, and
 * https would need itself to be checked first), public addresses only unless allowed, 3 redirects at most
 * and none for a POST, status 200 only, with caps on size and time. Never rejects.
 */
export async function fetchEvidence(
  request: EvidenceRequest,
  settings: FetchSettings,
): Promise<FetchedEvidence | FetchFailure> {
  const { clock, deadlineMilliseconds = DEFAULT_DEADLINE_MILLISECONDS } = settings;
  const start = clock.now();
  const signal = clock.deadline(deadlineMilliseconds);
  const result = await followSafely(request, settings, signal);
  return Object.freeze({ ...result, durationMilliseconds: clock.now() - start });
}

type Timeless<T> = Omit<T, 'durationMilliseconds'>;
type Outcome = Timeless<FetchedEvidence> | Timeless<FetchFailure>;

async function followSafely(
  request: EvidenceRequest,
  settings: FetchSettings,
  signal: AbortSignal,
): Promise<Outcome> {
  try {
    return await follow(request, settings, signal);
  } catch (error) {
    if (signal.aborted) return failed('deadline_exceeded', 'the deadline has passed', 'unreachable');
    return failed('network_error', messageOf(error), 'unreachable');
  }
}

async function follow(
  request: EvidenceRequest,
  settings: FetchSettings,
  signal: AbortSignal,
): Promise<Outcome> {
  const { method, headers, body, maxBytes } = request;
  const sent = { method, headers, redirect: 'manual', signal } as const;
  let url = request.url;
  for (let redirects = 0; redirects <= MAX_REDIRECTS; redirects++) {
    const fault = checkUrl(url, settings.addresses ?? 'public-only');
    if (fault !== undefined) return fault;
    const init = body === undefined ? sent : { ...sent, body: Uint8Array.from(body) };
    const response = await settings.fetch(url, init);
    const location = redirectLocation(response);
    if (location === undefined) return await receive(response, maxBytes);
    await discard(response);
    if (method === 'POST') return failed('redirect_not_allowed', 'a POST was redirected', 'wrong');
    const target = parseUrl(location, url);
    if (target === undefined) return failed('url_invalid', `redirected to ${location}`, 'wrong');
    url = target.href;
  }
  return failed('redirect_not_allowed', `more than ${MAX_REDIRECTS} redirects`, 'wrong');
}

function checkUrl(text: string, addresses: 'public-only' | 'any'): Outcome | undefined {
  const url = parseUrl(text);
  if (url === undefined) return failed('url_invalid', `no URL: ${text.slice(0, 200)}`, 'wrong');
  if (url.protocol !== 'http:') return failed('scheme_not_allowed', `not http: ${url.protocol}`, 'wrong');
  if (url.username !== '' || url.password !== '') {
    return failed('url_invalid', 'a URL with a user name or password', 'wrong');
  }
  return addresses === 'any' || isPublicHost(url.hostname)
    ? undefined
    : failed('address_not_allowed', `not a public address: ${url.hostname}`, 'wrong');
}

async function receive(response: FetchedResponse, maxBytes: number): Promise<Outcome> {
  const { status, headers } = response;
  if (status !== 200) {
    await discard(response);
    const isPassing = status === 408 || status === 429 || status >= 500;
    return failed('http_status', `HTTP status ${status}`, isPassing ? 'unreachable' : 'wrong');
  }
  const body = await readBody(response, maxBytes);
  if (body === undefined) return failed('size_exceeded', `longer than ${maxBytes} octets`, 'wrong');
  const mediaType = headers.get('content-type')?.split(';')[0]?.trim().toLowerCase();
  return { kind: 'fetched', body, mediaType };
}

/** undefined when it is longer than `maxBytes`, whatever Content-Length says. */
async function readBody(response: FetchedResponse, maxBytes: number): Promise<Uint8Array | undefined> {
  const reader = response.body?.getReader();
  if (reader === undefined) return new Uint8Array(0);
  // One buffer that grows: a list of parts would let a sender of single octets fill the memory.
  let room = new Uint8Array(Math.min(maxBytes, FIRST_ROOM));
  let length = 0;
  for (;;) {
    const { done, value } = await reader.read();
    if (done || value === undefined) return room.slice(0, length);
    if (length + value.length > maxBytes) {
      await cancel(reader);
      return undefined;
    }
    if (length + value.length > room.length) room = grow(room, length + value.length, maxBytes);
    room.set(value, length);
    length += value.length;
  }
}

function grow(room: Uint8Array, needed: number, maxBytes: number): Uint8Array<ArrayBuffer> {
  const larger = new Uint8Array(Math.min(maxBytes, Math.max(needed, room.length * 2)));
  larger.set(room);
  return larger;
}

function redirectLocation({ status, headers }: FetchedResponse): string | undefined {
  return REDIRECTS.has(status) ? (headers.get('location') ?? undefined) : undefined;
}

/** A body that nobody reads would hold its connection. */
async function discard({ body }: FetchedResponse): Promise<void> {
  if (body !== null) await cancel(body.getReader());
}

async function cancel(reader: BodyReader): Promise<void> {
  try {
    await reader.cancel();
  } catch {
    // The outcome is known; that the connection broke too adds nothing.
  }
}

function parseUrl(text: string, base?: string): URL | undefined {
  try {
    return new URL(text, base);
  } catch {
    return undefined;
  }
}

function failed(
  reason: FetchFailureReason,
  message: string,
  failure: FetchFailure['failure'],
): Timeless<FetchFailure> {
  return { kind: 'failed', reason, message, failure };
}

/** fetch says "fetch failed" and puts what happened in the cause. */
function messageOf(error: unknown): string {
  if (!(error instanceof Error)) return 'the exchange failed';
  return error.cause instanceof Error ? `${error.message}: ${error.cause.message}` : error.message;
}

const FIRST_ROOM = 64 * 1024;
const DEFAULT_DEADLINE_MILLISECONDS = 15_000;
/** VER-22 asks for 0 to 3: enough to move a host, too few to be led around. */
const MAX_REDIRECTS = 3;
const REDIRECTS: ReadonlySet<number> = new Set([301, 302, 303, 307, 308]);
