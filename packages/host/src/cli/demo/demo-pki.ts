import { generateKeyPairSync, type KeyObject } from 'node:crypto';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Certificate } from '@lancre/pki/certificate';
import type { CryptoProvider, Signer } from '@lancre/pki/crypto';
import { createNodeSigner } from '@lancre/pki/crypto-node';
import { encodePem } from '@lancre/pki/text';
import { defaultIssuerPolicy, type IssuerPolicy, shardOfSerial } from '../../issuer/issuer-policy.ts';
import type { NewIssuer } from '../../issuer/issuer-store.ts';
import { crlUrl, issuerUrl, ocspUrl, type PublicAddress } from '../../issuer/public-address.ts';
import { type DemoCa, type DemoUrls, describeCa, signCaCertificate } from './demo-certificate.ts';

/** What the demo PKI is made with. */
export interface DemoPkiOptions {
  readonly folder: string;
  readonly address: PublicAddress;
  readonly crypto: CryptoProvider;
  readonly now: Date;
  readonly randomBytes: (octets: number) => Uint8Array;
}

/** The CAs of the demo: two roots, an intermediate under both, another under the first. */
export interface DemoPki {
  /** To be added to the store in this order. */
  readonly issuers: readonly NewIssuer[];
  /** The certificates of the intermediates, by the root that issued them. */
  readonly issued: readonly { readonly issuerName: string; readonly certificate: Certificate }[];
  /** The CAs that issue to servers, by name. */
  readonly cas: Readonly<Record<'e1' | 'r1', DemoCa>>;
}

/** The policy of the demo's issuers: `e1` shows shards beside a full list. */
export function demoPolicy(name: string): IssuerPolicy {
  return name === 'e1'
    ? { ...defaultIssuerPolicy, crl: { ...defaultIssuerPolicy.crl, shards: 4 } }
    : defaultIssuerPolicy;
}

/** The URLs in a certificate issued by `issuerName`. */
export function demoUrls(address: PublicAddress, issuerName: string, serialNumber: Uint8Array): DemoUrls {
  const shard = shardOfSerial(serialNumber, demoPolicy(issuerName).crl.shards);
  return {
    ocsp: ocspUrl(address, issuerName),
    issuer: issuerUrl(address, issuerName),
    crl: crlUrl(address, issuerName, shard),
  };
}

/** A random serial: positive, 16 octets, 126 bits from the generator. */
export function demoSerial(randomBytes: DemoPkiOptions['randomBytes']): Uint8Array {
  const serialNumber = Uint8Array.from(randomBytes(16));
  serialNumber[0] = ((serialNumber[0] ?? 0) & 0x3f) | 0x40;
  return serialNumber;
}

/** Makes the CAs and writes their certificates and keys into `folder`. */
export async function createDemoPki(options: DemoPkiOptions): Promise<DemoPki> {
  await mkdir(join(options.folder, 'certs'), { recursive: true });
  const maker = new DemoPkiMaker(options);
  const x1 = await maker.ca('root-x1', 'Lancre Demo Root X1', ecKey('P-384'));
  const x2 = await maker.ca('root-x2', 'Lancre Demo Root X2', ecKey('P-384'));
  const e1 = await maker.ca('e1', 'Lancre Demo E1', ecKey('P-256'));
  const r1 = await maker.ca('r1', 'Lancre Demo R1', rsaKey());
  const rootX1 = await maker.root('root-x1', x1);
  const rootX2 = await maker.root('root-x2', x2);
  const e1ByX1 = await maker.intermediate('e1', e1, 'x1', x1);
  const e1ByX2 = await maker.intermediate('e1-by-x2', e1, 'x2', x2);
  const r1ByX1 = await maker.intermediate('r1', r1, 'x1', x1);
  return {
    issuers: [
      maker.issuer('x1', [rootX1], 'root-x1'),
      maker.issuer('x2', [rootX2], 'root-x2'),
      maker.issuer('e1', [e1ByX1, e1ByX2], 'e1'),
      maker.issuer('r1', [r1ByX1], 'r1'),
    ],
    issued: [
      { issuerName: 'x1', certificate: e1ByX1 },
      { issuerName: 'x2', certificate: e1ByX2 },
      { issuerName: 'x1', certificate: r1ByX1 },
    ],
    cas: { e1, r1 },
  };
}

/** A new P-256 key, its private half written to `path`. */
export async function createServerKey(path: string): Promise<Uint8Array> {
  const { privateKey } = ecKey('P-256');
  await writePrivateKey(path, privateKey);
  return createNodeSigner({ pkcs8: pkcs8Of(privateKey) }).subjectPublicKeyInfoDer;
}

class DemoPkiMaker {
  readonly #options: DemoPkiOptions;

  constructor(options: DemoPkiOptions) {
    this.#options = options;
  }

  async ca(file: string, commonName: string, key: { readonly privateKey: KeyObject }): Promise<DemoCa> {
    await writePrivateKey(this.#path(`${file}.key`), key.privateKey);
    const signer: Signer = createNodeSigner({ pkcs8: pkcs8Of(key.privateKey) });
    return describeCa(this.#options.crypto, commonName, signer);
  }

  root(file: string, ca: DemoCa): Promise<Certificate> {
    return this.#certificate(file, { subject: ca, issuer: ca, years: 20 });
  }

  intermediate(file: string, subject: DemoCa, rootName: string, issuer: DemoCa): Promise<Certificate> {
    return this.#certificate(file, { subject, issuer, years: 5, rootName });
  }

  issuer(name: string, certificates: readonly [Certificate, ...Certificate[]], file: string): NewIssuer {
    return { name, certificates, key: { path: this.#path(`${file}.key`) }, policy: demoPolicy(name) };
  }

  async #certificate(
    file: string,
    input: {
      readonly subject: DemoCa;
      readonly issuer: DemoCa;
      readonly years: number;
      readonly rootName?: string;
    },
  ): Promise<Certificate> {
    const { subject, issuer, years, rootName } = input;
    const { now, address, randomBytes } = this.#options;
    const serialNumber = demoSerial(randomBytes);
    const certificate = await signCaCertificate({
      subject,
      issuer,
      serialNumber,
      validity: validityOf(now, years * 365),
      ...(rootName === undefined ? {} : { urls: demoUrls(address, rootName, serialNumber) }),
    });
    await writeFile(this.#path(`${file}.pem`), encodePem('CERTIFICATE', certificate.der));
    return certificate;
  }

  #path(file: string): string {
    return join(this.#options.folder, file);
  }
}

/** From an hour ago, so that a clock that is a little behind takes it too. */
export function validityOf(now: Date, days: number): { readonly notBefore: Date; readonly notAfter: Date } {
  const start = Math.floor(now.getTime() / 1000) * 1000 - 3_600_000;
  return { notBefore: new Date(start), notAfter: new Date(start + days * 86_400_000 - 1000) };
}

function ecKey(namedCurve: 'P-256' | 'P-384'): { readonly privateKey: KeyObject } {
  return generateKeyPairSync('ec', { namedCurve });
}

function rsaKey(): { readonly privateKey: KeyObject } {
  return generateKeyPairSync('rsa', { modulusLength: 2048 });
}

function pkcs8Of(key: KeyObject): string {
  return key.export({ format: 'pem', type: 'pkcs8' }).toString();
}

async function writePrivateKey(path: string, key: KeyObject): Promise<void> {
  await writeFile(path, pkcs8Of(key), { mode: 0o600 });
}
