import { encodeOcspError, type OcspErrorStatus } from '@lancre/pki/ocsp';
import type { IssuerRegistry } from '../issuer/issuer-registry.ts';
import type { SignedAnswer } from '../status/ocsp-source.ts';
import { checkPreconditions } from './conditional-request.ts';
import type { EdgeMetrics } from './edge-metrics.ts';
import type { EdgeRequest } from './edge-request.ts';
import type { OcspAnswerCache } from './ocsp-answer-cache.ts';
import { decodeOcspGetPath, isBareOcspPath } from './ocsp-get-path.ts';
import { type OcspFacts, type OcspReading, readOcspRequest } from './ocsp-question.ts';
import { OcspReply } from './ocsp-reply.ts';
import type { RequestGate } from './request-gate.ts';
import { buildResponse, methodNotAllowed, NOT_KEPT, type ResponseFields, textResponse } from './response.ts';

/** Which HTTP status an OCSP error has (ORSP-41, DESIGN 7). */
export type OcspErrorStatuses =
  /** malformedRequest 400, unauthorized 200, internalError 500, tryLater 503, sigRequired 200. */
  | 'mapped'
  /** 200 for all: for clients that read the body of nothing else. */
  | 'always-200';

/** What an {@link OcspEndpoint} needs. */
export interface OcspEndpointOptions {
  readonly cache: OcspAnswerCache;
  /** Who may ask. */
  readonly gate: RequestGate;
  readonly registry: () => IssuerRegistry;
  readonly metrics: EdgeMetrics;
  readonly now: () => Date;
  /** Default `mapped`. */
  readonly errorStatuses?: OcspErrorStatuses | undefined;
  /** For the whole body of a POST. Default 5,000 ms (OREQ-08). */
  readonly bodyDeadlineMilliseconds?: number | undefined;
}

/** Longest body of a POST, in octets (OREQ-08). */
const maximumOcspBodyOctets = 10_000;

/**
 * The OCSP service: GET, HEAD and POST. Answers synchronously whatever the cache holds, so that Bun
 * keeps the order of pipelined requests.
 */
export class OcspEndpoint {
  readonly #options: OcspEndpointOptions;
  #registry: IssuerRegistry | undefined;

  constructor(options: OcspEndpointOptions) {
    this.#options = options;
  }

  /**
   * Answers a request. A reply still has to be sent: as it is where the request is an unconditional GET without
   * Origin, by {@link responseOf} for any.
   *
   * @param encoded the raw text after the service's path
   */
  answer(request: EdgeRequest, encoded: string): OcspOutcome | Promise<OcspOutcome> {
    const { method } = request;
    if (method === 'POST') return this.#respondToPost(request);
    if (method !== 'GET' && method !== 'HEAD')
      return this.#counted(methodNotAllowed(method, 'GET, HEAD, POST'));
    if (isBareOcspPath(encoded)) {
      return this.#counted(textResponse(method, 200, LIVENESS, [['Cache-Control', 'max-age=60']]));
    }
    const der = decodeOcspGetPath(encoded);
    return this.#respondTo({ request, method }, der);
  }

  /** A reply as the response to this request. */
  responseOf(request: EdgeRequest, reply: OcspReply): Response {
    const now = this.#options.now();
    if (request.method === 'POST') return withOrigin(request, reply, now, 200);
    // RFC 9110 13: preconditions apply to GET and HEAD (HTTP-26).
    const outcome = checkPreconditions((name) => request.header(name), reply.validators, now);
    if (outcome === 'send') return withOrigin(request, reply, now, 200);
    if (outcome === 'not-modified') return withOrigin(request, reply, now, 304);
    return textResponse(request.method, 412, 'The answer is another one by now.');
  }

  /** The reply to a GET of a target that was answered before, counted as given. @param now ms since 1970 */
  findByTarget(target: string, now: number): OcspReply | undefined {
    this.#followRegistry();
    const hit = this.#options.cache.byTarget(target, now);
    if (hit === undefined) return undefined;
    hit.counter.count += 1;
    this.#options.metrics.cacheHits += 1;
    return hit.reply;
  }

  async #respondToPost(request: EdgeRequest): Promise<OcspOutcome> {
    // Any Content-Type is read: clients send wrong ones, and DER says itself what it is (OREQ-34).
    const deadline = this.#options.bodyDeadlineMilliseconds ?? 5000;
    const body = await request.readBody(maximumOcspBodyOctets, deadline);
    switch (body.kind) {
      case 'whole':
        return this.#respondTo({ request, method: 'POST' }, body.bytes);
      case 'too-large':
        return this.#unread(413, `An OCSP request has at most ${maximumOcspBodyOctets} octets.`);
      case 'too-slow':
        return this.#unread(408, 'The request body did not arrive in time.');
      case 'broken':
        return this.#unread(400, 'The request body ended early.');
    }
  }

  /** What is left of the body is not read on: the connection ends with the response. */
  #unread(status: number, text: string): Response {
    return this.#counted(textResponse('POST', status, text, [['Connection', 'close']]));
  }

  #counted(response: Response): Response {
    this.#options.metrics.response({ service: 'ocsp', status: response.status }).count += 1;
    return response;
  }

  #respondTo(asked: Asked, der: Uint8Array | undefined): OcspOutcome | Promise<OcspOutcome> {
    const registry = this.#followRegistry();
    const reading: OcspReading =
      der === undefined ? { kind: 'malformed', facts: UNREAD } : readOcspRequest(der, registry);
    if (reading.kind === 'malformed') return this.#refuse(asked, reading.facts, 'malformedRequest');
    if (reading.kind === 'unauthorized') return this.#refuse(asked, reading.facts, 'unauthorized');
    if (!this.#options.gate.isOpenFor(reading.issuer)) return this.#respondToMember(asked, reading);
    const now = this.#options.now().getTime();
    const cached = this.#options.cache.byQuestion(reading.question, now);
    if (cached === undefined) return this.#respondFromSource(asked, reading);
    this.#options.metrics.cacheHits += 1;
    this.#count(asked, reading.facts, 'successful');
    if (!isShared(asked, reading)) return sendOnce(asked, cached);
    this.#rememberTarget(asked, reading);
    return cached;
  }

  async #respondFromSource(asked: Asked, reading: Readable): Promise<OcspOutcome> {
    this.#options.metrics.cacheMisses += 1;
    const reply = await this.#options.cache.reply(reading.question);
    if (!(reply instanceof OcspReply)) return this.#refuse(asked, reading.facts, reply.status, reply);
    this.#count(asked, reading.facts, 'successful');
    if (!isShared(asked, reading)) return sendOnce(asked, reply);
    this.#rememberTarget(asked, reading);
    return reply;
  }

  /** What only some may ask is for them alone: no cache on the way keeps it, and no target leads to it. */
  async #respondToMember(asked: Asked, reading: Readable): Promise<Response> {
    const refusal = await this.#options.gate.refusalOf(reading.issuer, reading.request);
    if (refusal !== undefined) return this.#refuse(asked, reading.facts, refusal);
    const answer = await this.#options.cache.answer(reading.question);
    if (answer.kind === 'refused') return this.#refuse(asked, reading.facts, answer.status, answer);
    this.#count(asked, reading.facts, 'successful');
    return sendOnce(asked, answer);
  }

  #refuse(
    asked: Asked,
    facts: OcspFacts,
    status: OcspErrorStatus,
    extra: { readonly retryAfterSeconds?: number } = {},
  ): Response {
    this.#count(asked, facts, status);
    const body = encodeOcspError(status);
    const retryAfter = extra.retryAfterSeconds ?? (status === 'tryLater' ? 10 : undefined);
    const fields: ResponseFields = [
      ['Content-Type', 'application/ocsp-response'],
      ['Content-Length', String(body.length)],
      NOT_KEPT,
      ...(retryAfter === undefined ? [] : [['Retry-After', String(retryAfter)] as const]),
      ...(asked.request.header('origin') === undefined ? [] : [ANY_ORIGIN]),
    ];
    const httpStatus = this.#options.errorStatuses === 'always-200' ? 200 : HTTP_STATUSES[status];
    return buildResponse(httpStatus, fields, asked.method === 'HEAD' ? undefined : body);
  }

  #count({ method }: Asked, facts: OcspFacts, outcome: 'successful' | OcspErrorStatus): void {
    this.#options.metrics.ocsp({ method, ...facts, outcome }).count += 1;
  }

  #rememberTarget({ request, method }: Asked, { question, facts }: Readable): void {
    if (method !== 'GET') return;
    const counter = this.#options.metrics.ocsp({ method, ...facts, outcome: 'successful' });
    this.#options.cache.rememberTarget(request.target, question, counter);
  }

  /** Answers made under other issuers or other settings are forgotten. */
  #followRegistry(): IssuerRegistry {
    const registry = this.#options.registry();
    if (registry !== this.#registry) {
      this.#registry = registry;
      this.#options.cache.clear();
    }
    return registry;
  }
}

/** A reply that has to be sent yet, or a response. */
export type OcspOutcome = OcspReply | Response;

interface Asked {
  readonly request: EdgeRequest;
  readonly method: 'GET' | 'HEAD' | 'POST';
}

type Readable = Extract<OcspReading, { readonly kind: 'question' }>;

/**
 * Whether others will ask by the very same octets, and a purge will find them: not with a nonce, also
 * where it is passed over, not about several certificates, and not with a query, which no client sends.
 */
function isShared({ request }: Asked, { question, facts }: Readable): boolean {
  return question.items.length === 1 && facts.nonce === 'absent' && !request.target.includes('?');
}

function withOrigin(request: EdgeRequest, reply: OcspReply, now: Date, status: 200 | 304): Response {
  const origin = request.header('origin');
  const fields = reply.fields(now.getTime());
  const kept = status === 304 ? fields.filter(([name]) => !name.startsWith('Content-')) : fields;
  const body = status === 304 || request.method === 'HEAD' ? undefined : reply.der;
  return buildResponse(status, origin === undefined ? kept : [...kept, ANY_ORIGIN], body);
}

/** An answer with a nonce is for one asker (OREQ-29), one to a member for members. */
function sendOnce(asked: Asked, answer: Pick<SignedAnswer, 'der'>): Response {
  const fields: ResponseFields = [
    ['Content-Type', 'application/ocsp-response'],
    ['Content-Length', String(answer.der.length)],
    ['Cache-Control', 'max-age=0, private, no-store'],
  ];
  return buildResponse(200, fields, asked.method === 'HEAD' ? undefined : answer.der);
}

const HTTP_STATUSES: Readonly<Record<OcspErrorStatus, number>> = {
  malformedRequest: 400,
  internalError: 500,
  tryLater: 503,
  sigRequired: 200,
  unauthorized: 200,
};

const UNREAD: OcspFacts = { hash: 'none', nonce: 'absent' };
const LIVENESS = 'This is an OCSP responder (RFC 6960). It is up.';
const ANY_ORIGIN: readonly [string, string] = ['Access-Control-Allow-Origin', '*'];
