import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { decodeCertificate } from '@lancre/pki/certificate';
import { decodeCrl } from '@lancre/pki/crl';
import { decodeOcspResponse, type OcspErrorStatus } from '@lancre/pki/ocsp';
import { createEdgeHandler } from '#host/http/edge-handler.js';
import type { EdgeRequest } from '#host/http/edge-request.js';
import { WebEdgeRequest } from '#host/http/server-request.js';
import { SigningClient } from '#host/http/signing-client.js';
import {
  createTestIssuer,
  FakeArtifacts,
  FakeClock,
  FakeSource,
  FakeStatusView,
  NO_ANSWERS,
} from './fixture.js';
import { sampleRequest } from './ocsp-request-samples.js';
import { startSigningEdge } from './signing-edge.js';

const test = await createTestIssuer();
const start = '2026-11-25T12:00:00Z';

describe('the rules of HTTP that hold for the whole edge', () => {
  it('HTTP-03: every body is the DER itself', async () => {
    const { get, crl } = await setUp();
    assert.deepEqual(await bodyOf(get('/c/e1.crl')), crl);
    assert.ok(decodeCrl(crl).thisUpdate instanceof Date);
    const certificate = await bodyOf(get('/i/e1'));
    assert.deepEqual(Buffer.from(decodeCertificate(certificate).der), certificate);
    const edge = await startSigningEdge(() => new Date());
    const [issuer] = edge.issuers;
    assert.ok(issuer);
    const path = targetOf(sampleRequest({ issuer: issuer.certificate, serial: '0b' }));
    const answer = await bodyOf(edge.handler.respond(requestOf(path)));
    assert.equal(decodeOcspResponse(answer).status, 'successful');
    await edge.server.close();
  });

  it('HTTP-09: when the max-age that was handed out has ended, there is a newer answer', async () => {
    const { get, clock, knownTarget, find } = await setUp();
    const first = await get(knownTarget);
    const firstBody = await bodyOf(first);
    const maxAge = maxAgeOf(first);
    assert.equal(maxAge, 1000);
    clock.advance(maxAge - 1);
    assert.deepEqual(await bodyOf(get(knownTarget)), firstBody);
    assert.notEqual(find(), undefined);
    clock.advance(1);
    assert.equal(find(), undefined);
    const second = await get(knownTarget);
    assert.notDeepEqual(await bodyOf(second), firstBody);
    assert.equal(second.headers.get('last-modified'), 'Wed, 25 Nov 2026 12:16:40 GMT');
    assert.equal(maxAgeOf(second), 1000);
  });

  it('HTTP-10: answers may be kept, errors may not', async () => {
    const { get, knownTarget, source } = await setUp();
    assert.doesNotMatch(cacheControlOf(await get(knownTarget)), /no-cache|no-store/);
    for (const path of ['/o/!!', targetOf(await test.request({ serials: ['7777'] }))]) {
      assert.match(cacheControlOf(await get(path)), /no-cache, no-store/);
    }
    source.failure = { kind: 'refused', status: 'tryLater', cause: 'overloaded' };
    assert.match(cacheControlOf(await get(targetOf(await test.request({ serials: ['0c'] })))), /no-store/);
  });

  it('HTTP-25: every response of the edge says how long it is fresh', async () => {
    const { send, knownTarget } = await setUp();
    const asked: readonly (readonly [status: number, path: string, init?: RequestInit])[] = [
      [200, knownTarget],
      [200, knownTarget, { method: 'HEAD' }],
      [304, knownTarget, { headers: { 'If-None-Match': '*' } }],
      [412, knownTarget, { headers: { 'If-Match': '"0"' } }],
      [200, '/o', { method: 'POST', body: Buffer.from(await test.request({ serials: ['0b'] })) }],
      [413, '/o', { method: 'POST', body: Buffer.alloc(10_001) }],
      [400, '/o/!!'],
      [200, '/o/'],
      [405, '/o', { method: 'PUT' }],
      [414, `/o/${'M'.repeat(8200)}`],
      [200, '/c/e1.crl'],
      [206, '/c/e1.crl', { headers: { Range: 'bytes=0-0' } }],
      [304, '/c/e1.crl', { headers: { 'If-None-Match': '*' } }],
      [412, '/c/e1.crl', { headers: { 'If-Match': '"0"' } }],
      [416, '/c/e1.crl', { headers: { Range: 'bytes=99999-' } }],
      [404, '/c/e1/4711.crl'],
      [405, '/c/e1.crl', { method: 'DELETE' }],
      [503, '/c/e1/9.crl'],
      [200, '/i/e1'],
      [200, '/'],
      [404, '/nowhere'],
    ];
    for (const [status, path, init] of asked) {
      const response = await send(path, init);
      assert.equal(response.status, status, path);
      assert.match(cacheControlOf(response), /^max-age=\d+(?:, |$)/, `${status} ${path}`);
    }
  });

  it('HTTP-30: a body that stalls and a control that stalls are given up within ten seconds, together', async (t) => {
    const folder = await mkdtemp(join(tmpdir(), 'lancre-'));
    const socketPath = join(folder, 'silent.sock');
    const silent = createServer((socket) => socket.on('error', () => undefined)).listen(socketPath);
    const client = new SigningClient({ socketPath });
    t.mock.timers.enable({ apis: ['setTimeout'] });
    const { handler } = await setUp();
    const limits: number[] = [];
    const stalling = stallingPost((_limit, deadline) => limits.push(deadline));
    assert.equal((await handler.respond(stalling)).status, 408);
    const answer = client.answer({
      issuerId: 1,
      items: [{ form: { hash: 'SHA-1', parameters: 'null' }, serialNumber: Uint8Array.of(0x0b) }],
    });
    const [bodyDeadline = Number.NaN] = limits;
    t.mock.timers.tick(10_000 - bodyDeadline - 1);
    const waiting = new Promise((resolve) => setImmediate(resolve, 'still waiting'));
    assert.deepEqual(await Promise.race([answer, waiting]), {
      kind: 'refused',
      status: 'tryLater',
      cause: 'control_unreachable',
      retryAfterSeconds: 10,
    });
    client.close();
    silent.close();
    await rm(folder, { recursive: true });
  });

  it('HTTP-35: no response sets a cookie, and one that is sent changes nothing', async () => {
    const { send, knownTarget } = await setUp();
    for (const path of [knownTarget, '/c/e1.crl', '/i/e1', '/', '/o/', '/nowhere', '/o/!!']) {
      const plain = await send(path);
      const withCookie = await send(path, {
        headers: { Cookie: 'id=1', 'User-Agent': 'x', Referer: 'http://x/' },
      });
      assert.equal(plain.headers.get('set-cookie'), null);
      assert.deepEqual(Object.fromEntries(withCookie.headers), Object.fromEntries(plain.headers));
      assert.deepEqual(await bodyOf(withCookie), await bodyOf(plain));
    }
  });

  it('HTTP-35: what is counted names no client, serial or issuer, however many ask', async () => {
    const { send, handler } = await setUp();
    const ask = async (serial: string) => send(targetOf(await test.request({ serials: [serial] })));
    await ask('0b');
    const before = handler.metrics.snapshot();
    for (const serial of ['0b', '0c']) await ask(serial);
    const after = handler.metrics.snapshot();
    assert.equal(after.ocsp.length, before.ocsp.length);
    assert.deepEqual(
      after.ocsp.map(({ count, ...labels }) => labels),
      [{ method: 'GET', hash: 'SHA-1', nonce: 'absent', outcome: 'successful' }],
    );
  });

  it('ORSP-40: the error in the body and the status of HTTP agree, and no error looks like an answer', async () => {
    const expected: readonly (readonly [OcspErrorStatus, number, code: number])[] = [
      ['internalError', 500, 2],
      ['tryLater', 503, 3],
      ['sigRequired', 200, 5],
      ['unauthorized', 200, 6],
    ];
    const { send, source, knownTarget } = await setUp();
    for (const [status, httpStatus, code] of expected) {
      source.failure = { kind: 'refused', status, cause: 'signer_failed' };
      for (const method of ['GET', 'POST'] as const) {
        const body = method === 'POST' ? { body: Buffer.from(await test.request({ serials: ['0b'] })) } : {};
        const response = await send(method === 'POST' ? '/o' : knownTarget, { method, ...body });
        assert.equal(response.status, httpStatus, status);
        assert.equal(response.headers.get('etag'), null);
        assert.equal(response.headers.get('retry-after') !== null, status === 'tryLater');
        assert.deepEqual(await bodyOf(response), Buffer.from([0x30, 3, 0x0a, 1, code]));
      }
    }
    const malformed = await send('/o', { method: 'POST', body: Buffer.from('x') });
    assert.deepEqual([malformed.status, (await bodyOf(malformed)).at(-1)], [400, 1]);
  });
});

async function setUp() {
  const clock = new FakeClock(start);
  const view = new FakeStatusView();
  for (const serial of ['0b', '0c']) view.put(serial);
  const source = new FakeSource(view, clock.now);
  const artifacts = new FakeArtifacts();
  const published = new Date(start);
  const crl = Buffer.from(await test.crl(published, new Date('2026-12-01T00:00:00Z')));
  artifacts.publish('c/e1.crl', crl, published);
  artifacts.publish('c/e1/9.crl', await test.crl(new Date(0), new Date(86_400_000)), published);
  artifacts.publish('i/e1', test.issuer.certificates[0].der, published);
  const handler = createEdgeHandler({
    address: { routing: 'path', base: 'http://localhost' },
    registry: () => test.registry,
    view,
    source,
    answers: NO_ANSWERS,
    checkRequest: async () => 'refused',
    artifacts,
    now: clock.now,
  });
  const send = async (path: string, init?: RequestInit) => handler.respond(requestOf(path, init));
  const knownTarget = targetOf(await test.request({ serials: ['0b'] }));
  return {
    handler,
    clock,
    source,
    crl,
    send,
    get: (path: string) => send(path),
    knownTarget,
    find: () => handler.findReply(`http://localhost${knownTarget}`, 'localhost', clock.now().getTime()),
  };
}

function requestOf(path: string, init?: RequestInit): WebEdgeRequest {
  return new WebEdgeRequest(new Request(`http://localhost${path}`, init));
}

function targetOf(der: Uint8Array): string {
  return `/o/${encodeURIComponent(Buffer.from(der).toString('base64'))}`;
}

/** A POST whose body never comes; tells how long the edge would wait. */
function stallingPost(listen: (limit: number, deadline: number) => void): EdgeRequest {
  return {
    method: 'POST',
    target: '/o',
    header: () => undefined,
    readBody: async (limit, deadline) => {
      listen(limit, deadline);
      return { kind: 'too-slow' };
    },
  };
}

async function bodyOf(response: Response | Promise<Response>): Promise<Buffer> {
  return Buffer.from(await (await response).arrayBuffer());
}

function cacheControlOf(response: Response): string {
  return response.headers.get('cache-control') ?? '';
}

function maxAgeOf(response: Response): number {
  return Number(/^max-age=(\d+)/.exec(cacheControlOf(response))?.[1]);
}
