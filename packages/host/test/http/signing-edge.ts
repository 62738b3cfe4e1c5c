/**
 * Starts an edge whose answers are really signed: three issuers, two of them of the same name, and
 * their records in memory. Run as a program, it prints its address and certificates as one line of
 * JSON; `node signing-edge.js` or `bun signing-edge.js`.
 */
import { pathToFileURL } from 'node:url';
import { createNodeCrypto } from '@lancre/pki/crypto-node';
import { createEdgeHandler, type EdgeHandler } from '#host/http/edge-handler.js';
import { type RunningServer, startEdgeServer } from '#host/http/edge-server.js';
import type { Issuer } from '#host/issuer/issuer.js';
import { defaultIssuerPolicy, type OcspPolicy } from '#host/issuer/issuer-policy.js';
import { createIssuerRegistry, type IssuerRegistry } from '#host/issuer/issuer-registry.js';
import type { CertificateStatus } from '#host/status/certificate-record.js';
import type { OcspQuestion, OcspSource } from '#host/status/ocsp-source.js';
import { SigningOcspSource } from '#host/status/signing-source.js';
import type { StatusView } from '#host/status/status-view.js';
import { type KeyType, newSigner, signCertificate, type TestIssuer } from '../issuer/test-issuers.js';
import { MemoryStatusStore } from '../status/memory-status-store.js';
import { record } from '../status/records.js';
import { ownResponder } from '../status/test-signing.js';
import { FakeArtifacts, NO_ANSWERS } from './fixture.js';

/** An edge that signs, and what it was asked to sign. */
export interface SigningEdge {
  readonly server: RunningServer;
  readonly handler: EdgeHandler;
  /** In the order of {@link EDGE_ISSUERS}. */
  readonly issuers: readonly TestIssuer[];
  /** What no cache could answer. */
  readonly questions: readonly OcspQuestion[];
  /** What became a 500. */
  readonly errors: readonly unknown[];
}

/** What a process of its own prints. */
export interface SigningEdgeNote {
  readonly address: RunningServer['address'];
  /** Hexadecimal DER, in the order of {@link EDGE_ISSUERS}. */
  readonly certificates: readonly string[];
}

/** One issuer of the edge. */
export interface EdgeIssuer {
  readonly name: string;
  readonly commonName: string;
  readonly key: KeyType;
  readonly ocsp: Partial<OcspPolicy>;
  /** What the records say, by serial. */
  readonly statuses: Readonly<Record<string, CertificateStatus>>;
}

const good: CertificateStatus = { kind: 'assigned' };
/** Its base64 has slashes in a row, which anything that tidies paths would destroy. */
export const SERIAL_OF_SLASHES = '7fffffffffffffffffffffffffffffff';

export const EDGE_ISSUERS: readonly EdgeIssuer[] = [
  {
    name: 'e1',
    commonName: 'Twin CA',
    key: 'P-256',
    ocsp: {},
    statuses: {
      '0b': good,
      '0c': { kind: 'revoked', revocationTime: new Date('2026-03-01T10:00:00Z'), reason: 'superseded' },
      f0e1d2c3b4a5968778695a4b3c2d1e0f: good,
      [SERIAL_OF_SLASHES]: good,
    },
  },
  {
    name: 'e2',
    commonName: 'Twin CA',
    key: 'P-256',
    ocsp: { unknownSerial: 'unknown', nonce: 'echo' },
    statuses: {
      '0b': { kind: 'revoked', revocationTime: new Date('2026-02-01T09:00:00Z'), reason: 'keyCompromise' },
      '0d': good,
    },
  },
  {
    name: 'e3',
    commonName: 'Other CA',
    key: 'rsa-2048',
    ocsp: { unknownSerial: 'extended-revoke' },
    statuses: { '0b': good, '0c': { kind: 'revoked', revocationTime: new Date('2026-04-01T08:00:00Z') } },
  },
];

export async function startSigningEdge(now: () => Date): Promise<SigningEdge> {
  const issuers = await Promise.all(EDGE_ISSUERS.map(createEdgeIssuer));
  const registry = await createIssuerRegistry(
    issuers.map(({ issuer }) => issuer),
    createNodeCrypto(),
  );
  const view = await loadRecords();
  const { source, questions } = await listeningSource({ issuers, registry, view, now });
  const errors: unknown[] = [];
  const handler = createEdgeHandler({
    address: ADDRESS,
    registry: () => registry,
    view,
    source,
    answers: NO_ANSWERS,
    checkRequest: async () => 'refused',
    artifacts: new FakeArtifacts(),
    now,
    onError: (error) => errors.push(error),
  });
  const server = await startEdgeServer({ handler, host: '127.0.0.1', port: 0, now });
  return { server, handler, issuers, questions, errors };
}

interface SourceParts {
  readonly issuers: readonly TestIssuer[];
  readonly registry: IssuerRegistry;
  readonly view: StatusView;
  readonly now: () => Date;
}

/** Signs, and remembers what it was asked. */
async function listeningSource({ issuers, registry, view, now }: SourceParts) {
  const responders = await Promise.all(issuers.map(ownResponder));
  const signing = new SigningOcspSource({
    view,
    registry: () => registry,
    responders: { respondersOf: (id) => responders.slice(id - 1, id) },
    address: ADDRESS,
    now,
  });
  const questions: OcspQuestion[] = [];
  const source: OcspSource = {
    answer(question) {
      questions.push(question);
      return signing.answer(question);
    },
  };
  return { source, questions };
}

async function loadRecords(): Promise<StatusView> {
  const store = new MemoryStatusStore();
  for (const [index, { statuses }] of EDGE_ISSUERS.entries()) {
    const issuerId = index + 1;
    const records = Object.entries(statuses).map(([serial, status]) =>
      record(serial, { issuerId, status, notAfter: NOT_AFTER }),
    );
    await store.assign(issuerId, records);
  }
  return store;
}

/** Has a self-signed certificate and one by a root: cross-signs share name and key. */
async function createEdgeIssuer(edgeIssuer: EdgeIssuer, index: number): Promise<TestIssuer> {
  const { name, commonName, key, ocsp } = edgeIssuer;
  const subject = newSigner(key);
  const certificate = await signCertificate({ commonName, subject });
  const issuedBy = { commonName: 'Root', signer: newSigner() };
  const cross = await signCertificate({ commonName, subject, issuedBy });
  const policy = { ...defaultIssuerPolicy, ocsp: { ...defaultIssuerPolicy.ocsp, ...ocsp } };
  const issuer: Issuer = { id: index + 1, name, certificates: [certificate, cross], policy };
  return { issuer, signer: subject, certificate };
}

const ADDRESS = { routing: 'path', base: 'http://localhost' } as const;
const NOT_AFTER = new Date('2048-01-01T00:00:00Z');

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  const { server, issuers, errors } = await startSigningEdge(() => new Date());
  const certificates = issuers.map(({ certificate }) => Buffer.from(certificate.der).toString('hex'));
  const note: SigningEdgeNote = { address: server.address, certificates };
  process.stdout.write(`${JSON.stringify(note)}\n`);
  process.once('SIGTERM', () => {
    for (const error of errors) process.stderr.write(`${error}\n`);
    process.exit(0);
  });
}
