import { generateKeyPairSync } from 'node:crypto';
import {
  assembleSigned,
  buildTbsCertificate,
  type Certificate,
  decodeCertificate,
  EXTENDED_KEY_USAGE_OIDS,
  encodeAuthorityInfoAccess,
  encodeAuthorityKeyIdentifier,
  encodeCaBasicConstraints,
  encodeCrlDistributionPoints,
  encodeExtendedKeyUsage,
  encodeKeyUsage,
  encodeName,
  encodeSubjectAltName,
  encodeSubjectKeyIdentifier,
} from '@lancre/pki/certificate';
import { type CrlFrameInput, encodeTbsCrl } from '@lancre/pki/crl';
import type { Signer } from '@lancre/pki/crypto';
import { createNodeCrypto, createNodeSigner } from '@lancre/pki/crypto-node';

/** Keys that the tests sign with; made anew for each run. */
export type KeyType = 'P-256' | 'P-384' | 'P-521' | 'ed25519' | 'rsa-2048';

export function newPrivateKeyPem(type: KeyType): string {
  return newPrivateKey(type).export({ type: 'pkcs8', format: 'pem' }).toString();
}

export function newSigner(type: KeyType = 'P-256'): Signer {
  return createNodeSigner({ pkcs8: newPrivateKeyPem(type) });
}

export interface TestCa {
  readonly signer: Signer;
  readonly certificate: Certificate;
  readonly keyIdentifier: Uint8Array;
}

export const NOT_BEFORE: Date = new Date('2026-01-01T00:00:00Z');
export const NOT_AFTER: Date = new Date('2036-01-01T00:00:00Z');

/** A root that signs itself. */
export async function newCa(type: KeyType = 'P-256', commonName = 'Test Root'): Promise<TestCa> {
  const signer = newSigner(type);
  const name = encodeName([
    { type: 'C', value: 'NL' },
    { type: 'O', value: 'Lancre' },
    { type: 'CN', value: commonName },
  ]);
  const keyIdentifier = await keyIdentifierOf(signer);
  const tbs = buildTbsCertificate({
    serialNumber: '00',
    signatureAlgorithmDer: signer.algorithm.der,
    issuerDer: name,
    subjectDer: name,
    notBefore: NOT_BEFORE,
    notAfter: NOT_AFTER,
    subjectPublicKeyInfoDer: signer.subjectPublicKeyInfoDer,
    extensions: [
      encodeCaBasicConstraints(1),
      encodeKeyUsage(['digitalSignature', 'keyCertSign', 'cRLSign']),
      encodeSubjectKeyIdentifier(keyIdentifier),
      encodeAuthorityKeyIdentifier(keyIdentifier),
    ],
  });
  const der = assembleSigned(tbs, signer.algorithm.der, await signer.sign(tbs));
  return { signer, certificate: decodeCertificate(der), keyIdentifier };
}

/** A server certificate of this CA, with all its addresses. */
export async function issueLeaf(ca: TestCa, serialNumber: string): Promise<Certificate> {
  const tbs = buildTbsCertificate({
    serialNumber,
    signatureAlgorithmDer: ca.signer.algorithm.der,
    issuerDer: ca.certificate.subject.der,
    subjectDer: encodeName([{ type: 'CN', value: 'www.example.net' }]),
    notBefore: NOT_BEFORE,
    notAfter: NOT_AFTER,
    subjectPublicKeyInfoDer: newSigner('P-256').subjectPublicKeyInfoDer,
    extensions: [
      encodeKeyUsage(['digitalSignature']),
      encodeExtendedKeyUsage([EXTENDED_KEY_USAGE_OIDS.serverAuth]),
      encodeAuthorityKeyIdentifier(ca.keyIdentifier),
      encodeAuthorityInfoAccess([
        { method: 'ocsp', uri: 'http://e1.o.example.net' },
        { method: 'caIssuers', uri: 'http://e1.i.example.net/' },
      ]),
      encodeCrlDistributionPoints(['http://e1.c.example.net/7.crl']),
      encodeSubjectAltName([
        { type: 'dns', name: 'www.example.net' },
        { type: 'ip', address: Uint8Array.of(192, 0, 2, 1) },
        { type: 'email', address: 'a@example.net' },
        { type: 'uri', uri: 'https://example.net/' },
        { type: 'directoryName', name: ca.certificate.subject },
      ]),
    ],
  });
  return decodeCertificate(assembleSigned(tbs, ca.signer.algorithm.der, await ca.signer.sign(tbs)));
}

/** A signed CRL of this CA. */
export async function signCrl(
  ca: TestCa,
  entries: readonly Uint8Array[],
  extensions: Partial<CrlFrameInput['extensions']> = {},
): Promise<Uint8Array> {
  const tbs = encodeTbsCrl({
    issuerDer: ca.certificate.subject.der,
    signatureAlgorithmDer: ca.signer.algorithm.der,
    thisUpdate: new Date('2026-11-25T00:00:00Z'),
    nextUpdate: new Date('2026-12-03T23:59:59Z'),
    entries,
    extensions: { authorityKeyIdentifier: ca.keyIdentifier, crlNumber: 42n, ...extensions },
  });
  return assembleSigned(tbs, ca.signer.algorithm.der, await ca.signer.sign(tbs));
}

function newPrivateKey(type: KeyType) {
  if (type === 'ed25519') return generateKeyPairSync('ed25519').privateKey;
  if (type === 'rsa-2048') return generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey;
  return generateKeyPairSync('ec', { namedCurve: type }).privateKey;
}

async function keyIdentifierOf(signer: Signer): Promise<Uint8Array> {
  return createNodeCrypto().digest('SHA-1', signer.subjectPublicKeyInfoDer);
}
