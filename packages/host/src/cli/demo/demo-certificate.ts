import {
  assembleSigned,
  buildTbsCertificate,
  type Certificate,
  decodeCertificate,
  decodeSubjectPublicKeyInfo,
  EXTENDED_KEY_USAGE_OIDS,
  encodeAuthorityInfoAccess,
  encodeAuthorityKeyIdentifier,
  encodeCaBasicConstraints,
  encodeCrlDistributionPoints,
  encodeEndEntityBasicConstraints,
  encodeExtendedKeyUsage,
  encodeKeyUsage,
  encodeName,
  encodeSubjectAltName,
  encodeSubjectKeyIdentifier,
} from '@lancre/pki/certificate';
import type { CryptoProvider, Signer } from '@lancre/pki/crypto';
import { serialNumberFromBytes } from '@lancre/pki/text';

/** A CA of the demo: its key and its name. */
export interface DemoCa {
  readonly subjectDer: Uint8Array;
  readonly keyIdentifier: Uint8Array;
  readonly signer: Signer;
}

/** The URLs that a demo certificate carries. */
export interface DemoUrls {
  readonly ocsp?: string;
  readonly issuer: string;
  readonly crl: string;
}

interface DemoValidity {
  readonly notBefore: Date;
  readonly notAfter: Date;
}

/** The CA of a signer, under a name. */
export async function describeCa(
  crypto: CryptoProvider,
  commonName: string,
  signer: Signer,
): Promise<DemoCa> {
  return {
    subjectDer: encodeName([
      { type: 'O', value: 'Lancre Demo' },
      { type: 'CN', value: commonName },
    ]),
    keyIdentifier: await keyIdentifierOf(crypto, signer.subjectPublicKeyInfoDer),
    signer,
  };
}

/** A CA certificate; self-signed when subject and issuer are the same CA, and then without URLs. */
export async function signCaCertificate(input: {
  readonly subject: DemoCa;
  readonly issuer: DemoCa;
  readonly serialNumber: Uint8Array;
  readonly validity: DemoValidity;
  readonly urls?: DemoUrls;
}): Promise<Certificate> {
  const { subject, issuer } = input;
  const isRoot = subject === issuer;
  return sign(issuer, input, subject.subjectDer, subject.signer.subjectPublicKeyInfoDer, [
    encodeCaBasicConstraints(isRoot ? undefined : 0),
    encodeKeyUsage(['digitalSignature', 'keyCertSign', 'cRLSign']),
    encodeSubjectKeyIdentifier(subject.keyIdentifier),
    ...(isRoot ? [] : [encodeAuthorityKeyIdentifier(issuer.keyIdentifier)]),
    ...urlExtensions(input.urls),
  ]);
}

/** A server certificate for a name under `example.test`, or for 127.0.0.1 as well. */
export async function signServerCertificate(input: {
  readonly hostName: string;
  readonly subjectPublicKeyInfoDer: Uint8Array;
  readonly issuer: DemoCa;
  readonly serialNumber: Uint8Array;
  readonly validity: DemoValidity;
  readonly urls: DemoUrls;
}): Promise<Certificate> {
  const { hostName, issuer, urls } = input;
  const subjectDer = encodeName([{ type: 'CN', value: hostName }]);
  return sign(issuer, input, subjectDer, input.subjectPublicKeyInfoDer, [
    encodeEndEntityBasicConstraints(),
    encodeKeyUsage(['digitalSignature']),
    encodeExtendedKeyUsage([EXTENDED_KEY_USAGE_OIDS.serverAuth]),
    encodeAuthorityKeyIdentifier(issuer.keyIdentifier),
    encodeSubjectAltName([
      { type: 'dns', name: hostName },
      { type: 'dns', name: 'localhost' },
      { type: 'ip', address: Uint8Array.of(127, 0, 0, 1) },
    ]),
    ...urlExtensions(urls),
  ]);
}

async function sign(
  issuer: DemoCa,
  fields: { readonly serialNumber: Uint8Array; readonly validity: DemoValidity },
  subjectDer: Uint8Array,
  subjectPublicKeyInfoDer: Uint8Array,
  extensions: readonly Uint8Array[],
): Promise<Certificate> {
  const tbs = buildTbsCertificate({
    serialNumber: serialNumberFromBytes(fields.serialNumber),
    signatureAlgorithmDer: issuer.signer.algorithm.der,
    issuerDer: issuer.subjectDer,
    ...fields.validity,
    subjectDer,
    subjectPublicKeyInfoDer,
    extensions,
  });
  const signature = await issuer.signer.sign(tbs);
  return decodeCertificate(assembleSigned(tbs, issuer.signer.algorithm.der, signature));
}

function urlExtensions(urls: DemoUrls | undefined): Uint8Array[] {
  if (urls === undefined) return [];
  const { ocsp, issuer, crl } = urls;
  return [
    encodeAuthorityInfoAccess([
      ...(ocsp === undefined ? [] : [{ method: 'ocsp' as const, uri: ocsp }]),
      { method: 'caIssuers', uri: issuer },
    ]),
    encodeCrlDistributionPoints([crl]),
  ];
}

/** RFC 5280 4.2.1.2 (1). */
function keyIdentifierOf(crypto: CryptoProvider, subjectPublicKeyInfoDer: Uint8Array): Promise<Uint8Array> {
  return crypto.digest('SHA-1', decodeSubjectPublicKeyInfo(subjectPublicKeyInfoDer).publicKey);
}
