import { Server as HttpServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import type { Server } from 'srvx';
import { sendNodeResponse } from 'srvx/node';
import type { EdgeHandler } from './edge-handler.ts';
import { NodeConnections } from './node-connections.ts';
import type { OcspOutcome } from './ocsp-endpoint.ts';
import { OcspReply } from './ocsp-reply.ts';
import { NOT_KEPT } from './response.ts';
import { NodeEdgeRequest } from './server-request.ts';

/** Ends a server: requests under way may take `drainMilliseconds`. */
export type StopServer = (drainMilliseconds: number) => Promise<void>;

/**
 * Prepares a Node server of srvx: OCSP answers to plain GETs are written without a Response between, and
 * bad HTTP gets a status of its own.
 *
 * @returns how to stop it
 */
export function prepareNodeServer(server: Server, handler: EdgeHandler, now: () => Date): StopServer {
  const node = server.node;
  const http = node?.server;
  if (node === undefined || !(http instanceof HttpServer)) return () => server.close();
  const connections = new NodeConnections(http);
  http.removeAllListeners('request');
  http.on('request', (request, response) => {
    const host = plainHostOf(request);
    if (host !== undefined && sendCachedReply(handler, request, response, host, now)) return;
    connections.begin(response);
    const sent =
      host === undefined
        ? node.handler(request, response)
        : sendAnswer(handler.answer(new NodeEdgeRequest(request)), response, now);
    Promise.resolve(sent).catch(() => response.destroy());
  });
  http.on('clientError', (error: BadHttp, socket: Duplex) => refuseBadHttp(connections, error, socket));
  // CONNECT never reaches 'request'; there is no tunnel to be had here.
  http.on('connect', (_request: IncomingMessage, socket: Duplex) =>
    socket.end(statusOnly(405, 'Method Not Allowed', 'Allow: GET, HEAD, POST\r\n')),
  );
  return async (drainMilliseconds) => {
    const closed = server.close();
    connections.close();
    const timer = setTimeout(() => http.closeAllConnections(), drainMilliseconds);
    await closed;
    clearTimeout(timer);
  };
}

function sendCachedReply(
  handler: EdgeHandler,
  request: IncomingMessage,
  response: ServerResponse,
  host: string,
  now: () => Date,
): boolean {
  const milliseconds = now().getTime();
  const reply = handler.findReply(request.url ?? '/', host, milliseconds);
  if (reply === undefined) return false;
  writeReply(response, reply, milliseconds);
  return true;
}

async function sendAnswer(
  answer: OcspOutcome | Promise<OcspOutcome>,
  response: ServerResponse,
  now: () => Date,
): Promise<void> {
  const outcome = await answer;
  if (outcome instanceof OcspReply) writeReply(response, outcome, now().getTime());
  else await sendNodeResponse(response, outcome);
}

/** Head and body in one write. */
function writeReply(response: ServerResponse, reply: OcspReply, milliseconds: number): void {
  response.writeHead(200, reply.flatFields(milliseconds));
  // One string in one plain write: end() with a body adds an empty one, and both go by the dearer writev.
  response.write(reply.text, 'latin1');
  response.socket?.uncork();
  response.end();
}

/** The Host field of a GET that has one, and no field that could change the response: preconditions, Origin. */
function plainHostOf({ method, rawHeaders }: IncomingMessage): string | undefined {
  if (method !== 'GET') return undefined;
  let host: string | undefined;
  for (let i = 0; i < rawHeaders.length; i += 2) {
    const name = rawHeaders[i] ?? '';
    // Case folding is dear, and few names have the initials of If-…, Origin and Host.
    const initial = name.charCodeAt(0) | 0x20;
    if (initial === LETTER_I || initial === LETTER_O) {
      if (/^(?:if-|origin$)/i.test(name)) return undefined;
    } else if (initial === LETTER_H && name.length === 4 && name.toLowerCase() === 'host') {
      if (host !== undefined) return undefined;
      host = rawHeaders[i + 1];
    }
  }
  return host;
}

type BadHttp = NodeJS.ErrnoException & { rawPacket?: Buffer };

function refuseBadHttp(connections: NodeConnections, error: BadHttp, socket: Duplex): void {
  if (error.code === 'ECONNRESET' || !socket.writable) socket.destroy();
  else if (socket instanceof Socket) connections.refuse(socket, statusOf(error));
  else socket.end(statusOf(error));
}

function statusOf({ code, rawPacket }: BadHttp): string {
  if (code === 'ERR_HTTP_REQUEST_TIMEOUT') return statusOnly(408, 'Request Timeout');
  if (code !== 'HPE_HEADER_OVERFLOW') return statusOnly(400, 'Bad Request');
  // Node calls every head that is too long 431; of a request line, RFC 9112 3 wants 414.
  const lineEnd = rawPacket?.indexOf('\r\n') ?? 0;
  return lineEnd === -1 || lineEnd > LONGEST_LINE
    ? statusOnly(414, 'URI Too Long')
    : statusOnly(431, 'Request Header Fields Too Large');
}

/** 405, 414 and others may be kept by guess where nobody says otherwise (RFC 9111 4.2.2; HTTP-25). */
function statusOnly(status: number, reason: string, more = ''): string {
  const fields = `Connection: close\r\nContent-Length: 0\r\n${NOT_KEPT.join(': ')}\r\n${more}`;
  return `HTTP/1.1 ${status} ${reason}\r\n${fields}\r\n`;
}

const LETTER_H = 0x68;
const LETTER_I = 0x69;
const LETTER_O = 0x6f;
const LONGEST_LINE = 8192;
