import assert from 'node:assert/strict';
import { before, describe, it } from 'node:test';
import { freePorts } from './host-process.js';
import { httpGet } from './http-get.js';
import { createTestCa, readAnswer, type TestCa } from './test-ca.js';
import { openWorkshop } from './workshop.js';

describe('lancre serve with a zone', () => {
  const workshop = openWorkshop();
  let ca: TestCa;
  let origin: string;

  before(async () => {
    const [port, adminPort] = await freePorts(2);
    origin = `http://127.0.0.1:${port}`;
    await workshop.mustLancre('init');
    await workshop.write(
      'lancre.toml',
      `[public]\nzone = "example.net"\nlisten = "127.0.0.1:${port}"\n[admin]\nlisten = "127.0.0.1:${adminPort}"\n`,
    );
    ca = await createTestCa('CA One');
    await workshop.write('one.pem', ca.certificatePem);
    await workshop.write('one.key', ca.keyPem);
    await workshop.write('one.ndjson', '{"serial":"1001","notAfter":"2099-01-31T00:00:00Z"}\n');
    const words = ['--certificate', 'one.pem', '--key', 'one.key', '--shards', '2', '--json'];
    const { urls } = JSON.parse(await workshop.mustLancre('issuer', 'add', 'e1', ...words));
    assert.deepEqual(urls, {
      ocsp: 'http://e1.o.example.net',
      issuer: 'http://e1.i.example.net/',
      crl: 'http://e1.c.example.net/',
      shards: ['http://e1.c.example.net/1.crl', 'http://e1.c.example.net/2.crl'],
    });
    await workshop.mustLancre('import', 'one.ndjson', '--format', 'ndjson', '--issuer', 'e1');
    const host = await workshop.start(['serve', '--edge-runtime', 'node']);
    assert.match(host.stdout, /^public +http:\/\/example\.net\/ /m);
  });

  it('answers OCSP under the name of the issuer', async () => {
    const { status, body } = await httpGet(`${origin}/${await ca.question('1001')}`, 'e1.o.example.net');
    assert.equal(readAnswer(status, body), 'good');
  });

  for (const [host, path, contentType] of [
    ['e1.c.example.net', '/', 'application/pkix-crl'],
    ['e1.c.example.net', '/1.crl', 'application/pkix-crl'],
    ['E1.C.Example.Net.', '/2.crl', 'application/pkix-crl'],
    ['e1.i.example.net', '/', 'application/pkix-cert'],
    ['e1.i.example.net:8080', '/e1.pem', 'application/pem-certificate-chain'],
    ['example.net', '/', 'text/'],
  ] as const) {
    it(`serves ${contentType} at ${host}${path}`, async () => {
      const { status, headers } = await httpGet(`${origin}${path}`, host);
      assert.equal(status, 200);
      assert.ok(headers['content-type']?.startsWith(contentType), headers['content-type']);
    });
  }

  for (const [host, path, expected] of [
    ['e1.c.example.net', '/3.crl', 404],
    ['e2.i.example.net', '/', 404],
    ['e1.x.example.net', '/', 421],
    ['example.org', '/', 421],
    ['127.0.0.1', '/', 421],
    ['example.net', '/healthz', 404],
    ['example.net', '/metrics', 404],
  ] as const) {
    it(`${host}${path} is ${expected}`, async () => {
      assert.equal((await httpGet(`${origin}${path}`, host)).status, expected);
    });
  }
});
