import { connect, type Socket } from 'node:net';

/** A reply as it came over the wire. */
export interface WireReply {
  readonly status: number;
  /** Status line and fields. */
  readonly head: string;
  readonly body: Buffer;
}

/** Where an edge listens. */
export interface EdgeAddress {
  readonly host: string;
  readonly port: number;
}

/**
 * Sends octets on a connection of its own and takes the replies off, interim ones left out.
 *
 * @param methods of the requests sent, in order: there is no body in the reply to a HEAD
 * @param ending `end-first` = closes its side after sending, `end-last` = when it has as many replies
 *   as there are methods
 * @returns the replies up to the close of the connection, by either side
 */
export function converse(
  address: EdgeAddress,
  octets: Uint8Array,
  methods: readonly string[],
  ending: 'end-first' | 'end-last',
): Promise<readonly WireReply[]> {
  return new Promise((resolve, reject) => {
    const socket = connect({ ...address, noDelay: true });
    const replies: WireReply[] = [];
    let rest: Buffer = Buffer.alloc(0);
    socket.on('data', (part) => {
      rest = takeReplies(rest.length === 0 ? part : Buffer.concat([rest, part]), methods, replies);
      if (replies.length >= methods.length) socket.end();
    });
    // A server that refuses a request may not have read all of it: the rest then meets a closed door.
    socket.on('error', () => undefined);
    socket.on('close', () => {
      clearTimeout(timer);
      takeLastReply(rest, replies);
      resolve(replies);
    });
    const timer = setTimeout(() => giveUp(socket, reject, replies.length), PATIENCE);
    socket.write(octets);
    if (ending === 'end-first') socket.end();
  });
}

/** Takes whole replies off the front; the rest. */
function takeReplies(received: Buffer, methods: readonly string[], replies: WireReply[]): Buffer {
  let rest = received;
  for (;;) {
    const headEnd = rest.indexOf('\r\n\r\n');
    if (headEnd === -1) return rest;
    const head = rest.toString('latin1', 0, headEnd);
    const status = statusIn(head);
    const bodyStart = headEnd + 4;
    const end =
      status === 100
        ? bodyStart
        : bodyStart + bodyLength(head, status, methods[replies.length], rest.subarray(bodyStart));
    if (end > rest.length || Number.isNaN(end)) return rest;
    if (status !== 100) replies.push({ status, head, body: rest.subarray(bodyStart, end) });
    rest = rest.subarray(end);
  }
}

/** What has no length ends with the connection: Bun refuses bad HTTP that way. */
function takeLastReply(rest: Buffer, replies: WireReply[]): void {
  const headEnd = rest.indexOf('\r\n\r\n');
  const head = rest.toString('latin1', 0, Math.max(0, headEnd));
  if (headEnd === -1 || /\r\n(?:Content-Length|Transfer-Encoding):/i.test(head)) return;
  replies.push({ status: statusIn(head), head, body: rest.subarray(headEnd + 4) });
}

function statusIn(head: string): number {
  return Number(/^HTTP\/1\.1 (\d{3}) /.exec(head)?.[1]);
}

/** NaN when the end is not in sight. */
function bodyLength(head: string, status: number, method: string | undefined, received: Buffer): number {
  if (method === 'HEAD' || status === 304) return 0;
  const declared = /\r\nContent-Length: (\d+)/i.exec(head)?.[1];
  if (declared !== undefined) return Number(declared);
  // Node itself sends chunks where it refuses an expectation: none but the last.
  const isEmpty = /\r\nTransfer-Encoding: chunked/i.test(head) && received.indexOf(LAST_CHUNK) === 0;
  return isEmpty ? LAST_CHUNK.length : Number.NaN;
}

function giveUp(socket: Socket, reject: (error: Error) => void, count: number): void {
  socket.destroy();
  reject(new Error(`the connection hangs after ${count} replies`));
}

const LAST_CHUNK = '0\r\n\r\n';
const PATIENCE = 20_000;
