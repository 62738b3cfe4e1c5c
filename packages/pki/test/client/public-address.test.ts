import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { isPublicHost } from '@lancre/pki/client';

describe('public addresses', () => {
  test('VER-22: names in the public DNS and public addresses are public', () => {
    for (const host of [
      'e1.o.lencr.org',
      '8.8.8.8',
      '100.63.0.1',
      '100.128.0.1',
      '172.15.0.1',
      '172.32.0.1',
    ]) {
      assert.ok(isPublic(host), host);
    }
    for (const host of ['[2606:4700::1]', '[2a00::]', '[3fff:1000::1]', '11.0.0.1', '223.255.255.255']) {
      assert.ok(isPublic(host), host);
    }
  });

  test('VER-22: private, shared, local and reserved IPv4 addresses are not, however they are spelled', () => {
    for (const host of [
      '10.0.0.1',
      '127.0.0.1',
      '127.1',
      '0x7f.1',
      '2130706433',
      '0177.0.0.1',
      '0.0.0.0',
      '100.64.0.1',
      '100.127.255.255',
      '169.254.169.254',
      '172.16.0.1',
      '172.31.255.255',
      '192.0.2.1',
      '192.168.1.1',
      '198.18.0.1',
      '198.19.255.255',
      '224.0.0.1',
      '255.255.255.255',
    ]) {
      assert.ok(!isPublic(host), host);
    }
  });

  test('VER-22: local, embedding and reserved IPv6 addresses are not', () => {
    for (const host of [
      '[::]',
      '[::1]',
      '[::ffff:127.0.0.1]',
      '[::ffff:8.8.8.8]',
      '[64:ff9b::a00:1]',
      '[fc00::1]',
      '[fd12::1]',
      '[fe80::1]',
      '[ff02::1]',
      '[2001::1]',
      '[2001:db8::1]',
      '[2002:7f00:1::]',
      '[3fff::1]',
    ]) {
      assert.ok(!isPublic(host), host);
    }
  });

  test('VER-22: names of machines inside are not, with a dot at the end or without', () => {
    for (const host of [
      'localhost',
      'LOCALHOST',
      'localhost.',
      'a.localhost',
      'pki',
      'pki.',
      'nas.local',
      'ca.internal',
      'x.home.arpa',
    ]) {
      assert.ok(!isPublic(host), host);
    }
  });
});

function isPublic(host: string): boolean {
  return isPublicHost(new URL(`http://${host}/`).hostname);
}
