import type { Server as HttpServer, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';

/**
 * The connections of a Node server, and which of them wait for an answer. `closeIdleConnections()`
 * leaves alone those that have not sent a whole request yet, and so would wait for them.
 *
 * Answers that are written at once need not be told: they are in the socket's hands when anybody looks.
 */
export class NodeConnections {
  readonly #open = new Set<Socket>();
  readonly #waiting = new Map<Socket, number>();
  #isClosing = false;

  constructor(server: HttpServer) {
    server.on('connection', (socket: Socket) => {
      this.#open.add(socket);
      socket.once('close', () => this.#open.delete(socket));
    });
  }

  /** A request whose answer may take its time. */
  begin(response: ServerResponse): void {
    const { socket } = response;
    if (socket === null) return;
    this.#waiting.set(socket, (this.#waiting.get(socket) ?? 0) + 1);
    response.once('close', () => this.#end(socket));
  }

  /** Closes the connections that wait for nothing, now, and the others as soon as they do. */
  close(): void {
    this.#isClosing = true;
    for (const socket of this.#open) if (!this.#waiting.has(socket)) socket.destroySoon();
  }

  #end(socket: Socket): void {
    const left = (this.#waiting.get(socket) ?? 1) - 1;
    if (left > 0) {
      this.#waiting.set(socket, left);
      return;
    }
    this.#waiting.delete(socket);
    if (this.#isClosing) socket.destroySoon();
  }
}
