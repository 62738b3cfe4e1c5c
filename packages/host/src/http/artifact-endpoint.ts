import { peekCrl } from '@lancre/pki/crl';
import { PkiError } from '@lancre/pki/errors';
import type { ArtifactView, ObjectName, OpenedArtifact } from '../publish/artifact-store.ts';
import { bigBody } from './big-body.ts';
import { type ByteRange, formatContentRange, parseRange, type RangeOutcome } from './byte-range.ts';
import { checkPreconditions, ifRangeHolds, type Validators } from './conditional-request.ts';
import type { EdgeRequest } from './edge-request.ts';
import { OpenedArtifacts } from './opened-artifacts.ts';
import { buildResponse, methodNotAllowed, type ResponseFields, textResponse } from './response.ts';

/** What an {@link ArtifactEndpoint} needs. */
export interface ArtifactEndpointOptions {
  readonly artifacts: ArtifactView;
  readonly now: () => Date;
  /** How often lists are issued anew, in seconds: how long caches may keep one. Default 3,600. */
  readonly crlPeriodSeconds?: number | undefined;
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
    const isCrl = path.endsWith('.crl');
    const maxAge = isCrl ? this.#crlMaxAge(found.artifact.head, now) : ISSUER_MAX_AGE;
    if (maxAge === undefined) {
      return textResponse(
        request.method,
        503,
        'The list here has expired; a newer one is not published yet.',
      );
    }
    const fields: ResponseFields = [
      ['Content-Type', mediaTypeOf(path)],
      ['ETag', `"${found.object}"`],
      ['Last-Modified', wholeSeconds(found.artifact.lastModified).toUTCString()],
      ['Cache-Control', `max-age=${maxAge}, public, no-transform`],
      ['Accept-Ranges', 'bytes'],
      ...(request.header('origin') === undefined ? [] : [ANY_ORIGIN]),
    ];
    return answerWith(request, found, fields, now);
  }

  /**
   * Seconds to the next planned issue, at least a minute and never to nextUpdate (HTTP-22). Undefined
   * = the list is past its nextUpdate and may not be given as if it were good (HTTP-23).
   */
  #crlMaxAge(head: Uint8Array, now: Date): number | undefined {
    const times = crlTimes(head);
    if (times === undefined) return undefined;
    const left = Math.floor((times.nextUpdate.getTime() - now.getTime()) / 1000) - 1;
    if (left < 0) return undefined;
    const period = this.#options.crlPeriodSeconds ?? 3600;
    const planned = Math.floor((times.thisUpdate.getTime() - now.getTime()) / 1000) + period;
    return Math.min(left, Math.max(60, Math.min(planned, period)));
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

function crlTimes(head: Uint8Array): { readonly thisUpdate: Date; readonly nextUpdate: Date } | undefined {
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
const ISSUER_MAX_AGE = 86_400;
const SHORTLY_KEPT: readonly [string, string] = ['Cache-Control', 'max-age=60'];
const ANY_ORIGIN: readonly [string, string] = ['Access-Control-Allow-Origin', '*'];
