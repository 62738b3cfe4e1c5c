import assert from 'node:assert/strict';
import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { after, before, describe, it } from 'node:test';
import { encodePem } from '@lancre/pki/text';
import type { CliContext } from '#host/cli/context.js';
import { runCommand } from '#host/cli/main.js';
import { startDemo } from '../interop/demo-host.js';
import { httpGet } from './http-get.js';
import { until } from './until.js';
import { openWorkshop } from './workshop.js';

/** The lists of the demo, by the file of their issuer's certificate, and whose certificates are on them. */
const lists = [
  { file: 'root-x1', scope: 'ca', paths: ['x1'] },
  { file: 'root-x2', scope: 'ca', paths: ['x2'] },
  { file: 'e1', scope: 'subscriber', paths: ['e1', 'e1/1', 'e1/4'] },
  { file: 'r1', scope: 'subscriber', paths: ['r1'] },
] as const;

describe('lancre lint', () => {
  const workshop = openWorkshop();
  let base = '';
  const lint = async (...words: readonly string[]) => {
    const { status, stdout } = await run(workshop.folder, ...words, '--json');
    const { findings } = JSON.parse(stdout);
    return { status, ids: findings.map(({ id }: { readonly id: string }) => id) };
  };

  before(async () => {
    base = (await startDemo(workshop, 'node')).base;
    const paths = lists.flatMap((list) => list.paths);
    for (const path of paths) {
      const url = `${base}/c/${path}.crl`;
      await until(`${url} is there`, async () => (await httpGet(url)).status === 200);
    }
  });

  it('CRL-28: has nothing to say of any list of the demo, under either profile', async () => {
    for (const { file, paths, scope } of lists) {
      const issuer = ['--issuer', `demo/pki/${file}.pem`, '--scope', scope];
      for (const path of paths) {
        for (const profile of ['private', 'cabf']) {
          const found = await lint(`${base}/c/${path}.crl`, ...issuer, '--profile', profile);
          assert.deepEqual(found, { status: 0, ids: [] }, `${path} under ${profile}`);
        }
      }
    }
  });

  describe('of a list at a URL', () => {
    let shard: Buffer;
    let server: ReturnType<typeof createServer>;
    let elsewhere = '';
    const crl = { 'Content-Type': 'application/pkix-crl' };
    const answers: Readonly<Record<string, RequestListener>> = {
      '/pem.crl': (_, response) => response.writeHead(200, crl).end(encodePem('X509 CRL', shard)),
      '/type.crl': (_, response) =>
        response.writeHead(200, { 'Content-Type': 'application/x-pkcs7-crl' }).end(shard),
      '/shard.crl': (_, response) => response.writeHead(200, crl).end(shard),
      '/page.crl': (_, response) => response.writeHead(200, crl).end('<html></html>'),
    };

    before(async () => {
      shard = (await httpGet(`${base}/c/e1/1.crl`)).body;
      server = createServer((request, response) => {
        answers[request.url ?? '']?.(request, response);
      }).listen(0, '127.0.0.1');
      await new Promise((resolve) => server.once('listening', resolve));
      elsewhere = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    });
    after(() => {
      server.closeAllConnections();
      server.close();
    });

    it('SHD-14, T-15: tells that it names another address', async () => {
      const words = [`${elsewhere}/shard.crl`, '--profile'];
      assert.deepEqual(await lint(...words, 'cabf'), { status: 65, ids: ['idp_url_mismatch'] });
      assert.deepEqual(await lint(...words, 'private'), { status: 0, ids: ['idp_url_mismatch'] });
    });

    it('T-12, T-13: tells of PEM and of another media type', async () => {
      const pem = await lint(`${elsewhere}/pem.crl`);
      assert.deepEqual(pem, { status: 65, ids: ['pem_at_url', 'idp_url_mismatch'] });
      const type = await lint(`${elsewhere}/type.crl`, '--profile', 'cabf');
      assert.deepEqual(type, { status: 65, ids: ['idp_url_mismatch', 'media_type_wrong'] });
    });

    it('T-38: tells a page from a list', async () => {
      const { status, stderr } = await run(workshop.folder, `${elsewhere}/page.crl`);
      assert.equal(status, 64);
      assert.equal(stderr, `lancre: ${elsewhere}/page.crl is no CRL in DER or PEM\n`);
    });
  });
});

/** In this process: what a child would print is in the transcripts. */
async function run(
  folder: string,
  ...words: readonly string[]
): Promise<{ readonly status: number; readonly stdout: string; readonly stderr: string }> {
  let stdout = '';
  let stderr = '';
  const context: CliContext = {
    stdout: (text) => {
      stdout += text;
    },
    stderr: (text) => {
      stderr += text;
    },
    isTerminal: false,
    environment: {},
    folder,
    now: () => new Date(),
    stopRequested: () => Promise.reject(new Error('nothing here waits')),
    randomBytes: () => new Uint8Array(),
  };
  return { status: await runCommand(['lint', ...words], context), stdout, stderr };
}
