import { createHash } from 'node:crypto';
import type { SignedAnswer } from '../status/ocsp-source.ts';
import type { SurrogateKeyField } from '../status/surrogate-keys.ts';
import type { Validators } from './conditional-request.ts';
import { formatHttpDate } from './http-date.ts';
import type { ResponseFields } from './response.ts';

/** What an {@link OcspReply} has beside its answer. */
export interface OcspReplyOptions {
  /** Sent with every form of the reply (HTTP-36). Default: none. */
  readonly surrogateKey?: SurrogateKeyField | undefined;
}

/**
 * A signed answer in the form in which it is sent, with all that stays the same from one request to
 * the next worked out: only max-age changes, once a second (HTTP-06 to HTTP-12; RFC 9919 7.2).
 */
export class OcspReply {
  readonly der: Uint8Array;
  readonly validators: Validators;
  /** When max-age ends, in ms since 1970: at the planned refresh, before nextUpdate, by notAfter. */
  readonly freshUntil: number;
  /** From here on the answer is not for use, in ms since 1970 (ORSP-39, T-23e). */
  readonly usableUntil: number;
  readonly #expires: string;
  readonly #lastModified: string;
  readonly #surrogateKey: SurrogateKeyField | undefined;
  #fields: ResponseFields = [];
  #fieldsSecond = Number.NaN;
  #flatFields: string[] = [];
  #flatSecond = Number.NaN;
  #headers: Headers | undefined;
  #headersSecond = Number.NaN;
  #text: string | undefined;

  constructor(answer: SignedAnswer, options: OcspReplyOptions = {}) {
    const { der, nextUpdate, refreshAt, notAfter } = answer;
    const end = Math.min(nextUpdate.getTime(), notAfter?.getTime() ?? Number.POSITIVE_INFINITY);
    const hash = createHash('sha256').update(der).digest('hex');
    this.der = der;
    this.validators = { etag: `"${hash}"`, lastModified: answer.thisUpdate };
    this.usableUntil = end;
    // HTTP-08: now + max-age < nextUpdate, also for a source that plans no refresh.
    this.freshUntil = Math.min(refreshAt.getTime(), end - 1000);
    this.#expires = formatHttpDate(nextUpdate);
    this.#lastModified = formatHttpDate(answer.thisUpdate);
    this.#surrogateKey = options.surrogateKey;
  }

  /** The fields at an instant. @param now ms since 1970 */
  fields(now: number): ResponseFields {
    const second = Math.floor(now / 1000);
    if (second !== this.#fieldsSecond) {
      this.#fieldsSecond = second;
      this.#fields = this.#buildFields(second);
    }
    return this.#fields;
  }

  /** The same, name and value in turn, as `node:http` takes them without copying. */
  flatFields(now: number): string[] {
    const second = Math.floor(now / 1000);
    if (second !== this.#flatSecond) {
      this.#flatSecond = second;
      this.#flatFields = this.#buildFields(second).flat();
    }
    return this.#flatFields;
  }

  /**
   * The same and Date as an object that is kept: Bun copies it far faster than it reads names and
   * values. Bun's own Date is up to a second late, and so may lie before Last-Modified (HTTP-11).
   */
  headers(now: number): Headers {
    const second = Math.floor(now / 1000);
    if (this.#headers === undefined || second !== this.#headersSecond) {
      this.#headersSecond = second;
      this.#headers = new Headers(
        this.#buildFields(second).map(([name, value]): [string, string] => [name, value]),
      );
      this.#headers.set('Date', formatHttpDate(new Date(now)));
    }
    return this.#headers;
  }

  /** The DER as a Latin-1 string: `node:http` sends a string and the head in one write. */
  get text(): string {
    this.#text ??= Buffer.from(this.der.buffer, this.der.byteOffset, this.der.length).toString('latin1');
    return this.#text;
  }

  #buildFields(second: number): ResponseFields {
    const key = this.#surrogateKey;
    return [
      ['Content-Type', 'application/ocsp-response'],
      ['Content-Length', String(this.der.length)],
      ['ETag', this.validators.etag],
      // RFC 9919 contradicts itself; its table says thisUpdate (K-1, HTTP-11).
      ['Last-Modified', this.#lastModified],
      ['Expires', this.#expires],
      ['Cache-Control', this.#cacheControl(second)],
      ...(key === undefined ? [] : [[key.field, key.value] as const]),
    ];
  }

  #cacheControl(second: number): string {
    const maxAge = Math.max(0, Math.floor(this.freshUntil / 1000) - second);
    return `max-age=${maxAge}, public, no-transform, must-revalidate`;
  }
}
