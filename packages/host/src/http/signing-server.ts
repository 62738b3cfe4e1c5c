import { createServer, type Server, type Socket } from 'node:net';
import { LancreError } from '../errors/lancre-error.ts';
import type { OcspAnswer, OcspQuestion, OcspSource } from '../status/ocsp-source.ts';
import { FrameSplitter } from './channel-payload.ts';
import {
  decodeQuestion,
  encodeAnswer,
  maximumQuestionOctets,
  type QuestionFrame,
} from './signing-channel.ts';
import { claimSocketPath, protectSocket } from './socket-path.ts';

/** What {@link startSigningServer} needs. */
export interface SigningServerOptions {
  /** Path of the Unix socket. Its folder is made when it is not there; only its owner may enter it. */
  readonly socketPath: string;
  /** Signs. */
  readonly source: OcspSource;
  /** Questions under way at once, of all edges; above, `overloaded`. Default 512. */
  readonly maximumInFlight?: number | undefined;
  /** Told of what an edge sent that is no question, and of a source that rejected. */
  readonly onError?: ((error: unknown) => void) | undefined;
}

/** A signing server that listens. */
export interface SigningServer {
  /** Questions under way now. */
  readonly inFlight: number;
  close(): Promise<void>;
}

/**
 * Listens for the questions of edges: the control side of the channel.
 *
 * @throws LancreError `already_running` when another process listens there, `config_invalid` when the
 *   folder lets others in or the path is too long for a socket
 */
export async function startSigningServer(options: SigningServerOptions): Promise<SigningServer> {
  await claimSocketPath(options.socketPath);
  const listener = new SigningListener(options);
  await listener.listen(options.socketPath);
  return listener;
}

class SigningListener implements SigningServer {
  readonly #options: SigningServerOptions;
  readonly #server: Server;
  readonly #edges = new Set<EdgeConnection>();
  inFlight = 0;

  constructor(options: SigningServerOptions) {
    this.#options = options;
    this.#server = createServer((socket) => this.#accept(socket));
  }

  async listen(socketPath: string): Promise<void> {
    await new Promise<void>((resolve, reject) => {
      this.#server.once('error', (cause) =>
        reject(new LancreError('address_in_use', `cannot listen on ${socketPath}`, { cause })),
      );
      this.#server.listen(socketPath, resolve);
    });
    await protectSocket(socketPath);
  }

  async close(): Promise<void> {
    const closed = new Promise<void>((resolve) => this.#server.close(() => resolve()));
    for (const { socket } of this.#edges) socket.destroy();
    await closed;
  }

  #accept(socket: Socket): void {
    const splitter = new FrameSplitter(maximumQuestionOctets);
    const edge = new EdgeConnection(socket);
    this.#edges.add(edge);
    socket.on('close', () => this.#edges.delete(edge));
    socket.on('error', () => undefined);
    socket.on('data', (octets) => this.#receive(edge, splitter, octets));
  }

  /** An edge that sends anything but questions is cut off: what follows cannot be told apart from noise. */
  #receive(edge: EdgeConnection, splitter: FrameSplitter, octets: Uint8Array): void {
    try {
      for (const payload of splitter.push(octets)) this.#take(edge, decodeQuestion(payload));
    } catch (error) {
      this.#options.onError?.(error);
      edge.socket.destroy();
    }
  }

  #take(edge: EdgeConnection, { id, question }: QuestionFrame): void {
    edge.expect();
    if (this.inFlight >= (this.#options.maximumInFlight ?? 512)) {
      edge.send(encodeAnswer({ id, answer: OVERLOADED }));
      return;
    }
    this.inFlight += 1;
    this.#ask(question)
      .then((answer) => edge.send(encodeAnswer({ id, answer })))
      .catch((error) => this.#options.onError?.(error))
      .finally(() => {
        this.inFlight -= 1;
      });
  }

  async #ask(question: OcspQuestion): Promise<OcspAnswer> {
    try {
      return await this.#options.source.answer(question);
    } catch (error) {
      this.#options.onError?.(error);
      return SIGNER_FAILED;
    }
  }
}

/**
 * The way back to one edge. Answers are sent together: when all that was asked is answered, or two
 * milliseconds after the first. Each write wakes the edge up, which costs both more than the answer.
 */
class EdgeConnection {
  readonly socket: Socket;
  #expected = 0;
  #outbox: Uint8Array[] = [];
  #timer: NodeJS.Timeout | undefined;

  constructor(socket: Socket) {
    this.socket = socket;
  }

  /** One more answer is to come. */
  expect(): void {
    this.#expected += 1;
  }

  send(frame: Uint8Array): void {
    this.#expected -= 1;
    this.#outbox.push(frame);
    if (this.#expected === 0) this.#flush();
    else this.#timer ??= setTimeout(() => this.#flush(), gatherMilliseconds);
  }

  /** An edge that does not take its answers gets no more questions answered until it does. */
  #flush(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    const frames = this.#outbox;
    this.#outbox = [];
    if (this.socket.destroyed || this.socket.write(Buffer.concat(frames))) return;
    this.socket.pause();
    this.socket.once('drain', () => this.socket.resume());
  }
}

const gatherMilliseconds = 2;
const OVERLOADED: OcspAnswer = {
  kind: 'refused',
  status: 'tryLater',
  cause: 'overloaded',
  retryAfterSeconds: 1,
};
const SIGNER_FAILED: OcspAnswer = { kind: 'refused', status: 'internalError', cause: 'signer_failed' };
