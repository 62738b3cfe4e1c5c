import { generateKeyPairSync, type KeyObject } from 'node:crypto';
import {
  assembleSigned,
  buildTbsCertificate,
  type Certificate,
  decodeCertificate,
  decodeSubjectPublicKeyInfo,
  encodeCaBasicConstraints,
  encodeKeyUsage,
  encodeName,
  encodeSubjectKeyIdentifier,
  type KeyUsage,
} from '@lancre/pki/certificate';
import type { Signer } from '@lancre/pki/crypto';
import { createNodeCrypto, createNodeSigner } from '@lancre/pki/crypto-node';
import type { Issuer } from '#host/issuer/issuer.js';
import { type CrlPolicy, defaultIssuerPolicy, type IssuedKind } from '#host/issuer/issuer-policy.js';

export type KeyType = 'P-256' | 'P-384' | 'P-521' | 'ed25519' | 'rsa-2048';

/** An issuer with the key that signs for it. */
export interface TestIssuer {
  readonly issuer: Issuer;
  readonly signer: Signer;
  readonly certificate: Certificate;
}

export function newPrivateKey(type: KeyType): KeyObject {
  if (type === 'ed25519') return generateKeyPairSync('ed25519').privateKey;
  if (type === 'rsa-2048') return generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey;
  return generateKeyPairSync('ec', { namedCurve: type }).privateKey;
}

export function newSigner(type: KeyType = 'P-256'): Signer {
  return createNodeSigner({ pkcs8: newPrivateKey(type).export({ type: 'pkcs8', format: 'pem' }).toString() });
}

export interface CertificateOptions {
  readonly commonName?: string;
  readonly subject: Signer;
  /** Default: itself. */
  readonly issuedBy?: { readonly commonName: string; readonly signer: Signer };
  readonly keyUsage?: readonly KeyUsage[] | 'absent';
  readonly basicConstraints?: 'ca' | 'absent';
  readonly keyIdentifier?: 'present' | 'absent';
  /** Encoded; beside those above. */
  readonly extensions?: readonly Uint8Array[];
  readonly serialNumber?: string;
  readonly notBefore?: Date;
  readonly notAfter?: Date;
}

/** A CA certificate that serves for all of 2020 to 2049, unless it is told to be something else. */
export async function signCertificate(options: CertificateOptions): Promise<Certificate> {
  const { commonName = 'Test CA', subject, keyUsage = ['keyCertSign', 'cRLSign'] } = options;
  const {
    issuedBy = { commonName, signer: subject },
    basicConstraints = 'ca',
    keyIdentifier = 'present',
  } = options;
  const { publicKey } = decodeSubjectPublicKeyInfo(subject.subjectPublicKeyInfoDer);
  const tbs = buildTbsCertificate({
    serialNumber: options.serialNumber ?? '0a',
    signatureAlgorithmDer: issuedBy.signer.algorithm.der,
    issuerDer: encodeName([{ type: 'CN', value: issuedBy.commonName }]),
    notBefore: options.notBefore ?? new Date('2020-01-01T00:00:00Z'),
    notAfter: options.notAfter ?? new Date('2049-01-01T00:00:00Z'),
    subjectDer: encodeName([{ type: 'CN', value: commonName }]),
    subjectPublicKeyInfoDer: subject.subjectPublicKeyInfoDer,
    extensions: [
      ...(basicConstraints === 'ca' ? [encodeCaBasicConstraints()] : []),
      ...(keyUsage === 'absent' ? [] : [encodeKeyUsage(keyUsage)]),
      ...(keyIdentifier === 'present'
        ? [encodeSubjectKeyIdentifier(await createNodeCrypto().digest('SHA-1', publicKey))]
        : []),
      ...(options.extensions ?? []),
    ],
  });
  const signature = await issuedBy.signer.sign(tbs);
  return decodeCertificate(assembleSigned(tbs, issuedBy.signer.algorithm.der, signature));
}

export interface TestIssuerOptions {
  readonly name?: string;
  readonly id?: number;
  readonly key?: KeyType;
  readonly crl?: Partial<CrlPolicy>;
  readonly issues?: IssuedKind;
  readonly keyIdentifier?: 'present' | 'absent';
}

/** An issuer with a key of its own; number 1 and name e1 unless told otherwise. */
export async function createIssuer(options: TestIssuerOptions = {}): Promise<TestIssuer> {
  const { name = 'e1', id = 1, key = 'P-256', crl = {}, issues = 'any', keyIdentifier = 'present' } = options;
  const signer = newSigner(key);
  const certificate = await signCertificate({ commonName: `CA ${name}`, subject: signer, keyIdentifier });
  const policy = { ...defaultIssuerPolicy, issues, crl: { ...defaultIssuerPolicy.crl, ...crl } };
  return { issuer: { id, name, certificates: [certificate], policy }, signer, certificate };
}
