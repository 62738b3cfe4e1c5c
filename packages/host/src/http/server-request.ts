import type { IncomingMessage } from 'node:http';
import type { ServerRequest } from 'srvx';
import type { EdgeRequest, RequestBody } from './edge-request.ts';
import { readNodeBody, readWebBody } from './request-body.ts';

/** The request of srvx, on Node or Bun, as an {@link EdgeRequest}. */
export function edgeRequestOf(request: ServerRequest): EdgeRequest {
  const node = request.runtime?.node?.req;
  // HTTP/2 is not offered: a request of node:http is an IncomingMessage.
  return node !== undefined && 'rawTrailers' in node && !('stream' in node)
    ? new NodeEdgeRequest(node)
    : new WebEdgeRequest(request);
}

/** A request of node:http. */
export class NodeEdgeRequest implements EdgeRequest {
  readonly #request: IncomingMessage;

  constructor(request: IncomingMessage) {
    this.#request = request;
  }

  get method(): string {
    return this.#request.method ?? 'GET';
  }

  get target(): string {
    return this.#request.url ?? '/';
  }

  header(name: string): string | undefined {
    const value = this.#request.headers[name];
    return Array.isArray(value) ? value.join(', ') : value;
  }

  readBody(limitOctets: number, deadlineMilliseconds: number): Promise<RequestBody> {
    return readNodeBody(this.#request, limitOctets, deadlineMilliseconds);
  }
}

/** A web-standard request: Bun's, or one that a test made. */
export class WebEdgeRequest implements EdgeRequest {
  readonly #request: Request;

  constructor(request: Request) {
    this.#request = request;
  }

  get method(): string {
    return this.#request.method;
  }

  get target(): string {
    return this.#request.url;
  }

  header(name: string): string | undefined {
    return this.#request.headers.get(name) ?? undefined;
  }

  readBody(limitOctets: number, deadlineMilliseconds: number): Promise<RequestBody> {
    return readWebBody(this.#request, limitOctets, deadlineMilliseconds);
  }
}
