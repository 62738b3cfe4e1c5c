import { generateKeyPairSync } from 'node:crypto';
import {
  assembleSigned,
  buildTbsCertificate,
  type Certificate,
  decodeCertificate,
  encodeAuthorityKeyIdentifier,
  encodeCaBasicConstraints,
  encodeKeyUsage,
  encodeName,
  encodeSubjectKeyIdentifier,
} from '@lancre/pki/certificate';
import { type CrlExtensionsInput, encodeTbsCrl } from '@lancre/pki/crl';
import { type CryptoProvider, hashIssuer, type Signer } from '@lancre/pki/crypto';
import { createNodeCrypto, createNodeSigner } from '@lancre/pki/crypto-node';
import { concatBytes, encodeDer } from '@lancre/pki/der';
import {
  type CertIdInput,
  encodeCertId,
  encodeOcspResponse,
  encodeResponseData,
  type SingleResponseInput,
} from '@lancre/pki/ocsp';

/** The instant at which everything is judged, unless a test says otherwise. */
export const AT: Date = new Date('2026-11-23T12:00:00Z');
export const CRYPTO: CryptoProvider = createNodeCrypto();

const HOUR = 3_600_000;
const DAY = 24 * HOUR;

/** `AT` and so many seconds. */
export function secondsFromNow(seconds: number): Date {
  return new Date(AT.getTime() + seconds * 1000);
}

/** A certificate and the key in it. */
export interface Party {
  readonly certificate: Certificate;
  readonly signer: Signer;
  readonly keyIdentifier: Uint8Array;
}

export interface PartyOptions {
  /** Default: self-signed. */
  readonly issuer?: Party;
  /** Default: a new key. */
  readonly signer?: Signer;
  /** Default: those of a CA, or none for an end entity. */
  readonly extensions?: readonly Uint8Array[];
  readonly serialNumber?: string;
  readonly notBefore?: Date;
  readonly notAfter?: Date;
}

/** A CA: version 3, cA, keyCertSign and cRLSign, with key identifiers. */
export async function makeCa(name: string, options: PartyOptions = {}): Promise<Party> {
  return make(name, { extensions: CA_EXTENSIONS, ...options });
}

/** A certificate without any extension but the key identifiers. */
export async function makeLeaf(issuer: Party, options: PartyOptions = {}): Promise<Party> {
  return make('www.example.net', { serialNumber: '1001', ...options, issuer });
}

export const CA_EXTENSIONS: readonly Uint8Array[] = [
  encodeCaBasicConstraints(),
  encodeKeyUsage(['keyCertSign', 'cRLSign']),
];

/** P-256, which is quick to make and to use. */
function newKey(): Signer {
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  return createNodeSigner({ pkcs8: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString() });
}

export async function make(name: string, options: PartyOptions): Promise<Party> {
  const { signer = newKey(), serialNumber = '42', extensions = [] } = options;
  const subjectDer = encodeName([{ type: 'CN', value: name }]);
  const keyIdentifier = await CRYPTO.digest('SHA-1', signer.subjectPublicKeyInfoDer);
  const issuer = options.issuer ?? { signer, keyIdentifier };
  const issuerDer = options.issuer?.certificate.subject.der ?? subjectDer;
  const tbs = buildTbsCertificate({
    serialNumber,
    signatureAlgorithmDer: issuer.signer.algorithm.der,
    issuerDer,
    notBefore: options.notBefore ?? new Date(AT.getTime() - 30 * DAY),
    notAfter: options.notAfter ?? new Date(AT.getTime() + 60 * DAY),
    subjectDer,
    subjectPublicKeyInfoDer: signer.subjectPublicKeyInfoDer,
    extensions: [
      ...extensions,
      encodeSubjectKeyIdentifier(keyIdentifier),
      encodeAuthorityKeyIdentifier(issuer.keyIdentifier),
    ],
  });
  const certificate = decodeCertificate(
    assembleSigned(tbs, issuer.signer.algorithm.der, await issuer.signer.sign(tbs)),
  );
  return { certificate, signer, keyIdentifier };
}

export interface CrlOptions {
  readonly entries?: readonly Uint8Array[];
  readonly extensions?: Partial<CrlExtensionsInput>;
  readonly thisUpdate?: Date;
  readonly nextUpdate?: Date;
  readonly signer?: Signer;
}

/** A current list of this CA. */
export async function makeCrl(ca: Party, options: CrlOptions = {}): Promise<Uint8Array> {
  const { signer = ca.signer } = options;
  const tbs = encodeTbsCrl({
    issuerDer: ca.certificate.subject.der,
    signatureAlgorithmDer: signer.algorithm.der,
    thisUpdate: options.thisUpdate ?? new Date(AT.getTime() - HOUR),
    nextUpdate: options.nextUpdate ?? new Date(AT.getTime() + DAY),
    entries: options.entries ?? [],
    extensions: { authorityKeyIdentifier: ca.keyIdentifier, crlNumber: 7n, ...options.extensions },
  });
  return assembleSigned(tbs, signer.algorithm.der, await signer.sign(tbs));
}

/** A list that the encoders do not write: any extensions, and no nextUpdate unless one is given. */
export async function makeOddCrl(
  ca: Party,
  extensions: readonly Uint8Array[],
  options: Pick<CrlOptions, 'nextUpdate' | 'entries'> = {},
): Promise<Uint8Array> {
  const { nextUpdate, entries = [] } = options;
  const tbs = encodeDer((writer) =>
    writer.sequence((fields) => {
      fields.integer(1);
      fields.raw(ca.signer.algorithm.der);
      fields.raw(ca.certificate.subject.der);
      fields.time(new Date(AT.getTime() - HOUR));
      if (nextUpdate !== undefined) fields.time(nextUpdate);
      if (entries.length > 0) fields.sequence((list) => list.raw(concatBytes(...entries)));
      if (extensions.length === 0) return;
      fields.context(0, (explicit) => explicit.sequence((list) => list.raw(concatBytes(...extensions))));
    }),
  );
  return assembleSigned(tbs, ca.signer.algorithm.der, await ca.signer.sign(tbs));
}

export interface OcspOptions {
  readonly signer?: Party;
  /** Default: by the signer's key. */
  readonly responderId?: Parameters<typeof encodeResponseData>[0]['responderId'];
  readonly producedAt?: Date;
  readonly singles: readonly Partial<SingleResponseInput>[];
  readonly extensions?: readonly Uint8Array[];
  readonly certificates?: readonly Uint8Array[];
}

/** An answer of this CA about this certificate; what a single answer does not say is good and current. */
export async function makeOcsp(
  ca: Party,
  certificate: Certificate,
  options: OcspOptions,
): Promise<Uint8Array> {
  const { signer = ca } = options;
  const certIdDer = await certIdOf(ca, certificate);
  const keyHash = await CRYPTO.digest('SHA-1', signer.certificate.subjectPublicKeyInfo.publicKey);
  const responseDataDer = encodeResponseData({
    responderId: options.responderId ?? { by: 'key', keyHash },
    producedAt: options.producedAt ?? new Date(AT.getTime() - HOUR),
    responses: options.singles.map((single) => ({
      certIdDer,
      certStatus: { status: 'good' },
      thisUpdate: new Date(AT.getTime() - HOUR),
      nextUpdate: new Date(AT.getTime() + DAY),
      ...single,
    })),
    ...(options.extensions === undefined ? {} : { extensions: options.extensions }),
  });
  return encodeOcspResponse({
    responseDataDer,
    signatureAlgorithmDer: signer.signer.algorithm.der,
    signature: await signer.signer.sign(responseDataDer),
    certificates: options.certificates ?? [],
  });
}

/** The CertID of a certificate under this CA. */
export async function certIdOf(
  ca: Party,
  { serialNumber }: Pick<Certificate, 'serialNumber'>,
  hash: CertIdInput['hash'] = 'SHA-1',
): Promise<Uint8Array> {
  return encodeCertId({ hash, ...(await hashIssuer(CRYPTO, hash, ca.certificate)), serialNumber });
}
