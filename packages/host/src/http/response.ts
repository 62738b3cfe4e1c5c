import { STATUS_CODES } from 'node:http';
import { FastResponse } from 'srvx';

/** Fields of a response, in the order in which they are sent. */
export type ResponseFields = readonly (readonly [name: string, value: string])[];

/** What a response carries. */
export type ResponseBody = Uint8Array | ReadableStream<Uint8Array> | Blob;

/**
 * Builds a response. Content-Length stands among `fields`, so that HEAD carries the same fields as GET
 * (RFC 9110 9.3.2) and Node sends no chunks.
 */
export function buildResponse(status: number, fields: ResponseFields, body?: ResponseBody): Response {
  // Copies: the web's HeadersInit is a mutable type.
  const headers = fields.map(([name, value]): [string, string] => [name, value]);
  return new FastResponse(body ?? null, { status, statusText: STATUS_CODES[status] ?? '', headers });
}

/**
 * A short text for people, with the fields every error has: explicit freshness (HTTP-25), no guessing
 * of types.
 *
 * @param method HEAD sends the fields alone
 */
export function textResponse(
  method: string,
  status: number,
  text: string,
  extra: ResponseFields = [],
): Response {
  const body = Buffer.from(`${text}\n`, 'utf8');
  const fields: ResponseFields = [
    ['Content-Type', 'text/plain; charset=utf-8'],
    ['Content-Length', String(body.length)],
    ['X-Content-Type-Options', 'nosniff'],
    ...(extra.some(([name]) => name === 'Cache-Control') ? [] : [NOT_KEPT]),
    ...extra,
  ];
  return buildResponse(status, fields, method === 'HEAD' ? undefined : body);
}

/** 405 with what is served (RFC 9110 15.5.6). */
export function methodNotAllowed(method: string, allow: string): Response {
  return textResponse(method, 405, `Allowed here: ${allow}`, [['Allow', allow]]);
}

/** The freshness of answers that must not be kept (HTTP-10, ORSP-41, RFC 9919 7.2). */
export const NOT_KEPT: readonly [string, string] = ['Cache-Control', 'max-age=0, no-cache, no-store'];
