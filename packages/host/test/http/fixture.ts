import { createHash, generateKeyPairSync } from 'node:crypto';
import { assembleSigned, buildTbsCertificate, decodeCertificate, encodeName } from '@lancre/pki/certificate';
import { encodeTbsCrl } from '@lancre/pki/crl';
import { hashIssuer } from '@lancre/pki/crypto';
import { createNodeCrypto, createNodeSigner } from '@lancre/pki/crypto-node';
import { encodeCertId, encodeOcspRequest, type HashName } from '@lancre/pki/ocsp';
import type { Issuer } from '#host/issuer/issuer.js';
import { defaultIssuerPolicy } from '#host/issuer/issuer-policy.js';
import { createIssuerRegistry, type IssuerRegistry } from '#host/issuer/issuer-registry.js';
import type { ArtifactView, ObjectName, OpenedArtifact } from '#host/publish/artifact-store.js';
import type { CertificateRecord } from '#host/status/certificate-record.js';
import type { AnswerView } from '#host/status/kept-answers.js';
import type { OcspAnswer, OcspQuestion, OcspSource, SignedAnswer } from '#host/status/ocsp-source.js';
import type { StatusKey, StatusVersion, StatusView } from '#host/status/status-view.js';

/** One issuer `e1` with number 1, its signer, and a registry that knows it. */
export interface TestIssuer {
  readonly issuer: Issuer;
  readonly registry: IssuerRegistry;
  /** The DER of an OCSP request for these serials. */
  request(options: TestRequest): Promise<Uint8Array>;
  crl(thisUpdate: Date, nextUpdate: Date): Promise<Uint8Array>;
}

export interface TestRequest {
  readonly serials: readonly string[];
  readonly hash?: HashName;
  readonly nonce?: Uint8Array;
}

export async function createTestIssuer(name = 'e1', id = 1): Promise<TestIssuer> {
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const signer = createNodeSigner({ pkcs8: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString() });
  const nameDer = encodeName([{ type: 'CN', value: name }]);
  const tbs = buildTbsCertificate({
    serialNumber: '0a',
    signatureAlgorithmDer: signer.algorithm.der,
    issuerDer: nameDer,
    notBefore: new Date('2020-01-01T00:00:00Z'),
    notAfter: new Date('2049-01-01T00:00:00Z'),
    subjectDer: nameDer,
    subjectPublicKeyInfoDer: signer.subjectPublicKeyInfoDer,
  });
  const der = assembleSigned(tbs, signer.algorithm.der, await signer.sign(tbs));
  const certificate = decodeCertificate(der);
  const issuer: Issuer = { id, name, certificates: [certificate], policy: defaultIssuerPolicy };
  const crypto = createNodeCrypto();
  return {
    issuer,
    registry: await createIssuerRegistry([issuer], crypto),
    async request({ serials, hash = 'SHA-1', nonce }) {
      const hashes = await hashIssuer(crypto, hash, certificate);
      const certIds = serials.map((serialNumber) => encodeCertId({ hash, ...hashes, serialNumber }));
      return encodeOcspRequest({ certIds, nonce });
    },
    async crl(thisUpdate, nextUpdate) {
      const list = encodeTbsCrl({
        issuerDer: nameDer,
        signatureAlgorithmDer: signer.algorithm.der,
        thisUpdate,
        nextUpdate,
        entries: [],
        extensions: { authorityKeyIdentifier: new Uint8Array(20), crlNumber: 1n },
      });
      return assembleSigned(list, signer.algorithm.der, await signer.sign(list));
    },
  };
}

/** Records in memory; the version of a record is one octet that grows. */
export class FakeStatusView implements StatusView {
  readonly #records = new Map<string, { readonly version: Uint8Array; readonly record: CertificateRecord }>();
  /** How often a record was compared. */
  checks = 0;

  put(serial: string, notAfter: Date = new Date('2040-01-01T00:00:00Z')): void {
    const key = this.keyOf(1, Buffer.from(serial, 'hex'));
    const version = Uint8Array.of((this.read(key)?.[0] ?? 0) + 1);
    const record: CertificateRecord = {
      issuerId: 1,
      serialNumber: Buffer.from(serial, 'hex'),
      notAfter,
      shard: 0,
      status: { kind: 'assigned' },
    };
    this.#records.set(textOf(key), { version, record });
  }

  keyOf(issuerId: number, serialNumber: Uint8Array): StatusKey {
    return { octets: Buffer.concat([Uint8Array.of(issuerId), serialNumber]) };
  }

  read(key: StatusKey): StatusVersion | undefined {
    return this.#records.get(textOf(key))?.version;
  }

  isCurrent(key: StatusKey, version: StatusVersion): boolean {
    this.checks += 1;
    return this.#records.get(textOf(key))?.version[0] === version[0];
  }

  decode(key: StatusKey): CertificateRecord {
    const found = this.#records.get(textOf(key));
    if (found === undefined) throw new Error('decode of what was not read');
    return found.record;
  }
}

/** A store that keeps no answers. */
export const NO_ANSWERS: AnswerView = { findAnswer: () => undefined };

/** Answers with octets that name the question; counts; can be told to fail. */
export class FakeSource implements OcspSource {
  readonly questions: OcspQuestion[] = [];
  failure: Extract<OcspAnswer, { kind: 'refused' }> | undefined;
  /** Awaited before an answer is given. */
  gate: Promise<unknown> | undefined;
  readonly #view: StatusView;
  readonly #now: () => Date;

  constructor(view: StatusView, now: () => Date) {
    this.#view = view;
    this.#now = now;
  }

  async answer(question: OcspQuestion): Promise<OcspAnswer> {
    this.questions.push(question);
    const versions = question.items.map(({ serialNumber }) =>
      this.#view.read(this.#view.keyOf(question.issuerId, serialNumber)),
    );
    await this.gate;
    return this.failure ?? this.#sign(question, versions);
  }

  #sign(question: OcspQuestion, versions: SignedAnswer['versions']): SignedAnswer {
    const seconds = Math.floor(this.#now().getTime() / 1000);
    const serials = question.items.map((item) => Buffer.from(item.serialNumber).toString('hex')).join();
    const text = `answer ${this.questions.length} for ${serials} version ${versions.map((version) => version?.[0])}`;
    return {
      kind: 'signed',
      der: Buffer.from(text.padEnd(503, '.')),
      thisUpdate: new Date(seconds * 1000),
      refreshAt: new Date((seconds + 1000) * 1000),
      nextUpdate: new Date((seconds + 2000) * 1000),
      versions,
      notAfter: new Date('2040-01-01T00:00:00Z'),
    };
  }
}

/** Published objects in memory. */
export class FakeArtifacts implements ArtifactView {
  readonly #paths = new Map<string, ObjectName>();
  readonly #objects = new Map<ObjectName, OpenedArtifact>();
  opened = 0;

  publish(path: string, bytes: Uint8Array, lastModified: Date): ObjectName {
    const object = createHash('sha256').update(bytes).digest('hex');
    this.#paths.set(path, object);
    this.#objects.set(object, new MemoryArtifact(bytes, lastModified));
    return object;
  }

  resolve(path: string): ObjectName | undefined {
    return this.#paths.get(path);
  }

  async open(object: ObjectName): Promise<OpenedArtifact> {
    this.opened += 1;
    const found = this.#objects.get(object);
    if (found === undefined) throw new Error(`no object ${object}`);
    return found;
  }
}

class MemoryArtifact implements OpenedArtifact {
  readonly length: number;
  readonly head: Uint8Array;
  readonly lastModified: Date;
  readonly #bytes: Uint8Array;

  constructor(bytes: Uint8Array, lastModified: Date) {
    this.#bytes = bytes;
    this.length = bytes.length;
    this.head = bytes.subarray(0, 4096);
    this.lastModified = lastModified;
  }

  async bytes(): Promise<Uint8Array> {
    return this.#bytes;
  }

  async *read(): AsyncIterable<Uint8Array> {
    yield await this.bytes();
  }

  stream(start: number, end: number): ReadableStream<Uint8Array> {
    const part = this.#bytes.slice(start, end);
    return new ReadableStream({
      start(controller) {
        for (let i = 0; i < part.length; i += 65_536) controller.enqueue(part.subarray(i, i + 65_536));
        controller.close();
      },
    });
  }
}

/** A clock that is moved by hand. */
export class FakeClock {
  #now: number;

  constructor(start: string) {
    this.#now = new Date(start).getTime();
  }

  readonly now = (): Date => new Date(this.#now);

  advance(seconds: number): void {
    this.#now += seconds * 1000;
  }
}

function textOf(key: StatusKey): string {
  return Buffer.from(key.octets).toString('hex');
}
