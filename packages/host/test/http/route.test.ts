import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { splitTarget } from '#host/http/edge-request.js';
import { createRouter, isHostField, type Route } from '#host/http/route.js';

describe('routing by path', () => {
  const route = createRouter({ routing: 'path', base: 'http://pki.corp:8080' });
  const table: readonly (readonly [path: string, route: Route])[] = [
    ['/o', { service: 'ocsp', encoded: '' }],
    ['/o/', { service: 'ocsp', encoded: '' }],
    ['/o/MP//+=', { service: 'ocsp', encoded: 'MP//+=' }],
    ['/o//MP', { service: 'ocsp', encoded: '/MP' }],
    ['/ocsp', { service: 'apex', path: '/ocsp' }],
    ['/c/e1/7.crl', { service: 'artifact', path: 'c/e1/7.crl' }],
    ['/i/e1', { service: 'artifact', path: 'i/e1' }],
    ['/c/e1.json', { service: 'artifact', path: 'c/e1.json' }],
    ['/c/issuers.json', { service: 'artifact', path: 'c/issuers.json' }],
    ['/c', { service: 'apex', path: '/c' }],
    ['/', { service: 'apex', path: '/' }],
  ];
  for (const [path, expected] of table) {
    it(`${path} is ${expected.service}`, () => assert.deepEqual(route('whatever:99', path), expected));
  }
});

describe('routing by host', () => {
  const route = createRouter({ routing: 'host', zone: 'Example.net' });
  const table: readonly (readonly [host: string, path: string, route: Route])[] = [
    ['e1.o.example.net', '/MP//', { service: 'ocsp', encoded: 'MP//' }],
    ['o.example.net', '/MP', { service: 'ocsp', encoded: 'MP' }],
    ['E1.O.EXAMPLE.NET.:80', '//MP', { service: 'ocsp', encoded: '/MP' }],
    ['e1.o.example.net:8080', '/', { service: 'ocsp', encoded: '' }],
    ['e1.c.example.net', '/', { service: 'artifact', path: 'c/e1.crl' }],
    ['e1.c.example.net', '/7.crl', { service: 'artifact', path: 'c/e1/7.crl' }],
    ['e1.c.example.net', '/7.delta.crl', { service: 'artifact', path: 'c/e1/7.delta.crl' }],
    ['e1.c.example.net', '/e1.delta.crl', { service: 'artifact', path: 'c/e1.delta.crl' }],
    ['c.example.net', '/e1/7.crl', { service: 'artifact', path: 'c/e1/7.crl' }],
    ['e1.c.example.net', '/e1.json', { service: 'artifact', path: 'c/e1.json' }],
    ['c.example.net', '/issuers.json', { service: 'artifact', path: 'c/issuers.json' }],
    ['e1.i.example.net', '/', { service: 'artifact', path: 'i/e1' }],
    ['e1.i.example.net', '/e1.p7c', { service: 'artifact', path: 'i/e1.p7c' }],
    ['e1.i.example.net', '/r1.p7c', { service: 'artifact', path: '' }],
    ['example.net', '/x', { service: 'apex', path: '/x' }],
    ['example.org', '/', { service: 'unknown-host' }],
    ['notexample.net', '/', { service: 'unknown-host' }],
    ['e1.x.example.net', '/', { service: 'unknown-host' }],
    ['a.e1.o.example.net', '/', { service: 'unknown-host' }],
    ['-.o.example.net', '/', { service: 'unknown-host' }],
    ['', '/', { service: 'unknown-host' }],
  ];
  for (const [host, path, expected] of table) {
    it(`HTTP-31: ${host}${path} is ${JSON.stringify(expected)}`, () => {
      assert.deepEqual(route(host, path), expected);
    });
  }

  it('HTTP-33: a request without Host is set apart', () => {
    assert.deepEqual(route(undefined, '/MP'), { service: 'no-host', path: '/MP' });
  });
});

describe('a request target', () => {
  it('HTTP-34: is read in origin-form and absolute-form, never tidied up', () => {
    const table: readonly (readonly [target: string, host: string | undefined, path: string])[] = [
      ['/o/a//b%2F+=', undefined, '/o/a//b%2F+='],
      ['//o/../x', undefined, '//o/../x'],
      ['/o/a?b#c', undefined, '/o/a'],
      ['/o/a#c?b', undefined, '/o/a'],
      ['http://r10.o.example.net/a//b', 'r10.o.example.net', '/a//b'],
      ['HTTP://Example.net:80', 'Example.net:80', '/'],
      ['http://example.net?x=/y', 'example.net', '/'],
    ];
    for (const [target, host, path] of table) assert.deepEqual(splitTarget(target), { host, path });
  });

  it('of any other form is no target', () => {
    for (const target of ['*', '', 'o/a', 'example.net:443', 'ftp://x/', 'http:///x']) {
      assert.equal(splitTarget(target), undefined);
    }
  });

  it('RFC 9112 3.2: a Host field has one host', () => {
    for (const host of ['example.net', 'e1.o.example.net.:80', '[::1]:8080', '127.0.0.1', '']) {
      assert.equal(isHostField(host), true, host);
    }
    for (const host of ['a, b', 'a b', 'a/b', 'a@b', 'a:b', 'a:123456'])
      assert.equal(isHostField(host), false, host);
  });
});
