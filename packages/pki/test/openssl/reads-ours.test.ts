import assert from 'node:assert/strict';
import { test } from 'node:test';
import { encodeCertsOnlyCms } from '@lancre/pki/cms';
import { encodeCrlEntry } from '@lancre/pki/crl';
import { hashIssuer } from '@lancre/pki/crypto';
import { createNodeCrypto } from '@lancre/pki/crypto-node';
import { encodeCertId, encodeOcspRequest, encodeOcspResponse, encodeResponseData } from '@lancre/pki/ocsp';
import { encodePem } from '@lancre/pki/text';
import { opensslIsMissing, openWorkshop } from '../support/openssl.ts';
import { issueLeaf, type KeyType, newCa, signCrl } from '../support/test-pki.ts';

const skip = opensslIsMissing;
const shop = openWorkshop();
const crypto = createNodeCrypto();
/** A time at which everything is valid, in seconds. */
const at = String(Date.parse('2026-11-26T00:00:00Z') / 1000);

for (const type of ['P-256', 'P-384', 'P-521', 'ed25519', 'rsa-2048'] as const satisfies readonly KeyType[]) {
  test(`openssl verifies certificates that ${type} signed, by its strict rules`, { skip }, async () => {
    const ca = await newCa(type);
    const leaf = await issueLeaf(ca, '04a1b2');
    const root = shop.write('root.pem', encodePem('CERTIFICATE', ca.certificate.der));
    const file = shop.write('leaf.pem', encodePem('CERTIFICATE', leaf.der));
    const printed = shop.openssl('verify', '-x509_strict', '-attime', at, '-CAfile', root, file);
    assert.match(printed, /OK/);
    assert.match(shop.openssl('x509', '-in', file, '-noout', '-serial'), /04A1B2/);
  });

  test(`openssl verifies a CRL that ${type} signed, and reads its entries`, { skip }, async () => {
    const ca = await newCa(type);
    const revocationDate = new Date('2026-11-20T10:00:00Z');
    const entries = [
      encodeCrlEntry({ serialNumber: Uint8Array.of(0xff, 1), revocationDate, reason: 'keyCompromise' }),
      encodeCrlEntry({ serialNumber: Uint8Array.of(2), revocationDate, invalidityDate: revocationDate }),
    ];
    const point = {
      distributionPoint: [{ type: 'uri', uri: 'http://e1.c.example.net/7.crl' }],
      onlyContainsUserCerts: true,
    } as const;
    const der = await signCrl(ca, entries, { issuingDistributionPoint: point });
    const file = shop.write('list.crl', der);
    const root = shop.write('root.pem', encodePem('CERTIFICATE', ca.certificate.der));
    const printed = shop.openssl('crl', '-inform', 'DER', '-in', file, '-CAfile', root, '-noout', '-text');
    assert.match(printed, /verify OK/);
    for (const text of [
      /Serial Number: FF01/,
      /Key Compromise/,
      /Invalidity Date/,
      /Only User Certificates/,
      /CRL Number: \s+42/,
    ]) {
      assert.match(printed, text);
    }
  });
}

test('openssl verifies an OCSP answer, and reads the status', { skip }, async () => {
  const ca = await newCa('P-384');
  const leaf = await issueLeaf(ca, '04a1b2');
  const root = shop.write('root.pem', encodePem('CERTIFICATE', ca.certificate.der));
  const file = shop.write('leaf.pem', encodePem('CERTIFICATE', leaf.der));
  const revocationTime = new Date('2026-11-20T10:00:00Z');
  for (const [certStatus, printed] of [
    [{ status: 'good' }, /leaf\.pem: good/],
    [{ status: 'unknown' }, /leaf\.pem: unknown/],
    [
      { status: 'revoked', revocationTime, reason: 'superseded' },
      /leaf\.pem: revoked[\s\S]*Reason: superseded/,
    ],
  ] as const) {
    const certIdDer = encodeCertId({
      hash: 'SHA-1',
      ...(await hashIssuer(crypto, 'SHA-1', ca.certificate)),
      serialNumber: '04a1b2',
    });
    const thisUpdate = new Date(Date.now() - 60_000);
    const nextUpdate = new Date(Date.now() + 3_600_000);
    const responseDataDer = encodeResponseData({
      responderId: {
        by: 'key',
        keyHash: await crypto.digest('SHA-1', ca.certificate.subjectPublicKeyInfo.publicKey),
      },
      producedAt: thisUpdate,
      responses: [{ certIdDer, certStatus, thisUpdate, nextUpdate }],
    });
    const signature = await ca.signer.sign(responseDataDer);
    const der = encodeOcspResponse({
      responseDataDer,
      signatureAlgorithmDer: ca.signer.algorithm.der,
      signature,
      certificates: [],
    });
    const answer = shop.write('answer.der', der);
    const output = shop.openssl(
      'ocsp',
      '-respin',
      answer,
      '-issuer',
      root,
      '-cert',
      file,
      '-CAfile',
      root,
      '-no_nonce',
    );
    assert.match(output, /Response verify OK/);
    assert.match(output, printed);
  }
});

test('VER-09: our requests are octet by octet those of openssl', { skip }, async () => {
  const ca = await newCa('P-256');
  const leaf = await issueLeaf(ca, 'ff04a1b2');
  const root = shop.write('root.pem', encodePem('CERTIFICATE', ca.certificate.der));
  const file = shop.write('leaf.pem', encodePem('CERTIFICATE', leaf.der));
  for (const [hash, option] of [
    ['SHA-1', '-sha1'],
    ['SHA-256', '-sha256'],
    ['SHA-384', '-sha384'],
    ['SHA-512', '-sha512'],
  ] as const) {
    shop.openssl('ocsp', option, '-issuer', root, '-cert', file, '-no_nonce', '-reqout', 'request.der');
    const certId = encodeCertId({
      hash,
      ...(await hashIssuer(crypto, hash, ca.certificate)),
      serialNumber: leaf.serialNumber,
    });
    assert.deepEqual(encodeOcspRequest({ certIds: [certId] }), shop.read('request.der'));
  }
});

test('ISS-10: openssl reads our certs-only CMS', { skip }, async () => {
  const ca = await newCa('P-256');
  const leaf = await issueLeaf(ca, '01');
  const file = shop.write('chain.p7c', encodeCertsOnlyCms([leaf.der, ca.certificate.der]));
  const printed = shop.openssl('pkcs7', '-inform', 'DER', '-in', file, '-print_certs', '-noout');
  assert.equal(printed.match(/^subject=/gm)?.length, 2);
});
