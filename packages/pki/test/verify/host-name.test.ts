import assert from 'node:assert/strict';
import { before, describe, test } from 'node:test';
import {
  type Certificate,
  EXTENSION_OIDS,
  encodeExtension,
  encodeSubjectAltName,
  type GeneralNameInput,
} from '@lancre/pki/certificate';
import { matchesHostName } from '@lancre/pki/verify';
import { bytes } from '../support/hex.ts';
import { makeCa, makeLeaf, type Party } from './pki-maker.ts';

/** The dNSName of the certificate, the host that is wanted, and how they compare. */
const DNS_CASES: readonly (readonly [presented: string, wanted: string, end: string])[] = [
  ['example.com', 'example.com', 'match'],
  ['Example.COM', 'eXample.com', 'match'],
  ['example.com', 'example.com.', 'match'],
  ['localhost', 'localhost', 'match'],
  ['a_b.example.com', 'a_b.example.com', 'match'],
  ['_sip.example.com', '_sip.example.com', 'match'],
  ['example.com', 'www.example.com', 'name_not_covered'],
  ['www.example.com', 'example.com', 'name_not_covered'],
  ['example.com', 'example.com.evil.test', 'name_not_covered'],
  ['example.com\0.evil.test', 'example.com', 'name_not_covered'],
  ['example.com.', 'example.com', 'name_not_covered'],
  ['', 'example.com', 'name_not_covered'],
  ['*.example.com', 'www.example.com', 'match'],
  ['*.example.com', 'WWW.example.com.', 'match'],
  ['*.example.com', '_x.example.com', 'match'],
  ['*.example.com', 'xn--bcher-kva.example.com', 'match'],
  ['*.example.com', 'example.com', 'name_not_covered'],
  ['*.example.com', 'a.b.example.com', 'name_not_covered'],
  ['*.com', 'example.com', 'name_not_covered'],
  ['*', 'localhost', 'name_not_covered'],
  ['*.', 'localhost', 'name_not_covered'],
  ['w*.example.com', 'www.example.com', 'name_not_covered'],
  ['*w.example.com', 'www.example.com', 'name_not_covered'],
  ['www.*.com', 'www.example.com', 'name_not_covered'],
  ['*.*.com', 'www.example.com', 'name_not_covered'],
  ['xn--*.example.com', 'xn--bcher-kva.example.com', 'name_not_covered'],
  ['*.example.com', '*.example.com', 'host_name_malformed'],
  ['example.com', 'example.com..', 'host_name_malformed'],
  ['example.com', '.example.com', 'host_name_malformed'],
  ['example.com', '', 'host_name_malformed'],
  ['example.com', '.', 'host_name_malformed'],
  ['example.com', 'exa mple.com', 'host_name_malformed'],
  ['example.com', 'example.com:443', 'host_name_malformed'],
  ['example.com', 'https://example.com', 'host_name_malformed'],
  ['example.com', 'example.com\0', 'host_name_malformed'],
  ['example.com', 'example.com\n', 'host_name_malformed'],
  ['example.com', `${'a'.repeat(64)}.example.com`, 'host_name_malformed'],
  ['example.com', '-a.example.com', 'host_name_malformed'],
];

/** The octets of an iPAddress, the text of an address, and how they compare. */
const IP_CASES: readonly (readonly [presented: string, wanted: string, end: string])[] = [
  ['c0000201', '192.0.2.1', 'match'],
  ['c0000201', '192.0.2.2', 'name_not_covered'],
  ['20010db8000000000000000000000001', '2001:db8::1', 'match'],
  ['20010db8000000000000000000000001', '2001:0DB8:0:0:0:0:0:1', 'match'],
  ['20010db8000000000000000000000001', '2001:db8::2', 'name_not_covered'],
  ['00000000000000000000000000000000', '::', 'match'],
  ['00000000000000000000000000000001', '::1', 'match'],
  ['20010db8000000000000000000000000', '2001:db8::', 'match'],
  ['00010002000300040005000600070008', '1:2:3:4:5:6:7:8', 'match'],
  ['00010002000300040005000600070000', '1:2:3:4:5:6:7::', 'match'],
  ['00000000000000000000ffffc0000201', '::ffff:192.0.2.1', 'match'],
  ['000100020003000400050006c0000201', '1:2:3:4:5:6:192.0.2.1', 'match'],
  // One host to a client, and yet another name (RFC 9525 6.5: octet by octet).
  ['c0000201', '::ffff:192.0.2.1', 'name_not_covered'],
  ['00000000000000000000ffffc0000201', '192.0.2.1', 'name_not_covered'],
  ['c0000201ffffffff', '192.0.2.1', 'name_not_covered'],
];

/** Text that is no address, though some resolvers take it for one. */
const NO_ADDRESSES: readonly string[] = [
  '192.0.2.01',
  '192.0.2',
  '192.0.2.256',
  '192.0.2.1.5',
  '192.0.2.-1',
  '0xc0.0.2.0x1',
  '3221225985',
  '192.0.2.1/32',
  '[::1]',
  ':',
  ':::',
  '1::2::3',
  '1:2:3:4:5:6:7',
  '1:2:3:4:5:6:7:8:9',
  '1:2:3:4:5:6:7:8::',
  ':1:2:3:4:5:6:7',
  '1:2:3:4:5:6:7:',
  '12345::',
  'g::',
  'fe80::1%eth0',
  '::192.0.2.1:1',
  '192.0.2.1::',
  '::192.0.2',
  '1:2:3:4:5:6:7:192.0.2.1',
  ' ::1',
];

describe('the host name of a certificate', () => {
  let issuer: Party;

  before(async () => {
    issuer = await makeCa('E1');
  });

  test('RFC 9525 6.3: dNSName is compared label by label, with one whole wildcard', async () => {
    for (const [presented, wanted, end] of DNS_CASES) {
      const certificate = await withNames([{ type: 'dns', name: presented }]);
      assert.equal(endOf(certificate, wanted), end, `${presented} for ${wanted}`);
    }
  });

  test('RFC 9525 6.5: iPAddress is compared octet by octet', async () => {
    for (const [presented, wanted, end] of IP_CASES) {
      const certificate = await withNames([{ type: 'ip', address: bytes(presented) }]);
      assert.equal(endOf(certificate, wanted), end, `${presented} for ${wanted}`);
    }
  });

  test('text that is nearly an address is neither address nor host name', async () => {
    const certificate = await withNames([
      { type: 'ip', address: bytes('c0000201') },
      { type: 'dns', name: 'example.com' },
    ]);
    for (const wanted of NO_ADDRESSES)
      assert.equal(endOf(certificate, wanted), 'host_name_malformed', wanted);
  });

  test('VER-27: a host name is wanted in A-labels, and compared as they stand', async () => {
    const certificate = await withNames([{ type: 'dns', name: 'xn--bcher-kva.example' }]);
    assert.equal(endOf(certificate, 'XN--Bcher-KVA.example'), 'match');
    assert.equal(endOf(certificate, 'bücher.example'), 'host_name_malformed');
    // U+212A, which becomes a k in lower case.
    assert.equal(endOf(certificate, 'xn--bcher-\u212ava.example'), 'host_name_malformed');
  });

  test('the verdict tells which of several names it was', async () => {
    const certificate = await withNames([
      { type: 'email', address: 'a@example.com' },
      { type: 'dns', name: 'example.net' },
      { type: 'dns', name: '*.example.com' },
    ]);
    const verdict = matchesHostName(certificate, 'www.example.com');
    assert.ok(verdict.kind === 'match');
    assert.ok(verdict.name.type === 'dns');
    assert.equal(verdict.name.name, '*.example.com');
  });

  test('RFC 9525 2: the common name is no host name', async () => {
    const { certificate } = await makeLeaf(issuer);
    assert.equal(endOf(certificate, 'www.example.net'), 'no_alternative_name');
  });

  test('an address is not looked for among host names, nor a host among addresses and URIs', async () => {
    const hosts = await withNames([
      { type: 'dns', name: '192.0.2.1' },
      { type: 'dns', name: '*.0.2.1' },
    ]);
    assert.equal(endOf(hosts, '192.0.2.1'), 'no_alternative_name');
    const others = await withNames([
      { type: 'ip', address: bytes('c0000201') },
      { type: 'uri', uri: 'https://example.com' },
    ]);
    assert.equal(endOf(others, 'example.com'), 'no_alternative_name');
  });

  test('a subjectAltName that cannot be read matches nothing', async () => {
    const broken = encodeExtension(EXTENSION_OIDS.subjectAltName, 'non-critical', bytes('30038201ff'));
    const { certificate } = await makeLeaf(issuer, { extensions: [broken] });
    assert.equal(endOf(certificate, 'example.com'), 'extension_malformed');
  });

  async function withNames(names: readonly GeneralNameInput[]): Promise<Certificate> {
    const extensions = [encodeSubjectAltName(names)];
    return (await makeLeaf(issuer, { signer: issuer.signer, extensions })).certificate;
  }
});

function endOf(certificate: Certificate, name: string): string {
  const verdict = matchesHostName(certificate, name);
  return verdict.kind === 'match' ? 'match' : verdict.reason;
}
