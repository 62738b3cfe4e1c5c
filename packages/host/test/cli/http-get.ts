import { Agent, type IncomingHttpHeaders, request } from 'node:http';

/** A response that was read to its end. */
export interface HttpResponse {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
}

/** A GET on a connection of its own, with any Host field. */
export function httpGet(url: string, host?: string): Promise<HttpResponse> {
  return new Promise((resolve, reject) => {
    const headers = host === undefined ? {} : { Host: host };
    const sent = request(url, { agent: new Agent(), headers, timeout: 10_000 }, (response) => {
      const parts: Buffer[] = [];
      response.on('data', (part) => parts.push(part));
      response.once('error', reject);
      response.once('end', () =>
        resolve({
          status: response.statusCode ?? 0,
          headers: response.headers,
          body: Buffer.concat(parts),
        }),
      );
    });
    sent.once('timeout', () => sent.destroy(new Error(`no answer from ${url}`)));
    sent.once('error', reject);
    sent.end();
  });
}
