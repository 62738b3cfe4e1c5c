import assert from 'node:assert/strict';
import { test } from 'node:test';
import { encodeDer } from '@lancre/pki/der';
import {
  decodeCertId,
  decodeOcspRequest,
  encodeCertId,
  encodeNonce,
  encodeOcspRequest,
} from '@lancre/pki/ocsp';
import { bytes, hex } from '../support/hex.ts';
import { throwsCode } from '../support/throws-code.ts';

const hashes = { issuerNameHash: new Uint8Array(20).fill(1), issuerKeyHash: new Uint8Array(20).fill(2) };
const serialNumber = `04${'ab'.repeat(17)}`;
const certId = encodeCertId({ hash: 'SHA-1', ...hashes, serialNumber });

/** A request of these parts, each written as it comes. */
function request(parts: {
  version?: string;
  name?: string;
  list?: string;
  extensions?: string;
  signature?: string;
}): Uint8Array {
  const {
    version = '',
    name = '',
    list = hex(encodeDer((w) => w.sequence((s) => s.sequence((i) => i.raw(certId))))),
  } = parts;
  const { extensions = '', signature = '' } = parts;
  return encodeDer((writer) =>
    writer.sequence((outer) => {
      outer.sequence((tbs) => tbs.raw(bytes(version + name + list + extensions)));
      outer.raw(bytes(signature));
    }),
  );
}

/** requestExtensions with one nonce extension of this value. */
function nonceExtension(value: Uint8Array): string {
  return hex(
    encodeDer((writer) =>
      writer.context(2, (explicit) =>
        explicit.sequence((list) =>
          list.sequence((extension) => {
            extension.oid('1.3.6.1.5.5.7.48.1.2');
            extension.octetString(value);
          }),
        ),
      ),
    ),
  );
}

const wrapped = (length: number): Uint8Array =>
  encodeDer((writer) => writer.octetString(new Uint8Array(length).fill(7)));

test('OCSP request: what was written is what is read', () => {
  const nonce = new Uint8Array(32).fill(9);
  const der = encodeOcspRequest({ certIds: [certId], nonce });
  const decoded = decodeOcspRequest(der);
  assert.equal(decoded.requests.length, 1);
  assert.deepEqual(decoded.requests[0]?.certId.der, certId);
  assert.equal(decoded.requests[0]?.certId.hash, 'SHA-1');
  assert.equal(decoded.requests[0]?.certId.serialNumber, serialNumber);
  assert.deepEqual(decoded.nonce, nonce);
  assert.equal(decoded.nonceForm, 'wrapped');
  assert.equal(decoded.signature, undefined);
});

test('VER-09: the sizes of requests are the ones that were measured', () => {
  const sha256 = encodeCertId({
    hash: 'SHA-256',
    issuerNameHash: new Uint8Array(32),
    issuerKeyHash: new Uint8Array(32),
    serialNumber,
  });
  const nonce = new Uint8Array(32);
  assert.equal(encodeOcspRequest({ certIds: [certId] }).length, 85);
  assert.equal(encodeOcspRequest({ certIds: [sha256] }).length, 113);
  assert.equal(encodeOcspRequest({ certIds: [sha256], nonce }).length, 168);
});

test('RFC 9654: the nonce extension has the bytes of its example', () => {
  const nonce = bytes('DD49D4072C449DA1C317BD1C1BDFFEDBE150312EC4CD0ADD18E5BD6F84BF14C8');
  assert.equal(hex(encodeNonce(nonce)), `302f06092b06010505073001020422 0420${hex(nonce)}`.replace(' ', ''));
});

test('OREQ-11, OREQ-12: CertIDs of all four hashes are read, with NULL or without parameters', () => {
  for (const hash of ['SHA-1', 'SHA-256', 'SHA-384', 'SHA-512'] as const) {
    const der = encodeCertId({ hash, ...hashes, serialNumber });
    assert.equal(decodeCertId(der).hash, hash);
  }
  const bare = bytes('3016 3007 06052b0e03021a 0402 0101 0402 0202 0203 010001');
  assert.equal(decodeCertId(bare).hash, 'SHA-1');
  const odd = bytes('3018 3009 06052b0e03021a 3000 0402 0101 0402 0202 0203 010001');
  assert.equal(decodeCertId(odd).hash, undefined);
  const unknown = bytes('3014 3005 06032a0304 0402 0101 0402 0202 0203 010001');
  assert.equal(decodeCertId(unknown).hash, undefined);
});

test('OREQ-15: serial numbers keep their value; padded and too long ones are malformed', () => {
  const build = (integer: string) =>
    encodeDer((w) => w.sequence((s) => s.raw(bytes(`300506032a0304 04020101 04020202 ${integer}`))));
  assert.equal(decodeCertId(build('020180')).serialNumber, '-80');
  assert.equal(decodeCertId(build('02020080')).serialNumber, '80');
  throwsCode(() => decodeCertId(build('02020001')), 'der_integer_not_minimal');
  throwsCode(() => decodeCertId(build(`021501${'00'.repeat(20)}`)), 'der_integer_too_large');
  throwsCode(() => decodeCertId(build('0200')), 'der_integer_not_minimal');
});

test('OREQ-09: trailing bytes are malformed', () => {
  const der = encodeOcspRequest({ certIds: [certId] });
  throwsCode(() => decodeOcspRequest(Uint8Array.of(...der, 0)), 'der_trailing_data', der.length);
});

test('OREQ-10: an explicit v1 is tolerated in requests, any other version is malformed', () => {
  assert.equal(decodeOcspRequest(request({ version: 'a003020100' })).requests.length, 1);
  throwsCode(() => decodeOcspRequest(request({ version: 'a003020101' })), 'ocsp_request_invalid');
});

test('OREQ-18: every question is returned, and there is a cap on their number', () => {
  const der = encodeOcspRequest({ certIds: new Array<Uint8Array>(16).fill(certId) });
  assert.equal(decodeOcspRequest(der).requests.length, 16);
  throwsCode(
    () => decodeOcspRequest(encodeOcspRequest({ certIds: new Array<Uint8Array>(17).fill(certId) })),
    'size_exceeded',
  );
  throwsCode(() => decodeOcspRequest(der, { maxRequests: 15 }), 'size_exceeded');
  throwsCode(() => decodeOcspRequest(der, { maxBytes: 100 }), 'size_exceeded');
});

test('OREQ-19: no question at all is malformed', () => {
  throwsCode(() => decodeOcspRequest(encodeOcspRequest({ certIds: [] })), 'der_empty_sequence');
});

test('OREQ-20, OREQ-21: unknown extensions are kept with their criticality for the responder to judge', () => {
  const der = request({ extensions: 'a20f 300d 300b 0603 2a0304 0101ff 0401 00'.replaceAll(' ', '') });
  const [extension] = decodeOcspRequest(der).extensions;
  assert.deepEqual([extension?.oid, extension?.critical], ['1.2.3.4', true]);
});

test('OREQ-22: extensions of a single question are read', () => {
  const list = encodeDer((w) =>
    w.sequence((s) =>
      s.sequence((item) => {
        item.raw(certId);
        item.raw(bytes('a00b 3009 3007 0603 2a0304 0400'));
      }),
    ),
  );
  assert.equal(decodeOcspRequest(request({ list: hex(list) })).requests[0]?.extensions[0]?.oid, '1.2.3.4');
});

test('OREQ-23: an unsigned request with a requestorName is read', () => {
  const der = request({ name: 'a103820161' });
  assert.equal(decodeOcspRequest(der).requestorName?.type, 'dns');
});

test('OREQ-24: a signature is read, known algorithm or not', () => {
  const signature = 'a015 3013 3005 0603 2a0304 0302 00aa a006 3004 3002 0500'.replaceAll(' ', '');
  const decoded = decodeOcspRequest(request({ signature }));
  assert.equal(decoded.signature?.algorithm.oid, '1.2.3.4');
  assert.equal(hex(decoded.signature?.signature ?? new Uint8Array(0)), 'aa');
  assert.deepEqual(decoded.signature?.certificates.map(hex), ['30020500']);
});

for (const length of [1, 15, 16, 32, 33, 127, 128]) {
  test(`OREQ-26: a nonce of ${length} octets is read`, () => {
    const decoded = decodeOcspRequest(request({ extensions: nonceExtension(wrapped(length)) }));
    assert.equal(decoded.nonce?.length, length);
  });
}

for (const length of [0, 129, 200]) {
  test(`OREQ-25: a nonce of ${length} octets is malformed`, () => {
    throwsCode(
      () => decodeOcspRequest(request({ extensions: nonceExtension(wrapped(length)) })),
      'ocsp_request_invalid',
    );
  });
}

test('OREQ-25: a nonce extension without any octet is malformed', () => {
  throwsCode(
    () => decodeOcspRequest(request({ extensions: nonceExtension(new Uint8Array(0)) })),
    'ocsp_request_invalid',
  );
});

test('OREQ-28: an unwrapped nonce is passed over', () => {
  for (const value of ['00112233445566778899aabbccddeeff', '0410ff', '040100ff', '8401ff']) {
    const decoded = decodeOcspRequest(request({ extensions: nonceExtension(bytes(value)) }));
    assert.deepEqual([decoded.nonce, decoded.nonceForm], [undefined, 'unwrapped']);
  }
});

test('OREQ-11: a CertID says and keeps the form of its parameters', () => {
  for (const parameters of ['null', 'absent'] as const) {
    const der = encodeCertId({ hash: 'SHA-256', parameters, ...hashes, serialNumber });
    assert.equal(decodeCertId(der).parameters, parameters);
    assert.equal(hex(der).includes('0402010500'), parameters === 'null');
  }
});
