import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  basicConstraintsOf,
  type Certificate,
  decodeCertificates,
  extendedKeyUsageOf,
  formatName,
  keyUsageOf,
} from '@lancre/pki/certificate';
import { crlEntries, crlNumberOf, decodeCrl, findCrlEntry } from '@lancre/pki/crl';
import { createNodeCrypto, createNodeSigner } from '@lancre/pki/crypto-node';
import { decodeOcspRequest, decodeOcspResponse } from '@lancre/pki/ocsp';
import { opensslIsMissing, openWorkshop } from '../support/openssl.ts';

const skip = opensslIsMissing;
const shop = openWorkshop();
const crypto = createNodeCrypto();

const CONFIGURATION = `
[ca]
default_ca = ca_default
[ca_default]
database = index.txt
crlnumber = crlnumber
default_md = sha256
default_crl_days = 5
crl_extensions = crl_ext
[crl_ext]
authorityKeyIdentifier = keyid
[req]
distinguished_name = dn
prompt = no
utf8 = yes
[dn]
C = NL
O = Lancre Ünïcode
CN = OpenSSL CA
[v3_ca]
basicConstraints = critical,CA:TRUE,pathlen:0
keyUsage = critical,keyCertSign,cRLSign
subjectKeyIdentifier = hash
`;

/** index.txt: one valid, two revoked certificates. */
const INDEX = [
  'V\t360101000000Z\t\t01\tunknown\t/CN=a',
  'R\t360101000000Z\t261101120000Z,keyCompromise\t02\tunknown\t/CN=b',
  'R\t360101000000Z\t261102120000Z\tFFEE03\tunknown\t/CN=c',
  '',
].join('\n');

function setUp(keyOptions: readonly string[]): Certificate {
  shop.write('openssl.cnf', CONFIGURATION);
  shop.write('index.txt', INDEX);
  shop.write('crlnumber', '0A\n');
  shop.openssl('genpkey', ...keyOptions, '-out', 'ca.key');
  shop.openssl(
    'req',
    '-x509',
    '-new',
    '-key',
    'ca.key',
    '-days',
    '30',
    '-config',
    'openssl.cnf',
    '-extensions',
    'v3_ca',
    '-out',
    'ca.pem',
  );
  const [certificate] = decodeCertificates(shop.read('ca.pem'));
  assert.ok(certificate);
  return certificate;
}

for (const [name, keyOptions] of [
  ['P-256', ['-algorithm', 'EC', '-pkeyopt', 'ec_paramgen_curve:P-256']],
  ['RSA', ['-algorithm', 'RSA', '-pkeyopt', 'rsa_keygen_bits:2048']],
] as const) {
  test(`a ${name} certificate that openssl made is read, and its signature is valid`, { skip }, async () => {
    const certificate = setUp(keyOptions);
    assert.equal(formatName(certificate.subject), 'CN=OpenSSL CA,O=Lancre Ünïcode,C=NL');
    assert.deepEqual(basicConstraintsOf(certificate), { isCa: true, pathLength: 0 });
    assert.deepEqual([...(keyUsageOf(certificate) ?? [])], ['keyCertSign', 'cRLSign']);
    assert.equal(extendedKeyUsageOf(certificate), undefined);
    const verdict = await crypto.verify({
      algorithm: certificate.signatureAlgorithm,
      subjectPublicKeyInfoDer: certificate.subjectPublicKeyInfo.der,
      message: certificate.tbsDer,
      signature: certificate.signature,
    });
    assert.equal(verdict, 'valid');
  });

  test(`a CRL that openssl signed with ${name} is read, entry by entry`, { skip }, async () => {
    const certificate = setUp(keyOptions);
    shop.openssl(
      'ca',
      '-gencrl',
      '-config',
      'openssl.cnf',
      '-keyfile',
      'ca.key',
      '-cert',
      'ca.pem',
      '-out',
      'list.pem',
    );
    shop.openssl('crl', '-in', 'list.pem', '-outform', 'DER', '-out', 'list.der');
    const crl = decodeCrl(shop.read('list.der'));
    assert.equal(crlNumberOf(crl), 10n);
    assert.deepEqual(
      [...crlEntries(crl)].map(({ serialNumber, reason, revocationDate }) => [
        serialNumber,
        reason,
        revocationDate.toISOString(),
      ]),
      [
        ['02', 'keyCompromise', '2026-11-01T12:00:00.000Z'],
        ['ffee03', undefined, '2026-11-02T12:00:00.000Z'],
      ],
    );
    assert.equal(findCrlEntry(crl, '01'), undefined);
    const stream = crypto.beginVerify({
      algorithm: crl.signatureAlgorithm,
      subjectPublicKeyInfoDer: certificate.subjectPublicKeyInfo.der,
    });
    stream.update(crl.tbsDer);
    assert.equal(await stream.finish(crl.signature), 'valid');
  });

  test(`an OCSP answer that openssl signed with ${name} is read`, { skip }, async () => {
    const certificate = setUp(keyOptions);
    const words = [
      '-issuer',
      'ca.pem',
      '-serial',
      '0x02',
      '-serial',
      '0x01',
      '-serial',
      '0x09',
      '-reqout',
      'request.der',
    ];
    shop.openssl('ocsp', '-sha256', ...words);
    const request = decodeOcspRequest(shop.read('request.der'));
    assert.deepEqual(
      request.requests.map(({ certId }) => [certId.hash, certId.serialNumber]),
      [
        ['SHA-256', '02'],
        ['SHA-256', '01'],
        ['SHA-256', '09'],
      ],
    );
    assert.equal(request.nonce?.length, 16);
    const responder = [
      '-index',
      'index.txt',
      '-CA',
      'ca.pem',
      '-rsigner',
      'ca.pem',
      '-rkey',
      'ca.key',
      '-ndays',
      '1',
    ];
    shop.openssl('ocsp', ...responder, '-reqin', 'request.der', '-respout', 'answer.der');
    const response = decodeOcspResponse(shop.read('answer.der'));
    assert.ok(response.status === 'successful');
    const { basic } = response;
    assert.deepEqual(
      basic.responses.map(({ certStatus }) => certStatus),
      [
        { status: 'revoked', revocationTime: new Date('2026-11-01T12:00:00Z'), reason: 'keyCompromise' },
        { status: 'good' },
        { status: 'unknown' },
      ],
    );
    assert.deepEqual(basic.nonce, request.nonce);
    assert.deepEqual(basic.responderId.by === 'name' && basic.responderId.name.der, certificate.subject.der);
    const verdict = await crypto.verify({
      algorithm: basic.signatureAlgorithm,
      subjectPublicKeyInfoDer: certificate.subjectPublicKeyInfo.der,
      message: basic.tbsDer,
      signature: basic.signature,
    });
    assert.equal(verdict, 'valid');
  });
}

test('a CMS file and keys of every form that openssl made are read', { skip }, () => {
  setUp(['-algorithm', 'EC', '-pkeyopt', 'ec_paramgen_curve:P-256']);
  shop.openssl(
    'crl2pkcs7',
    '-nocrl',
    '-certfile',
    'ca.pem',
    '-certfile',
    'ca.pem',
    '-outform',
    'DER',
    '-out',
    'chain.p7c',
  );
  assert.equal(decodeCertificates(shop.read('chain.p7c')).length, 2);
  shop.openssl('pkcs8', '-topk8', '-in', 'ca.key', '-passout', 'pass:secret', '-out', 'locked.key');
  shop.openssl('ec', '-in', 'ca.key', '-out', 'old.key');
  shop.openssl('ec', '-in', 'ca.key', '-aes128', '-passout', 'pass:secret', '-out', 'old-locked.key');
  const text = (name: string) => new TextDecoder().decode(shop.read(name));
  for (const [name, passphrase] of [
    ['ca.key'],
    ['locked.key', 'secret'],
    ['old.key'],
    ['old-locked.key', 'secret'],
  ] as const) {
    assert.equal(createNodeSigner({ pkcs8: text(name), passphrase }).algorithm.name, 'ecdsa-sha256');
  }
  for (const name of ['locked.key', 'old-locked.key']) {
    assert.throws(() => createNodeSigner({ pkcs8: text(name), passphrase: 'wrong' }), {
      code: 'key_passphrase_wrong',
    });
  }
});
