import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { type SignatureAlgorithmName, signatureAlgorithm } from '@lancre/pki/crypto';
import {
  type CertStatus,
  encodeCertId,
  encodeOcspResponse,
  encodeResponseData,
  type HashName,
} from '@lancre/pki/ocsp';

const THIS_UPDATE = new Date('2026-11-25T10:00:00Z');
const NEXT_UPDATE = new Date('2026-11-29T09:59:59Z');
const HASH_OCTETS = { 'SHA-1': 20, 'SHA-256': 32 } as const;

/** As large as P-256 and P-384 signatures get: two integers whose first bit is set. */
function ecdsaSignature(integerOctets: number): Uint8Array {
  const integer = [0x02, integerOctets + 1, 0x00, ...new Array<number>(integerOctets).fill(0x80)];
  return Uint8Array.from([0x30, 2 * integer.length, ...integer, ...integer]);
}

const SIGNERS: readonly (readonly [string, SignatureAlgorithmName, Uint8Array])[] = [
  ['P-256', 'ecdsa-sha256', ecdsaSignature(32)],
  ['P-384', 'ecdsa-sha384', ecdsaSignature(48)],
  ['RSA-2048', 'rsa-pkcs1-sha256', new Uint8Array(256).fill(0x80)],
];

function answerOctets(
  algorithm: SignatureAlgorithmName,
  signature: Uint8Array,
  hash: keyof typeof HASH_OCTETS,
  certStatus: CertStatus,
): number {
  const responseDataDer = encodeResponseData({
    responderId: { by: 'key', keyHash: new Uint8Array(20) },
    producedAt: THIS_UPDATE,
    responses: [
      {
        certIdDer: encodeCertId({
          hash: hash satisfies HashName,
          parameters: 'null',
          issuerNameHash: new Uint8Array(HASH_OCTETS[hash]),
          issuerKeyHash: new Uint8Array(HASH_OCTETS[hash]),
          serialNumber: '03'.padEnd(36, 'a'),
        }),
        certStatus,
        thisUpdate: THIS_UPDATE,
        nextUpdate: NEXT_UPDATE,
      },
    ],
  });
  const signatureAlgorithmDer = signatureAlgorithm(algorithm).der;
  return encodeOcspResponse({ responseDataDer, signatureAlgorithmDer, signature, certificates: [] }).length;
}

/** The sum of the parts as RFC 6960 4.2.1 names them, each with the least that DER allows. */
function floorOctets(
  algorithm: SignatureAlgorithmName,
  signature: Uint8Array,
  hash: keyof typeof HASH_OCTETS,
  status: 'good' | 'revoked',
): number {
  const algorithmIdentifier = hash === 'SHA-1' ? 11 : 15;
  const certId = tlv(algorithmIdentifier + 2 * tlv(HASH_OCTETS[hash]) + tlv(18));
  const generalizedTime = tlv(15);
  const certStatus = status === 'good' ? tlv(0) : tlv(generalizedTime + tlv(tlv(1)));
  const single = tlv(certId + certStatus + generalizedTime + tlv(generalizedTime));
  const byKey = tlv(tlv(20));
  const responseData = tlv(byKey + generalizedTime + tlv(single));
  const signatureAlgorithmOctets = signatureAlgorithm(algorithm).der.length;
  const basic = tlv(responseData + signatureAlgorithmOctets + tlv(1 + signature.length));
  const idPkixOcspBasic = tlv(9);
  return tlv(tlv(1) + tlv(tlv(idPkixOcspBasic + tlv(basic))));
}

/** An element with its identifier and the shortest form of its length. */
function tlv(contentOctets: number): number {
  if (contentOctets < 0x80) return 2 + contentOctets;
  return contentOctets < 0x100 ? 3 + contentOctets : 4 + contentOctets;
}

const REVOKED: CertStatus = { status: 'revoked', revocationTime: THIS_UPDATE, reason: 'superseded' };

describe('the size of an answer', () => {
  const sizes: string[] = [];
  for (const [key, algorithm, signature] of SIGNERS) {
    for (const hash of ['SHA-1', 'SHA-256'] as const) {
      for (const certStatus of [{ status: 'good' } as const, REVOKED]) {
        const octets = answerOctets(algorithm, signature, hash, certStatus);
        sizes.push(`${key} ${hash} ${certStatus.status}: ${octets}`);
        test(`ORSP-31: ${key}, ${hash}, ${certStatus.status}: not one octet that DER and the CertID do not need`, () => {
          const floor = floorOctets(
            algorithm,
            signature,
            hash,
            certStatus.status === 'good' ? 'good' : 'revoked',
          );
          assert.equal(octets, floor);
        });
      }
    }
  }

  test('an answer has not one octet that DER, the profile and the CertID do not need', () => {
    // Let's Encrypt's by RSA-2048, with SHA-1 and a serial of 18 octets, had 503: they named their signer by name.
    assert.deepEqual(sizes, [
      'P-256 SHA-1 good: 282',
      'P-256 SHA-1 revoked: 308',
      'P-256 SHA-256 good: 314',
      'P-256 SHA-256 revoked: 336',
      'P-384 SHA-1 good: 316',
      'P-384 SHA-1 revoked: 340',
      'P-384 SHA-256 good: 346',
      'P-384 SHA-256 revoked: 368',
      'RSA-2048 SHA-1 good: 473',
      'RSA-2048 SHA-1 revoked: 497',
      'RSA-2048 SHA-256 good: 503',
      'RSA-2048 SHA-256 revoked: 525',
    ]);
  });
});
