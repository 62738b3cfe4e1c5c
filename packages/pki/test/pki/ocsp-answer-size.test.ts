import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { encodeName } from '@lancre/pki/certificate';
import { type SignatureAlgorithmName, signatureAlgorithm } from '@lancre/pki/crypto';
import {
  type CertStatus,
  encodeCertId,
  encodeOcspResponse,
  encodeResponseData,
  type ResponseDataInput,
} from '@lancre/pki/ocsp';

const TIME = new Date('2026-11-25T10:00:00Z');
const NEXT_UPDATE = new Date('2026-11-29T09:59:59Z');
const GOOD: CertStatus = { status: 'good' };
const REVOKED: CertStatus = { status: 'revoked', revocationTime: TIME, reason: 'superseded' };
const BY_KEY: ResponseDataInput['responderId'] = { by: 'key', keyHash: new Uint8Array(20) };
const HASH_OCTETS = { 'SHA-1': 20, 'SHA-256': 32 } as const;
type Hash = keyof typeof HASH_OCTETS;

/** What an answer is made of. */
interface Answer {
  readonly algorithm: SignatureAlgorithmName;
  readonly signature: Uint8Array;
  readonly hash: Hash;
  readonly certStatus: CertStatus;
}

/** An Ecdsa-Sig-Value of two such integers. */
function ecdsaSignature(...integer: readonly number[]): Uint8Array {
  const element = [0x02, integer.length, ...integer];
  return Uint8Array.from([0x30, 2 * element.length, ...element, ...element]);
}

/** As long as it gets: both integers fill the curve's octets and need one for the sign. */
function longestSignature(curveOctets: number): Uint8Array {
  return ecdsaSignature(0, ...new Array<number>(curveOctets).fill(0x80));
}

/** As short as a signature can be and still be DER: r and s of one octet. */
const SHORTEST_ECDSA = ecdsaSignature(1);
const RSA_2048 = new Uint8Array(256).fill(0x80);

function encode(answer: Answer, responderId = BY_KEY): Uint8Array {
  const { algorithm, signature, hash, certStatus } = answer;
  const certIdDer = encodeCertId({
    hash,
    parameters: 'null',
    issuerNameHash: new Uint8Array(HASH_OCTETS[hash]),
    issuerKeyHash: new Uint8Array(HASH_OCTETS[hash]),
    serialNumber: '03'.padEnd(36, 'a'),
  });
  const responses = [{ certIdDer, certStatus, thisUpdate: TIME, nextUpdate: NEXT_UPDATE }];
  return encodeOcspResponse({
    responseDataDer: encodeResponseData({ responderId, producedAt: TIME, responses }),
    signatureAlgorithmDer: signatureAlgorithm(algorithm).der,
    signature,
    certificates: [],
  });
}

/** The octets of one element: its identifier, the shortest form of its length, and contents of so many octets. */
function element(...contents: readonly number[]): number {
  const content = contents.reduce((sum, each) => sum + each, 0);
  if (content < 0x80) return 2 + content;
  return content < 0x100 ? 3 + content : 4 + content;
}

/** The least that DER allows, added up from the parts as RFC 6960 4.2.1 and 4.1.1 name them. */
function floorOctets({ algorithm, signature, hash, certStatus }: Answer): number {
  const time = element(15); // GeneralizedTime, RFC 5280 4.1.2.5.2
  const nullParameters = element(0);
  const hashAlgorithm = element(HASH_OIDS[hash], nullParameters);
  const hashed = element(HASH_OCTETS[hash]);
  const serialNumber = element(18);
  const certId = element(hashAlgorithm, hashed, hashed, serialNumber);
  const revokedInfo = [time, element(element(1))]; // revocationTime and [0] ENUMERATED
  const status = certStatus.status === 'revoked' ? element(...revokedInfo) : element(0);
  const nextUpdate = element(time); // [0]
  const single = element(certId, status, time, nextUpdate);
  const responderId = element(element(20)); // [2] KeyHash
  const responseData = element(responderId, time, element(single));
  const signatureBits = element(1, signature.length); // the count of unused bits in front
  const basic = element(responseData, SIGNATURE_ALGORITHM_OCTETS[algorithm] ?? Number.NaN, signatureBits);
  const basicOid = element(9);
  const responseBytes = element(element(basicOid, element(basic))); // [0] SEQUENCE
  return element(element(1), responseBytes);
}

/** Object identifiers with tag and length: 1.3.14.3.2.26 and 2.16.840.1.101.3.4.2.1. */
const HASH_OIDS: Readonly<Record<Hash, number>> = { 'SHA-1': element(5), 'SHA-256': element(9) };

/** 1.2.840.10045.4.3.x alone (RFC 5758 3.2), 1.2.840.113549.1.1.11 with NULL (RFC 4055 5). */
const SIGNATURE_ALGORITHM_OCTETS: Partial<Record<SignatureAlgorithmName, number>> = {
  'ecdsa-sha256': element(element(8)),
  'ecdsa-sha384': element(element(8)),
  'rsa-pkcs1-sha256': element(element(9), element(0)),
};

/**
 * Good and revoked. Where the 282 octets of P-256 with the longest signature, SHA-1 and good go:
 *
 *     4 + 3      OCSPResponse, responseStatus
 *     4 + 4      [0], ResponseBytes
 *     11 + 3     id-pkix-ocsp-basic, OCTET STRING
 *     3 + 3      BasicOCSPResponse, ResponseData
 *     24 + 17    responderID by key, producedAt
 *     2 + 2      responses, SingleResponse
 *     77         CertID: 2, SHA-1 with NULL 11, two hashes of 22, serial number 20
 *     2          good; revoked with a reason: 24
 *     17 + 19    thisUpdate, nextUpdate
 *     12         ecdsa-with-SHA256
 *     3 + 72     BIT STRING, signature
 *
 * A length takes an octet more from 128 on and another from 256 on: revoked has 4 octets beside its 22 by that.
 */
const SIZES: readonly (readonly [
  string,
  SignatureAlgorithmName,
  Uint8Array,
  Readonly<Record<Hash, readonly [number, number]>>,
])[] = [
  ['P-256, longest', 'ecdsa-sha256', longestSignature(32), { 'SHA-1': [282, 308], 'SHA-256': [314, 336] }],
  ['P-384, longest', 'ecdsa-sha384', longestSignature(48), { 'SHA-1': [316, 340], 'SHA-256': [346, 368] }],
  [
    'P-256 and P-384, shortest',
    'ecdsa-sha256',
    SHORTEST_ECDSA,
    { 'SHA-1': [215, 239], 'SHA-256': [245, 269] },
  ],
  ['RSA-2048', 'rsa-pkcs1-sha256', RSA_2048, { 'SHA-1': [473, 497], 'SHA-256': [503, 525] }],
];

describe('the size of an answer', () => {
  test('ORSP-44: an answer has not one octet that DER, the profile and the CertID do not need', () => {
    for (const [name, algorithm, signature, sizes] of SIZES) {
      for (const hash of ['SHA-1', 'SHA-256'] as const) {
        const answers: readonly Answer[] = [GOOD, REVOKED].map((certStatus) => ({
          algorithm,
          signature,
          hash,
          certStatus,
        }));
        const found = answers.map((answer) => encode(answer).length);
        assert.deepEqual(found, answers.map(floorOctets), `${name}, ${hash}`);
        assert.deepEqual(found, sizes[hash], `${name}, ${hash}`);
      }
    }
  });

  test('ORSP-08, ORSP-44: by name, an answer by RSA-2048 with SHA-1 has the 503 octets of a known large responder', () => {
    // Let's Encrypt's answers named their signer by these 52 octets; by key it takes 30 octets less: 473.
    const der = encodeName([
      { type: 'C', value: 'US' },
      { type: 'O', value: "Let's Encrypt" },
      { type: 'CN', value: 'R3' },
    ]);
    assert.equal(der.length, 52);
    const answer = {
      algorithm: 'rsa-pkcs1-sha256',
      signature: RSA_2048,
      hash: 'SHA-1',
      certStatus: GOOD,
    } as const;
    assert.equal(encode(answer, { by: 'name', name: { der } }).length, 503);
    assert.equal(encode(answer).length, 503 - 30);
  });
});
