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
  readonly #waiting = new Map<Socket, Set<ServerResponse>>();
  /** What ends a connection once its answers are out. */
  readonly #lastWords = new Map<Socket, string>();
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
    const waiting = this.#waiting.get(socket) ?? new Set();
    this.#waiting.set(socket, waiting.add(response));
    response.once('close', () => this.#end(socket, response));
  }

  /**
   * Ends a connection on which something came that is no HTTP. The answers to what came before it go out
   * first: a status that overtook them would be taken for theirs (RFC 9112 9.3.2). A request whose own
   * body is what is wrong gets the status as its answer.
   */
  refuse(socket: Socket, statusText: string): void {
    if (!this.#isAnswerDue(socket)) {
      socket.end(statusText);
      return;
    }
    socket.pause();
    this.#lastWords.set(socket, statusText);
  }

  /** Closes the connections that wait for nothing, now, and the others as soon as they do. */
  close(): void {
    this.#isClosing = true;
    for (const socket of this.#open) if (!this.#waiting.has(socket)) socket.destroySoon();
  }

  #end(socket: Socket, response: ServerResponse): void {
    const waiting = this.#waiting.get(socket);
    waiting?.delete(response);
    if (waiting?.size === 0) this.#waiting.delete(socket);
    const lastWords = this.#lastWords.get(socket);
    if (lastWords !== undefined && !this.#isAnswerDue(socket)) {
      this.#lastWords.delete(socket);
      socket.end(lastWords);
    } else if (this.#isClosing && !this.#waiting.has(socket)) socket.destroySoon();
  }

  /** Whether a request that has come whole waits for its answer. */
  #isAnswerDue(socket: Socket): boolean {
    return [...(this.#waiting.get(socket) ?? [])].some(({ req }) => req.complete);
  }
}
