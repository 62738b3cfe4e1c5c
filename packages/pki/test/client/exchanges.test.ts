import assert from 'node:assert/strict';
import { before, describe, test } from 'node:test';
import {
  encodeAuthorityInfoAccess,
  encodeCrlDistributionPoints,
  encodeExtension,
  encodeFreshestCrl,
} from '@lancre/pki/certificate';
import {
  buildCrlFetch,
  buildIssuerFetch,
  buildOcspFetch,
  buildOcspRequest,
  checkCrlExchange,
  checkOcspExchange,
  evidenceAddressesOf,
  readIssuerExchange,
} from '@lancre/pki/client';
import { encodeCertsOnlyCms } from '@lancre/pki/cms';
import { decodeOcspRequest, encodeOcspError } from '@lancre/pki/ocsp';
import { decodeBase64, encodePem } from '@lancre/pki/text';
import { bytes } from '../support/hex.ts';
import { AT, CRYPTO, makeCa, makeCrl, makeLeaf, makeOcsp, type Party } from '../verify/pki-maker.ts';

describe('asking and reading', () => {
  let issuer: Party;
  let leaf: Party;

  before(async () => {
    issuer = await makeCa('E1');
    leaf = await makeLeaf(issuer);
  });

  describe('OCSP', () => {
    test('VER-09: a request has one CertID, by SHA-1 unless another is wanted, and no nonce by itself', async () => {
      for (const hash of [undefined, 'SHA-256'] as const) {
        const request = decodeOcspRequest(await buildRequest({ hash }));
        assert.equal(request.requests.length, 1);
        assert.equal(request.requests[0]?.certId.hash, hash ?? 'SHA-1');
        assert.equal(request.requests[0]?.certId.serialNumber, '1001');
        assert.equal(request.nonceForm, 'absent');
        assert.equal(request.signature, undefined);
      }
      const nonce = new Uint8Array(32).fill(7);
      assert.deepEqual(decodeOcspRequest(await buildRequest({ nonce })).nonce, nonce);
    });

    test('VER-09: a URL of 255 octets goes by GET, of 256 by POST', async () => {
      const request = await buildRequest({});
      const base = 'http://o.example.net';
      const rest = buildOcspFetch(base, request).url.length - base.length;
      const padded = (length: number) => `${base}/${'x'.repeat(length - rest - base.length - 1)}`;
      const short = buildOcspFetch(padded(255), request);
      assert.equal(short.method, 'GET');
      assert.equal(short.url.length, 255);
      assert.equal(short.body, undefined);
      const long = buildOcspFetch(padded(256), request);
      assert.equal(long.method, 'POST');
      assert.equal(long.url, padded(256));
      assert.deepEqual(long.body, request);
      assert.equal(long.headers['content-type'], 'application/ocsp-request');
    });

    test('a GET path is the escaped base64 after one slash', () => {
      const request = Uint8Array.of(0xff, 0xef, 0xbe, 0xfb);
      for (const base of ['http://o.example.net', 'http://o.example.net/']) {
        const { url } = buildOcspFetch(base, request);
        assert.equal(url, 'http://o.example.net/%2F%2B%2B%2B%2Bw%3D%3D');
        assert.deepEqual(decodeBase64(decodeURIComponent(url.slice(21))), request);
      }
    });

    test('T-13: another media type is a defect, and the answer counts all the same', async () => {
      const body = await makeOcsp(issuer, leaf.certificate, { singles: [{}] });
      const defects = async (mediaType: string | undefined) => {
        const check = await checkOcspBody(body, mediaType);
        assert.equal(check.verdict.kind, 'good');
        assert.equal(check.failure, undefined);
        return check.defects.map(({ code }) => code);
      };
      assert.deepEqual(await defects('application/ocsp-response'), []);
      assert.deepEqual(await defects('text/html'), ['media_type_wrong']);
      assert.deepEqual(await defects(undefined), ['media_type_missing']);
    });

    test('VER-08: tryLater and internalError are unreachable, other errors are wrong', async () => {
      const failure = async (status: Parameters<typeof encodeOcspError>[0]) =>
        (await checkOcspBody(encodeOcspError(status), 'application/ocsp-response')).failure;
      assert.equal(await failure('tryLater'), 'unreachable');
      assert.equal(await failure('internalError'), 'unreachable');
      assert.equal(await failure('unauthorized'), 'wrong');
      assert.equal(await failure('malformedRequest'), 'wrong');
    });

    function checkOcspBody(body: Uint8Array, mediaType: string | undefined) {
      const url = 'http://o.example.net';
      const outcome = { kind: 'fetched', body, mediaType, durationMilliseconds: 3 } as const;
      return checkOcspExchange(url, buildOcspFetch(url, Uint8Array.of(0)), outcome, about());
    }

    function buildRequest(more: { hash?: 'SHA-256' | undefined; nonce?: Uint8Array }) {
      const { certificate } = leaf;
      return buildOcspRequest({ certificate, issuer: issuer.certificate, crypto: CRYPTO, ...more });
    }
  });

  test('T-12, VER-23: a CRL in PEM is a defect of the publisher, and not read', async () => {
    const der = await makeCrl(issuer);
    const pem = new TextEncoder().encode(`\n${encodePem('X509 CRL', der)}`);
    const read = (body: Uint8Array, mediaType: string) =>
      checkCrlExchange(
        buildCrlFetch('http://c.example.net/1.crl'),
        { kind: 'fetched', body, mediaType, durationMilliseconds: 3 },
        about(),
      );
    const fine = await read(der, 'application/pkix-crl');
    assert.equal(fine.verdict.kind, 'good');
    assert.deepEqual(fine.defects, []);
    const bad = await read(pem, 'application/x-pkcs7-crl');
    assert.equal(bad.verdict.kind, 'undetermined');
    assert.equal(bad.failure, 'wrong');
    assert.deepEqual(bad.body, pem);
    assert.deepEqual(
      bad.defects.map(({ code }) => code),
      ['pem_instead_of_der', 'media_type_wrong'],
    );
  });

  test('an issuer is read from DER, certs-only CMS, and PEM, which is a defect', () => {
    const { der } = issuer.certificate;
    const other = leaf.certificate.der;
    const pem = new TextEncoder().encode(encodePem('CERTIFICATE', der));
    const cases = [
      [der, 'application/pkix-cert', 1, []],
      [encodeCertsOnlyCms([der, other]), 'application/pkcs7-mime', 2, []],
      [pem, 'application/pkix-cert', 1, ['pem_instead_of_der']],
    ] as const;
    for (const [body, mediaType, count, defects] of cases) {
      const fetched = readIssuer(body, mediaType);
      assert.equal(fetched.certificates.length, count);
      assert.equal(fetched.fault, undefined);
      assert.deepEqual(
        fetched.defects.map(({ code }) => code),
        defects,
      );
    }
  });

  test('bytes that are no certificate are a fault, with the code', () => {
    const fetched = readIssuer(bytes('3000'), 'application/pkix-cert');
    assert.deepEqual(fetched.certificates, []);
    assert.equal(fetched.fault?.reason, 'der_truncated');
    assert.equal(fetched.fault?.failure, 'wrong');
  });

  describe('addresses', () => {
    test('addresses are taken in their order, each once; others than http are skipped', async () => {
      const { certificate } = await makeLeaf(issuer, {
        extensions: [
          encodeAuthorityInfoAccess([
            { method: 'ocsp', uri: 'http://o1.example.net' },
            { method: 'caIssuers', uri: 'http://i.example.net/' },
            { method: 'ocsp', uri: 'HTTP://o2.example.net' },
            { method: 'ocsp', uri: 'http://o1.example.net' },
          ]),
          encodeCrlDistributionPoints(['ldap:///CN=E1', 'https://c.example.net/', 'http://c.example.net/']),
          encodeFreshestCrl(['http://c.example.net/delta', 'ldap:///CN=E1?deltaRevocationList']),
        ],
      });
      assert.deepEqual(evidenceAddressesOf(certificate), {
        ocsp: ['http://o1.example.net', 'HTTP://o2.example.net'],
        crl: ['http://c.example.net/'],
        deltaCrl: ['http://c.example.net/delta'],
        caIssuers: ['http://i.example.net/'],
        skipped: ['ldap:///CN=E1', 'https://c.example.net/', 'ldap:///CN=E1?deltaRevocationList'],
      });
    });

    test('VER-33: eight addresses of a kind are asked, others are skipped', async () => {
      const uris = Array.from({ length: 10 }, (_, index) => `http://c.example.net/${index}`);
      const { certificate } = await makeLeaf(issuer, { extensions: [encodeCrlDistributionPoints(uris)] });
      const { crl, skipped } = evidenceAddressesOf(certificate);
      assert.deepEqual(crl, uris.slice(0, 8));
      assert.deepEqual(skipped, uris.slice(8));
    });

    test('an extension that cannot be read has no addresses', async () => {
      const extensions = ['1.3.6.1.5.5.7.1.1', '2.5.29.31', '2.5.29.46'].map((oid) =>
        encodeExtension(oid, 'non-critical', bytes('0500')),
      );
      const { certificate } = await makeLeaf(issuer, { extensions });
      assert.deepEqual(evidenceAddressesOf(certificate), {
        ocsp: [],
        crl: [],
        deltaCrl: [],
        caIssuers: [],
        skipped: [],
      });
    });
  });

  function readIssuer(body: Uint8Array, mediaType: string) {
    const outcome = { kind: 'fetched', body, mediaType, durationMilliseconds: 3 } as const;
    return readIssuerExchange(buildIssuerFetch('http://i.example.net/'), outcome, leaf.certificate);
  }

  function about() {
    return { certificate: leaf.certificate, issuer: issuer.certificate, at: AT, crypto: CRYPTO };
  }
});
