import assert from 'node:assert/strict';
import { before, describe, it } from 'node:test';
import { type Certificate, crlDistributionPointsOf, decodeCertificates } from '@lancre/pki/certificate';
import { decodeCrl, issuingDistributionPointOf } from '@lancre/pki/crl';
import { freePorts } from './host-process.js';
import { httpGet } from './http-get.js';
import { until } from './until.js';
import { openWorkshop } from './workshop.js';

describe('the disclosed URLs of a running host', () => {
  const workshop = openWorkshop();
  let base: string;
  let shards: readonly string[];

  before(async () => {
    const [port, adminPort] = await freePorts(2);
    base = `http://127.0.0.1:${port}`;
    const ports = ['--port', `${port}`, '--admin-port', `${adminPort}`];
    await workshop.start(['demo', '--certificates', '60', '--edge-runtime', 'node', ...ports]);
    shards = await readJson(`${base}/c/e1.json`);
  });

  it('SHD-10, HTTP-02: are JSON that caches keep for an hour', async () => {
    for (const path of ['c/e1.json', 'c/issuers.json']) {
      const { status, headers } = await httpGet(`${base}/${path}`);
      assert.equal(status, 200, path);
      assert.equal(headers['content-type'], 'application/json');
      const maxAge = /^max-age=(\d+)\b/.exec(headers['cache-control'] ?? '')?.[1];
      assert.ok(Number(maxAge) > 0 && Number(maxAge) <= 3600, headers['cache-control']);
      assert.ok(headers.etag);
    }
  });

  it('T-14: every URL of the array is answered from the first moment, by a list that names itself so', async () => {
    assert.deepEqual(
      shards,
      [1, 2, 3, 4].map((shard) => `${base}/c/e1/${shard}.crl`),
    );
    for (const url of shards) {
      const { status, headers, body } = await httpGet(url);
      assert.deepEqual([status, headers['content-type']], [200, 'application/pkix-crl'], url);
      assert.deepEqual(issuingDistributionPointOf(decodeCrl(body))?.distributionPoint?.map(uriOf), [url]);
    }
  });

  it('T-21: array, issuingDistributionPoint and CDP are the same, octet by octet', async () => {
    const array = (await httpGet(`${base}/c/e1.json`)).body;
    const named = new Set<string>();
    for (const certificate of decodeCertificates(await workshop.read('lancre-demo/pki/certs/all.pem'))) {
      const [url] = cdpOf(certificate);
      assert.ok(url);
      if (!url.includes('/c/e1/')) continue;
      named.add(url);
      assert.ok(array.includes(Buffer.from(JSON.stringify(url))), url);
      const list = (await httpGet(url)).body;
      assert.ok(Buffer.from(list).includes(Buffer.from(url)), url);
      assert.ok(Buffer.from(certificate.der).includes(Buffer.from(url)), url);
    }
    assert.deepEqual([...named].sort(), shards);
  });

  it('the list of issuers leads to each of their arrays', async () => {
    const issuers: readonly { name: string; urls: { crlUrls: string; fullCrl: string } }[] = await readJson(
      `${base}/c/issuers.json`,
    );
    assert.deepEqual(issuers.map(({ name }) => name).sort(), ['e1', 'r1', 'x1', 'x2']);
    for (const { name, urls } of issuers) {
      const array = await readJson(urls.crlUrls);
      assert.deepEqual(array, name === 'e1' ? shards : [urls.fullCrl]);
    }
  });

  it('SHD-10: are followed when the shards become more', async () => {
    const config = ['--config', 'lancre-demo/lancre.toml'];
    await workshop.mustLancre('issuer', 'set', 'e1', '--shards', '6', ...config);
    const urls = await until('the array has six shards', async () => {
      const array: readonly string[] = await readJson(`${base}/c/e1.json`);
      return array.length === 6 && array;
    });
    for (const url of urls) assert.equal((await httpGet(url)).status, 200, url);
  });
});

// biome-ignore lint/suspicious/noExplicitAny: parsed JSON, whose parts the tests compare
async function readJson(url: string): Promise<any> {
  return JSON.parse((await httpGet(url)).body.toString());
}

function cdpOf(certificate: Certificate): readonly string[] {
  const points = crlDistributionPointsOf(certificate) ?? [];
  return points.flatMap(({ distributionPoint }) => distributionPoint?.map(uriOf) ?? []);
}

function uriOf(name: { readonly type: string; readonly uri?: string }): string {
  return name.type === 'uri' ? `${name.uri}` : `not a URI: ${name.type}`;
}
