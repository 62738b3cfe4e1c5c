import type { IssuerRegistry } from '../issuer/issuer-registry.ts';
import type { PublicAddress } from '../issuer/public-address.ts';
import type { ArtifactView } from '../publish/artifact-store.ts';
import { KeptAnswerSource } from '../status/kept-answer-source.ts';
import type { AnswerView } from '../status/kept-answers.ts';
import type { OcspQuestion, OcspSource } from '../status/ocsp-source.ts';
import type { StatusView } from '../status/status-view.ts';
import { buildSurrogateKeyField, type SurrogateKeyField } from '../status/surrogate-keys.ts';
import { ApexEndpoint } from './apex-endpoint.ts';
import { ArtifactEndpoint } from './artifact-endpoint.ts';
import { EdgeMetrics } from './edge-metrics.ts';
import { type EdgeRequest, maximumTargetOctets, splitTarget } from './edge-request.ts';
import { listPeriodSeconds } from './list-period.ts';
import { OcspAnswerCache } from './ocsp-answer-cache.ts';
import { OcspEndpoint, type OcspErrorStatuses, type OcspOutcome } from './ocsp-endpoint.ts';
import { decodeOcspGetPath } from './ocsp-get-path.ts';
import { OcspReply } from './ocsp-reply.ts';
import { RecordCheckSource } from './record-check-source.ts';
import { RequestGate, type RequestSignatureCheck } from './request-gate.ts';
import { textResponse } from './response.ts';
import { createRouter, isHostField, type Route, type Router } from './route.ts';
import type { Site } from './site.ts';

/** Everything an edge is made of. */
export interface EdgeHandlerOptions {
  readonly address: PublicAddress;
  /** The issuers as they are now; a new object whenever they have changed. */
  readonly registry: () => IssuerRegistry;
  readonly view: StatusView;
  /** Signs: the channel to the control process. */
  readonly source: OcspSource;
  /** The answers kept in the store. */
  readonly answers: AnswerView;
  /** Checks the signatures of requests, where an issuer wants them. */
  readonly checkRequest: RequestSignatureCheck;
  readonly artifacts: ArtifactView;
  /** The apex page. Default: a short text. */
  readonly site?: Site | undefined;
  readonly now: () => Date;
  readonly metrics?: EdgeMetrics | undefined;
  /** Told of every error that became a 500. */
  readonly onError?: ((error: unknown) => void) | undefined;
  /** Default `mapped`. */
  readonly ocspErrorStatuses?: OcspErrorStatuses | undefined;
  /** The field in which a CDN is told under which names it keeps an answer. Default: none. */
  readonly surrogateKeyField?: string | undefined;
  /** For the whole body of an OCSP POST. Default 5,000 ms. */
  readonly bodyDeadlineMilliseconds?: number | undefined;
  /** Bounds of the cache of OCSP answers; defaults in OcspAnswerCacheOptions. */
  readonly maximumCachedAnswers?: number | undefined;
  readonly maximumCachedOctets?: number | undefined;
}

/**
 * Composes the public side: a function from request to response, the same on every runtime.
 *
 * @example
 * const handler = createEdgeHandler({ address, registry, view, source, artifacts, now: () => new Date() });
 * const response = await handler.respond(new WebEdgeRequest(new Request('http://localhost/o/MFEw…')));
 */
export function createEdgeHandler(options: EdgeHandlerOptions): EdgeHandler {
  return new EdgeHandler(options);
}

/** The public side of one edge. */
export class EdgeHandler {
  readonly metrics: EdgeMetrics;
  readonly #options: EdgeHandlerOptions;
  readonly #route: Router;
  readonly #ocsp: OcspEndpoint;
  readonly #artifacts: ArtifactEndpoint;
  readonly #apex: ApexEndpoint;
  readonly #ocspHosts = new Map<string, OcspHost>();

  constructor(options: EdgeHandlerOptions) {
    const { now, registry, view, source, site } = options;
    const metrics = options.metrics ?? new EdgeMetrics();
    const cache = new OcspAnswerCache({
      // Before the records are asked: an answer from elsewhere may be for a certificate without one.
      source: new KeptAnswerSource({
        answers: options.answers,
        view,
        registry,
        now,
        source: new RecordCheckSource({ source, view, registry, now }),
      }),
      view,
      now,
      surrogateKeyOf: surrogateKeysFor(options.surrogateKeyField, registry),
      maximumEntries: options.maximumCachedAnswers,
      maximumOctets: options.maximumCachedOctets,
    });
    this.metrics = metrics;
    this.#options = options;
    this.#route = createRouter(options.address);
    this.#ocsp = new OcspEndpoint({
      cache,
      gate: new RequestGate(options.checkRequest),
      registry,
      metrics,
      now,
      errorStatuses: options.ocspErrorStatuses,
      bodyDeadlineMilliseconds: options.bodyDeadlineMilliseconds,
    });
    const crlPeriodSeconds = (path: string) => listPeriodSeconds(registry(), path);
    this.#artifacts = new ArtifactEndpoint({ artifacts: options.artifacts, now, crlPeriodSeconds });
    this.#apex = new ApexEndpoint({ site, now, lastModified: now() });
  }

  /** Never rejects and never throws: an error of our own is a 500, without a word about its cause. */
  respond(request: EdgeRequest): Response | Promise<Response> {
    const outcome = this.answer(request);
    if (outcome instanceof Promise) return outcome.then((settled) => this.#responseOf(request, settled));
    return this.#responseOf(request, outcome);
  }

  /**
   * The same for an unconditional GET without Origin: an OCSP reply comes as it is, for servers that can write
   * it faster than a Response.
   */
  answer(request: EdgeRequest): OcspOutcome | Promise<OcspOutcome> {
    try {
      const outcome = this.#answerByRoute(request);
      return outcome instanceof Promise ? outcome.catch((error) => this.#failed(request, error)) : outcome;
    } catch (error) {
      return this.#failed(request, error);
    }
  }

  /**
   * The cached reply to an unconditional GET of exactly this target, counted as given; undefined = use
   * {@link answer}.
   *
   * @param host the Host field as sent
   * @param now ms since 1970
   */
  findReply(target: string, host: string | undefined, now: number): OcspReply | undefined {
    return this.#isOcspHost(target, host) ? this.#ocsp.findByTarget(target, now) : undefined;
  }

  #responseOf(request: EdgeRequest, outcome: OcspOutcome): Response {
    if (!(outcome instanceof OcspReply)) return outcome;
    try {
      return this.#ocsp.responseOf(request, outcome);
    } catch (error) {
      return this.#failed(request, error);
    }
  }

  #answerByRoute(request: EdgeRequest): OcspOutcome | Promise<OcspOutcome> {
    const { method, target } = request;
    if (target.length > maximumTargetOctets) return this.#text(method, 414, 'The address is too long.');
    const host = request.header('host');
    const parts = splitTarget(target);
    if (parts === undefined || (host !== undefined && !isHostField(host))) {
      return this.#text(method, 400, 'This is not a request that HTTP knows.');
    }
    return this.#answerTo(request, this.#route(parts.host ?? host, parts.path));
  }

  #answerTo(request: EdgeRequest, route: Route): OcspOutcome | Promise<OcspOutcome> {
    switch (route.service) {
      case 'ocsp':
        return this.#ocsp.answer(request, route.encoded);
      case 'artifact':
        return this.#counted('artifact', this.#artifacts.respond(request, route.path));
      case 'apex':
        return this.#counted('apex', this.#apex.respond(request, route.path));
      case 'no-host':
        return this.#answerWithoutHost(request, route.path);
      case 'unknown-host':
        return this.#text(request.method, 421, 'This host name is not served here.');
    }
  }

  /** HTTP/1.0 has no Host field (HTTP-33): what is OCSP beyond doubt is answered by its CertID. */
  #answerWithoutHost(request: EdgeRequest, path: string): OcspOutcome | Promise<OcspOutcome> {
    const encoded = path.slice(1);
    if (request.method === 'POST' || decodeOcspGetPath(encoded) !== undefined) {
      return this.#ocsp.answer(request, encoded);
    }
    return this.#text(request.method, 421, 'Say which host you mean.');
  }

  /** Whether OCSP GETs of this target are ours. An absolute-form target holds its host itself. */
  #isOcspHost(target: string, host: string | undefined): boolean {
    if (this.#options.address.routing === 'path')
      return host === undefined || this.#ocspHost(host) !== 'invalid';
    if (!target.startsWith('/')) return true;
    return host !== undefined && this.#ocspHost(host) === 'ocsp';
  }

  #ocspHost(host: string): OcspHost {
    const known = this.#ocspHosts.get(host);
    if (known !== undefined) return known;
    const found = !isHostField(host)
      ? 'invalid'
      : this.#route(host, '/o/').service === 'ocsp'
        ? 'ocsp'
        : 'other';
    // Host fields are the client's to choose: an unbounded map would be theirs to fill.
    if (this.#ocspHosts.size >= MAXIMUM_KNOWN_HOSTS) this.#ocspHosts.clear();
    this.#ocspHosts.set(host, found);
    return found;
  }

  #counted(
    service: 'artifact' | 'apex',
    response: Response | Promise<Response>,
  ): Response | Promise<Response> {
    if (response instanceof Promise) return response.then((settled) => this.#count(service, settled));
    return this.#count(service, response);
  }

  #text(method: string, status: number, text: string): Response {
    return this.#count('none', textResponse(method, status, text));
  }

  #count(service: 'artifact' | 'apex' | 'none', response: Response): Response {
    this.metrics.response({ service, status: response.status }).count += 1;
    return response;
  }

  #failed(request: EdgeRequest, error: unknown): Response {
    this.#options.onError?.(error);
    return this.#text(request.method, 500, 'Something went wrong here.');
  }
}

function surrogateKeysFor(
  field: string | undefined,
  registry: () => IssuerRegistry,
): ((question: OcspQuestion) => SurrogateKeyField | undefined) | undefined {
  if (field === undefined) return undefined;
  return ({ issuerId, items }) => {
    const issuer = registry().byId(issuerId);
    if (issuer === undefined) return undefined;
    return buildSurrogateKeyField(
      field,
      issuer.name,
      items.map(({ serialNumber }) => serialNumber),
    );
  };
}

type OcspHost = 'ocsp' | 'other' | 'invalid';

const MAXIMUM_KNOWN_HOSTS = 1000;
