import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { chmod, mkdir, mkdtemp, rm, stat } from 'node:fs/promises';
import { connect, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';
import { SigningClient, type SigningClientOptions } from '#host/http/signing-client.js';
import { type SigningServerOptions, startSigningServer } from '#host/http/signing-server.js';
import type { OcspAnswer, OcspQuestion, OcspSource } from '#host/status/ocsp-source.js';

const folder = await mkdtemp(join(tmpdir(), 'lancre-signing-'));
after(() => rm(folder, { recursive: true }));

describe('the signing channel', () => {
  it('carries many questions at once, answered in any order', async () => {
    const { client, close } = await setUp({ source: echo(() => Math.random() * 20) });
    const asked = Array.from({ length: 200 }, (_, index) => index + 1);
    const answers = await Promise.all(asked.map((serial) => client.answer(questionFor(serial))));
    assert.deepEqual(answers.map(serialIn), asked);
    await close();
  });

  it('the socket and its folder are closed to everybody else', async () => {
    const { socketPath, close } = await setUp({ source: echo(() => 0) });
    assert.equal((await stat(socketPath)).mode & 0o777, 0o600);
    assert.equal((await stat(join(socketPath, '..'))).mode & 0o777, 0o700);
    await close();
  });

  it('above its limit, control says "overloaded" at once', async () => {
    const { client, close } = await setUp({ source: echo(() => 500), maximumInFlight: 2 });
    const slow = [client.answer(questionFor(1)), client.answer(questionFor(2))];
    const first = await Promise.race([...slow, client.answer(questionFor(3))]);
    assert.deepEqual(first, {
      kind: 'refused',
      status: 'tryLater',
      cause: 'overloaded',
      retryAfterSeconds: 1,
    });
    assert.deepEqual((await Promise.all(slow)).map(serialIn), [1, 2]);
    await close();
  });

  it('above its own limit, an edge says "overloaded" without asking', async () => {
    const { client, close } = await setUp({ source: echo(() => 50) }, { maximumInFlight: 1 });
    const first = client.answer(questionFor(1));
    assert.deepEqual(causeOf(await client.answer(questionFor(2))), 'overloaded');
    assert.equal(serialIn(await first), 1);
    await close();
  });

  it('a control that is not there, dies, or is too slow is "control_unreachable", and is found again', async () => {
    const socketPath = newSocketPath();
    const client = new SigningClient({ socketPath, deadlineMilliseconds: 600, retryAfterSeconds: 3 });
    assert.deepEqual(await client.answer(questionFor(1)), {
      kind: 'refused',
      status: 'tryLater',
      cause: 'control_unreachable',
      retryAfterSeconds: 3,
    });
    const slow = await startSigningServer({ socketPath, source: echo(() => 5000) });
    assert.equal(causeOf(await client.answer(questionFor(2))), 'control_unreachable');
    const lost = client.answer(questionFor(3));
    await slow.close();
    assert.equal(causeOf(await lost), 'control_unreachable');
    const quick = await startSigningServer({ socketPath, source: echo(() => 0) });
    assert.equal(serialIn(await client.answer(questionFor(4))), 4);
    client.close();
    await quick.close();
  });

  it('a source that rejects is an internalError, and the channel goes on', async () => {
    const errors: unknown[] = [];
    const source: OcspSource = { answer: () => Promise.reject(new Error('broken')) };
    const { client, close } = await setUp({ source, onError: (error) => errors.push(error) });
    assert.equal(causeOf(await client.answer(questionFor(1))), 'signer_failed');
    assert.equal(causeOf(await client.answer(questionFor(2))), 'signer_failed');
    assert.equal(errors.length, 2);
    await close();
  });

  it('control survives any octets from an edge, and cuts that edge off', async () => {
    const { client, socketPath, close } = await setUp({ source: echo(() => 0) });
    const noise = [randomBytes(64), Buffer.alloc(4096, 0xff), Buffer.from('000000020151', 'hex')];
    for (const octets of noise) {
      const socket = connect(socketPath);
      socket.on('error', () => undefined);
      socket.write(octets);
      await once(socket, 'close');
    }
    assert.equal(serialIn(await client.answer(questionFor(1))), 1);
    await close();
  });

  it('an edge survives any octets from control', async () => {
    const socketPath = newSocketPath();
    await mkdir(join(socketPath, '..'), { mode: 0o700 });
    const noise = createServer((socket) => socket.on('error', () => undefined).end(randomBytes(100)));
    await new Promise<void>((resolve) => noise.listen(socketPath, resolve));
    const client = new SigningClient({ socketPath, deadlineMilliseconds: 500 });
    assert.equal(causeOf(await client.answer(questionFor(1))), 'control_unreachable');
    client.close();
    noise.close();
  });

  it('a second control on the same socket is refused; a socket that was left behind is taken over', async () => {
    const { socketPath, close } = await setUp({ source: echo(() => 0) });
    await assert.rejects(startSigningServer({ socketPath, source: echo(() => 0) }), {
      code: 'already_running',
    });
    await close();
    const next = await startSigningServer({ socketPath, source: echo(() => 0) });
    await next.close();
  });

  it('a folder that others may enter, or a path too long, is refused', async () => {
    const socketPath = newSocketPath();
    await mkdir(join(socketPath, '..'));
    await chmod(join(socketPath, '..'), 0o755);
    await assert.rejects(startSigningServer({ socketPath, source: echo(() => 0) }), {
      code: 'config_invalid',
    });
    const tooLong = join(folder, 'x'.repeat(120));
    await assert.rejects(startSigningServer({ socketPath: tooLong, source: echo(() => 0) }), {
      code: 'config_invalid',
    });
  });
});

async function setUp(
  server: Omit<SigningServerOptions, 'socketPath'>,
  client: Partial<SigningClientOptions> = {},
) {
  const socketPath = newSocketPath();
  const listening = await startSigningServer({ socketPath, ...server });
  const asking = new SigningClient({ socketPath, ...client });
  const close = async () => {
    asking.close();
    await listening.close();
  };
  return { client: asking, socketPath, close };
}

/** Answers with the serial, after a time. */
function echo(milliseconds: () => number): OcspSource {
  return {
    async answer({ items }): Promise<OcspAnswer> {
      await new Promise((resolve) => setTimeout(resolve, milliseconds()).unref());
      const der = items[0]?.serialNumber ?? new Uint8Array(0);
      const at = new Date(0);
      return {
        kind: 'signed',
        der,
        thisUpdate: at,
        nextUpdate: at,
        refreshAt: at,
        versions: [undefined],
        notAfter: at,
      };
    },
  };
}

let folders = 0;

function newSocketPath(): string {
  folders += 1;
  return join(folder, String(folders), 's');
}

function questionFor(serial: number): OcspQuestion {
  return {
    issuerId: 1,
    items: [{ form: { hash: 'SHA-1', parameters: 'null' }, serialNumber: Uint8Array.of(serial) }],
  };
}

function serialIn(answer: OcspAnswer): number | undefined {
  return answer.kind === 'signed' ? answer.der[0] : undefined;
}

function causeOf(answer: OcspAnswer): string {
  return answer.kind === 'refused' ? answer.cause : answer.kind;
}
