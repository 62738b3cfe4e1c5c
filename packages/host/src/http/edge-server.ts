import { type Server, serve } from 'srvx';
import { LancreError } from '../errors/lancre-error.ts';
import { respondOnBun, stopBunServer } from './bun-server.ts';
import type { EdgeHandler } from './edge-handler.ts';
import { prepareNodeServer, type StopServer } from './node-server.ts';
import { edgeRequestOf } from './server-request.ts';

/** What {@link startEdgeServer} needs. */
export interface EdgeServerOptions {
  readonly handler: EdgeHandler;
  /** Address to listen on, such as `0.0.0.0` or `::`. */
  readonly host: string;
  /** 0 = any free one. */
  readonly port: number;
  readonly now: () => Date;
  readonly limits?: Partial<EdgeServerLimits> | undefined;
}

/** How long an edge waits for whom. All in ms. */
export interface EdgeServerLimits {
  /** For the whole head of a request. Default 10,000. */
  readonly headersMilliseconds: number;
  /** For the whole request. Default 15,000. */
  readonly requestMilliseconds: number;
  /** Between two requests of a connection. Default 75,000. */
  readonly keepAliveMilliseconds: number;
  /** For requests under way, when the server is closed. Default 5,000. */
  readonly drainMilliseconds: number;
}

/** A server that listens. */
export interface RunningServer {
  readonly address: { readonly host: string; readonly port: number };
  /** Takes no more connections, lets requests under way end, then closes what is left. */
  close(): Promise<void>;
}

/**
 * Lets an edge listen for plain HTTP (HTTP-01). In a `node:cluster` worker the listening socket is
 * the primary's, shared by all workers; on Bun every process has its own on the same port (SO_REUSEPORT).
 *
 * What differs on Bun 1.4: there is one timeout, between two reads of a connection
 * (`keepAliveMilliseconds`); heads over 16 KiB are 431, and bad ones 400, by Bun itself; and a request
 * that is pipelined behind one that still waits for its answer makes Bun close the connection. No
 * answer goes to the wrong request then, and clients repeat what was not answered (RFC 9112 9.3.1).
 *
 * @throws LancreError `address_in_use`
 */
export async function startEdgeServer(options: EdgeServerOptions): Promise<RunningServer> {
  const limits: EdgeServerLimits = { ...DEFAULT_LIMITS, ...options.limits };
  const server = serve({
    manual: true,
    silent: true,
    gracefulShutdown: false,
    reusePort: IS_BUN,
    hostname: options.host,
    port: options.port,
    fetch: IS_BUN
      ? (request) => respondOnBun(options.handler, request, options.now)
      : (request) => options.handler.respond(edgeRequestOf(request)),
    node: {
      exclusive: false,
      maxHeaderSize: MAXIMUM_HEADER_OCTETS,
      headersTimeout: limits.headersMilliseconds,
      requestTimeout: limits.requestMilliseconds,
      keepAliveTimeout: limits.keepAliveMilliseconds,
      connectionsCheckingInterval: 1000,
      // Two Host fields show as one with a comma, which is refused (RFC 9112 3.2).
      joinDuplicateHeaders: true,
    },
    bun: { idleTimeout: Math.min(255, Math.ceil(limits.keepAliveMilliseconds / 1000)), development: false },
  });
  const stop: StopServer = IS_BUN
    ? (milliseconds) => stopBunServer(server, milliseconds)
    : prepareNodeServer(server, options.handler, options.now);
  await listen(server, options.host, options.port);
  return { address: addressOf(server), close: () => stop(limits.drainMilliseconds) };
}

/** Starts to listen. @throws LancreError `address_in_use` */
export async function listen(server: Server, host: string, port: number): Promise<void> {
  try {
    await server.serve();
  } catch (cause) {
    throw new LancreError('address_in_use', `cannot listen on ${host} port ${port}`, { cause });
  }
}

/** Where a server listens. */
export function addressOf(server: Server): RunningServer['address'] {
  const url = new URL(server.url ?? 'http://invalid:0');
  return { host: url.hostname.replace(/^\[|\]$/g, ''), port: Number(url.port || 80) };
}

const IS_BUN: boolean = 'bun' in process.versions;
const MAXIMUM_HEADER_OCTETS = 16 * 1024;
const DEFAULT_LIMITS: EdgeServerLimits = {
  headersMilliseconds: 10_000,
  requestMilliseconds: 15_000,
  keepAliveMilliseconds: 75_000,
  drainMilliseconds: 5_000,
};
