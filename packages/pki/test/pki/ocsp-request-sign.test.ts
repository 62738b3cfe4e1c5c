import assert from 'node:assert/strict';
import { test } from 'node:test';
import { encodeName } from '@lancre/pki/certificate';
import { decodeOcspRequest, encodeCertId, encodeOcspRequest, signOcspRequest } from '@lancre/pki/ocsp';
import { bytes, hex } from '../support/hex.ts';

const CERT_ID = encodeCertId({
  hash: 'SHA-1',
  issuerNameHash: new Uint8Array(20).fill(1),
  issuerKeyHash: new Uint8Array(20).fill(2),
  serialNumber: '05',
});
const NAME = encodeName([{ type: 'CN', value: 'a' }]);
const ALGORITHM = bytes('3005 0603 2a0304');
const CERTIFICATE = bytes('3003 020107');

/** Keeps what it was given to sign. */
function fakeSigner(): {
  readonly asked: Uint8Array[];
  readonly signer: Parameters<typeof signOcspRequest>[0]['signer'];
} {
  const asked: Uint8Array[] = [];
  const sign = async (message: Uint8Array): Promise<Uint8Array> => {
    asked.push(message);
    return Uint8Array.of(0xaa, 0xbb);
  };
  return { asked, signer: { algorithm: { der: ALGORITHM }, sign } };
}

test('OREQ-24: a signed request has the octets of RFC 6960 4.1.1, name and certificates explicitly tagged', async () => {
  const { asked, signer } = fakeSigner();
  const der = await signOcspRequest({
    certIds: [CERT_ID],
    nonce: Uint8Array.of(9),
    requestorName: { type: 'directoryName', name: { der: NAME } },
    signer,
    certificates: [CERTIFICATE],
  });
  const name = `a110 a40e ${hex(NAME)}`;
  const list = `303e 303c ${hex(CERT_ID)}`;
  const extensions = 'a214 3012 3010 0609 2b0601050507300102 0403 040109';
  const tbs = `3068 ${name} ${list} ${extensions}`;
  const signature = `a017 3015 ${hex(ALGORITHM)} 0303 00aabb a007 3005 ${hex(CERTIFICATE)}`;
  assert.equal(hex(der), hex(bytes(`308183 ${tbs} ${signature}`)));
  assert.deepEqual(asked.map(hex), [hex(bytes(tbs))]);
});

test('OREQ-24: a signed request is read back, and its signature is over what the signer was given', async () => {
  const { asked, signer } = fakeSigner();
  const requestorName = { type: 'dns', name: 'asker.example' } as const;
  const request = decodeOcspRequest(await signOcspRequest({ certIds: [CERT_ID], requestorName, signer }));
  assert.deepEqual(asked, [request.tbsDer]);
  assert.equal(request.requestorName?.type, 'dns');
  assert.deepEqual(request.signature?.signature, Uint8Array.of(0xaa, 0xbb));
  assert.deepEqual(request.signature?.algorithm.der, ALGORITHM);
  assert.deepEqual(request.signature?.certificates, []);
});

test('OREQ-23: a request that is not signed can name its requestor too', () => {
  const requestorName = { type: 'uri', uri: 'http://a.example/' } as const;
  const request = decodeOcspRequest(encodeOcspRequest({ certIds: [CERT_ID], requestorName }));
  assert.equal(request.signature, undefined);
  assert.deepEqual(
    request.requestorName?.der,
    bytes(`8611 ${hex(new TextEncoder().encode('http://a.example/'))}`),
  );
});

test('a signer that fails is heard', async () => {
  const signer = { algorithm: { der: ALGORITHM }, sign: () => Promise.reject(new Error('no key')) };
  const requestorName = { type: 'dns', name: 'a' } as const;
  await assert.rejects(signOcspRequest({ certIds: [CERT_ID], requestorName, signer }), /no key/);
});
