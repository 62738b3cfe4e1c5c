import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { encodeExtension } from '@lancre/pki/certificate';
import { signatureAlgorithm } from '@lancre/pki/crypto';
import { encodeDer } from '@lancre/pki/der';
import {
  acceptableResponsesOf,
  archiveCutoffOf,
  crlIdOf,
  decodeOcspRequest,
  decodeOcspResponse,
  encodeArchiveCutoff,
  encodeCertId,
  encodeCrlId,
  encodeInvalidityDate,
  encodeOcspRequest,
  encodeOcspResponse,
  encodePreferredSignatureAlgorithms,
  encodeResponseData,
  preferredSignatureAlgorithmsOf,
} from '@lancre/pki/ocsp';
import { readDer } from '#pki/encoding/read-der.js';
import { type ExtensionHolder, readExtensions } from '#pki/pki/extension.js';
import { bytes, hex } from '../support/hex.ts';
import { throwsCode, valueOrPkiError } from '../support/throws-code.ts';

function holderOf(...extensions: readonly Uint8Array[]): ExtensionHolder {
  const der = encodeDer((writer) =>
    writer.sequence((list) => {
      for (const extension of extensions) list.raw(extension);
    }),
  );
  return { der, extensions: readDer(der, 'extensions', (reader) => readExtensions(reader, 'extensions')) };
}

/** A holder of the extension `id-pkix-ocsp <last>` with this value. */
function holding(last: number, value: string): ExtensionHolder {
  return holderOf(encodeExtension(`1.3.6.1.5.5.7.48.1.${last}`, 'non-critical', bytes(value)));
}

const DATE = new Date('2026-11-25T12:34:56Z');
const TIME = '180f 3230 3236 3131 3235 3132 3334 3536 5a';
const URL_TEXT = 'http://c.example/1.crl';
const URL_HEX = hex(new TextEncoder().encode(URL_TEXT));
const NOTHING = holderOf(encodeInvalidityDate(DATE));

describe('archiveCutoff (RFC 6960 4.4.4)', () => {
  test('ORSP-29: archiveCutoff is a GeneralizedTime and not critical', () => {
    const der = encodeArchiveCutoff(DATE);
    assert.deepEqual(der, bytes(`301e 0609 2b0601050507300106 0411 ${TIME}`));
    assert.deepEqual(archiveCutoffOf(holderOf(der)), DATE);
    assert.equal(archiveCutoffOf(NOTHING), undefined);
  });

  test('archiveCutoff is refused as a UTCTime, with a fraction, and with anything behind it', () => {
    throwsCode(() => archiveCutoffOf(holding(6, '170d 3236313132353132333435365a')), 'der_unexpected_tag');
    throwsCode(
      () => archiveCutoffOf(holding(6, '1811 32303236313132353132333435362e355a')),
      'der_time_invalid',
    );
    throwsCode(() => archiveCutoffOf(holding(6, `${TIME} 0500`)), 'der_trailing_data');
  });
});

describe('invalidityDate (RFC 6960 4.4.5, RFC 5280 5.3.2)', () => {
  test('the invalidity date is that of CRL entries', () => {
    assert.deepEqual(encodeInvalidityDate(DATE), bytes(`3018 0603 551d18 0411 ${TIME}`));
  });
});

describe('CrlID (RFC 6960 4.4.2)', () => {
  test('ORSP-36: CrlID names a CRL by its URL, its number and its time', () => {
    const all = { url: URL_TEXT, number: 0x80n, time: DATE };
    const der = encodeCrlId(all);
    // The value is what `openssl asn1parse -genconf` makes of the same.
    const value = `3033 a018 1616 ${URL_HEX} a104 0202 0080 a211 ${TIME}`;
    assert.deepEqual(der, bytes(`3042 0609 2b0601050507300103 0435 ${value}`));
    assert.deepEqual(crlIdOf(holderOf(der)), all);
    assert.equal(crlIdOf(NOTHING), undefined);
  });

  test('ORSP-36: each part of a CrlID can be left out', () => {
    const values: readonly (readonly [Parameters<typeof encodeCrlId>[0], string])[] = [
      [{}, '3000'],
      [{ url: URL_TEXT }, `301a a018 1616 ${URL_HEX}`],
      [{ number: 0n }, '3005 a103 020100'],
      [{ time: DATE }, `3013 a211 ${TIME}`],
    ];
    for (const [crlId, value] of values) {
      const holder = holderOf(encodeCrlId(crlId));
      assert.deepEqual(holder.extensions[0]?.value, bytes(value));
      assert.deepEqual(crlIdOf(holder), { url: undefined, number: undefined, time: undefined, ...crlId });
    }
  });

  test('a CrlID with parts out of order, of other types or too long is refused', () => {
    const faults = [
      [`3018 a211 ${TIME} a103 020101`, 'der_trailing_data'],
      ['3005 a003 0c0163', 'ocsp_response_invalid'],
      ['3002 a000', 'ocsp_response_invalid'],
      ['3005 a003 1601ff', 'der_string_invalid'],
      ['3005 a103 020180', 'der_integer_negative'],
      ['3006 a104 02020001', 'der_integer_not_minimal'],
      [`3019 a117 0215 01${'00'.repeat(20)}`, 'ocsp_response_invalid'],
      [`3011 a20f 170d ${'3236313132353132333435365a'}`, 'der_unexpected_tag'],
      ['3005 8103 020101', 'der_unexpected_tag'],
      ['3000 00', 'der_trailing_data'],
    ] as const;
    for (const [value, code] of faults) throwsCode(() => crlIdOf(holding(3, value)), code);
  });

  test('a CRL number of 20 octets, the longest there may be (RFC 5280 5.2.3), is read and written', () => {
    const number = 2n ** 160n - 1n;
    assert.equal(crlIdOf(holderOf(encodeCrlId({ number })))?.number, number);
  });

  test('a CrlID cannot be written with a negative number or a URL that is not ASCII', () => {
    throwsCode(() => encodeCrlId({ number: -1n }), 'der_integer_negative');
    throwsCode(() => encodeCrlId({ url: 'http://ü.example/' }), 'der_string_invalid');
  });

  test('ORSP-29, ORSP-36: an answer carries both in its singleExtensions', () => {
    const responseDataDer = encodeResponseData({
      responderId: { by: 'key', keyHash: new Uint8Array(20) },
      producedAt: DATE,
      responses: [
        {
          certIdDer: CERT_ID,
          certStatus: { status: 'revoked', revocationTime: DATE },
          thisUpdate: DATE,
          nextUpdate: DATE,
          extensions: [encodeCrlId({ url: URL_TEXT, number: 7n }), encodeArchiveCutoff(DATE)],
        },
      ],
    });
    const signatureAlgorithmDer = signatureAlgorithm('ecdsa-sha256').der;
    const signature = new Uint8Array(72);
    const response = decodeOcspResponse(
      encodeOcspResponse({ responseDataDer, signatureAlgorithmDer, signature, certificates: [] }),
    );
    assert.ok(response.status === 'successful');
    const [single] = response.basic.responses;
    assert.ok(single);
    const holder = { der: response.basic.tbsDer, extensions: single.extensions };
    assert.deepEqual(crlIdOf(holder), { url: URL_TEXT, number: 7n, time: undefined });
    assert.deepEqual(archiveCutoffOf(holder), DATE);
  });
});

describe('acceptableResponses (RFC 6960 4.4.3)', () => {
  test('OREQ-30: the types that a client takes are read in their order, basic among them or not', () => {
    assert.deepEqual(acceptableResponsesOf(holding(4, '3010 0603 2a0304 0609 2b0601050507300101')), [
      '1.2.3.4',
      '1.3.6.1.5.5.7.48.1.1',
    ]);
    assert.deepEqual(acceptableResponsesOf(holding(4, '3005 0603 2a0304')), ['1.2.3.4']);
    assert.equal(acceptableResponsesOf(NOTHING), undefined);
  });

  test('acceptableResponses without a type, with too many, or of other types is refused', () => {
    const types = (count: number) => '06032a0304'.repeat(count);
    assert.equal(acceptableResponsesOf(holding(4, `3081a0 ${types(32)}`))?.length, 32);
    throwsCode(() => acceptableResponsesOf(holding(4, `3081a5 ${types(33)}`)), 'size_exceeded');
    throwsCode(() => acceptableResponsesOf(holding(4, '3000')), 'der_empty_sequence');
    throwsCode(() => acceptableResponsesOf(holding(4, '3003 020101')), 'der_unexpected_tag');
    throwsCode(() => acceptableResponsesOf(holding(4, '0603 2a0304')), 'der_unexpected_tag');
    throwsCode(() => acceptableResponsesOf(holding(4, '3005 0603 2a0384')), 'der_oid_invalid');
  });
});

describe('preferredSignatureAlgorithms (RFC 6960 4.4.7)', () => {
  test('OREQ-31: preferred signature algorithms keep their order, with or without a kind of key', () => {
    const der = encodePreferredSignatureAlgorithms([
      { signatureAlgorithmDer: ECDSA_SHA384, publicKeyAlgorithmDer: P384_KEY },
      { signatureAlgorithmDer: RSA_SHA256 },
    ]);
    // The value is what `openssl asn1parse -genconf` makes of the same.
    const first = '301e 300a 06082a8648ce3d040303 3010 06072a8648ce3d0201 06052b81040022';
    const second = '300f 300d 06092a864886f70d01010b 0500';
    assert.deepEqual(der, bytes(`3040 0609 2b0601050507300108 0433 3031 ${first} ${second}`));
    const found = preferredSignatureAlgorithmsOf(holderOf(der));
    assert.deepEqual(
      found.map(({ signature }) => signature.der),
      [ECDSA_SHA384, RSA_SHA256],
    );
    assert.deepEqual(
      found.map(({ publicKey }) => publicKey?.der),
      [P384_KEY, undefined],
    );
    assert.deepEqual(preferredSignatureAlgorithmsOf(NOTHING), []);
  });

  test('OREQ-31: they travel in requestExtensions, beside a nonce', () => {
    const wishes = [{ signatureAlgorithmDer: ECDSA_SHA384 }];
    const extensions = [encodePreferredSignatureAlgorithms(wishes)];
    const nonce = new Uint8Array(32).fill(5);
    const request = decodeOcspRequest(encodeOcspRequest({ certIds: [CERT_ID], nonce, extensions }));
    assert.deepEqual(request.nonce, nonce);
    assert.deepEqual(
      preferredSignatureAlgorithmsOf(request).map(({ signature }) => signature.oid),
      ['1.2.840.10045.4.3.3'],
    );
  });

  test('a list of them that is empty, too long, or holds anything else is refused', () => {
    const wish = hex(encodeDer((writer) => writer.sequence((item) => item.raw(ECDSA_SHA384))));
    const list = (...items: readonly string[]) =>
      hex(encodeDer((writer) => writer.sequence((all) => all.raw(bytes(items.join(''))))));
    const wishesOf = (value: string) => preferredSignatureAlgorithmsOf(holding(8, value));
    assert.equal(wishesOf(list(...new Array<string>(32).fill(wish))).length, 32);
    throwsCode(() => wishesOf(list(...new Array<string>(33).fill(wish))), 'size_exceeded');
    throwsCode(() => wishesOf(list()), 'der_empty_sequence');
    throwsCode(() => wishesOf(list('3000')), 'der_truncated');
    throwsCode(() => wishesOf(list(hex(ECDSA_SHA384))), 'der_unexpected_tag');
    throwsCode(() => wishesOf(list(`300f ${'3003 06012a'.repeat(3)}`)), 'der_trailing_data');
  });
});

test('every octet of these extensions changed, every end cut off: read, or refused with a code', () => {
  const samples = [
    [archiveCutoffOf, encodeArchiveCutoff(DATE)],
    [crlIdOf, encodeCrlId({ url: URL_TEXT, number: 0x1234n, time: DATE })],
    [acceptableResponsesOf, encodeExtension('1.3.6.1.5.5.7.48.1.4', 'non-critical', bytes('300506032a0304'))],
    [
      preferredSignatureAlgorithmsOf,
      encodePreferredSignatureAlgorithms([
        { signatureAlgorithmDer: ECDSA_SHA384, publicKeyAlgorithmDer: P384_KEY },
      ]),
    ],
  ] as const;
  for (const [read, sample] of samples) {
    const [extension] = holderOf(sample).extensions;
    assert.ok(extension);
    const { oid, value } = extension;
    const readAgain = (changed: Uint8Array): unknown =>
      valueOrPkiError(() => read(holderOf(encodeExtension(oid, 'non-critical', changed))));
    assert.notEqual(readAgain(value), undefined);
    for (let at = 0; at < value.length; at++) {
      assert.equal(readAgain(value.subarray(0, at)), undefined, 'a value that is cut off');
      for (let octet = 0; octet < 256; octet++) readAgain(value.with(at, octet));
    }
  }
});

const CERT_ID = encodeCertId({
  hash: 'SHA-1',
  issuerNameHash: new Uint8Array(20),
  issuerKeyHash: new Uint8Array(20),
  serialNumber: '04a1',
});
const ECDSA_SHA384 = signatureAlgorithm('ecdsa-sha384').der;
const RSA_SHA256 = signatureAlgorithm('rsa-pkcs1-sha256').der;
/** id-ecPublicKey with secp384r1. */
const P384_KEY = bytes('3010 0607 2a8648ce3d0201 0605 2b81040022');
