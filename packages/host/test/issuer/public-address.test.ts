import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  crlPath,
  crlUrl,
  deltaCrlPath,
  deltaCrlUrl,
  issuerExtensions,
  issuerPath,
  issuerUrl,
  ocspUrl,
  type PublicAddress,
  publicBase,
} from '#host/issuer/public-address.js';

const byHost: PublicAddress = { routing: 'host', zone: 'example.net' };
const byPath: PublicAddress = { routing: 'path', base: 'http://pki.corp:8080' };

test('with a zone every kind and issuer has its host name', () => {
  assert.equal(ocspUrl(byHost, 'e1'), 'http://e1.o.example.net');
  assert.equal(issuerUrl(byHost, 'e1'), 'http://e1.i.example.net/');
  assert.equal(crlUrl(byHost, 'e1', 0), 'http://e1.c.example.net/');
  assert.equal(crlUrl(byHost, 'e1', 7), 'http://e1.c.example.net/7.crl');
  assert.equal(publicBase(byHost), 'http://example.net/');
});

test('with a base every kind and issuer has its path', () => {
  assert.equal(ocspUrl(byPath, 'e1'), 'http://pki.corp:8080/o');
  assert.equal(issuerUrl(byPath, 'e1'), 'http://pki.corp:8080/i/e1');
  assert.equal(crlUrl(byPath, 'e1', 0), 'http://pki.corp:8080/c/e1.crl');
  assert.equal(crlUrl(byPath, 'e1', 7), 'http://pki.corp:8080/c/e1/7.crl');
  assert.equal(publicBase(byPath), 'http://pki.corp:8080/');
});

for (const address of [byHost, byPath]) {
  test(`SHD-08, T-23n: with ${address.routing} routing no URL has two slashes in its path, and that of OCSP ends with none`, () => {
    const urls = [
      ocspUrl(address, 'e1'),
      issuerUrl(address, 'e1'),
      publicBase(address),
      ...[0, 1, 65_535].map((shard) => crlUrl(address, 'e1', shard)),
    ];
    for (const url of urls) {
      assert.doesNotMatch(url.replace('http://', ''), /\/\//);
      const { pathname } = new URL(url);
      assert.equal(new URL(url).href, url.endsWith('/') || pathname !== '/' ? url : `${url}/`);
    }
    assert.doesNotMatch(ocspUrl(address, 'e1'), /\/$/);
  });

  test(`with ${address.routing} routing the URLs of all shards and of two issuers differ`, () => {
    const urls = ['e1', 'e2'].flatMap((name) => [0, 1, 2, 11].map((shard) => crlUrl(address, name, shard)));
    assert.equal(new Set(urls).size, urls.length);
  });
}

test('the paths of the published tree do not begin with a slash', () => {
  assert.deepEqual([crlPath('e1', 0), crlPath('e1', 7)], ['c/e1.crl', 'c/e1/7.crl']);
  assert.deepEqual(
    issuerExtensions.map((extension) => issuerPath('e1', extension)),
    ['i/e1', 'i/e1.der', 'i/e1.cer', 'i/e1.crt', 'i/e1.p7c', 'i/e1.pem'],
  );
});

test('SHD-21: shards are named by issuer and number, so that lists of a CA and of its next key never meet', () => {
  const address = { routing: 'host', zone: 'example.net' } as const;
  const urls = ['e1', 'e2', 'e1-2027'].flatMap((name) =>
    [0, 1, 2].flatMap((shard) => [crlUrl(address, name, shard), deltaCrlUrl(address, name, shard)]),
  );
  assert.equal(new Set(urls).size, urls.length);
});

test('the URL of a delta leads to the path it is published at', () => {
  for (const [shard, host, path] of [
    [0, 'http://e1.c.example.net/e1.delta.crl', 'c/e1.delta.crl'],
    [7, 'http://e1.c.example.net/7.delta.crl', 'c/e1/7.delta.crl'],
  ] as const) {
    assert.equal(deltaCrlUrl({ routing: 'host', zone: 'example.net' }, 'e1', shard), host);
    assert.equal(deltaCrlUrl({ routing: 'path', base: 'http://pki' }, 'e1', shard), `http://pki/${path}`);
    assert.equal(deltaCrlPath('e1', shard), path);
  }
});
