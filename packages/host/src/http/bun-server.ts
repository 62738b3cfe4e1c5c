import type { Server, ServerRequest } from 'srvx';
import type { EdgeHandler } from './edge-handler.ts';
import { formatHttpDate } from './http-date.ts';
import { WebEdgeRequest } from './server-request.ts';

/** Answers a request on Bun: from the cache at once, with fields that are kept ready, or the whole way. */
export function respondOnBun(
  handler: EdgeHandler,
  request: ServerRequest,
  now: () => Date,
): Response | Promise<Response> {
  const { headers } = request;
  if (request.method === 'GET' && !FIELDS_THAT_MATTER.some((name) => headers.has(name))) {
    const milliseconds = now().getTime();
    const reply = handler.findReply(request.url, headers.get('host') ?? undefined, milliseconds);
    if (reply !== undefined) return new Response(reply.der, { headers: reply.headers(milliseconds) });
  }
  return dated(handler.respond(new WebEdgeRequest(request)), now);
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
