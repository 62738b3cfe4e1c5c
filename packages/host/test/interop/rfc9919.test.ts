import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { before, describe, test } from 'node:test';
import { type Certificate, decodeCertificates } from '@lancre/pki/certificate';
import { hashIssuer } from '@lancre/pki/crypto';
import { createNodeCrypto } from '@lancre/pki/crypto-node';
import { decodeOcspRequest, decodeOcspResponse, encodeCertId, encodeOcspRequest } from '@lancre/pki/ocsp';
import { decodeBase64, encodeHex } from '@lancre/pki/text';
import { checkOcsp, checkPath, WorkBudget } from '@lancre/pki/verify';

// Compiled, this file is in dist-test/interop; the examples stay where they were written.
const folder = new URL('../../test/interop/rfc9919/', import.meta.url);
const crypto = createNodeCrypto();
const serialNumber = '01aaf00d';
const issuerNameHash = '3a994677568073a707bfde50186345e4cd6134db085ebaa1d10425f03b6f08ea';
const issuerKeyHash = '474a6ca301f23dc9f7f7078704e1c7f5fc96e71675f6ed882e7ab65c3f584543';
const responderKeyHash = '0ae3a0fe9dd4257698b5eb72ebca0ce7bf3df5f1';
/** When the certificates are valid and the answer is current: it is of 2024-04-03, until 2024-04-10. */
const current = new Date('2024-04-05T00:00:00Z');

describe('the examples of RFC 9919, Appendix B', () => {
  let root: Certificate;
  let endEntity: Certificate;
  let responder: Certificate;
  let request: Uint8Array;
  let response: Uint8Array;

  before(async () => {
    root = await loadCertificate('root');
    endEntity = await loadCertificate('end-entity');
    responder = await loadCertificate('responder');
    request = await loadBase64('request');
    response = await loadBase64('response');
  });

  test('B.1 to B.3: the certificates hold under their root', async () => {
    for (const certificate of [endEntity, responder]) {
      const path = { certificates: [certificate], anchor: root };
      const verdict = await checkPath({ path, at: current, budget: new WorkBudget(crypto) });
      assert.equal(verdict.kind, 'valid', JSON.stringify(verdict));
    }
  });

  test('OREQ-11: the request of RFC 9919 B.4 is read, with its CertID by SHA-256', () => {
    const { requests, nonceForm, requestorName, signature } = decodeOcspRequest(request);
    assert.equal(requests.length, 1);
    const certId = requests[0]?.certId;
    assert.ok(certId !== undefined);
    assert.equal(certId.hash, 'SHA-256');
    assert.equal(certId.parameters, 'null');
    assert.equal(encodeHex(certId.issuerNameHash), issuerNameHash);
    assert.equal(encodeHex(certId.issuerKeyHash), issuerKeyHash);
    assert.equal(certId.serialNumber, serialNumber);
    assert.equal(nonceForm, 'absent');
    assert.equal(requestorName, undefined);
    assert.equal(signature, undefined);
  });

  test('VER-09, OREQ-13: our request about the certificate is octet by octet that of RFC 9919 B.4', async () => {
    const hashes = await hashIssuer(crypto, 'SHA-256', root);
    const certId = encodeCertId({ hash: 'SHA-256', ...hashes, serialNumber: endEntity.serialNumber });
    assert.equal(encodeHex(encodeOcspRequest({ certIds: [certId] })), encodeHex(request));
  });

  test('ORSP-07, ORSP-10: the answer of RFC 9919 B.5 is read, its signer named by key and sent along', () => {
    const decoded = decodeOcspResponse(response);
    assert.ok(decoded.status === 'successful');
    const { basic } = decoded;
    assert.ok(basic.responderId.by === 'key');
    assert.equal(encodeHex(basic.responderId.keyHash), responderKeyHash);
    assert.deepEqual(basic.certificates.map(encodeHex), [encodeHex(responder.der)]);
    assert.deepEqual(basic.producedAt, new Date('2024-04-02T12:37:47Z'));
    const [single, ...others] = basic.responses;
    assert.deepEqual(others, []);
    assert.deepEqual(single?.certStatus, { status: 'good' });
    assert.equal(single?.certId.serialNumber, serialNumber);
    assert.deepEqual(single?.thisUpdate, new Date('2024-04-03T12:37:47Z'));
    assert.deepEqual(single?.nextUpdate, new Date('2024-04-10T12:37:47Z'));
  });

  test('VER-02: the answer of RFC 9919 B.5 is accepted from its delegate', async () => {
    const verdict = await judge(current);
    assert.ok(verdict.kind === 'good', JSON.stringify(verdict));
    assert.equal(verdict.signer.role, 'delegate');
    assert.equal(encodeHex(verdict.signer.certificate.der), encodeHex(responder.der));
    assert.equal(verdict.certIdHash, 'SHA-256');
  });

  test('VER-05: the answer of RFC 9919 B.5 says nothing before thisUpdate and at nextUpdate', async () => {
    const early = await judge(new Date('2024-04-03T12:30:00Z'));
    assert.ok(early.kind === 'undetermined');
    assert.equal(early.reason, 'not_yet_valid');
    const late = await judge(new Date('2024-04-10T12:37:47Z'));
    assert.ok(late.kind === 'undetermined');
    assert.equal(late.reason, 'stale');
  });

  test('VER-02: the answer of RFC 9919 B.5 with another signature is not accepted', async () => {
    const altered = response.slice();
    const start = Buffer.from(response).indexOf(Buffer.from('d19959a2', 'hex'));
    assert.ok(start > 0);
    altered[start] = 0xd2;
    const verdict = await checkOcsp({
      response: altered,
      certificate: endEntity,
      issuer: root,
      at: current,
      crypto,
    });
    assert.ok(verdict.kind === 'undetermined');
    assert.equal(verdict.reason, 'signature_invalid');
  });

  function judge(at: Date): ReturnType<typeof checkOcsp> {
    return checkOcsp({ response, certificate: endEntity, issuer: root, at, crypto });
  }
});

async function loadCertificate(name: string): Promise<Certificate> {
  const [certificate] = decodeCertificates(await readFile(new URL(`${name}.pem`, folder)));
  assert.ok(certificate !== undefined);
  return certificate;
}

async function loadBase64(name: string): Promise<Uint8Array> {
  const text = await readFile(new URL(`${name}.b64`, folder), 'latin1');
  return decodeBase64(text.replaceAll('\n', ''));
}
