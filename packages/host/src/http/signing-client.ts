import { connect, type Socket } from 'node:net';
import type { OcspAnswer, OcspQuestion, OcspSource, RefusedAnswer } from '../status/ocsp-source.ts';
import { FrameSplitter } from './channel-payload.ts';
import { decodeAnswer, encodeQuestion, maximumAnswerOctets } from './signing-channel.ts';

/** What a {@link SigningClient} needs. */
export interface SigningClientOptions {
  /** Path of the Unix socket on which control listens. */
  readonly socketPath: string;
  /** For one answer. Default 4,000 ms. */
  readonly deadlineMilliseconds?: number | undefined;
  /** What Retry-After says while control is away. Default 10 s. */
  readonly retryAfterSeconds?: number | undefined;
  /** Questions under way at once; above, `overloaded`. Default 4,096. */
  readonly maximumInFlight?: number | undefined;
}

/**
 * Asks the control process for signatures. Connects when there is a question and no connection; many
 * questions are under way at once, and answers come in any order.
 */
export class SigningClient implements OcspSource {
  readonly #options: SigningClientOptions;
  readonly #waiting = new Map<number, (answer: OcspAnswer) => void>();
  #outbox: Uint8Array[] = [];
  #socket: Socket | undefined;
  #nextId = 0;
  #isClosed = false;

  constructor(options: SigningClientOptions) {
    this.#options = options;
  }

  answer(question: OcspQuestion): Promise<OcspAnswer> {
    if (this.#isClosed) return Promise.resolve(this.#unreachable());
    if (this.#waiting.size >= (this.#options.maximumInFlight ?? 4096)) {
      return Promise.resolve({
        kind: 'refused',
        status: 'tryLater',
        cause: 'overloaded',
        retryAfterSeconds: 1,
      });
    }
    const id = this.#takeId();
    return new Promise((resolve) => {
      const deadline = this.#options.deadlineMilliseconds ?? 4000;
      const timer = setTimeout(() => this.#settle(id, this.#unreachable()), deadline);
      this.#waiting.set(id, (answer) => {
        clearTimeout(timer);
        resolve(answer);
      });
      this.#send(encodeQuestion({ id, question }));
    });
  }

  /** Gives up the connection; all that is under way, and all that follows, is `control_unreachable`. */
  close(): void {
    this.#isClosed = true;
    this.#socket?.destroy();
    this.#abandon();
  }

  /** All that is asked in one turn of the event loop goes in one write: each wakes control up. */
  #send(frame: Uint8Array): void {
    this.#outbox.push(frame);
    if (this.#outbox.length > 1) return;
    setImmediate(() => {
      const frames = this.#outbox;
      this.#outbox = [];
      if (!this.#isClosed) this.#connected().write(Buffer.concat(frames));
    });
  }

  #settle(id: number, answer: OcspAnswer): void {
    const settle = this.#waiting.get(id);
    this.#waiting.delete(id);
    // Too late, when nobody waits any more.
    settle?.(answer);
  }

  #connected(): Socket {
    if (this.#socket !== undefined) return this.#socket;
    const socket = connect(this.#options.socketPath);
    const splitter = new FrameSplitter(maximumAnswerOctets);
    socket.on('data', (octets) => this.#receive(socket, splitter, octets));
    // Every error is followed by a close.
    socket.on('error', () => undefined);
    socket.on('close', () => this.#lose(socket));
    this.#socket = socket;
    return socket;
  }

  #receive(socket: Socket, splitter: FrameSplitter, octets: Uint8Array): void {
    try {
      for (const payload of splitter.push(octets)) {
        const { id, answer } = decodeAnswer(payload);
        this.#settle(id, answer);
      }
    } catch {
      socket.destroy();
    }
  }

  #lose(socket: Socket): void {
    if (this.#socket !== socket) return;
    this.#socket = undefined;
    this.#abandon();
  }

  /** Asked again by the client of ours, the question goes over a new connection. */
  #abandon(): void {
    for (const id of [...this.#waiting.keys()]) this.#settle(id, this.#unreachable());
  }

  #takeId(): number {
    const id = this.#nextId;
    this.#nextId = (id + 1) >>> 0;
    return id;
  }

  #unreachable(): RefusedAnswer {
    const retryAfterSeconds = this.#options.retryAfterSeconds ?? 10;
    return { kind: 'refused', status: 'tryLater', cause: 'control_unreachable', retryAfterSeconds };
  }
}
