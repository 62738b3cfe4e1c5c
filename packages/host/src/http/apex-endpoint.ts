import { checkPreconditions } from './conditional-request.ts';
import type { EdgeRequest } from './edge-request.ts';
import { buildResponse, methodNotAllowed, type ResponseFields, textResponse } from './response.ts';
import type { Site, SiteFile } from './site.ts';

/** What an {@link ApexEndpoint} needs. */
export interface ApexEndpointOptions {
  /** Undefined = a short text stands at `/`. */
  readonly site: Site | undefined;
  /** When the site was built or loaded. */
  readonly lastModified: Date;
  readonly now: () => Date;
}

/** The page for a person who saw one of our addresses and wonders. No cookie, no script from elsewhere. */
export class ApexEndpoint {
  readonly #options: ApexEndpointOptions;

  constructor(options: ApexEndpointOptions) {
    this.#options = options;
  }

  respond(request: EdgeRequest, path: string): Response {
    const { method } = request;
    if (method !== 'GET' && method !== 'HEAD') return methodNotAllowed(method, 'GET, HEAD');
    const { site } = this.#options;
    if (site === undefined && path === '/') return textResponse(method, 200, PLAIN_PAGE, [BRIEFLY_KEPT]);
    const file = site?.get(path.endsWith('/') ? `${path}index.html` : path);
    if (file === undefined) return textResponse(method, 404, 'There is nothing here.', [BRIEFLY_KEPT]);
    return this.#send(request, file);
  }

  #send(request: EdgeRequest, file: SiteFile): Response {
    const { lastModified, now } = this.#options;
    const fields: ResponseFields = [
      ['Content-Type', file.contentType],
      ['ETag', file.etag],
      [
        'Cache-Control',
        file.lifetime === 'immutable' ? 'max-age=31536000, public, immutable' : 'max-age=300, public',
      ],
      ['Content-Security-Policy', CONTENT_SECURITY_POLICY],
      ['X-Content-Type-Options', 'nosniff'],
      ['Referrer-Policy', 'no-referrer'],
    ];
    const validators = { etag: file.etag, lastModified };
    const outcome = checkPreconditions((name) => request.header(name), validators, now());
    if (outcome === 'failed') return textResponse(request.method, 412, 'The page is another one by now.');
    if (outcome === 'not-modified') return buildResponse(304, fields.slice(1));
    const sized: ResponseFields = [...fields, ['Content-Length', String(file.bytes.length)]];
    return buildResponse(200, sized, request.method === 'HEAD' ? undefined : file.bytes);
  }
}

const CONTENT_SECURITY_POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self' data:",
  "font-src 'self'",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ');

const PLAIN_PAGE = `This host answers whether certificates are still good (OCSP, certificate revocation lists), and
gives out the certificates of their issuers. Browsers and other programs ask it by themselves: if you
saw this address in your traffic, some program was checking a certificate. It keeps no record of who
asked about what.`;
const BRIEFLY_KEPT: readonly [string, string] = ['Cache-Control', 'max-age=60'];
