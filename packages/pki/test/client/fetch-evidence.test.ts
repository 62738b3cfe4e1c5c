import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import { describe, test } from 'node:test';
import {
  type EvidenceRequest,
  type Fetch,
  type FetchFailureReason,
  type FetchSettings,
  fetchEvidence,
} from '@lancre/pki/client';
import { fakeClock, fakeWeb, sends } from './fake-web.ts';

const URL_1 = 'http://a.example.net/1';
const BYTES = Uint8Array.of(0x30, 0x00);

describe('fetching evidence', () => {
  test('what comes with status 200 is fetched, with media type and duration', async () => {
    const web = fakeWeb({ [URL_1]: sends(BYTES, 'Application/PKIX-CRL; charset=x') });
    const outcome = await fetchEvidence(get(URL_1), settings(web.fetch));
    assert.ok(outcome.kind === 'fetched');
    assert.deepEqual(outcome.body, BYTES);
    assert.equal(outcome.mediaType, 'application/pkix-crl');
    assert.equal(outcome.durationMilliseconds, 5);
  });

  test('VER-22: only http is spoken', async () => {
    for (const url of ['https://a.example.net/', 'ldap://a.example.net/', 'file:///etc/passwd', 'data:,x']) {
      await fails(url, 'scheme_not_allowed', 'wrong');
    }
    for (const url of ['', 'nonsense', 'http://', 'http://user:secret@a.example.net/']) {
      await fails(url, 'url_invalid', 'wrong');
    }
  });

  test('VER-22: an address inside is not asked, unless any is allowed', async () => {
    const web = fakeWeb({ 'http://127.0.0.1/': sends(BYTES) });
    const request = get('http://127.0.0.1/');
    const refused = await fetchEvidence(request, settings(web.fetch));
    assert.equal(refused.kind === 'failed' && refused.reason, 'address_not_allowed');
    assert.deepEqual(web.asked, []);
    const allowed = await fetchEvidence(request, { ...settings(web.fetch), addresses: 'any' });
    assert.equal(allowed.kind, 'fetched');
  });

  test('VER-22: a redirect to an address inside or to https is not followed', async () => {
    await fails(URL_1, 'address_not_allowed', 'wrong', redirectTo('http://169.254.169.254/'));
    await fails(URL_1, 'scheme_not_allowed', 'wrong', redirectTo('https://a.example.net/'));
    await fails(URL_1, 'url_invalid', 'wrong', redirectTo('http://['));
  });

  test('VER-22: three redirects are followed, a fourth is not', async () => {
    const steps = Object.fromEntries(
      [1, 2, 3, 4].map((step) => [`http://a.example.net/${step}`, () => redirect(`/${step + 1}`)]),
    );
    const three = fakeWeb({ ...steps, 'http://a.example.net/5': sends(BYTES) });
    assert.equal((await fetchEvidence(get('http://a.example.net/2'), settings(three.fetch))).kind, 'fetched');
    const four = await fetchEvidence(get('http://a.example.net/1'), settings(three.fetch));
    assert.equal(four.kind === 'failed' && four.reason, 'redirect_not_allowed');
  });

  test('a POST is not redirected', async () => {
    const web = fakeWeb({ [URL_1]: () => redirect('http://b.example.net/') });
    const outcome = await fetchEvidence({ ...get(URL_1), method: 'POST', body: BYTES }, settings(web.fetch));
    assert.equal(outcome.kind === 'failed' && outcome.reason, 'redirect_not_allowed');
    assert.deepEqual(web.asked, [URL_1]);
  });

  test('redirects are asked for by hand, and the body is sent', async () => {
    let seen: unknown;
    const web = fakeWeb({
      [URL_1]: ({ method, redirect, body, headers }) => {
        seen = { method, redirect, body, headers };
        return new Response(BYTES.slice());
      },
    });
    await fetchEvidence(
      { ...get(URL_1), method: 'POST', body: BYTES, headers: { accept: 'x' } },
      settings(web.fetch),
    );
    assert.deepEqual(seen, { method: 'POST', redirect: 'manual', body: BYTES, headers: { accept: 'x' } });
  });

  test('T-23i: other statuses give nothing; those that pass are unreachable, others wrong', async () => {
    for (const status of [201, 206, 304, 400, 403, 404, 410]) {
      await fails(URL_1, 'http_status', 'wrong', withStatus(status));
    }
    for (const status of [408, 429, 500, 502, 503, 533]) {
      await fails(URL_1, 'http_status', 'unreachable', withStatus(status));
    }
  });

  test('VER-22: what is longer than the cap is not taken, whatever Content-Length says', async () => {
    const request = { ...get(URL_1), maxBytes: 200_000 };
    const sending = (octets: number) => fakeWeb({ [URL_1]: () => chunked(octets, 1000) }).fetch;
    const fits = await fetchEvidence(request, settings(sending(200_000)));
    assert.ok(fits.kind === 'fetched');
    assert.equal(fits.body.length, 200_000);
    assert.ok(fits.body.every((octet, index) => octet === index % 251));
    const long = await fetchEvidence(request, settings(sending(200_001)));
    assert.equal(long.kind === 'failed' && long.reason, 'size_exceeded');
  });

  test('VER-22: nothing is read of an endless body beyond the cap', async () => {
    let pulled = 0;
    let cancelled = false;
    const endless = new ReadableStream<Uint8Array>({
      pull: (controller) => {
        pulled++;
        controller.enqueue(new Uint8Array(1000));
      },
      cancel: () => {
        cancelled = true;
      },
    });
    await fails(URL_1, 'size_exceeded', 'wrong', async () => new Response(endless));
    assert.ok(cancelled);
    assert.ok(pulled < 75, `${pulled} parts`);
  });

  test('a network failure is unreachable, with its cause', async () => {
    const outcome = await fetchEvidence(get(URL_1), settings(fakeWeb({}).fetch));
    assert.ok(outcome.kind === 'failed');
    assert.equal(outcome.reason, 'network_error');
    assert.equal(outcome.failure, 'unreachable');
    assert.match(outcome.message, /ENOTFOUND/);
  });

  test('a body that breaks off is unreachable', async () => {
    const broken = new ReadableStream<Uint8Array>({
      pull: (controller) => controller.error(new Error('reset')),
    });
    await fails(URL_1, 'network_error', 'unreachable', async () => new Response(broken));
  });

  test('VER-22: the deadline ends the exchange, at the answer or in its body', async () => {
    const asked: number[] = [];
    const clock = {
      now: () => 0,
      deadline: (milliseconds: number) => {
        asked.push(milliseconds);
        return abortAfter(20);
      },
    };
    const silent: Fetch = (_url, { signal }) =>
      new Promise((_resolve, reject) => signal.addEventListener('abort', () => reject(signal.reason)));
    const stalling: Fetch = async (_url, { signal }) => {
      const start = (controller: ReadableStreamDefaultController<Uint8Array>) =>
        signal.addEventListener('abort', () => controller.error(signal.reason));
      return new Response(new ReadableStream<Uint8Array>({ start }));
    };
    for (const fetch of [silent, stalling]) {
      const outcome = await fetchEvidence(get(URL_1), { fetch, clock, deadlineMilliseconds: 3000 });
      assert.ok(outcome.kind === 'failed');
      assert.equal(outcome.reason, 'deadline_exceeded');
      assert.equal(outcome.failure, 'unreachable');
    }
    assert.deepEqual(asked, [3000, 3000]);
  });

  test("the platform's own fetch fits, redirects, caps and deadlines included", async () => {
    const server = createServer(({ url }, response) => {
      if (url === '/moved') response.writeHead(302, { location: '/list' }).end();
      else if (url === '/list')
        response.writeHead(200, { 'content-type': 'application/pkix-crl' }).end(BYTES);
      else if (url === '/long') response.writeHead(200).end(new Uint8Array(70_000));
      else response.writeHead(200).write(BYTES);
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const address = server.address();
    assert.ok(address !== null && typeof address === 'object');
    const deadline = (milliseconds: number) => AbortSignal.timeout(milliseconds);
    const clock = { now: () => performance.now(), deadline };
    const ask = (path: string, deadlineMilliseconds: number) =>
      fetchEvidence(get(`http://127.0.0.1:${address.port}${path}`), {
        fetch,
        clock,
        addresses: 'any',
        deadlineMilliseconds,
      });
    const moved = await ask('/moved', 5000);
    assert.ok(moved.kind === 'fetched');
    assert.deepEqual(moved.body, BYTES);
    assert.equal(moved.mediaType, 'application/pkix-crl');
    const long = await ask('/long', 5000);
    assert.equal(long.kind === 'failed' && long.reason, 'size_exceeded');
    const stalled = await ask('/stalled', 50);
    assert.equal(stalled.kind === 'failed' && stalled.reason, 'deadline_exceeded');
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });
});

async function fails(
  url: string,
  reason: FetchFailureReason,
  failure: 'unreachable' | 'wrong',
  fetch: Fetch = fakeWeb({}).fetch,
): Promise<void> {
  const outcome = await fetchEvidence(get(url), settings(fetch));
  assert.ok(outcome.kind === 'failed', `${url} is fetched`);
  assert.equal(outcome.reason, reason, outcome.message);
  assert.equal(outcome.failure, failure);
}

function get(url: string): EvidenceRequest {
  return { url, method: 'GET', headers: {}, maxBytes: 65_536 };
}

function settings(fetch: Fetch): FetchSettings {
  return { fetch, clock: fakeClock() };
}

/** Unlike AbortSignal.timeout, it keeps the process alive. */
function abortAfter(milliseconds: number): AbortSignal {
  const controller = new AbortController();
  setTimeout(() => controller.abort(), milliseconds);
  return controller.signal;
}

function redirect(location: string): Response {
  return new Response('moved', { status: 302, headers: { location } });
}

function redirectTo(location: string): Fetch {
  return async () => redirect(location);
}

function withStatus(status: number): Fetch {
  return async () => new Response(status === 304 ? undefined : 'text', { status });
}

function chunked(octets: number, size: number): Response {
  let sent = 0;
  const body = new ReadableStream<Uint8Array>({
    pull: (controller) => {
      const length = Math.min(size, octets - sent);
      if (length === 0) return controller.close();
      const start = sent;
      controller.enqueue(Uint8Array.from({ length }, (_, index) => (start + index) % 251));
      sent += length;
    },
  });
  return new Response(body, { headers: { 'content-length': '10' } });
}
