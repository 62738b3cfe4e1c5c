import { peekCrl } from '@lancre/pki/crl';
import { PkiError } from '@lancre/pki/errors';
import type { ArtifactView, ObjectName, OpenedArtifact } from '../publish/artifact-store.ts';
import { bigBody } from './big-body.ts';
import { type ByteRange, formatContentRange, parseRange, type RangeOutcome } from './byte-range.ts';
import { checkPreconditions, ifRangeHolds, type Validators } from './conditional-request.ts';
import type { EdgeRequest } from './edge-request.ts';
import { type Freshness, freshnessFields, freshnessOfList, type ListTimes } from './freshness.ts';
import { OpenedArtifacts } from './opened-artifacts.ts';
import { buildResponse, methodNotAllowed, type ResponseFields, textResponse } from './response.ts';

/** What an {@link ArtifactEndpoint} needs. */
export interface ArtifactEndpointOptions {
  readonly artifacts: ArtifactView;
  readonly now: () => Date;
  /** How often the list at a path is issued anew, in seconds; undefined = nobody here knows. */
  readonly crlPeriodSeconds: (path: string) => number | undefined;
}

/** Serves CRLs and issuer certificates as they are published, octet for octet. */
export class ArtifactEndpoint {
  readonly #options: ArtifactEndpointOptions;
  readonly #opened: OpenedArtifacts;

  constructor(options: ArtifactEndpointOptions) {
    this.#options = options;
    this.#opened = new OpenedArtifacts(options.artifacts);
  }

  /** @param path as in {@link ArtifactView.resolve} */
  respond(request: EdgeRequest, path: string): Response | Promise<Response> {
    const { method } = request;
    if (method !== 'GET' && method !== 'HEAD') return methodNotAllowed(method, 'GET, HEAD');
    const object = isPublicPath(path) ? this.#options.artifacts.resolve(path) : undefined;
    // A shard that comes into being must not stay hidden behind an old 404 (HTTP-27).
    if (object === undefined) return textResponse(method, 404, 'Nothing is published here.', [SHORTLY_KEPT]);
    const small = this.#opened.small(object);
    if (small !== undefined) return this.#respondWith(request, path, { object, ...small });
    return this.#openAndRespond(request, path, object);
  }

  async #openAndRespond(request: EdgeRequest, path: string, object: ObjectName): Promise<Response> {
    const { artifact, bytes } = await this.#opened.open(object);
    return this.#respondWith(request, path, { object, artifact, bytes });
  }

  #respondWith(request: EdgeRequest, path: string, found: Found): Response | Promise<Response> {
    const now = this.#options.now();
    const freshness = this.#freshnessOf(path, found, now);
    if (freshness === undefined) {
      const text = 'The list here has expired; a newer one is not published yet.';
      return textResponse(request.method, 503, text, [ASK_AGAIN]);
    }
    const fields: ResponseFields = [
      ['Content-Type', mediaTypeOf(path)],
      ['ETag', `"${found.object}"`],
      ['Last-Modified', wholeSeconds(found.artifact.lastModified).toUTCString()],
      ...freshnessFields(freshness, now),
      ['Accept-Ranges', 'bytes'],
      ANY_ORIGIN,
    ];
    return answerWith(request, found, fields, now);
  }

  /** Undefined = a list that may not be given as if it were good (HTTP-23). */
  #freshnessOf(path: string, { artifact }: Found, now: Date): Freshness | undefined {
    if (path.endsWith('.json')) return DIRECTORY_FRESHNESS;
    if (!path.endsWith('.crl')) return ISSUER_FRESHNESS;
    const times = crlTimes(artifact.head);
    return times && freshnessOfList(times, this.#options.crlPeriodSeconds(path), now);
  }
}

interface Found {
  readonly object: ObjectName;
  readonly artifact: OpenedArtifact;
  /** The whole content, of a small one. */
  readonly bytes: Uint8Array | undefined;
}

function answerWith(
  request: EdgeRequest,
  found: Found,
  fields: ResponseFields,
  now: Date,
): Response | Promise<Response> {
  const validators: Validators = {
    etag: `"${found.object}"`,
    lastModified: wholeSeconds(found.artifact.lastModified),
  };
  const { method } = request;
  const outcome = checkPreconditions((name) => request.header(name), validators, now);
  if (outcome === 'failed')
    return textResponse(method, 412, 'What is published here is another issue by now.');
  if (outcome === 'not-modified') {
    return buildResponse(
      304,
      fields.filter(([name]) => name !== 'Content-Type' && name !== 'Accept-Ranges'),
    );
  }
  const range = rangeOf(request, validators, found.artifact.length, now);
  if (range !== 'unsatisfiable') return sendRange(method, found, fields, range);
  const contentRange = `bytes */${found.artifact.length}`;
  return textResponse(method, 416, 'No such part.', [['Content-Range', contentRange]]);
}

function sendRange(
  method: string,
  { artifact, bytes }: Found,
  fields: ResponseFields,
  range: 'whole' | ByteRange,
): Response | Promise<Response> {
  const { length } = artifact;
  const { start, end } = range === 'whole' ? { start: 0, end: length } : range;
  const sized: ResponseFields = [...fields, ['Content-Length', String(end - start)]];
  const status = range === 'whole' ? 200 : 206;
  const all: ResponseFields =
    range === 'whole' ? sized : [...sized, ['Content-Range', formatContentRange(range, length)]];
  if (method === 'HEAD') return buildResponse(status, all);
  if (bytes !== undefined) return buildResponse(status, all, bytes.subarray(start, end));
  return bigBody(artifact, start, end).then((body) => {
    // Bun would name the file in a Content-Disposition of its own.
    const named: ResponseFields = body instanceof Blob ? [...all, ['Content-Disposition', 'inline']] : all;
    return buildResponse(status, named, body);
  });
}

/** Range counts with GET only (RFC 9110 14.2); a Content-Range in a request means nothing (HTTP-20). */
function rangeOf(request: EdgeRequest, validators: Validators, length: number, now: Date): RangeOutcome {
  const field = request.method === 'GET' ? request.header('range') : undefined;
  if (field === undefined) return 'whole';
  const condition = request.header('if-range');
  if (condition !== undefined && !ifRangeHolds(condition, validators, now)) return 'whole';
  return parseRange(field, length);
}

function crlTimes(head: Uint8Array): ListTimes | undefined {
  try {
    const { thisUpdate, nextUpdate } = peekCrl(head);
    return nextUpdate === undefined ? undefined : { thisUpdate, nextUpdate };
  } catch (error) {
    if (error instanceof PkiError) return undefined;
    throw error;
  }
}

/** HTTP-02; without a parameter but for the one that RFC 8551 3.2.2 names. */
function mediaTypeOf(path: string): string {
  const extension = /\.[a-z0-9]+$/.exec(path)?.[0] ?? '';
  return MEDIA_TYPES.get(extension) ?? 'application/pkix-cert';
}

/** The view refuses all else too; nothing that could climb out or list a folder gets as far as that. */
function isPublicPath(path: string): boolean {
  return /^[ci](?:\/[a-z0-9][a-z0-9-]*){1,2}(?:\.[a-z0-9]+){0,2}$/.test(path);
}

/** Last-Modified has whole seconds (RFC 9110 8.8.2), so the value that is compared must have as well. */
function wholeSeconds(instant: Date): Date {
  return new Date(Math.floor(instant.getTime() / 1000) * 1000);
}

const MEDIA_TYPES: ReadonlyMap<string, string> = new Map([
  ['.crl', 'application/pkix-crl'],
  ['.p7c', 'application/pkcs7-mime; smime-type=certs-only'],
  ['.pem', 'application/pem-certificate-chain'],
  ['.json', 'application/json'],
]);
/** A day: a cross-sign may be added at any time (HTTP-24). */
const ISSUER_FRESHNESS: Freshness = { maxAgeSeconds: 86_400, staleIfErrorSeconds: 0 };
/** What says which lists there are. */
const DIRECTORY_FRESHNESS: Freshness = { maxAgeSeconds: 3600, staleIfErrorSeconds: 0 };
/** The publisher tries at every look, in pauses of at most five minutes. */
const ASK_AGAIN: readonly [string, string] = ['Retry-After', '60'];
const SHORTLY_KEPT: readonly [string, string] = ['Cache-Control', 'max-age=60'];
/** Also to those who send no Origin: a cache keeps one answer for all, and needs no Vary. */
const ANY_ORIGIN: readonly [string, string] = ['Access-Control-Allow-Origin', '*'];
