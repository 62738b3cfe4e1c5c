import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { EXTENSION_OIDS, encodeExtension } from '@lancre/pki/certificate';
import { createNodeCrypto } from '@lancre/pki/crypto-node';
import { encodeDer } from '@lancre/pki/der';
import { decodeOcspResponse } from '@lancre/pki/ocsp';
import fc from 'fast-check';
import { createEdgeHandler, type EdgeHandler, type EdgeHandlerOptions } from '#host/http/edge-handler.js';
import { WebEdgeRequest } from '#host/http/server-request.js';
import { createIssuerRegistry } from '#host/issuer/issuer-registry.js';
import {
  createTestIssuer,
  FakeArtifacts,
  FakeClock,
  FakeSource,
  FakeStatusView,
  NO_ANSWERS,
  type TestRequest,
} from './fixture.js';

const malformed = Buffer.from('30030a0101', 'hex');
const tryLater = Buffer.from('30030a0103', 'hex');
const unauthorized = Buffer.from('30030a0106', 'hex');
const test = await createTestIssuer();

describe('the OCSP service', () => {
  it('HTTP-06, HTTP-07, HTTP-11: an answer has the fields of RFC 9919', async () => {
    const { ask } = setUp();
    const response = await ask({ serials: ['0b'] });
    assert.equal(response.status, 200);
    assert.deepEqual(Object.fromEntries(response.headers), {
      'content-type': 'application/ocsp-response',
      'content-length': '503',
      etag: response.headers.get('etag'),
      'last-modified': 'Wed, 25 Nov 2026 12:00:00 GMT',
      expires: 'Wed, 25 Nov 2026 12:33:20 GMT',
      'cache-control': 'max-age=1000, public, no-transform, must-revalidate',
    });
    assert.match(response.headers.get('etag') ?? '', /^"[0-9a-f]{64}"$/);
  });

  it('HTTP-08: max-age shrinks with every second and ends at the planned refresh', async () => {
    const { ask, clock, source } = setUp();
    await ask({ serials: ['0b'] });
    source.failure = { kind: 'refused', status: 'tryLater', cause: 'control_unreachable' };
    for (const [seconds, maxAge] of [
      [1, 999],
      [998, 1],
      [1, 0],
      [900, 0],
    ] as const) {
      clock.advance(seconds);
      const response = await ask({ serials: ['0b'] });
      assert.equal(response.headers.get('cache-control')?.split(',')[0], `max-age=${maxAge}`);
    }
  });

  it('OREQ-18: several certificates are answered together, up to 16', async () => {
    const { ask, source, view } = setUp();
    const serials = Array.from({ length: 16 }, (_, i) => (i + 16).toString(16));
    for (const serial of serials) view.put(serial);
    assert.equal((await ask({ serials })).status, 200);
    assert.equal(source.questions[0]?.items.length, 16);
    const tooMany = await ask({ serials: [...serials, '0b'] });
    assert.equal(tooMany.status, 400);
    assert.deepEqual(await bytesOf(tooMany), malformed);
  });

  it('OREQ-18: one unassigned certificate among several makes all unauthorized', async () => {
    const { ask } = setUp();
    assert.deepEqual(await bytesOf(await ask({ serials: ['0b', '7777'] })), unauthorized);
  });

  it('OREQ-33: a serial without a record is refused without asking control', async () => {
    const { ask, source } = setUp();
    const response = await ask({ serials: ['7777'] });
    assert.deepEqual([response.status, await bytesOf(response)], [200, unauthorized]);
    assert.equal(source.questions.length, 0);
  });

  it('ORSP-29: an expired certificate is unauthorized', async () => {
    const { ask, view } = setUp();
    view.put('0c', new Date('2026-11-25T11:59:59Z'));
    assert.deepEqual(await bytesOf(await ask({ serials: ['0c'] })), unauthorized);
  });

  it('OREQ-15: a negative serial and zero are unauthorized, and no other serial is looked up', async () => {
    const { ask, source } = setUp();
    assert.deepEqual(await bytesOf(await ask({ serials: ['-0b'] })), unauthorized);
    assert.deepEqual(await bytesOf(await ask({ serials: ['00'] })), unauthorized);
    assert.equal(source.questions.length, 0);
  });

  it('OREQ-11, OREQ-12: all four hashes find the issuer, and the form goes along', async () => {
    const { ask, source } = setUp();
    for (const hash of ['SHA-1', 'SHA-256', 'SHA-384', 'SHA-512'] as const) {
      assert.equal((await ask({ serials: ['0b'], hash })).status, 200);
    }
    assert.deepEqual(
      source.questions.map(({ items }) => items[0]?.form),
      ['SHA-1', 'SHA-256', 'SHA-384', 'SHA-512'].map((hash) => ({ hash, parameters: 'null' })),
    );
  });

  it('OREQ-26, OREQ-29: where the policy echoes nonces, each question is asked anew and the answer not kept', async () => {
    const { policy } = test.issuer;
    const echoing = {
      ...test.issuer,
      policy: { ...policy, ocsp: { ...policy.ocsp, nonce: 'echo' as const } },
    };
    const registry = await createIssuerRegistry([echoing], createNodeCrypto());
    const { ask, source } = setUp({ registry: () => registry });
    const nonce = Buffer.alloc(32, 7);
    for (let time = 0; time < 2; time += 1) {
      const response = await ask({ serials: ['0b'], nonce });
      assert.equal(response.headers.get('cache-control'), 'max-age=0, private, no-store');
    }
    await ask({ serials: ['0b'] });
    assert.deepEqual(
      source.questions.map((question) => question.nonce && Buffer.from(question.nonce).toString('hex')),
      [nonce.toString('hex'), nonce.toString('hex'), undefined],
    );
  });

  it('OREQ-25, OREQ-27: a nonce is passed over, and one of 129 octets is malformed', async () => {
    const { ask, source } = setUp();
    const first = await ask({ serials: ['0b'], nonce: new Uint8Array(32).fill(7) });
    assert.equal(first.status, 200);
    assert.equal(source.questions[0]?.nonce, undefined);
    assert.equal((await ask({ serials: ['0b'], nonce: new Uint8Array(129) })).status, 400);
  });

  it('OREQ-21: a critical extension that is not known is malformed; one that is not critical is passed over', async () => {
    const { post } = setUp();
    assert.equal((await post(await requestWithExtension('critical'))).status, 400);
    assert.equal((await post(await requestWithExtension('non-critical'))).status, 200);
  });

  it('OREQ-29: what nobody else will ask for by the same octets is kept by no cache on the way', async () => {
    const { ask } = setUp();
    const kept = async (asked: TestRequest) => (await ask(asked)).headers.get('cache-control');
    assert.match((await kept({ serials: ['0b'] })) ?? '', /^max-age=[1-9]\d*, public/);
    for (const asked of [{ serials: ['0b'], nonce: new Uint8Array(32).fill(7) }, { serials: ['0b', '0b'] }])
      assert.match((await kept(asked)) ?? '', /no-store/);
  });

  it('HTTP-36: answers carry the keys of their certificate where a field is set for them', async () => {
    const { ask, get, targetOf } = setUp({ surrogateKeyField: 'Cache-Tag' });
    assert.equal((await ask({ serials: ['0b'] })).headers.get('cache-tag'), 'ocsp.e1.0b,ocsp.e1');
    const again = await get(new URL(await targetOf({ serials: ['0b'] })).pathname);
    assert.equal(again.headers.get('cache-tag'), 'ocsp.e1.0b,ocsp.e1');
    assert.equal((await setUp().ask({ serials: ['0b'] })).headers.get('cache-tag'), null);
  });

  describe('an issuer whose requests must be signed', () => {
    const signed = async () => {
      const member = { ...test.issuer, requestSigners: [test.issuer.certificates[0]] };
      const registry = await createIssuerRegistry([member], createNodeCrypto());
      return { registry: () => registry };
    };

    it('OREQ-24: tells who does not sign so, and answers nobody else', async () => {
      const { ask, source } = setUp(await signed());
      const response = await ask({ serials: ['0b'] });
      assert.equal(response.status, 200);
      assert.equal(Buffer.from(await response.arrayBuffer()).toString('hex'), '30030a0105');
      assert.match(response.headers.get('cache-control') ?? '', /no-store/);
      assert.equal(source.questions.length, 0);
    });
  });

  it('OREQ-20: a critical nonce is known', async () => {
    const { post } = setUp();
    assert.equal((await post(await requestWithExtension('critical', EXTENSION_OIDS.ocspNonce))).status, 200);
  });

  it('ORSP-41: tryLater is 503 with Retry-After, and may be 200 by a setting', async () => {
    const { ask, source } = setUp();
    source.failure = {
      kind: 'refused',
      status: 'tryLater',
      cause: 'control_unreachable',
      retryAfterSeconds: 7,
    };
    const response = await ask({ serials: ['0b'] });
    assert.deepEqual([response.status, response.headers.get('retry-after')], [503, '7']);
    assert.equal(response.headers.get('cache-control'), 'max-age=0, no-cache, no-store');
    assert.deepEqual(await bytesOf(response), tryLater);
    const lenient = setUp({ ocspErrorStatuses: 'always-200' });
    lenient.source.failure = source.failure;
    assert.equal((await lenient.ask({ serials: ['0b'] })).status, 200);
    assert.equal((await lenient.get('/o/!!')).status, 200);
  });

  it('DESIGN 2: a change is seen by the next request', async () => {
    const { ask, view } = setUp();
    const first = await bytesOf(await ask({ serials: ['0b'] }));
    view.put('0b');
    assert.notDeepEqual(await bytesOf(await ask({ serials: ['0b'] })), first);
  });

  it('T-46: all spellings share one answer; the source is asked once', async () => {
    const { get, source } = setUp();
    const base64 = Buffer.from(await test.request({ serials: ['0b'] })).toString('base64');
    for (const path of [base64, encodeURIComponent(base64), `/${base64}`, base64.replaceAll('+', '%20')]) {
      assert.equal((await get(`/o/${path}`)).status, 200);
    }
    assert.equal(source.questions.length, 1);
  });

  it('a GET that was answered before is found by its target, until the record changes', async () => {
    const { ask, handler, view, clock, targetOf } = setUp();
    const target = await targetOf({ serials: ['0b'] });
    const find = () => handler.findReply(target, 'localhost', clock.now().getTime());
    assert.equal(find(), undefined);
    await ask({ serials: ['0b'] });
    assert.notEqual(find(), undefined);
    assert.equal(handler.findReply(target, 'a, b', clock.now().getTime()), undefined);
    view.put('0b');
    assert.equal(find(), undefined);
  });

  it('answers are forgotten when the issuers change', async () => {
    let registry = test.registry;
    const { ask, source } = setUp({ registry: () => registry });
    await ask({ serials: ['0b'] });
    registry = (await createTestIssuer('other')).registry;
    assert.deepEqual(await bytesOf(await ask({ serials: ['0b'] })), unauthorized);
    registry = test.registry;
    await ask({ serials: ['0b'] });
    assert.equal(source.questions.length, 2);
  });

  it('OREQ-39, T-49: requests are counted by method, hash, nonce and outcome', async () => {
    const { ask, get, handler, clock, targetOf } = setUp();
    await ask({ serials: ['0b'], hash: 'SHA-256' });
    await ask({ serials: ['0b'], hash: 'SHA-256' });
    handler.findReply(
      await targetOf({ serials: ['0b'], hash: 'SHA-256' }),
      'localhost',
      clock.now().getTime(),
    );
    await ask({ serials: ['7777'], nonce: Uint8Array.of(1) });
    await get('/o/!!');
    await get('/nowhere');
    assert.deepEqual(handler.metrics.snapshot(), {
      ocsp: [
        { method: 'GET', hash: 'SHA-256', nonce: 'absent', outcome: 'successful', count: 3 },
        { method: 'GET', hash: 'SHA-1', nonce: 'present', outcome: 'unauthorized', count: 1 },
        { method: 'GET', hash: 'none', nonce: 'absent', outcome: 'malformedRequest', count: 1 },
      ],
      responses: [{ service: 'apex', status: 404, count: 1 }],
      cacheHits: 2,
      cacheMisses: 2,
    });
  });

  it('any path and any body get an OCSPResponse or a plain 4xx, and nothing else', async () => {
    const errors: unknown[] = [];
    const { get, post } = setUp({ onError: (error) => errors.push(error) });
    const check = async (response: Response) => {
      const body = await bytesOf(response);
      const isOcsp = response.headers.get('content-type') === 'application/ocsp-response';
      if (isOcsp) decodeOcspResponse(body);
      else assert.ok(response.status === 200 || (response.status >= 400 && response.status < 500));
    };
    const request = await test.request({ serials: ['7777'] });
    const mutations = fc.array(
      fc.record({ place: fc.nat({ max: request.length - 1 }), octet: fc.nat({ max: 255 }) }),
    );
    await fc.assert(
      fc.asyncProperty(fc.webPath(), fc.uint8Array(), mutations, async (path, body, changes) => {
        const mutated = Buffer.from(request);
        for (const { place, octet } of changes) mutated[place] = octet;
        await check(await get(`/o${path}`));
        await check(await post(body));
        await check(await post(mutated));
        await check(await get(`/o/${mutated.toString('base64url')}`));
      }),
      { numRuns: 150 },
    );
    assert.deepEqual(errors, []);
  });

  it('an error of our own is a 500 without a word about its cause', async () => {
    const errors: unknown[] = [];
    const { ask, view } = setUp({ onError: (error) => errors.push(error) });
    view.isCurrent = () => {
      throw new Error('secret');
    };
    await ask({ serials: ['0b'] });
    const response = await ask({ serials: ['0b'] });
    assert.equal(response.status, 500);
    assert.doesNotMatch(await response.text(), /secret/);
    assert.ok(errors.length > 0);
  });
});

function setUp(options: Partial<EdgeHandlerOptions> = {}) {
  const clock = new FakeClock('2026-11-25T12:00:00Z');
  const view = new FakeStatusView();
  view.put('0b');
  const source = new FakeSource(view, clock.now);
  const handler: EdgeHandler = createEdgeHandler({
    address: { routing: 'path', base: 'http://localhost' },
    registry: () => test.registry,
    view,
    source,
    answers: NO_ANSWERS,
    checkRequest: async () => 'refused',
    artifacts: new FakeArtifacts(),
    now: clock.now,
    ...options,
  });
  const send = async (request: Request) => handler.respond(new WebEdgeRequest(request));
  const get = (path: string) => send(new Request(`http://localhost${path}`));
  const post = (der: Uint8Array) =>
    send(new Request('http://localhost/o', { method: 'POST', body: Buffer.from(der) }));
  const targetOf = async (asked: TestRequest) =>
    `http://localhost/o/${encodeURIComponent(Buffer.from(await test.request(asked)).toString('base64'))}`;
  const ask = async (asked: TestRequest) => send(new Request(await targetOf(asked)));
  return { handler, source, view, clock, get, post, ask, targetOf };
}

async function requestWithExtension(
  criticality: 'critical' | 'non-critical',
  oid = '1.2.3.4',
): Promise<Uint8Array> {
  const plain = await test.request({ serials: ['0b'] });
  // OCSPRequest and tbsRequest of a plain request have two octets of head each.
  const requestList = plain.subarray(4);
  const value = encodeDer((writer) => writer.octetString(new Uint8Array(16)));
  return encodeDer((writer) =>
    writer.sequence((request) =>
      request.sequence((tbs) => {
        tbs.raw(requestList);
        tbs.context(2, (explicit) =>
          explicit.sequence((extensions) => extensions.raw(encodeExtension(oid, criticality, value))),
        );
      }),
    ),
  );
}

async function bytesOf(response: Response): Promise<Buffer> {
  return Buffer.from(await response.arrayBuffer());
}
