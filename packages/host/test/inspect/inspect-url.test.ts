import assert from 'node:assert/strict';
import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { after, test } from 'node:test';
import { encodeOcspError } from '@lancre/pki/ocsp';
import { encodeBase64 } from '@lancre/pki/text';
import { fetchUrl } from '#host/cli/inspect/fetch-url.js';
import { inspect, temporaryFolder } from './inspecting.js';
import { createThingMaker } from './things.js';

const folder = await temporaryFolder();
const maker = await createThingMaker();
const crl = await maker.crl(2);

const answers: Readonly<Record<string, RequestListener>> = {
  '/e1.crl': (_, response) => response.writeHead(200, { 'Content-Type': 'application/pkix-crl' }).end(crl),
  '/moved': (_, response) => response.writeHead(301, { Location: '/e1.crl' }).end(),
  '/bare': (_, response) => response.writeHead(200).end(crl),
  '/slow': (_, response) => response.writeHead(200).write('x'),
  '/large': (_, response) => response.writeHead(200).end(Buffer.alloc(5000)),
};
let asked: string[] = [];
const server = createServer((request, response) => {
  asked.push(request.url ?? '');
  const answer = answers[request.url ?? ''];
  if (answer !== undefined) answer(request, response);
  else if (request.url?.startsWith('/o/')) {
    response
      .writeHead(400, { 'Content-Type': 'application/ocsp-response' })
      .end(encodeOcspError('malformedRequest'));
  } else response.writeHead(404).end('no');
}).listen(0, '127.0.0.1');
await new Promise((resolve) => server.once('listening', resolve));
after(() => {
  server.closeAllConnections();
  server.close();
});
const base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;

test('what a URL leads to is told with status and media type', async () => {
  const { status, stdout } = await inspect(folder, `${base}/e1.crl`);
  assert.equal(status, 0);
  assert.match(stdout, /; HTTP 200,\s+application\/pkix-crl\n/);
  assert.match(stdout, /^A CRL of 2 entries/m);
  assert.match((await inspect(folder, `${base}/bare`)).stdout, /HTTP 200,\s+no Content-Type/);
  assert.match((await inspect(folder, `${base}/moved`)).stdout, /^A CRL of 2 entries/m);
});

test('another status than 200 is an error that names the address', async () => {
  const { status, stderr } = await inspect(folder, `${base}/gone.crl`);
  assert.equal(status, 64);
  assert.equal(stderr, `lancre: ${base}/gone.crl cannot be fetched: it answered 404 Not Found\n`);
});

test('a server that is not there is an error that names the address', async () => {
  const { status, stderr } = await inspect(folder, 'http://127.0.0.1:1/e1.crl');
  assert.equal(status, 64);
  assert.match(stderr, /^lancre: http:\/\/127\.0\.0\.1:1\/e1\.crl cannot be fetched: /);
  assert.match((await inspect(folder, 'http://[')).stderr, /^lancre: http:\/\/\[ cannot be fetched: /);
});

test('a body that does not end in time, or is too large, is given up', async () => {
  await assert.rejects(
    fetchUrl(`${base}/slow`, { deadlineMilliseconds: 100 }),
    /\/slow cannot be fetched: nothing whole within 0\.1 s/,
  );
  await assert.rejects(
    fetchUrl(`${base}/large`, { maximumOctets: 4999 }),
    /\/large cannot be fetched: it sends more than 4999 octets/,
  );
});

test('an OCSP GET is only decoded; with --fetch it is asked too, and an error with status 400 is an answer', async () => {
  const url = `${base}/o/${encodeURIComponent(encodeBase64(await maker.request()))}`;
  asked = [];
  assert.match((await inspect(folder, url)).stdout, /^An OCSP request: /m);
  assert.deepEqual(asked, []);
  const { stdout } = await inspect(folder, url, '--fetch');
  assert.equal(asked.length, 1);
  assert.match(stdout, /^An OCSP request: [\s\S]*^An OCSP response [\s\S]*^ {2}status +malformedRequest$/m);
});
