import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { describe, it } from 'node:test';
import { createEdgeHandler } from '#host/http/edge-handler.js';
import { type EdgeServerLimits, startEdgeServer } from '#host/http/edge-server.js';
import { createTestIssuer, FakeArtifacts, FakeSource, FakeStatusView, NO_ANSWERS } from './fixture.js';

const test = await createTestIssuer();
const now = () => new Date();

describe('an edge on Node', () => {
  it('closes at once when nobody waits for an answer', async () => {
    const { server } = await start();
    const idle = connect(server.address.port);
    await once(idle, 'connect');
    const started = performance.now();
    await server.close();
    assert.ok(performance.now() - started < 1500);
    idle.destroy();
  });

  it('lets a request under way end before it closes, and takes no new connection', async () => {
    const { server, source, target } = await start();
    source.gate = new Promise((resolve) => setTimeout(resolve, 200));
    const socket = connect(server.address.port);
    socket.write(`GET ${target} HTTP/1.1\r\nHost: x\r\n\r\n`);
    const received = collect(socket);
    while (source.questions.length === 0) await pause(5);
    const closed = server.close();
    const refused = await once(connect(server.address.port), 'error');
    assert.equal(refused[0].code, 'ECONNREFUSED');
    await closed;
    assert.match(await received, /^HTTP\/1\.1 200 /);
  });

  it('HTTP-06: sends an answer that was just made with the very fields of a cached one', async () => {
    const { server, target, source } = await start();
    const asked = `GET ${target} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n`;
    const responses: string[] = [];
    for (const request of [asked, asked, asked.replace('Host', 'Origin: http://a.example\r\nHost')]) {
      const socket = connect(server.address.port);
      socket.write(request);
      responses.push(await collect(socket));
    }
    await server.close();
    assert.equal(source.questions.length, 1);
    const [first, second, withOrigin] = responses.map((text) =>
      text
        .toLowerCase()
        .replace(/^date: .*\r\n/m, '')
        .replace(/max-age=\d+/, 'max-age'),
    );
    assert.match(first ?? '', /^http\/1\.1 200 ok\r\ncontent-type: application\/ocsp-response\r\n/);
    assert.equal(second, first);
    assert.equal(withOrigin?.replace(/^access-control-allow-origin: \*\r\n/m, ''), first);
  });

  it('cuts off who does not let go, after a while', async () => {
    const { server, source, target } = await start({ drainMilliseconds: 100 });
    source.gate = new Promise(() => undefined);
    const socket = connect(server.address.port);
    socket.on('error', () => undefined);
    socket.write(`GET ${target} HTTP/1.1\r\nHost: x\r\n\r\n`);
    while (source.questions.length === 0) await pause(5);
    await server.close();
    if (!socket.closed) await once(socket, 'close');
  });

  it('T-37: a head that never ends is cut off with 408, and others are served meanwhile', async () => {
    const { server, target } = await start({ headersMilliseconds: 300, requestMilliseconds: 300 });
    const slow = connect(server.address.port);
    slow.write('GET /o/ HTTP/1.1\r\nHost: x\r\n');
    const trickle = setInterval(() => slow.write('X: y\r\n'), 50);
    const received = collect(slow);
    const other = connect(server.address.port);
    other.write(`GET ${target} HTTP/1.0\r\n\r\n`);
    assert.match(await collect(other), /^HTTP\/1\.1 200 /);
    assert.match(await received, /^HTTP\/1\.1 408 /);
    clearInterval(trickle);
    await server.close();
  });

  it('survives connections that are dropped in the middle of everything', async () => {
    const { server, target } = await start();
    const beginnings = ['', 'G', `GET ${target} HTTP/1.1\r\n`, `GET ${target} HTTP/1.1\r\nHost: x\r\n\r\n`];
    beginnings.push(
      'POST /o HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\nabc',
      '\0\0\0\0',
      'PRI * HTTP/2.0\r\n\r\n',
    );
    for (const beginning of beginnings) {
      const socket = connect(server.address.port);
      socket.on('error', () => undefined);
      await once(socket, 'connect');
      socket.write(beginning);
      socket.resetAndDestroy();
    }
    const last = connect(server.address.port);
    last.write('GET /o/ HTTP/1.0\r\n\r\n');
    assert.match(await collect(last), /^HTTP\/1\.1 200 /);
    await server.close();
  });

  it('HTTP-33: an answer under way goes out before the refusal of what came behind it', async () => {
    const { server } = await start();
    const socket = connect(server.address.port);
    const der = await test.request({ serials: ['0b'] });
    socket.write(`POST /o HTTP/1.1\r\nHost: x\r\nContent-Length: ${der.length}\r\n\r\n`);
    socket.write(Buffer.concat([der, Buffer.from('GARBAGE\r\n\r\n')]));
    const received = await collect(socket);
    assert.match(received, /^HTTP\/1\.1 200 /);
    assert.match(received, /HTTP\/1\.1 400 Bad Request\r\n[\s\S]*no-store/);
    await server.close();
  });

  it('HTTP-25, OREQ-35: what never reaches a handler is explicit about freshness, and 405 about methods', async () => {
    const { server } = await start();
    const tunnel = connect(server.address.port);
    tunnel.write('CONNECT x:443 HTTP/1.1\r\nHost: x\r\n\r\n');
    assert.match(await collect(tunnel), /^HTTP\/1\.1 405 [\s\S]*no-store\r\nAllow: GET, HEAD, POST\r\n/);
    await server.close();
  });

  it('a port that is taken is address_in_use', async () => {
    const { server, handler } = await start();
    const { host, port } = server.address;
    await assert.rejects(startEdgeServer({ handler, host, port, now }), { code: 'address_in_use' });
    await server.close();
  });
});

async function start(limits: Partial<EdgeServerLimits> = {}) {
  const view = new FakeStatusView();
  view.put('0b');
  const source = new FakeSource(view, now);
  const handler = createEdgeHandler({
    address: { routing: 'path', base: 'http://localhost' },
    registry: () => test.registry,
    view,
    source,
    answers: NO_ANSWERS,
    checkRequest: async () => 'refused',
    artifacts: new FakeArtifacts(),
    now,
  });
  const server = await startEdgeServer({ handler, host: '127.0.0.1', port: 0, now, limits });
  const der = Buffer.from(await test.request({ serials: ['0b'] }));
  return { server, handler, source, target: `/o/${encodeURIComponent(der.toString('base64'))}` };
}

async function collect(socket: Socket): Promise<string> {
  let received = '';
  socket.on('error', () => undefined);
  socket.on('data', (octets) => {
    received += octets.toString('latin1');
  });
  await once(socket, 'close');
  return received;
}

function pause(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}
