import {
  type Certificate,
  EXTENDED_KEY_USAGE_OIDS,
  encodeAuthorityKeyIdentifier,
  encodeExtendedKeyUsage,
  encodeOcspNoCheck,
} from '@lancre/pki/certificate';
import type { Signer } from '@lancre/pki/crypto';
import { createNodeCrypto } from '@lancre/pki/crypto-node';
import { type CertificateOptions, newSigner, signCertificate, type TestIssuer } from './test-issuers.ts';

export interface ResponderOptions extends Partial<Omit<CertificateOptions, 'issuedBy'>> {
  readonly ca: TestIssuer;
  /** Default: the name of the CA. */
  readonly issuerName?: string;
  /** Default: the CA's own. */
  readonly issuerKey?: Signer;
  readonly authorityKeyIdentifier?: 'present' | 'absent';
}

/** A certificate of a delegated responder that fits every profile, unless it is told to be something else. */
export async function responderCertificate(options: ResponderOptions): Promise<Certificate> {
  const { ca, issuerName = `CA ${ca.issuer.name}`, issuerKey = ca.signer, ...more } = options;
  const { authorityKeyIdentifier = 'present', extensions = responderExtensions, ...subject } = more;
  const { publicKey } = ca.certificate.subjectPublicKeyInfo;
  const keyIdentifier = await createNodeCrypto().digest('SHA-1', publicKey);
  return signCertificate({
    commonName: 'OCSP',
    serialNumber: 'a1b2c3d4e5f60718',
    subject: newSigner(),
    issuedBy: { commonName: issuerName, signer: issuerKey },
    keyUsage: ['digitalSignature'],
    basicConstraints: 'absent',
    ...subject,
    extensions: [
      ...extensions,
      ...(authorityKeyIdentifier === 'present' ? [encodeAuthorityKeyIdentifier(keyIdentifier)] : []),
    ],
  });
}

/** What makes a certificate that of a responder. */
const responderExtensions: readonly Uint8Array[] = [
  encodeExtendedKeyUsage([EXTENDED_KEY_USAGE_OIDS.ocspSigning]),
  encodeOcspNoCheck(),
];
