import type { Server, ServerRequest } from 'srvx';
import type { EdgeHandler } from './edge-handler.ts';
import { formatHttpDate } from './http-date.ts';
import type { OcspOutcome } from './ocsp-endpoint.ts';
import { OcspReply } from './ocsp-reply.ts';
import { WebEdgeRequest } from './server-request.ts';

/** Answers a request on Bun: OCSP replies to plain GETs with fields that are kept ready. */
export function respondOnBun(
  handler: EdgeHandler,
  request: ServerRequest,
  now: () => Date,
): Response | Promise<Response> {
  const { headers } = request;
  const asked = new WebEdgeRequest(request);
  if (request.method !== 'GET' || FIELDS_THAT_MATTER.some((name) => headers.has(name)))
    return dated(handler.respond(asked), now);
  const cached = handler.findReply(request.url, headers.get('host') ?? undefined, now().getTime());
  const outcome = cached ?? handler.answer(asked);
  return outcome instanceof Promise
    ? outcome.then((settled) => responseTo(settled, now))
    : responseTo(outcome, now);
}

function responseTo(outcome: OcspOutcome, now: () => Date): Response | Promise<Response> {
  if (!(outcome instanceof OcspReply)) return dated(outcome, now);
  return new Response(outcome.der, { headers: outcome.headers(now().getTime()) });
}

/** Closes a Bun server: waits for requests under way as long as it may, then closes what is left. */
export async function stopBunServer(server: Server, drainMilliseconds: number): Promise<void> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const patience = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, drainMilliseconds);
  });
  await Promise.race([server.close(false), patience]);
  clearTimeout(timer);
  await server.close(true);
}

/**
 * Gives a response its Date. Bun's own is up to a second late, so that Last-Modified may lie after it
 * (HTTP-11), and missing from HEAD (HTTP-05).
 */
function dated(response: Response | Promise<Response>, now: () => Date): Response | Promise<Response> {
  if (response instanceof Promise) return response.then((settled) => dated(settled, now));
  response.headers.set('date', formatHttpDate(now()));
  return response;
}

/** Preconditions, and Origin, which has its own field in the response. */
const FIELDS_THAT_MATTER = [
  'if-none-match',
  'if-modified-since',
  'if-match',
  'if-unmodified-since',
  'origin',
];
