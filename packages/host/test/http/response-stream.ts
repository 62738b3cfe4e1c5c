import { connect, type Socket } from 'node:net';

/** A response as it came over the wire. */
export interface WireResponse {
  readonly status: number;
  /** Status line and fields. */
  readonly head: string;
  /** Latin-1. */
  readonly body: string;
  /** All values of a field. */
  fields(name: string): readonly string[];
}

/** A raw connection: sends text, takes responses off one by one. Text is Latin-1: one letter, one octet. */
export class ResponseStream {
  readonly #socket: Socket;
  readonly #methods: string[] = [];
  readonly #patience: number;
  #received = '';
  #isClosed = false;
  #wake: () => void = () => undefined;

  constructor(address: { readonly host: string; readonly port: number }, patienceMilliseconds: number) {
    this.#patience = patienceMilliseconds;
    this.#socket = connect(address.port, address.host);
    this.#socket.setNoDelay(true);
    this.#socket.on('data', (octets) => {
      this.#received += octets.toString('latin1');
      this.#wake();
    });
    this.#socket.on('error', () => undefined);
    this.#socket.on('close', () => {
      this.#isClosed = true;
      this.#wake();
    });
  }

  send(text: string): undefined {
    const method = /^([A-Z]+) \S.* HTTP\/1\.[01]\r\n$/s.exec(text)?.[1];
    if (method !== undefined) this.#methods.push(method);
    if (!this.#socket.destroyed) this.#socket.write(Buffer.from(text, 'latin1'));
    return undefined;
  }

  /** The next response, or what is wrong. */
  async nextResponse(): Promise<WireResponse | string> {
    const headEnd = await this.#until(() => this.#received.indexOf('\r\n\r\n'));
    if (headEnd === undefined) return `no response; so far: ${JSON.stringify(this.#received)}`;
    const head = this.#received.slice(0, headEnd);
    this.#received = this.#received.slice(headEnd + 4);
    const status = Number(head.split(' ')[1]);
    const fields = (name: string) => fieldsOf(head, name);
    if (status === 100) return { status, head, body: '', fields };
    const method = this.#methods.shift();
    const length =
      method === 'HEAD' || status === 304 ? 0 : Number(fields('content-length')[0] ?? Number.NaN);
    const body = await this.#takeBody(length);
    return body === undefined ? `the body is not whole:\n${head}` : { status, head, body, fields };
  }

  /** Waits for the server to close; anything that it still sends is wrong. */
  async nextClose(): Promise<string | undefined> {
    await this.#until(() => (this.#isClosed ? 0 : -1));
    if (!this.#isClosed) return 'the connection is still open';
    return this.#received === '' ? undefined : `still sent ${JSON.stringify(this.#received)}`;
  }

  destroy(): void {
    this.#socket.destroy();
  }

  async #takeBody(length: number): Promise<string | undefined> {
    // Without a length, the body ends with the connection.
    const ready = () =>
      Number.isNaN(length) ? (this.#isClosed ? 0 : -1) : this.#received.length >= length ? 0 : -1;
    if ((await this.#until(ready)) === undefined) return undefined;
    const taken = Number.isNaN(length) ? this.#received.length : length;
    const body = this.#received.slice(0, taken);
    this.#received = this.#received.slice(taken);
    return body;
  }

  /** Waits until `find` finds something. */
  async #until(find: () => number): Promise<number | undefined> {
    const deadline = Date.now() + this.#patience;
    for (;;) {
      const found = find();
      if (found >= 0) return found;
      if (this.#isClosed || Date.now() > deadline) return undefined;
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, 200);
        this.#wake = () => {
          clearTimeout(timer);
          resolve();
        };
      });
    }
  }
}

function fieldsOf(head: string, name: string): readonly string[] {
  const lines = head.split('\r\n').slice(1);
  const wanted = `${name.toLowerCase()}:`;
  return lines
    .filter((line) => line.toLowerCase().startsWith(wanted))
    .map((line) => line.slice(wanted.length).trim());
}
