import { createWriteStream, type WriteStream } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { finished } from 'node:stream/promises';
import type { Certificate } from '@lancre/pki/certificate';
import type { RevocationReason } from '@lancre/pki/crl';
import { encodeHex, encodePem, serialNumberToBytes } from '@lancre/pki/text';
import { shardOfSerial } from '../../issuer/issuer-policy.ts';
import type { PublicAddress } from '../../issuer/public-address.ts';
import type { CertificateRecord, CertificateStatus } from '../../status/certificate-record.ts';
import { type DemoCa, signServerCertificate } from './demo-certificate.ts';
import { createServerKey, type DemoPki, demoPolicy, demoSerial, demoUrls, validityOf } from './demo-pki.ts';

/** What the demo's server certificates are made with. */
export interface DemoCertificatesOptions {
  readonly pki: DemoPki;
  /** The folder of the PKI. */
  readonly folder: string;
  readonly address: PublicAddress;
  readonly count: number;
  readonly now: Date;
  readonly randomBytes: (octets: number) => Uint8Array;
  /** Takes a batch of records into the store. */
  readonly assign: (
    issuerName: 'e1' | 'r1',
    records: readonly Omit<CertificateRecord, 'issuerId'>[],
  ) => Promise<void>;
  readonly onProgress: (made: number) => void;
}

/**
 * Issues the demo's server certificates, one in twenty of them revoked, and takes them into the
 * store. The files: `certs/good.pem`, `certs/revoked.pem` and their like with keys, for scripts;
 * `certs/all.pem` with every certificate, and `certs/all.ndjson` with a line about each.
 */
export async function createDemoCertificates(options: DemoCertificatesOptions): Promise<void> {
  const maker = await DemoCertificateMaker.open(options);
  for (const name of namedCertificates) await maker.makeNamed(name);
  await maker.makeUnrecorded();
  for (let index = namedCertificates.length; index < options.count; index += 1)
    await maker.makeNumbered(index);
  await maker.close();
}

/** The smallest demo: only the certificates with names. */
export const minimumDemoCertificates = 6;

interface NamedDemoCertificate {
  readonly file: string;
  readonly issuerName: 'e1' | 'r1';
  readonly reason?: RevocationReason;
}

const namedCertificates: readonly NamedDemoCertificate[] = [
  { file: 'good', issuerName: 'e1' },
  { file: 'revoked', issuerName: 'e1', reason: 'keyCompromise' },
  { file: 'superseded', issuerName: 'e1', reason: 'superseded' },
  { file: 'good-r1', issuerName: 'r1' },
  { file: 'revoked-r1', issuerName: 'r1', reason: 'keyCompromise' },
  { file: 'good2', issuerName: 'e1' },
];

const variedReasons: readonly (RevocationReason | undefined)[] = [
  undefined,
  'keyCompromise',
  'affiliationChanged',
  'superseded',
  'cessationOfOperation',
  'privilegeWithdrawn',
];

class DemoCertificateMaker {
  readonly #options: DemoCertificatesOptions;
  readonly #sharedKey: Uint8Array;
  readonly #pem: WriteStream;
  readonly #list: WriteStream;
  readonly #batches: Record<'e1' | 'r1', Omit<CertificateRecord, 'issuerId'>[]> = { e1: [], r1: [] };
  #made = 0;

  private constructor(options: DemoCertificatesOptions, sharedKey: Uint8Array) {
    this.#options = options;
    this.#sharedKey = sharedKey;
    this.#pem = createWriteStream(this.#path('all.pem'));
    this.#list = createWriteStream(this.#path('all.ndjson'));
  }

  static async open(options: DemoCertificatesOptions): Promise<DemoCertificateMaker> {
    return new DemoCertificateMaker(options, await createServerKey(join(options.folder, 'certs', 'all.key')));
  }

  async makeNamed({ file, issuerName, reason }: NamedDemoCertificate): Promise<void> {
    const certificate = await this.#issueToFile(file, issuerName);
    await this.#record(
      issuerName,
      certificate,
      this.#status(reason === undefined ? 'good' : 'revoked', reason),
    );
  }

  /** Issued, but never told to the host: OCSP does not say "good" of it. */
  async makeUnrecorded(): Promise<void> {
    await this.#issueToFile('unknown', 'e1');
  }

  async makeNumbered(index: number): Promise<void> {
    const issuerName = index % 10 === 9 ? 'r1' : 'e1';
    const certificate = await this.#issue(`host-${index}.example.test`, issuerName, this.#sharedKey);
    // Three of the named ones are revoked: with these it is one in twenty.
    const isRevoked = index % 20 === 10 && index >= 70;
    const reason = variedReasons[Math.floor(index / 20) % variedReasons.length];
    await this.#record(issuerName, certificate, this.#status(isRevoked ? 'revoked' : 'good', reason));
  }

  async close(): Promise<void> {
    await this.#flush();
    this.#pem.end();
    this.#list.end();
    await Promise.all([finished(this.#pem), finished(this.#list)]);
  }

  async #issueToFile(file: string, issuerName: 'e1' | 'r1'): Promise<Certificate> {
    const key = await createServerKey(this.#path(`${file}.key`));
    const certificate = await this.#issue(`${file}.example.test`, issuerName, key);
    await writeFile(this.#path(`${file}.pem`), encodePem('CERTIFICATE', certificate.der));
    return certificate;
  }

  #issue(
    hostName: string,
    issuerName: 'e1' | 'r1',
    subjectPublicKeyInfoDer: Uint8Array,
  ): Promise<Certificate> {
    const { pki, address, now, randomBytes } = this.#options;
    const serialNumber = demoSerial(randomBytes);
    const issuer: DemoCa = pki.cas[issuerName];
    const urls = demoUrls(address, issuerName, serialNumber);
    return signServerCertificate({
      hostName,
      subjectPublicKeyInfoDer,
      issuer,
      serialNumber,
      validity: validityOf(now, 90),
      urls,
    });
  }

  #status(kind: 'good' | 'revoked', reason: RevocationReason | undefined): CertificateStatus {
    if (kind === 'good') return { kind: 'assigned' };
    const revocationTime = new Date(Math.floor(this.#options.now.getTime() / 1000) * 1000 - 600_000);
    return { kind: 'revoked', revocationTime, ...(reason === undefined ? {} : { reason }) };
  }

  async #record(issuerName: 'e1' | 'r1', certificate: Certificate, status: CertificateStatus): Promise<void> {
    const serialNumber = serialNumberToBytes(certificate.serialNumber);
    const shard = shardOfSerial(serialNumber, demoPolicy(issuerName).crl.shards);
    this.#batches[issuerName].push({ serialNumber, notAfter: certificate.notAfter, shard, status });
    this.#pem.write(encodePem('CERTIFICATE', certificate.der));
    this.#list.write(`${JSON.stringify(listLine(issuerName, serialNumber, certificate.notAfter, status))}\n`);
    this.#made += 1;
    if (this.#made % batchSize === 0) await this.#flush();
  }

  async #flush(): Promise<void> {
    for (const issuerName of ['e1', 'r1'] as const) {
      await this.#options.assign(issuerName, this.#batches[issuerName]);
      this.#batches[issuerName] = [];
    }
    this.#options.onProgress(this.#made);
  }

  #path(file: string): string {
    return join(this.#options.folder, 'certs', file);
  }
}

/** A line that `lancre import --format ndjson` reads. */
function listLine(
  issuer: string,
  serialNumber: Uint8Array,
  notAfter: Date,
  status: CertificateStatus,
): Record<string, unknown> {
  const common = { issuer, serial: encodeHex(serialNumber), notAfter };
  if (status.kind === 'assigned') return common;
  return { ...common, status: status.kind, revocationTime: status.revocationTime, reason: status.reason };
}

const batchSize = 500;
