import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { describe, it } from 'node:test';
import { commandTarget, urlTarget } from '#host/cli/purge/purge-target.js';
import { openWorkshop } from './workshop.js';

const message = JSON.stringify({ certificates: [{ urls: ['http://pki.example.net/o/%2B'.repeat(40_000)] }] });

describe('a command that is told what to purge', () => {
  const workshop = openWorkshop();

  it('HTTP-36: reads the whole message from its standard input', async () => {
    const path = workshop.path('told.json');
    const script = `require('fs').writeFileSync(process.argv[1], require('fs').readFileSync(0))`;
    assert.deepEqual(await run([process.execPath, '-e', script, path]), { kind: 'done' });
    assert.equal(readFileSync(path, 'utf8'), message);
  });

  it('HTTP-36: its arguments are read by no shell', async () => {
    const word = `$(touch ${workshop.path('made')}); 'a' "b" *`;
    const script = `process.exitCode = process.argv[1] === ${JSON.stringify(word)} ? 0 : 9; process.stdin.resume()`;
    assert.deepEqual(await run([process.execPath, '-e', script, word]), { kind: 'done' });
  });

  it('HTTP-36: has the environment that it was given', async () => {
    const script = `process.exitCode = process.env.CDN_TOKEN === 'word' ? 0 : 9`;
    assert.deepEqual(await run([process.execPath, '-e', script], { CDN_TOKEN: 'word' }), { kind: 'done' });
  });

  it('HTTP-36: need not read', async () => {
    assert.deepEqual(await run([process.execPath, '-e', 'process.exit(0)']), { kind: 'done' });
  });

  it('HTTP-36: has failed with another status than 0, and where it is not there', async () => {
    assert.deepEqual(await run([process.execPath, '-e', 'process.exit(3)']), failed('ended with 3'));
    assert.deepEqual(await run(['/nonexistent/purge']), failed('ENOENT'));
    assert.deepEqual(await run([process.execPath, 'a\0b']), failed('ERR_INVALID_ARG_VALUE'));
  });

  it('HTTP-36: is killed when it takes too long', async () => {
    let child: ChildProcess | undefined;
    const target = commandTarget({
      spawn: (program, words, options) => {
        child = spawn(program, words, options);
        return child;
      },
      command: [process.execPath, '-e', 'setInterval(() => undefined, 1000)'],
      environment: process.env,
      timeoutMilliseconds: 200,
    });
    const ended = new Promise((resolve) => {
      const telling = target.tell(message);
      child?.once('exit', (_, signal) => resolve(telling.then((outcome) => [outcome, signal])));
    });
    assert.deepEqual(await ended, [failed('not done after 0.2 s'), 'SIGKILL']);
  });

  function run(command: readonly string[], environment: Readonly<Record<string, string>> = {}) {
    return commandTarget({ spawn, command, environment, timeoutMilliseconds: 30_000 }).tell(message);
  }
});

describe('an address that is told what to purge', () => {
  it('HTTP-36: takes the message by POST, as JSON', async () => {
    const { outcome, received } = await post((_, response) => response.writeHead(204).end());
    assert.deepEqual(outcome, { kind: 'done' });
    assert.deepEqual(received, [['POST', '/purge?token=word', 'application/json', message]]);
  });

  it('HTTP-36: has failed when it answers anything but 2xx', async () => {
    const refused = await post((_, response) => response.writeHead(503).end('later'));
    assert.deepEqual(refused.outcome, failed('answered 503'));
    const elsewhere = await post((_, response) => response.writeHead(307, { Location: '/other' }).end());
    assert.equal(elsewhere.outcome.kind, 'failed');
    assert.equal(elsewhere.received.length, 1);
  });

  it('HTTP-36: has failed when it cannot be reached, and when it takes too long', async () => {
    const { url } = await post((_, response) => response.end());
    const target = urlTarget({ fetch, url, timeoutMilliseconds: 30_000 });
    assert.deepEqual(await target.tell(message), failed('ECONNREFUSED'));
    const late = await post(() => undefined, 100);
    assert.deepEqual(late.outcome, failed('not done after 0.1 s'));
  });

  it('HTTP-36: is named without its query, which may hold a secret', () => {
    const { name } = urlTarget({
      fetch,
      url: 'https://cdn.example/purge?token=word#x',
      timeoutMilliseconds: 1,
    });
    assert.equal(name, 'https://cdn.example/purge');
  });
});

/** Tells a server of the test once; afterwards nobody listens at `url`. */
async function post(answer: RequestListener, timeoutMilliseconds = 30_000) {
  const received: (string | undefined)[][] = [];
  const server = createServer((request, response) => {
    let body = '';
    request.setEncoding('utf8').on('data', (part) => {
      body += part;
    });
    request.on('end', () => {
      received.push([request.method, request.url, request.headers['content-type'], body]);
      answer(request, response);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const url = `http://127.0.0.1:${port}/purge?token=word`;
  try {
    const outcome = await urlTarget({ fetch, url, timeoutMilliseconds }).tell(message);
    return { outcome, received, url };
  } finally {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  }
}

function failed(reason: string) {
  return { kind: 'failed', reason };
}
