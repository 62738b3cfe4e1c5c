import { type IncomingHttpHeaders, type IncomingMessage, request } from 'node:http';
import type { ListenAddress } from '../config.ts';

/** What is asked. */
export interface PublicRequest {
  readonly url: string;
  /** Default GET. */
  readonly method?: 'GET' | 'POST';
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: Uint8Array;
}

/** What came back. */
export type PublicAnswer = AnsweredRequest | FailedRequest;

/** Somebody answered, with whatever status. */
export interface AnsweredRequest {
  readonly kind: 'answered';
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  /** Without parameters, in lower case. */
  readonly mediaType: string | undefined;
  readonly body: Uint8Array;
}

/** Nobody did. */
export interface FailedRequest {
  readonly kind: 'failed';
  readonly message: string;
  readonly cause: 'unresolved' | 'no-answer';
}

/** How a {@link PublicClient} reaches the host. */
export interface PublicClientOptions {
  /** Where the host listens: asked when a name does not resolve. */
  readonly listen: ListenAddress;
  /** An origin to ask in the place of what names resolve to. Requests carry the name all the same. */
  readonly origin?: URL | undefined;
  /** For one exchange. Default 5,000. */
  readonly deadlineMilliseconds?: number;
}

/**
 * Asks the public URLs as a client does: plain HTTP, no redirects, whatever address the name has. Where
 * the name does not resolve on this machine, the host is asked at the address where it listens.
 */
export class PublicClient {
  readonly #options: PublicClientOptions;
  readonly #unresolved = new Set<string>();
  readonly #dead = new Map<string, string>();

  constructor(options: PublicClientOptions) {
    this.#options = options;
  }

  /** The host names that do not resolve here. */
  get unresolved(): readonly string[] {
    return [...this.#unresolved];
  }

  /** An address where nobody answered once is not asked again. */
  async fetch(asked: PublicRequest): Promise<PublicAnswer> {
    const url = new URL(asked.url);
    const { origin, listen } = this.#options;
    if (origin !== undefined) return this.#ask(asked, url, origin.hostname, portOf(origin));
    if (!this.#unresolved.has(url.hostname)) {
      const answer = await this.#ask(asked, url, url.hostname, portOf(url));
      if (answer.kind !== 'failed' || answer.cause !== 'unresolved') return answer;
      this.#unresolved.add(url.hostname);
    }
    return this.#ask(asked, url, reachableHost(listen.host), listen.port);
  }

  async #ask(asked: PublicRequest, url: URL, host: string, port: number): Promise<PublicAnswer> {
    const place = `${host}:${port}`;
    const known = this.#dead.get(place);
    if (known !== undefined) return failed(place, known);
    const deadline = this.#options.deadlineMilliseconds ?? 5000;
    const signal = AbortSignal.timeout(deadline);
    try {
      return await exchange(asked, url, { host, port }, signal);
    } catch (error) {
      const { code = '', message = '' } = error as NodeJS.ErrnoException;
      if (unresolvedCodes.has(code)) return { ...failed(place, message), cause: 'unresolved' };
      const reason = signal.aborted ? `nothing whole within ${deadline / 1000} s` : message || code;
      this.#dead.set(place, reason);
      return failed(place, reason);
    }
  }
}

/** What the checks use of a {@link PublicClient}. */
export type PublicAccess = Pick<PublicClient, 'fetch' | 'unresolved'>;

/** Where something that listens on every address can be asked. */
export function reachableHost(host: string): string {
  if (host === '0.0.0.0') return '127.0.0.1';
  return host === '::' ? '::1' : host;
}

async function exchange(
  { method = 'GET', headers, body }: PublicRequest,
  url: URL,
  { host, port }: ListenAddress,
  signal: AbortSignal,
): Promise<AnsweredRequest> {
  const response = await new Promise<IncomingMessage>((resolve, reject) => {
    const length = body === undefined ? {} : { 'content-length': String(body.length) };
    const sent = request({
      host: host.replace(/^\[|\]$/g, ''),
      port,
      method,
      // The bare path, as it was given: an OCSP GET must not be tidied up on the way.
      path: `${url.pathname}${url.search}`,
      headers: { ...headers, ...length, host: url.host },
      agent: false,
      signal,
    });
    sent.once('response', resolve);
    sent.once('error', reject);
    sent.end(body);
  });
  const type = response.headers['content-type']?.split(';')[0]?.trim().toLowerCase();
  return {
    kind: 'answered',
    status: response.statusCode ?? 0,
    headers: response.headers,
    mediaType: type,
    body: await readBody(response),
  };
}

async function readBody(response: IncomingMessage): Promise<Uint8Array> {
  const parts: Uint8Array[] = [];
  let octets = 0;
  for await (const part of response) {
    octets += part.length;
    if (octets > maximumOctets) throw new Error(`it sends more than ${maximumOctets} octets`);
    parts.push(part);
  }
  return new Uint8Array(Buffer.concat(parts));
}

function failed(place: string, reason: string): FailedRequest {
  return { kind: 'failed', message: `${place}: ${reason}`, cause: 'no-answer' };
}

function portOf({ port }: URL): number {
  return port === '' ? 80 : Number(port);
}

const unresolvedCodes: ReadonlySet<string> = new Set(['ENOTFOUND', 'EAI_AGAIN', 'EAI_NODATA', 'EAI_NONAME']);
const maximumOctets = 64 * 2 ** 20;
