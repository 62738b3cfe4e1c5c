import { generateKeyPairSync } from 'node:crypto';
import {
  assembleSigned,
  buildTbsCertificate,
  type Certificate,
  decodeCertificate,
  encodeAuthorityInfoAccess,
  encodeCaBasicConstraints,
  encodeCrlDistributionPoints,
  encodeKeyUsage,
  encodeName,
  encodeSubjectAltName,
  encodeSubjectKeyIdentifier,
} from '@lancre/pki/certificate';
import { type CrlFrameInput, encodeCrlEntry, encodeTbsCrl, type RevocationReason } from '@lancre/pki/crl';
import { hashIssuer, type Signer } from '@lancre/pki/crypto';
import { createNodeCrypto, createNodeSigner } from '@lancre/pki/crypto-node';
import {
  type CertStatus,
  encodeCertId,
  encodeOcspRequest,
  encodeOcspResponse,
  encodeResponseData,
} from '@lancre/pki/ocsp';

/** The moment at which the tests look. */
export const NOW: Date = new Date('2026-11-25T12:00:00Z');

/** A CA that makes one of everything. */
export interface ThingMaker {
  readonly certificate: Certificate;
  leaf(commonName?: string, moreExtensions?: readonly Uint8Array[]): Promise<Uint8Array>;
  /** Every other entry, the first among them, has the reason; default: keyCompromise. */
  crl(
    entryCount: number,
    extensions?: Partial<CrlFrameInput['extensions']>,
    reason?: RevocationReason,
  ): Promise<Uint8Array>;
  request(nonce?: Uint8Array): Promise<Uint8Array>;
  response(certStatus: CertStatus): Promise<Uint8Array>;
}

export async function createThingMaker(): Promise<ThingMaker> {
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const signer = createNodeSigner({ pkcs8: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString() });
  const name = encodeName([
    { type: 'O', value: 'Lancre Test' },
    { type: 'CN', value: 'E1' },
  ]);
  const keyIdentifier = new Uint8Array(20).fill(0xa1);
  const certificate = decodeCertificate(
    await signCertificate(signer, name, name, [
      encodeCaBasicConstraints(0),
      encodeKeyUsage(['keyCertSign', 'cRLSign']),
      encodeSubjectKeyIdentifier(keyIdentifier),
    ]),
  );
  const certIdDer = encodeCertId({
    hash: 'SHA-1',
    ...(await hashIssuer(createNodeCrypto(), 'SHA-1', certificate)),
    serialNumber: '04a1',
  });
  return {
    certificate,
    leaf: (commonName = 'www.example.test', moreExtensions = []) =>
      signCertificate(signer, name, encodeName([{ type: 'CN', value: commonName }]), [
        ...leafExtensions(),
        ...moreExtensions,
      ]),
    async crl(entryCount, extensions = {}, reason = 'keyCompromise') {
      const tbs = encodeTbsCrl({
        issuerDer: name,
        signatureAlgorithmDer: signer.algorithm.der,
        thisUpdate: new Date('2026-11-25T11:00:00Z'),
        nextUpdate: new Date('2026-11-28T12:00:00Z'),
        entries: Array.from({ length: entryCount }, (_, index) => crlEntry(index, reason)),
        extensions: { authorityKeyIdentifier: keyIdentifier, crlNumber: 42n, ...extensions },
      });
      return assembleSigned(tbs, signer.algorithm.der, await signer.sign(tbs));
    },
    request: async (nonce) => encodeOcspRequest({ certIds: [certIdDer], nonce }),
    async response(certStatus) {
      const responseDataDer = encodeResponseData({
        responderId: { by: 'name', name: certificate.subject },
        producedAt: new Date('2026-11-25T11:00:00Z'),
        responses: [
          {
            certIdDer,
            certStatus,
            thisUpdate: new Date('2026-11-25T11:00:00Z'),
            nextUpdate: new Date('2026-11-27T15:00:00Z'),
          },
        ],
      });
      const signature = await signer.sign(responseDataDer);
      return encodeOcspResponse({
        responseDataDer,
        signatureAlgorithmDer: signer.algorithm.der,
        signature,
        certificates: [certificate.der],
      });
    },
  };
}

async function signCertificate(
  signer: Signer,
  issuerDer: Uint8Array,
  subjectDer: Uint8Array,
  extensions: readonly Uint8Array[],
): Promise<Uint8Array> {
  const tbs = buildTbsCertificate({
    serialNumber: '04a1',
    signatureAlgorithmDer: signer.algorithm.der,
    issuerDer,
    notBefore: new Date('2026-11-01T00:00:00Z'),
    notAfter: new Date('2026-12-05T12:00:00Z'),
    subjectDer,
    subjectPublicKeyInfoDer: signer.subjectPublicKeyInfoDer,
    extensions,
  });
  return assembleSigned(tbs, signer.algorithm.der, await signer.sign(tbs));
}

function leafExtensions(): readonly Uint8Array[] {
  return [
    encodeSubjectAltName([
      { type: 'dns', name: 'www.example.test' },
      { type: 'ip', address: Uint8Array.of(0x20, 1, 0xd, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1) },
    ]),
    encodeAuthorityInfoAccess([
      { method: 'ocsp', uri: 'http://e1.o.example.test' },
      { method: 'caIssuers', uri: 'http://e1.i.example.test/' },
    ]),
    encodeCrlDistributionPoints(['http://e1.c.example.test/7.crl']),
  ];
}

function crlEntry(index: number, evenReason: RevocationReason): Uint8Array {
  const reason = index % 2 === 0 ? evenReason : undefined;
  return encodeCrlEntry({
    serialNumber: Uint8Array.of(0x10, index),
    revocationDate: new Date('2026-11-24T12:00:00Z'),
    reason,
  });
}
