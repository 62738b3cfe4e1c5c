import assert from 'node:assert/strict';
import { test } from 'node:test';
import { hashIssuer } from '@lancre/pki/crypto';
import { createNodeCrypto } from '@lancre/pki/crypto-node';
import { encodeDer } from '@lancre/pki/der';
import {
  type BasicOcspResponse,
  type CertStatus,
  decodeOcspResponse,
  encodeCertId,
  encodeExtendedRevoke,
  encodeNonce,
  encodeOcspError,
  encodeOcspResponse,
  encodeResponseData,
  type OcspErrorStatus,
  type ResponseDataInput,
} from '@lancre/pki/ocsp';
import { bytes, hex } from '../support/hex.ts';
import { newCa, type TestCa } from '../support/test-pki.ts';
import { throwsCode } from '../support/throws-code.ts';

const crypto = createNodeCrypto();
const ca = await newCa('P-384', 'E1');
const thisUpdate = new Date('2026-11-25T00:00:00.999Z');
const nextUpdate = new Date('2026-11-28T23:59:59Z');
const serialNumber = `04${'ab'.repeat(17)}`;
const revocationTime = new Date('2026-11-20T10:00:00Z');
const EMPTY = new Uint8Array(0);

async function dataFor(hash: 'SHA-1' | 'SHA-256', certStatus: CertStatus): Promise<ResponseDataInput> {
  const certIdDer = encodeCertId({ hash, ...(await hashIssuer(crypto, hash, ca.certificate)), serialNumber });
  const keyHash = await crypto.digest('SHA-1', ca.certificate.subjectPublicKeyInfo.publicKey);
  const responderId = { by: 'key', keyHash } as const;
  return {
    responderId,
    producedAt: thisUpdate,
    responses: [{ certIdDer, certStatus, thisUpdate, nextUpdate }],
  };
}

async function answer(
  { signer }: TestCa,
  data: ResponseDataInput,
  certificates: readonly Uint8Array[] = [],
): Promise<Uint8Array> {
  const responseDataDer = encodeResponseData(data);
  return encodeOcspResponse({
    responseDataDer,
    signatureAlgorithmDer: signer.algorithm.der,
    signature: await signer.sign(responseDataDer),
    certificates,
  });
}

function basicOf(der: Uint8Array): BasicOcspResponse {
  const response = decodeOcspResponse(der);
  assert.ok(response.status === 'successful');
  return response.basic;
}

const good = await dataFor('SHA-1', { status: 'good' });

for (const [status, code] of [
  ['malformedRequest', 1],
  ['internalError', 2],
  ['tryLater', 3],
  ['sigRequired', 5],
  ['unauthorized', 6],
] as const satisfies readonly (readonly [OcspErrorStatus, number])[]) {
  test(`ORSP-02: ${status} is the five octets 30030a010${code}`, () => {
    const der = encodeOcspError(status);
    assert.equal(hex(der), `30030a010${code}`);
    assert.deepEqual(decodeOcspResponse(der), { der, status });
  });
}

test('ORSP-01: status 4, status 7 and successful without an answer are refused', () => {
  for (const code of ['04', '07', '7f'])
    throwsCode(() => decodeOcspResponse(bytes(`30030a01${code}`)), 'ocsp_response_invalid');
  throwsCode(() => decodeOcspResponse(bytes('30030a0100')), 'ocsp_response_invalid');
  throwsCode(() => decodeOcspResponse(bytes('30030a0180')), 'der_integer_negative');
  throwsCode(() => decodeOcspResponse(bytes('30050a0106a000')), 'ocsp_response_invalid');
});

test('ORSP-03: another type of answer is refused', () => {
  const der = bytes('300f 0a0100 a00a 3008 0603 2a0304 0401 00');
  throwsCode(() => decodeOcspResponse(der), 'ocsp_response_invalid');
});

test('ORSP-04, ORSP-05, ORSP-07: an answer is read back with all that was put in', async () => {
  const basic = basicOf(await answer(ca, good));
  assert.ok(basic.responderId.by === 'key');
  assert.equal(basic.responderId.keyHash.length, 20);
  assert.deepEqual(basic.producedAt, new Date('2026-11-25T00:00:00Z'));
  assert.deepEqual(basic.tbsDer, encodeResponseData(good));
  assert.match(hex(basic.tbsDer), /^3081..a2160414/, 'something stands before the responderID');
  const [single] = basic.responses;
  assert.deepEqual(single?.certStatus, { status: 'good' });
  assert.deepEqual([single?.thisUpdate, single?.nextUpdate], [new Date('2026-11-25T00:00:00Z'), nextUpdate]);
  assert.equal(single?.certId.serialNumber, serialNumber);
  assert.deepEqual(basic.certificates, []);
  const verdict = await crypto.verify({
    algorithm: basic.signatureAlgorithm,
    subjectPublicKeyInfoDer: ca.certificate.subjectPublicKeyInfo.der,
    message: basic.tbsDer,
    signature: basic.signature,
  });
  assert.equal(verdict, 'valid');
});

test('ORSP-06: good is 80 00, unknown is 82 00, revoked is A1', () => {
  const statusOf = (certStatus: CertStatus) => {
    const certIdDer = bytes('05020102');
    const data = encodeResponseData({
      ...good,
      responses: [{ certIdDer, certStatus, thisUpdate, nextUpdate: undefined }],
    });
    const text = hex(data);
    return text.slice(text.indexOf('05020102') + 8, text.lastIndexOf('180f'));
  };
  assert.equal(statusOf({ status: 'good' }), '8000');
  assert.equal(statusOf({ status: 'unknown' }), '8200');
  const time = `180f${Buffer.from('20261120100000Z').toString('hex')}`;
  assert.equal(statusOf({ status: 'revoked', revocationTime }), `a111${time}`);
  assert.equal(
    statusOf({ status: 'revoked', revocationTime, reason: 'keyCompromise' }),
    `a116${time}a0030a0101`,
  );
});

test('ORSP-26: the reason unspecified is left out', async () => {
  const data = await dataFor('SHA-1', { status: 'revoked', revocationTime, reason: 'unspecified' });
  const status = basicOf(await answer(ca, data)).responses[0]?.certStatus;
  assert.deepEqual(status, { status: 'revoked', revocationTime, reason: undefined });
});

test('ORSP-44: answers are as small as DER allows', async () => {
  const sizes: Record<string, number> = {};
  const revoked = { status: 'revoked', revocationTime, reason: 'keyCompromise' } as const;
  for (const hash of ['SHA-1', 'SHA-256'] as const) {
    for (const status of [{ status: 'good' } as const, revoked]) {
      const responseDataDer = encodeResponseData(await dataFor(hash, status));
      const signatureAlgorithmDer = ca.signer.algorithm.der;
      // A P-384 signature has 104 octets at most, 103 as often as not, as in the measurement of the requirement.
      const signature = new Uint8Array(103);
      const der = encodeOcspResponse({ responseDataDer, signatureAlgorithmDer, signature, certificates: [] });
      sizes[`${hash} ${status.status}`] = der.length;
    }
  }
  assert.deepEqual(sizes, {
    'SHA-1 good': 315,
    'SHA-1 revoked': 339,
    'SHA-256 good': 345,
    'SHA-256 revoked': 367,
  });
});

test('ORSP-10, T-40: certs is there with a delegate, absent without', async () => {
  const der = await answer(ca, good, [ca.certificate.der]);
  assert.deepEqual(basicOf(der).certificates, [ca.certificate.der]);
  const empty = encodeOcspResponse({
    responseDataDer: encodeResponseData(good),
    signatureAlgorithmDer: ca.signer.algorithm.der,
    signature: EMPTY,
    certificates: [EMPTY],
  });
  throwsCode(() => decodeOcspResponse(empty), 'der_empty_sequence');
});

test('OREQ-26: a nonce is echoed in responseExtensions', async () => {
  const nonce = new Uint8Array(32).fill(5);
  const basic = basicOf(await answer(ca, { ...good, extensions: [encodeNonce(nonce)] }));
  assert.deepEqual([basic.nonce, basic.nonceForm], [nonce, 'wrapped']);
});

test('OCSP answer: by name, several answers and single extensions are read', async () => {
  const [single] = good.responses;
  assert.ok(single);
  const extension = encodeDer((w) =>
    w.sequence((s) => {
      s.oid('1.2.3.4');
      s.octetString(EMPTY);
    }),
  );
  const basic = basicOf(
    await answer(ca, {
      ...good,
      responderId: { by: 'name', name: ca.certificate.subject },
      responses: [single, { ...single, extensions: [extension] }],
    }),
  );
  assert.ok(basic.responderId.by === 'name');
  assert.deepEqual(basic.responderId.name.der, ca.certificate.subject.der);
  assert.equal(basic.responses[1]?.extensions[0]?.oid, '1.2.3.4');
});

test('ORSP-05: a version that is written out is refused in answers', async () => {
  const withVersion = (version: string) => {
    const data = encodeResponseData(good);
    const content = data.subarray((data[1] ?? 0) < 128 ? 2 : 3);
    const responseDataDer = encodeDer((w) =>
      w.sequence((s) => {
        s.raw(bytes(version));
        s.raw(content);
      }),
    );
    const signatureAlgorithmDer = ca.signer.algorithm.der;
    return encodeOcspResponse({ responseDataDer, signatureAlgorithmDer, signature: EMPTY, certificates: [] });
  };
  throwsCode(() => decodeOcspResponse(withVersion('a003020100')), 'der_default_encoded');
  throwsCode(() => decodeOcspResponse(withVersion('a003020101')), 'ocsp_response_invalid');
});

test('OCSP answer: no single answer at all is refused', async () => {
  throwsCode(
    () =>
      decodeOcspResponse(
        encodeOcspResponse({
          responseDataDer: encodeResponseData({ ...good, responses: [] }),
          signatureAlgorithmDer: ca.signer.algorithm.der,
          signature: EMPTY,
          certificates: [],
        }),
      ),
    'der_empty_sequence',
  );
});

test('OREQ-17: extended-revoke is NULL and not critical', () => {
  assert.equal(hex(encodeExtendedRevoke()), '300f06092b060105050730010904020500');
});
