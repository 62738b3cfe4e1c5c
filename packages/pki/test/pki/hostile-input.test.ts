import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  authorityInfoAccessOf,
  authorityKeyIdentifierOf,
  basicConstraintsOf,
  buildTbsCertificate,
  type Certificate,
  crlDistributionPointsOf,
  decodeCertificate,
  decodeCertificates,
  encodeExtension,
  extendedKeyUsageOf,
  formatName,
  freshestCrlOf,
  hasNoRevAvail,
  hasOcspNoCheck,
  keyUsageOf,
  subjectAltNameOf,
  subjectKeyIdentifierOf,
  tlsFeatureOf,
} from '@lancre/pki/certificate';
import { decodeCertsOnlyCms, encodeCertsOnlyCms } from '@lancre/pki/cms';
import {
  assembleSigned,
  type Crl,
  crlAuthorityKeyIdentifierOf,
  crlEntries,
  crlNumberOf,
  decodeCrl,
  deltaCrlIndicatorOf,
  encodeCrlEntry,
  findCrlEntry,
  issuingDistributionPointOf,
  peekCrl,
} from '@lancre/pki/crl';
import { publicKeyKindOf, signatureAlgorithmOf } from '@lancre/pki/crypto';
import {
  decodeOcspRequest,
  decodeOcspResponse,
  encodeCertId,
  encodeNonce,
  encodeOcspRequest,
  encodeOcspResponse,
  encodeResponseData,
} from '@lancre/pki/ocsp';
import { decodePem } from '@lancre/pki/text';
import fc from 'fast-check';
import { issueLeaf, newCa, signCrl } from '../support/test-pki.ts';
import { valueOrPkiError } from '../support/throws-code.ts';

const ca = await newCa();
const leaf = await issueLeaf(ca, '04a1');
const revocationDate = new Date('2026-11-20T10:00:00Z');
const certIdDer = encodeCertId({
  hash: 'SHA-256',
  issuerNameHash: new Uint8Array(32),
  issuerKeyHash: new Uint8Array(32),
  serialNumber: '04a1',
});
const certStatus = { status: 'revoked', revocationTime: revocationDate, reason: 'superseded' } as const;
const crl = await signCrl(
  ca,
  (['keyCompromise', undefined, 'certificateHold'] as const).map((reason, i) =>
    encodeCrlEntry({
      serialNumber: Uint8Array.of(i + 1),
      revocationDate,
      reason,
      invalidityDate: i === 2 ? revocationDate : undefined,
    }),
  ),
  {
    issuingDistributionPoint: {
      distributionPoint: [{ type: 'uri', uri: 'http://c/1' }],
      onlyContainsUserCerts: true,
      onlySomeReasons: ['keyCompromise'],
    },
    freshestCrl: ['http://c/1.delta'],
    deltaBase: 3n,
  },
);
const response = encodeOcspResponse({
  responseDataDer: encodeResponseData({
    responderId: { by: 'name', name: ca.certificate.subject },
    producedAt: revocationDate,
    responses: [{ certIdDer, certStatus, thisUpdate: revocationDate, nextUpdate: revocationDate }],
    extensions: [encodeNonce(new Uint8Array(32))],
  }),
  signatureAlgorithmDer: ca.signer.algorithm.der,
  signature: new Uint8Array(71),
  certificates: [leaf.der],
});

function readAllOfCertificate(certificate: Certificate): void {
  const readers = [
    authorityInfoAccessOf,
    authorityKeyIdentifierOf,
    basicConstraintsOf,
    crlDistributionPointsOf,
    extendedKeyUsageOf,
    freshestCrlOf,
    hasNoRevAvail,
    hasOcspNoCheck,
    keyUsageOf,
    subjectAltNameOf,
    subjectKeyIdentifierOf,
    tlsFeatureOf,
  ];
  for (const read of readers) valueOrPkiError(() => read(certificate));
  formatName(certificate.issuer);
  signatureAlgorithmOf(certificate.signatureAlgorithm);
  publicKeyKindOf(certificate.subjectPublicKeyInfo.der);
}

function readAllOfCrl(decoded: Crl): void {
  for (const read of [
    issuingDistributionPointOf,
    crlNumberOf,
    deltaCrlIndicatorOf,
    freshestCrlOf,
    crlAuthorityKeyIdentifierOf,
  ]) {
    valueOrPkiError(() => read(decoded));
  }
  // What decodeCrl has passed does not throw later.
  assert.equal([...crlEntries(decoded)].length, decoded.entryCount);
  findCrlEntry(decoded, '04a1');
}

interface Target {
  readonly name: string;
  readonly sample: Uint8Array;
  /** Reads everything there is in it; returns what it would be written as again. */
  readonly read: (der: Uint8Array) => Uint8Array;
}

const TARGETS: readonly Target[] = [
  {
    name: 'certificate',
    sample: leaf.der,
    read: (der) => {
      const decoded = decodeCertificate(der);
      readAllOfCertificate(decoded);
      return assembleSigned(decoded.tbsDer, decoded.signatureAlgorithm.der, decoded.signature);
    },
  },
  {
    name: 'CRL',
    sample: crl,
    read: (der) => {
      const decoded = decodeCrl(der);
      readAllOfCrl(decoded);
      valueOrPkiError(() => peekCrl(der.subarray(0, 64)));
      return assembleSigned(decoded.tbsDer, decoded.signatureAlgorithm.der, decoded.signature);
    },
  },
  {
    name: 'OCSP request',
    sample: encodeOcspRequest({ certIds: [certIdDer, certIdDer], nonce: new Uint8Array(16) }),
    read: (der) => decodeOcspRequest(der).der,
  },
  {
    name: 'OCSP answer',
    sample: response,
    read: (der) => {
      const decoded = decodeOcspResponse(der);
      if (decoded.status !== 'successful') return der;
      const { tbsDer, signatureAlgorithm, signature, certificates } = decoded.basic;
      return encodeOcspResponse({
        responseDataDer: tbsDer,
        signatureAlgorithmDer: signatureAlgorithm.der,
        signature,
        certificates,
      });
    },
  },
  {
    name: 'certs-only CMS',
    sample: encodeCertsOnlyCms([leaf.der]),
    read: (der) => {
      decodeCertsOnlyCms(der);
      return der;
    },
  },
];

const mutations = fc.array(
  fc.tuple(
    fc.nat(),
    fc.oneof(
      fc.nat(255),
      fc.constantFrom(0, 1, 0x30, 0x80, 0x81, 0x82, 0xff, 2, 3, 4, 5, 6, 0x17, 0x18, 0xa0),
    ),
  ),
  { minLength: 1, maxLength: 4 },
);

for (const { name, sample, read } of TARGETS) {
  test(`${name}: the sample is read and written again octet by octet`, () => {
    assert.deepEqual(read(sample), sample);
  });

  test(`${name}: any octet changed, any end cut off: it is read as it would be written, or refused with a code`, () => {
    const check = (der: Uint8Array): void => {
      const again = valueOrPkiError(() => read(der));
      if (again !== undefined) assert.deepEqual(again, der);
    };
    for (let at = 0; at < sample.length; at++) {
      check(sample.subarray(0, at));
      for (const value of [0x00, 0x80, 0xff, (sample[at] ?? 0) ^ 1, (sample[at] ?? 0) + 1]) {
        const der = sample.slice();
        der[at] = value;
        check(der);
      }
    }
    fc.assert(
      fc.property(mutations, (changes) => {
        const der = sample.slice();
        for (const [at, value] of changes) der[at % der.length] = value;
        check(der);
      }),
      { numRuns: 3000, seed: 9919 },
    );
  });
}

test('random octets are refused with a code by every decoder', () => {
  const octets = fc.oneof(
    fc.uint8Array({ maxLength: 40 }),
    fc.uint8Array({ maxLength: 40 }).map((rest) => Uint8Array.of(0x30, rest.length, ...rest)),
  );
  fc.assert(
    fc.property(octets, fc.string(), (der, text) => {
      for (const { read } of TARGETS) valueOrPkiError(() => read(der));
      valueOrPkiError(() => decodeCertificates(der));
      valueOrPkiError(() => decodeCertificates(text));
      valueOrPkiError(() => decodePem(`-----BEGIN A-----\n${text}`));
      valueOrPkiError(() => peekCrl(der));
      publicKeyKindOf(der);
    }),
    { numRuns: 3000, seed: 6960 },
  );
});

test('a long row of SEQUENCE tags does not exhaust the stack', () => {
  const deep = new Uint8Array(200_000).fill(0x30);
  for (const { read } of TARGETS)
    assert.equal(
      valueOrPkiError(() => read(deep)),
      undefined,
    );
});

test('ninety thousand extensions are read in a time that grows with their number, not with its square', () => {
  const extensions = Array.from({ length: 90_000 }, (_, i) =>
    encodeExtension(`1.2.${i}`, 'non-critical', new Uint8Array(0)),
  );
  const tbs = buildTbsCertificate({
    serialNumber: '01',
    signatureAlgorithmDer: ca.signer.algorithm.der,
    issuerDer: ca.certificate.subject.der,
    subjectDer: ca.certificate.subject.der,
    notBefore: revocationDate,
    notAfter: revocationDate,
    subjectPublicKeyInfoDer: ca.signer.subjectPublicKeyInfoDer,
    extensions,
  });
  const der = assembleSigned(tbs, ca.signer.algorithm.der, new Uint8Array(70));
  const start = performance.now();
  assert.equal(decodeCertificate(der).extensions.length, extensions.length);
  assert.ok(performance.now() - start < 5000);
});
