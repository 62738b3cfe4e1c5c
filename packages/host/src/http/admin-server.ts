import { serve } from 'srvx';
import { addressOf, listen, type RunningServer } from './edge-server.ts';
import { buildResponse, methodNotAllowed, NOT_KEPT, textResponse } from './response.ts';

/** What {@link startAdminServer} needs. */
export interface AdminServerOptions {
  /** Address to listen on: a private one, `127.0.0.1` unless there is a reason. */
  readonly host: string;
  readonly port: number;
  readonly health: () => HealthReport | Promise<HealthReport>;
  /** In the text format of Prometheus. */
  readonly metrics: () => string | Promise<string>;
}

/** What `GET /healthz` says: 200 when `healthy`, else 503; `details` is sent as JSON. */
export interface HealthReport {
  readonly healthy: boolean;
  readonly details: Readonly<Record<string, unknown>>;
}

/** Listens on the private side: `GET /healthz` and `GET /metrics`. @throws LancreError `address_in_use` */
export async function startAdminServer(options: AdminServerOptions): Promise<RunningServer> {
  const server = serve({
    manual: true,
    silent: true,
    gracefulShutdown: false,
    hostname: options.host,
    port: options.port,
    fetch: (request) => respondToAdmin(options, request.method, new URL(request.url).pathname),
    // The admin port belongs to the one control process.
    node: { exclusive: true, requestTimeout: 15_000, headersTimeout: 10_000 },
  });
  await listen(server, options.host, options.port);
  return { address: addressOf(server), close: () => server.close(true) };
}

/** The admin side as a function. Never rejects: what fails is a 500. */
export async function respondToAdmin(options: AdminPages, method: string, path: string): Promise<Response> {
  try {
    return await respond(options, method, path);
  } catch {
    return textResponse(method, 500, 'Something went wrong here.');
  }
}

type AdminPages = Pick<AdminServerOptions, 'health' | 'metrics'>;

async function respond(options: AdminPages, method: string, path: string): Promise<Response> {
  if (path !== '/healthz' && path !== '/metrics')
    return textResponse(method, 404, 'Here are /healthz and /metrics.');
  if (method !== 'GET' && method !== 'HEAD') return methodNotAllowed(method, 'GET, HEAD');
  if (path === '/metrics')
    return reply(method, 200, 'text/plain; version=0.0.4; charset=utf-8', await options.metrics());
  const { healthy, details } = await options.health();
  return reply(
    method,
    healthy ? 200 : 503,
    'application/json',
    `${JSON.stringify({ healthy, ...details })}\n`,
  );
}

function reply(method: string, status: number, contentType: string, text: string): Response {
  const body = Buffer.from(text, 'utf8');
  const fields = [['Content-Type', contentType], ['Content-Length', String(body.length)], NOT_KEPT] as const;
  return buildResponse(status, fields, method === 'HEAD' ? undefined : body);
}
