import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { decodeCrl } from '@lancre/pki/crl';
import { freePorts } from '../cli/host-process.js';
import { httpGet } from '../cli/http-get.js';
import { createTestCa } from '../cli/test-ca.js';
import { openWorkshop } from '../cli/workshop.js';

describe('a host with shards', () => {
  const workshop = openWorkshop();

  it('T-14: every URL that was printed is answered as soon as the host is up, without any certificate', async () => {
    const [port, adminPort] = await freePorts(2);
    const base = `http://127.0.0.1:${port}`;
    const listen = [
      '--base',
      base,
      '--listen',
      `127.0.0.1:${port}`,
      '--admin-listen',
      `127.0.0.1:${adminPort}`,
    ];
    const ca = await createTestCa('CA One');
    await workshop.write('one.pem', ca.certificatePem);
    await workshop.write('one.key', ca.keyPem);
    await workshop.mustLancre('init', ...listen);
    const words = ['--certificate', 'one.pem', '--key', 'one.key', '--shards', '16'];
    await workshop.mustLancre('issuer', 'add', 'one', ...words);
    const host = await workshop.start(['serve', '--edge-runtime', 'node']);
    const urls = Array.from({ length: 16 }, (_, index) => `${base}/c/one/${index + 1}.crl`);
    for (const url of [...urls, `${base}/c/one.crl`]) {
      const { status, headers, body } = await httpGet(url);
      assert.deepEqual([status, headers['content-type']], [200, 'application/pkix-crl'], url);
      assert.ok(decodeCrl(body).thisUpdate <= new Date());
    }
    assert.equal((await httpGet(`${base}/i/one`)).status, 200);
    assert.equal((await httpGet(`${base}/c/one/17.crl`)).status, 404);
    await host.stop();
  });
});
