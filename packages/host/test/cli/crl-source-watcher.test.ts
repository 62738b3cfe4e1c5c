import assert from 'node:assert/strict';
import { rename, rm, utimes, writeFile } from 'node:fs/promises';
import { createServer, type IncomingHttpHeaders } from 'node:http';
import { join } from 'node:path';
import { after, describe, test } from 'node:test';
import { CrlSourceWatcher, type CrlSourceWatcherOptions } from '#host/cli/crl-source/crl-source-watcher.js';
import type { CrlOutcome } from '#host/cli/import/import-crl.js';
import type { Issuer } from '#host/issuer/issuer.js';
import { createIssuer } from '../issuer/test-issuers.js';
import { temporaryFolder } from '../storage/temporary-folder.js';

const folder = temporaryFolder();
const START = new Date('2026-11-25T10:00:00Z').getTime();
const ca = await createIssuer({ name: 'root' });
let files = 0;

/** A watcher with a clock that is moved by hand, and a gate that takes in what begins with "good". */
function watch(location: string) {
  let now = START;
  let issuers: readonly Issuer[] = [{ ...ca.issuer, crlSource: { location } }];
  const taken: string[] = [];
  const told: string[] = [];
  const state = { nextUpdate: undefined as Date | undefined };
  const options: CrlSourceWatcherOptions = {
    issuers: () => issuers,
    takeIn: async (octets) => {
      const text = Buffer.from(octets).toString();
      taken.push(text);
      return outcomeOf(text);
    },
    current: () => state.nextUpdate && { thisUpdate: new Date(START), nextUpdate: state.nextUpdate },
    fetching: {
      fetch,
      clock: { now: () => performance.now(), deadline: (milliseconds) => AbortSignal.timeout(milliseconds) },
    },
    now: () => new Date(now),
    onOutcome: ({ name }) => told.push(`${name} taken`),
    onFailure: ({ issuer, message }) => told.push(`${issuer} ${message}`),
  };
  const watcher = new CrlSourceWatcher(options);
  return {
    ...{ watcher, taken, told, state },
    setIssuers(changed: readonly Issuer[]): void {
      issuers = changed;
    },
    /** Looks so many seconds later. */
    async after(seconds: number): Promise<readonly string[]> {
      now += seconds * 1000;
      await watcher.look();
      return taken.splice(0);
    },
  };
}

/** Of an outcome the watcher reads nothing but its kind, and why it was refused. */
function outcomeOf(text: string): CrlOutcome {
  if (text.startsWith('good')) return { kind: 'taken' } as CrlOutcome;
  if (text.startsWith('known')) return { kind: 'unchanged' } as CrlOutcome;
  return { kind: 'refused', code: 'stale', field: 'nextUpdate', message: 'it is over' };
}

function newFile(): string {
  files += 1;
  return join(folder, `${files}.crl`);
}

describe('a file that lists come from', () => {
  test('is taken in when it is new, and again when it has changed', async () => {
    const path = newFile();
    await writeFile(path, 'good 1');
    const watched = watch(path);
    assert.deepEqual(await watched.after(0), ['good 1']);
    assert.deepEqual(await watched.after(2), []);
    await writeFile(path, 'good 22');
    assert.deepEqual(await watched.after(2), ['good 22']);
    await writeFile(path, 'good 33');
    await utimes(path, new Date(START), new Date(START + 5000));
    assert.deepEqual(await watched.after(2), ['good 33'], 'as long as before, of another time');
    assert.deepEqual(watched.told, ['root taken', 'root taken', 'root taken']);
    assert.deepEqual(watched.watcher.failures, []);
  });

  test('is a failure while it is missing, told once, and taken in the moment it is there', async () => {
    const path = newFile();
    const watched = watch(path);
    for (const seconds of [0, 2, 2, 2]) assert.deepEqual(await watched.after(seconds), []);
    const message = `no such file: ${path}`;
    assert.deepEqual(watched.watcher.failures, [{ issuer: 'root', location: path, message }]);
    assert.deepEqual(watched.told, [`root ${message}`]);
    await writeFile(`${path}.new`, 'good');
    await rename(`${path}.new`, path);
    assert.deepEqual(await watched.after(2), ['good']);
    assert.deepEqual(watched.watcher.failures, []);
    await rm(path);
    await watched.after(2);
    assert.equal(watched.watcher.failures.length, 1);
  });

  test('that is refused is a failure, tried again in longer and longer pauses, and at once when it changes', async () => {
    const path = newFile();
    await writeFile(path, 'bad');
    const watched = watch(path);
    const tries: number[] = [];
    for (let second = 0; second <= 40; second += 1) {
      if ((await watched.after(second === 0 ? 0 : 1)).length > 0) tries.push(second);
    }
    assert.deepEqual(tries, [0, 1, 3, 7, 15, 31]);
    assert.deepEqual(watched.told, ['root nextUpdate: it is over']);
    await writeFile(path, 'good again');
    assert.deepEqual(await watched.after(1), ['good again']);
    assert.deepEqual(watched.watcher.failures, []);
  });

  test('is forgotten with the source, and taken in anew when that is another file', async () => {
    const [first, second] = [newFile(), newFile()];
    await writeFile(first, 'bad');
    await writeFile(second, 'good');
    const watched = watch(first);
    await watched.after(0);
    watched.setIssuers([{ ...ca.issuer, crlSource: { location: second } }]);
    assert.deepEqual(await watched.after(0), ['good']);
    assert.deepEqual(watched.watcher.failures, []);
    watched.setIssuers([ca.issuer]);
    await writeFile(second, 'good and new');
    assert.deepEqual(await watched.after(2), []);
  });

  test('is looked at to the end by a watcher that is stopped meanwhile', async () => {
    const path = newFile();
    await writeFile(path, 'good');
    const watched = watch(path);
    watched.watcher.start();
    await watched.watcher.stop();
    assert.deepEqual(watched.taken, ['good']);
  });
});

describe('a URL that lists come from', () => {
  const asked: IncomingHttpHeaders[] = [];
  let body = 'good 1';
  let status = 200;
  const server = createServer((request, response) => {
    asked.push(request.headers);
    const etag = `"${body}"`;
    const isKnown = request.headers['if-none-match'] === etag;
    response.writeHead(isKnown ? 304 : status, {
      ETag: etag,
      'Last-Modified': new Date(START).toUTCString(),
    });
    response.end(isKnown ? undefined : body);
  });
  const listening = new Promise<string>((resolve) => {
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      resolve(
        `http://127.0.0.1:${typeof address === 'object' && address !== null ? address.port : 0}/root.crl`,
      );
    });
  });
  after(() => server.close());

  test('is fetched at once, then at half of the validity, with a conditional request', async () => {
    [body, status] = ['good 1', 200];
    asked.length = 0;
    const watched = watch(await listening);
    assert.deepEqual(await watched.after(0), ['good 1']);
    assert.equal(asked[0]?.['if-none-match'], undefined);
    watched.state.nextUpdate = new Date(START + 2000_000);
    await watched.after(2);
    assert.deepEqual(await watched.after(997), []);
    assert.equal(asked.length, 1, 'not before half of it');
    assert.deepEqual(await watched.after(1), []);
    assert.equal(asked.length, 2);
    assert.equal(asked[1]?.['if-none-match'], '"good 1"');
    assert.equal(asked[1]?.['if-modified-since'], new Date(START).toUTCString());
    assert.deepEqual(watched.watcher.failures, [], 'that it is unchanged is no failure');
    body = 'good 2';
    await watched.after(0);
    assert.deepEqual(await watched.after(250), ['good 2']);
  });

  test('is fetched every hour, however long the list is valid', async () => {
    [body, status] = ['good 1', 200];
    const watched = watch(await listening);
    watched.state.nextUpdate = new Date(START + 90 * 24 * 3_600_000);
    await watched.after(0);
    asked.length = 0;
    for (let minute = 0; minute < 180; minute += 1) await watched.after(60);
    assert.equal(asked.length, 2, 'three hours, the last of which is not over at the last look');
  });

  test('that answers with an error is a failure, and asked again in longer and longer pauses', async () => {
    [body, status] = ['good 1', 503];
    asked.length = 0;
    const watched = watch(await listening);
    const tries: number[] = [];
    for (let second = 0; second <= 20; second += 1) {
      const before = asked.length;
      await watched.after(second === 0 ? 0 : 1);
      if (asked.length > before) tries.push(second);
    }
    assert.deepEqual(tries, [0, 1, 3, 7, 15]);
    assert.deepEqual(watched.told, ['root HTTP status 503']);
    status = 200;
    assert.deepEqual(await watched.after(20), ['good 1']);
    assert.deepEqual(watched.watcher.failures, []);
  });

  test('whose list is refused is asked for it whole again', async () => {
    [body, status] = ['bad', 200];
    asked.length = 0;
    const watched = watch(await listening);
    await watched.after(0);
    await watched.after(2);
    assert.deepEqual(
      asked.map((headers) => headers['if-none-match']),
      [undefined, undefined],
    );
    assert.equal(watched.watcher.failures[0]?.message, 'nextUpdate: it is over');
  });

  test('that does not come to an end is left when the watcher is stopped, and this is no failure to tell', async () => {
    let isAsked: () => void = () => undefined;
    const asking = new Promise<void>((resolve) => {
      isAsked = resolve;
    });
    const endless = createServer((_request, response) => {
      response.writeHead(200).write('good');
      isAsked();
    });
    await new Promise<void>((resolve) => endless.listen(0, '127.0.0.1', resolve));
    const address = endless.address();
    assert.ok(typeof address === 'object' && address !== null);
    const watched = watch(`http://127.0.0.1:${address.port}/root.crl`);
    watched.watcher.start();
    await asking;
    await watched.watcher.stop();
    endless.closeAllConnections();
    endless.close();
    assert.deepEqual([watched.taken, watched.told], [[], []]);
  });

  test('that nobody answers at is a failure', async () => {
    const watched = watch('http://127.0.0.1:1/root.crl');
    await watched.after(0);
    assert.equal(watched.watcher.failures.length, 1);
  });
});
