import assert from 'node:assert/strict';
import { createServer, type IncomingMessage, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { after, test } from 'node:test';
import { cachingFaults } from '#host/cli/doctor/caching-faults.js';
import { PublicClient } from '#host/cli/doctor/public-client.js';
import { freePorts } from '../cli/host-process.ts';

async function serve(respond: RequestListener): Promise<number> {
  const server = createServer(respond);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  after(() => {
    server.closeAllConnections();
    server.close();
  });
  return (server.address() as AddressInfo).port;
}

/** Nobody can register a name under .invalid (RFC 6761 6.4). */
const nowhere = 'e1.c.example.invalid';

test('a name that does not resolve is asked for where the host listens, by that name', async () => {
  const seen: IncomingMessage[] = [];
  const port = await serve((request, response) => {
    seen.push(request);
    response.setHeader('Content-Type', 'Application/PKIX-CRL; x=y').end('list');
  });
  const client = new PublicClient({ listen: { host: '0.0.0.0', port } });
  const answer = await client.fetch({ url: `http://${nowhere}/7.crl?x` });
  assert.ok(answer.kind === 'answered', JSON.stringify(answer));
  assert.deepEqual([answer.status, answer.mediaType], [200, 'application/pkix-crl']);
  assert.equal(Buffer.from(answer.body).toString(), 'list');
  assert.deepEqual([seen[0]?.url, seen[0]?.headers.host], ['/7.crl?x', nowhere]);
  assert.deepEqual(client.unresolved, [nowhere]);
});

test('with an origin no name is resolved, and a POST is one', async () => {
  const bodies: string[] = [];
  const port = await serve(async (request, response) => {
    let body = '';
    for await (const part of request) body += part;
    bodies.push(`${request.method} ${request.headers.host} ${body}`);
    response.end();
  });
  const origin = new URL(`http://127.0.0.1:${port}`);
  const client = new PublicClient({ listen: { host: '127.0.0.1', port: 1 }, origin });
  const answer = await client.fetch({
    url: `http://${nowhere}/o`,
    method: 'POST',
    body: Buffer.from('asked'),
  });
  assert.equal(answer.kind, 'answered');
  assert.deepEqual(bodies, [`POST ${nowhere} asked`]);
  assert.deepEqual(client.unresolved, []);
});

test('a redirection is an answer, and is not followed', async () => {
  let count = 0;
  const port = await serve((_, response) => {
    count += 1;
    response.writeHead(301, { Location: '/elsewhere' }).end();
  });
  const client = new PublicClient({ listen: { host: '127.0.0.1', port } });
  const answer = await client.fetch({ url: `http://127.0.0.1:${port}/` });
  assert.ok(answer.kind === 'answered');
  assert.deepEqual([answer.status, count], [301, 1]);
});

test('who does not answer within the deadline is not asked twice', async () => {
  let count = 0;
  const port = await serve(() => {
    count += 1;
  });
  const options = { listen: { host: '127.0.0.1', port }, deadlineMilliseconds: 100 };
  const client = new PublicClient(options);
  for (const path of ['a', 'b']) {
    const answer = await client.fetch({ url: `http://127.0.0.1:${port}/${path}` });
    assert.ok(answer.kind === 'failed');
    assert.equal(answer.message, `127.0.0.1:${port}: nothing whole within 0.1 s`);
  }
  assert.equal(count, 1);
});

test('where nobody listens, the answer says so', async () => {
  const [port = 0] = await freePorts(1);
  const client = new PublicClient({ listen: { host: '127.0.0.1', port } });
  const answer = await client.fetch({ url: `http://127.0.0.1:${port}/` });
  assert.ok(answer.kind === 'failed' && answer.message.includes('ECONNREFUSED'));
});

test('HTTP-22: caching fields that are absent, forbid, or outlive the list are faults', () => {
  const now = new Date('2026-11-25T12:00:00Z');
  const nextUpdate = new Date('2026-11-25T13:00:00Z');
  const faults = (control: string | undefined, age?: string) =>
    cachingFaults(
      {
        headers: { ...(control === undefined ? {} : { 'cache-control': control }), ...(age ? { age } : {}) },
      },
      nextUpdate,
      now,
    );
  assert.deepEqual(faults('max-age=3599, public'), []);
  assert.deepEqual(faults('public,max-age=3700', '200'), []);
  assert.match(faults('max-age=3601').join(), /after its nextUpdate/);
  assert.match(faults(undefined).join(), /no max-age/);
  assert.match(faults('no-store').join(), /may not keep it/);
  assert.deepEqual(cachingFaults({ headers: { 'cache-control': 'max-age=86400' } }, undefined, now), []);
});
