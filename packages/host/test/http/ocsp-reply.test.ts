import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { EdgeMetrics } from '#host/http/edge-metrics.js';
import { OcspAnswerCache } from '#host/http/ocsp-answer-cache.js';
import { OcspEndpoint } from '#host/http/ocsp-endpoint.js';
import { OcspReply, type OcspReplyOptions } from '#host/http/ocsp-reply.js';
import { RequestGate } from '#host/http/request-gate.js';
import { WebEdgeRequest } from '#host/http/server-request.js';
import type { SignedAnswer } from '#host/status/ocsp-source.js';
import { createTestIssuer, FakeClock, FakeSource, FakeStatusView } from './fixture.js';

const start = Date.parse('2026-11-25T12:00:00Z');
const surrogateKey = { field: 'Surrogate-Key', value: 'ocsp.e1.0b ocsp.e1' };
const test = await createTestIssuer();

describe('the fields of an OCSP reply', () => {
  it('HTTP-06, HTTP-11, HTTP-12: Last-Modified is thisUpdate, Expires is nextUpdate, both in GMT', () => {
    const { expires, 'last-modified': lastModified } = fieldsAt(new OcspReply(answer()), start);
    assert.equal(lastModified, 'Wed, 25 Nov 2026 11:00:00 GMT');
    assert.equal(expires, 'Wed, 25 Nov 2026 14:00:00 GMT');
  });

  it('HTTP-07, T-41: the ETag is strong, and follows the octets and nothing else', () => {
    const tagOf = (part: Partial<SignedAnswer>) => new OcspReply(answer(part)).validators.etag;
    assert.match(tagOf({}), /^"[0-9a-f]{64}"$/);
    assert.equal(tagOf({ refreshAt: new Date(start + 1000), thisUpdate: new Date(start) }), tagOf({}));
    assert.notEqual(tagOf({ der: Uint8Array.of(0x30, 1, 2) }), tagOf({}));
  });

  it('HTTP-08: max-age is one second less each second, and 0 from refreshAt on', () => {
    const reply = new OcspReply(answer());
    const maxAges = [0, 1, 999, 1000, 3598_000, 3599_000, 3600_000, 7000_000].map((later) =>
      maxAgeAt(reply, start + later),
    );
    assert.deepEqual(maxAges, [3600, 3600, 3600, 3599, 2, 1, 0, 0]);
  });

  it('HTTP-08, T-23e: max-age ends before nextUpdate and the notAfter of the certificate, if these are nearer', () => {
    const late = { refreshAt: new Date(start + 9_000_000) };
    assert.equal(maxAgeAt(new OcspReply(answer(late)), start), 7199);
    assert.equal(maxAgeAt(new OcspReply(answer({ ...late, notAfter: new Date(start + 60_000) })), start), 59);
  });

  it('HTTP-10, HTTP-25: every answer that may be kept has explicit freshness, and none says no-cache', () => {
    const { 'cache-control': cacheControl } = fieldsAt(new OcspReply(answer()), start);
    assert.equal(cacheControl, 'max-age=3600, public, no-transform, must-revalidate');
  });

  it('HTTP-36: without a surrogate key no field is added', () => {
    for (const options of [{}, { surrogateKey: undefined }] as const) {
      assert.deepEqual(Object.keys(fieldsAt(new OcspReply(answer(), options), start)), [
        'content-type',
        'content-length',
        'etag',
        'last-modified',
        'expires',
        'cache-control',
      ]);
    }
  });

  it('HTTP-36: the surrogate key is in every form of the reply, in every second', () => {
    const reply = new OcspReply(answer(), { surrogateKey });
    for (const now of [start, start + 1000, start + 1500]) {
      const fields = fieldsAt(reply, now);
      assert.equal(fields['surrogate-key'], surrogateKey.value);
      const flat = reply.flatFields(now);
      assert.deepEqual(flat.length, 2 * Object.keys(fields).length);
      assert.equal(flat[flat.indexOf('Surrogate-Key') + 1], surrogateKey.value);
      const headers = Object.fromEntries(reply.headers(now));
      assert.deepEqual(headers, { ...fields, date: new Date(now).toUTCString() });
    }
  });
});

describe('a reply with a surrogate key, asked for', () => {
  it('HTTP-36, HTTP-14: a 304 carries what a 200 does, and HEAD what GET does', async () => {
    const { ask } = setUp({ surrogateKey });
    const full = await ask('GET');
    assert.equal(full.status, 200);
    assert.equal(full.headers.get('surrogate-key'), surrogateKey.value);
    assert.deepEqual(Object.fromEntries((await ask('HEAD')).headers), Object.fromEntries(full.headers));
    const notModified = await ask('GET', { 'If-None-Match': full.headers.get('etag') ?? '' });
    assert.equal(notModified.status, 304);
    assert.equal((await notModified.arrayBuffer()).byteLength, 0);
    const expected = [...full.headers].filter(([name]) => !name.startsWith('content-'));
    assert.deepEqual([...notModified.headers], expected);
  });

  it('HTTP-14, HTTP-15, T-48: preconditions are judged by the whole rule of RFC 9110 13', async () => {
    const { ask, reply } = setUp({});
    for (const [condition, status] of conditions) {
      const fields = Object.entries(condition).map(([name, value]): [string, string] => [
        name,
        value.replace('TAG', reply.validators.etag),
      ]);
      const response = await ask('GET', Object.fromEntries(fields));
      assert.equal(response.status, status, JSON.stringify(condition));
    }
  });

  it('HTTP-10, ORSP-41: answers that are errors have no key, no validators and are not kept', async () => {
    const { get, source } = setUp({ surrogateKey });
    const unknown = await test.request({ serials: ['7777'] });
    source.failure = { kind: 'refused', status: 'unauthorized', cause: 'serial_unassigned' };
    for (const path of ['/o/!!', `/o/${Buffer.from(unknown).toString('base64url')}`]) {
      const response = await get(path);
      assert.deepEqual(Object.fromEntries(response.headers), {
        'cache-control': 'max-age=0, no-cache, no-store',
        'content-length': '5',
        'content-type': 'application/ocsp-response',
      });
    }
  });
});

const thisUpdate = 'Wed, 25 Nov 2026 11:00:00 GMT';
const earlier = 'Wed, 25 Nov 2026 10:59:59 GMT';
const later = 'Wed, 25 Nov 2026 11:00:01 GMT';
const conditions: readonly (readonly [fields: Readonly<Record<string, string>>, status: number])[] = [
  [{ 'If-None-Match': 'TAG' }, 304],
  [{ 'If-None-Match': 'W/TAG' }, 304],
  [{ 'If-None-Match': '"x", W/TAG , "y"' }, 304],
  [{ 'If-None-Match': '*' }, 304],
  [{ 'If-None-Match': '"x", W/"y"' }, 200],
  [{ 'If-Modified-Since': thisUpdate }, 304],
  [{ 'If-Modified-Since': later }, 304],
  [{ 'If-Modified-Since': earlier }, 200],
  [{ 'If-Modified-Since': 'yesterday' }, 200],
  [{ 'If-None-Match': '"x"', 'If-Modified-Since': later }, 200],
  [{ 'If-None-Match': 'TAG', 'If-Modified-Since': earlier }, 304],
  [{ 'If-Match': 'TAG' }, 200],
  [{ 'If-Match': 'W/TAG' }, 412],
  [{ 'If-Match': '"x"', 'If-None-Match': 'TAG' }, 412],
  [{ 'If-Unmodified-Since': earlier }, 412],
  [{ 'If-Unmodified-Since': thisUpdate }, 200],
];

function answer(part: Partial<SignedAnswer> = {}): SignedAnswer {
  return {
    kind: 'signed',
    der: Uint8Array.of(0x30, 1, 0),
    thisUpdate: new Date(start - 3600_000),
    refreshAt: new Date(start + 3600_000),
    nextUpdate: new Date(start + 7200_000),
    versions: [Uint8Array.of(1)],
    notAfter: undefined,
    ...part,
  };
}

function fieldsAt(reply: OcspReply, now: number): Readonly<Record<string, string>> {
  return Object.fromEntries(reply.fields(now).map(([name, value]) => [name.toLowerCase(), value]));
}

function maxAgeAt(reply: OcspReply, now: number): number {
  const match = /^max-age=(\d+),/.exec(fieldsAt(reply, now)['cache-control'] ?? '');
  return Number(match?.[1]);
}

/** An endpoint whose cache has the one reply for certificate 0b. */
function setUp(options: OcspReplyOptions) {
  const clock = new FakeClock(new Date(start).toISOString());
  const view = new FakeStatusView();
  const source = new FakeSource(view, clock.now);
  const reply = new OcspReply(answer(), options);
  const cache = new OcspAnswerCache({ source, view, now: clock.now });
  cache.byQuestion = (question) =>
    question.items[0]?.serialNumber.length === 1 && question.items[0].serialNumber[0] === 0x0b
      ? reply
      : undefined;
  const endpoint = new OcspEndpoint({
    cache,
    gate: new RequestGate(async () => 'unsigned'),
    registry: () => test.registry,
    metrics: new EdgeMetrics(),
    now: clock.now,
  });
  const send = async (method: string, path: string, headers: Readonly<Record<string, string>>) => {
    const request = new WebEdgeRequest(new Request(`http://localhost${path}`, { method, headers }));
    const outcome = await endpoint.answer(request, path.slice(3));
    return outcome instanceof OcspReply ? endpoint.responseOf(request, outcome) : outcome;
  };
  const ask = async (method: 'GET' | 'HEAD', headers: Readonly<Record<string, string>> = {}) => {
    const der = await test.request({ serials: ['0b'] });
    return send(method, `/o/${encodeURIComponent(Buffer.from(der).toString('base64'))}`, headers);
  };
  return { ask, get: (path: string) => send('GET', path, {}), source, reply };
}
