import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { ArtifactEndpoint } from '#host/http/artifact-endpoint.js';
import { WebEdgeRequest } from '#host/http/server-request.js';
import { createTestIssuer, FakeArtifacts, FakeClock } from './fixture.js';

const test = await createTestIssuer();
const start = '2026-11-25T12:00:00Z';

describe('the service of CRLs and issuer certificates', () => {
  const types: readonly (readonly [path: string, type: string])[] = [
    ['c/e1.crl', 'application/pkix-crl'],
    ['c/e1/7.crl', 'application/pkix-crl'],
    ['i/e1', 'application/pkix-cert'],
    ['i/e1.der', 'application/pkix-cert'],
    ['i/e1.cer', 'application/pkix-cert'],
    ['i/e1.crt', 'application/pkix-cert'],
    ['i/e1.p7c', 'application/pkcs7-mime; smime-type=certs-only'],
    ['i/e1.pem', 'application/pem-certificate-chain'],
  ];
  for (const [path, type] of types) {
    it(`HTTP-02, T-13: ${path} is ${type}`, async () => {
      const { artifacts, get } = await setUp();
      artifacts.publish(
        path,
        await test.crl(new Date(start), new Date('2026-12-01T00:00:00Z')),
        new Date(start),
      );
      assert.equal((await get(path)).headers.get('content-type'), type);
    });
  }

  it('HTTP-04, T-41: length, ETag by content and Last-Modified in whole seconds', async () => {
    const { get, object } = await setUp();
    const { headers } = await get('c/e1.crl');
    assert.equal(headers.get('etag'), `"${object}"`);
    assert.equal(headers.get('last-modified'), 'Wed, 25 Nov 2026 12:00:00 GMT');
    assert.match(headers.get('content-length') ?? '', /^\d+$/);
  });

  it('HTTP-14: If-Modified-Since of the very second is 304, though the file has a part of one', async () => {
    const { get } = await setUp();
    const response = await get('c/e1.crl', { 'If-Modified-Since': 'Wed, 25 Nov 2026 12:00:00 GMT' });
    assert.equal(response.status, 304);
  });

  it('HTTP-22, T-50: max-age goes to the next planned issue, at least a minute, never to nextUpdate', async () => {
    const { get, clock } = await setUp();
    for (const [seconds, maxAge, expires, stale] of [
      [0, 3600, '13:00:00', ', stale-if-error=32399'],
      [600, 3000, '13:00:00', ', stale-if-error=32399'],
      [2970, 60, '13:00:30', ', stale-if-error=32369'],
      [3600, 60, '14:00:30', ', stale-if-error=28769'],
      [28_800, 29, '21:59:59', ''],
      [29, 0, '21:59:59', ''],
    ] as const) {
      clock.advance(seconds);
      const { headers } = await get('c/e1.crl');
      assert.equal(
        headers.get('cache-control'),
        `max-age=${maxAge}, public, no-transform${stale}`,
        String(seconds),
      );
      assert.equal(headers.get('expires'), `Wed, 25 Nov 2026 ${expires} GMT`);
    }
  });

  it('HTTP-22: each list is kept by the period of its own path', async () => {
    const { artifacts, get, crl } = await setUp();
    for (const [path, maxAge] of [
      ['c/e1.crl', 3600],
      ['c/e1.delta.crl', 300],
      ['c/keyless.crl', 9000],
    ] as const) {
      artifacts.publish(path, crl, new Date(start));
      const { headers } = await get(path);
      assert.match(headers.get('cache-control') ?? '', new RegExp(`^max-age=${maxAge}, `), path);
      assert.equal(headers.get('content-type'), 'application/pkix-crl');
    }
  });

  it('HTTP-22: what says which lists there are is kept for an hour', async () => {
    const { artifacts, get } = await setUp();
    artifacts.publish('c/e1.json', Buffer.from('[]'), new Date(start));
    const { headers } = await get('c/e1.json');
    assert.equal(headers.get('cache-control'), 'max-age=3600, public, no-transform');
    assert.equal(headers.get('content-type'), 'application/json');
  });

  it('HTTP-23, T-11: a list at or past its nextUpdate is 503, and not kept', async () => {
    const { get, clock } = await setUp();
    clock.advance(36_000);
    for (const headers of [{}, { 'If-None-Match': '*' }, { Range: 'bytes=0-0' }]) {
      const response = await get('c/e1.crl', headers);
      assert.equal(response.status, 503);
      assert.equal(response.headers.get('cache-control'), 'max-age=0, no-cache, no-store');
      assert.equal(response.headers.get('retry-after'), '60');
      for (const name of ['etag', 'last-modified', 'expires']) assert.equal(response.headers.get(name), null);
    }
  });

  it('T-12: what is no CRL is never served as one', async () => {
    const { artifacts, get } = await setUp();
    artifacts.publish('c/e1.crl', Buffer.from('-----BEGIN X509 CRL-----'), new Date(start));
    assert.equal((await get('c/e1.crl')).status, 503);
  });

  it('HTTP-37, T-17: a new issue is served at once, with validators, length and body of its own', async () => {
    const { artifacts, get } = await setUp();
    await get('c/e1.crl');
    const next = await test.crl(new Date('2026-11-25T12:00:01Z'), new Date('2026-12-01T00:00:00Z'));
    const object = artifacts.publish('c/e1.crl', next, new Date('2026-11-25T12:00:01Z'));
    const response = await get('c/e1.crl');
    assert.equal(response.headers.get('etag'), `"${object}"`);
    assert.equal(response.headers.get('last-modified'), 'Wed, 25 Nov 2026 12:00:01 GMT');
    assert.deepEqual(Buffer.from(await response.arrayBuffer()), Buffer.from(next));
  });

  it('small objects are opened once, big ones are streamed', async () => {
    const { artifacts, get, crl } = await setUp();
    await get('c/e1.crl');
    await get('c/e1.crl');
    assert.equal(artifacts.opened, 1);
    const big = Buffer.concat([crl, Buffer.alloc(300_000, 7)]);
    artifacts.publish('c/e1/2.crl', big, new Date(start));
    assert.deepEqual(Buffer.from(await (await get('c/e1/2.crl')).arrayBuffer()), big);
    const part = await get('c/e1/2.crl', { Range: 'bytes=100-200000' });
    assert.equal(part.status, 206);
    assert.deepEqual(Buffer.from(await part.arrayBuffer()), big.subarray(100, 200_001));
  });

  it('HTTP-18, T-44: a download is resumed only from the same issue', async () => {
    const { get, object, crl } = await setUp();
    const same = await get('c/e1.crl', { Range: 'bytes=10-', 'If-Range': `"${object}"` });
    assert.deepEqual([same.status, (await same.arrayBuffer()).byteLength], [206, crl.length - 10]);
    const other = await get('c/e1.crl', { Range: 'bytes=10-', 'If-Range': '"other"' });
    assert.deepEqual([other.status, (await other.arrayBuffer()).byteLength], [200, crl.length]);
  });

  it('HTTP-18, T-44: a part is given on the exact date alone, whichever of the three forms it has', async () => {
    const { get } = await setUp();
    for (const [date, status] of [
      ['Wed, 25 Nov 2026 12:00:00 GMT', 206],
      ['Wednesday, 25-Nov-26 12:00:00 GMT', 206],
      ['Wed Nov 25 12:00:00 2026', 206],
      ['Wed, 25 Nov 2026 12:00:01 GMT', 200],
      ['Wed, 25 Nov 2026 11:59:59 GMT', 200],
      ['2026-11-25T12:00:00Z', 200],
    ] as const) {
      assert.equal((await get('c/e1.crl', { Range: 'bytes=0-0', 'If-Range': date })).status, status, date);
    }
  });

  it('HTTP-18: If-Range is asked after the other conditions, and means nothing without Range', async () => {
    const { get, object } = await setUp();
    const etag = `"${object}"`;
    const part = { Range: 'bytes=0-0', 'If-Range': etag };
    assert.equal((await get('c/e1.crl', { ...part, 'If-None-Match': etag })).status, 304);
    assert.equal((await get('c/e1.crl', { ...part, 'If-Match': '"other"' })).status, 412);
    assert.equal((await get('c/e1.crl', { ...part, 'If-Match': etag })).status, 206);
    assert.equal((await get('c/e1.crl', { 'If-Range': etag })).status, 200);
    const outside = { Range: 'bytes=9999999-', 'If-Range': '"other"' };
    assert.equal((await get('c/e1.crl', outside)).status, 200, 'no 416 of another issue');
  });

  it('HTTP-17: a part has the validators and the freshness of the whole', async () => {
    const { get } = await setUp();
    const [whole, part] = [await get('c/e1.crl'), await get('c/e1.crl', { Range: 'bytes=-5' })];
    for (const name of ['etag', 'last-modified', 'cache-control', 'expires', 'content-type']) {
      assert.equal(part.headers.get(name), whole.headers.get(name), name);
    }
  });

  it('HTTP-17: Range counts with GET only', async () => {
    const { endpoint } = await setUp();
    const request = new Request('http://localhost/', { method: 'HEAD', headers: { Range: 'bytes=0-0' } });
    assert.equal((await endpoint.respond(new WebEdgeRequest(request), 'c/e1.crl')).status, 200);
  });

  it('only public paths reach the view', async () => {
    const { artifacts, get } = await setUp();
    artifacts.resolve = (path) => assert.fail(path);
    for (const path of [
      'c/../objects',
      'c//e1.crl',
      'c/e1/',
      'c/',
      'c/.e1',
      'c/e1/7/8.crl',
      'x/e1',
      'c/E1.crl',
      '',
    ]) {
      assert.equal((await get(path)).status, 404, path);
    }
  });
});

async function setUp() {
  const clock = new FakeClock(start);
  const artifacts = new FakeArtifacts();
  const crl = await test.crl(new Date(start), new Date('2026-11-25T22:00:00Z'));
  const object = artifacts.publish('c/e1.crl', crl, new Date('2026-11-25T12:00:00.700Z'));
  const periods = new Map([
    ['c/e1.crl', 3600],
    ['c/e1.delta.crl', 300],
  ]);
  const crlPeriodSeconds = (path: string) => periods.get(path);
  const endpoint = new ArtifactEndpoint({ artifacts, now: clock.now, crlPeriodSeconds });
  const get = async (path: string, headers: Record<string, string> = {}) =>
    endpoint.respond(new WebEdgeRequest(new Request('http://localhost/', { headers })), path);
  return { clock, artifacts, crl, object, endpoint, get };
}
