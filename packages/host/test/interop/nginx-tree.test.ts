import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { before, describe, it } from 'node:test';
import { freePorts } from '../cli/host-process.js';
import { type HttpResponse, httpGet } from '../cli/http-get.js';
import { createTestCa } from '../cli/test-ca.js';
import { openWorkshop } from '../cli/workshop.js';
import { nameOf, PublishedLists } from '../http/published-lists.js';
import { ForeignServers } from './foreign-servers.js';
import { skipWithout } from './required-programs.js';

// Compiled, this file is in dist-test/interop.
const guide = readFileSync(new URL('../../../../docs/guide/behind-nginx.md', import.meta.url), 'utf8');
const skip = skipWithout('nginx', 'openssl', 'curl');

describe('the published tree, served by nginx as the guide says', { skip }, () => {
  const servers = new ForeignServers();
  const workshop = openWorkshop();
  let base: string;

  before(async () => {
    const [port = 0] = await freePorts(1);
    base = `http://127.0.0.1:${port}`;
    const ca = await createTestCa('CA One');
    await workshop.write('one.pem', ca.certificatePem);
    await workshop.write('one.key', ca.keyPem);
    await workshop.mustLancre('init', '--base', base);
    const key = ['--certificate', 'one.pem', '--key', 'one.key', '--shards', '2'];
    await workshop.mustLancre('issuer', 'add', 'one', ...key);
    await workshop.mustLancre('publish');
    await writeConfiguration(port);
    const words = ['-e', 'stderr', '-p', workshop.folder, '-c', 'nginx.conf'];
    await servers.start('nginx', words, { folder: workshop.folder, listensAt: port });
  });

  it('HTTP-02, T-13: every file has its media type', async () => {
    const tree = new PublishedLists(workshop.path('data/public'));
    await tree.put('c/some.json', Buffer.from('[]'), new Date());
    for (const [path, type] of [
      ['c/one.crl', 'application/pkix-crl'],
      ['c/one/1.crl', 'application/pkix-crl'],
      ['i/one', 'application/pkix-cert'],
      ['i/one.der', 'application/pkix-cert'],
      ['i/one.cer', 'application/pkix-cert'],
      ['i/one.crt', 'application/pkix-cert'],
      ['i/one.p7c', 'application/pkcs7-mime; smime-type=certs-only'],
      ['i/one.pem', 'application/pem-certificate-chain'],
      ['c/some.json', 'application/json'],
    ] as const) {
      const { status, headers } = await httpGet(`${base}/${path}`);
      assert.deepEqual([status, headers['content-type']], [200, type], path);
    }
  });

  it('T-12, HTTP-03: what curl fetches, openssl reads and verifies', async () => {
    for (const path of ['c/one.crl', 'c/one/1.crl', 'c/one/2.crl']) {
      await curl(path, 'fetched.crl');
      const crl = ['crl', '-inform', 'DER', '-in', 'fetched.crl', '-noout'];
      const { status, stderr } = await workshop.run('openssl', ...crl, '-CAfile', 'one.pem');
      assert.equal(status, 0, stderr);
      assert.match(stderr, /verify OK/);
    }
    await curl('i/one', 'fetched.der');
    const x509 = ['x509', '-inform', 'DER', '-in', 'fetched.der', '-noout', '-subject'];
    assert.match(await workshop.openssl(...x509), /CA One/);
    await curl('i/one.p7c', 'fetched.p7c');
    const pkcs7 = ['pkcs7', '-inform', 'DER', '-in', 'fetched.p7c', '-noout', '-print_certs'];
    assert.match(await workshop.openssl(...pkcs7), /CA One/);
  });

  it('HTTP-22, T-34: Last-Modified is the thisUpdate of the list, and freshness ends a period after it', async () => {
    await curl('c/one.crl', 'dated.crl');
    const crl = ['crl', '-inform', 'DER', '-in', 'dated.crl', '-noout', '-lastupdate'];
    const thisUpdate = new Date((await workshop.openssl(...crl)).trim().replace('lastUpdate=', ''));
    const { headers } = await httpGet(`${base}/c/one.crl`);
    assert.equal(headers['last-modified'], thisUpdate.toUTCString());
    assert.equal(headers.expires, new Date(thisUpdate.getTime() + 3_600_000).toUTCString());
    assert.match(headers['cache-control'] ?? '', /^max-age=3[0-9]{3}$/);
    assert.equal((await httpGet(`${base}/i/one`)).headers['cache-control'], 'max-age=86400');
  });

  it('HTTP-27, HTTP-28: what is not published is 404 for a minute, and nothing beside the tree is to be had', async () => {
    const { body: list } = await httpGet(`${base}/c/one.crl`);
    const object = nameOf(list);
    for (const path of ['c/one/3.crl', 'c/two.crl', 'c/', 'c', 'c/one/', 'i/', '', 'staging/', 'objects/']) {
      await requireAbsent(`${base}/${path}`);
    }
    await requireAbsent(`${base}/objects/${object.slice(0, 2)}/${object}`);
    assert.match(await curl('c/one.crl', 'posted', '--data', 'x'), /^HTTP\/1\.1 40[45] /);
  });

  it('HTTP-14, HTTP-17, HTTP-18, T-44: conditions, parts, and HEAD with the length', async () => {
    const { body, headers } = await httpGet(`${base}/c/one.crl`);
    const { etag = '', 'last-modified': date = '' } = headers;
    const ask = (...fields: readonly string[]) =>
      curl('c/one.crl', 'part', ...fields.flatMap((field) => ['-H', field]));
    assert.match(await ask(`If-None-Match: ${etag}`), /^HTTP\/1\.1 304 /);
    assert.match(await ask(`If-Modified-Since: ${date}`), /^HTTP\/1\.1 304 /);
    assert.match(await ask('Range: bytes=10-'), /^HTTP\/1\.1 206 /);
    assert.deepEqual(await workshop.read('part'), body.subarray(10));
    assert.match(await ask('Range: bytes=10-', `If-Range: ${etag}`), /^HTTP\/1\.1 206 /);
    assert.match(await ask('Range: bytes=10-', 'If-Range: "other"'), /^HTTP\/1\.1 200 /);
    assert.match(await ask('Range: bytes=0-1,5-6'), /^HTTP\/1\.1 200 /);
    const unsatisfiable = await ask('Range: bytes=99999999-');
    assert.match(unsatisfiable, new RegExp(`^HTTP/1\\.1 416 [^]*Content-Range: bytes \\*/${body.length}\r`));
    assert.match(await ask('Accept-Encoding: gzip'), new RegExp(`Content-Length: ${body.length}\r`));
    const head = await curl('c/one.crl', 'nothing', '--head');
    assert.match(head, new RegExp(`^HTTP/1\\.1 200 [^]*Content-Length: ${body.length}\r`));
  });

  it('HTTP-37: a list that is replaced is there without a reload, with validators of its own', async () => {
    const lists = new PublishedLists(workshop.path('data/public'));
    const first = await lists.publish('c/replaced.crl', 0);
    const before = await httpGet(`${base}/c/replaced.crl`);
    const second = await lists.publish('c/replaced.crl', 0);
    const after = await httpGet(`${base}/c/replaced.crl`);
    assert.deepEqual([nameOf(before.body), nameOf(after.body)], [first, second]);
    assert.notEqual(before.headers.etag, after.headers.etag);
    const since = new Date(before.headers['last-modified'] ?? '').getTime();
    assert.equal(new Date(after.headers['last-modified'] ?? '').getTime() - since, 1000);
  });

  it('HTTP-37, T-17: while a list is replaced under load, every response is one issue, whole', async () => {
    const lists = new PublishedLists(workshop.path('data/public'));
    const published = new Set([await lists.publish('c/torn.crl', 300_000)]);
    const seen = new Set<string>();
    let isOver = false;
    const client = async () => {
      while (!isOver) {
        const { status, body } = await httpGet(`${base}/c/torn.crl`);
        assert.equal(status, 200);
        seen.add(nameOf(body));
      }
    };
    const publisher = async () => {
      for (let issue = 0; issue < 25; issue += 1) published.add(await lists.publish('c/torn.crl', 300_000));
      isOver = true;
    };
    await Promise.all([client(), client(), client(), client(), publisher()]).finally(() => {
      isOver = true;
    });
    assert.ok(seen.size > 5, `only ${seen.size} issues were seen`);
    assert.deepEqual(
      [...seen].filter((name) => !published.has(name)),
      [],
    );
  });

  it('SHD-02, ISS-07: with host routing, bare hosts are the full list and the certificate', async () => {
    const { body: full } = await httpGet(`${base}/c/one.crl`);
    for (const [host, path, type] of [
      ['one.c.example.net', '', 'application/pkix-crl'],
      ['one.c.example.net', '2.crl', 'application/pkix-crl'],
      ['c.example.net', 'some.json', 'application/json'],
      ['one.i.example.net', '', 'application/pkix-cert'],
      ['one.i.example.net', 'one.p7c', 'application/pkcs7-mime; smime-type=certs-only'],
    ] as const) {
      const { status, headers, body } = await httpGet(`${base}/${path}`, host);
      assert.deepEqual([status, headers['content-type']], [200, type], `${host}/${path}`);
      if (host === 'one.c.example.net' && path === '') assert.deepEqual(body, full);
    }
    assert.equal((await httpGet(`${base}/3.crl`, 'one.c.example.net')).status, 404);
    assert.equal((await httpGet(`${base}/`, 'two.c.example.net')).status, 404);
  });

  async function requireAbsent(url: string): Promise<void> {
    const { status, headers }: HttpResponse = await httpGet(url);
    assert.deepEqual([status, headers['cache-control']], [404, 'max-age=60'], url);
  }

  /** Fetches into a file. @returns status line and fields */
  async function curl(path: string, file: string, ...more: readonly string[]): Promise<string> {
    const quiet = ['--silent', '--show-error', '--max-time', '10', '--noproxy', '*', '--dump-header', 'head'];
    const { status, stderr } = await workshop.run('curl', ...quiet, '-o', file, ...more, `${base}/${path}`);
    assert.equal(status, 0, stderr);
    return (await workshop.read('head')).toString('latin1');
  }

  /** The guide's own configuration, with the folder and the port of this test. */
  async function writeConfiguration(port: number): Promise<void> {
    const [shared = '', ...sites] = nginxBlocks(guide);
    const root = workshop.path('data/public');
    await workshop.write('lancre-tree.conf', shared.replace('/var/lib/lancre/data/public', root));
    const temporary = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'];
    const listening = sites.map((site) => site.replaceAll('listen 80;', `listen 127.0.0.1:${port};`));
    await mkdir(workshop.path('temporary'));
    const configuration = [
      // As root, nginx would give its workers another user, who cannot enter the folder.
      process.getuid?.() === 0 ? 'user root;' : '',
      'daemon off; pid nginx.pid; error_log stderr warn; worker_processes 2;',
      'events {}',
      'http { access_log off;',
      ...temporary.map((kind) => `${kind}_temp_path temporary/${kind};`),
      ...listening,
      '}',
    ];
    await workshop.write('nginx.conf', configuration.join('\n'));
  }
});

function nginxBlocks(text: string): readonly string[] {
  return Array.from(text.matchAll(/^```nginx\n(.*?)^```$/gms), ([, block = '']) => block);
}
