import assert from 'node:assert/strict';
import { join } from 'node:path';
import { after } from 'node:test';
import { type Crl, crlEntries, decodeCrl } from '@lancre/pki/crl';
import type { Signer } from '@lancre/pki/crypto';
import { createNodeCrypto } from '@lancre/pki/crypto-node';
import type { PublicAddress } from '#host/issuer/public-address.js';
import { crlPath } from '#host/issuer/public-address.js';
import { CrlPublisher, type CrlPublisherOptions, type PublishOutcome } from '#host/publish/crl-publisher.js';
import type { Publication } from '#host/publish/publication-store.js';
import type { CertificateRecord } from '#host/status/certificate-record.js';
import { FilesystemArtifactStore } from '#host/storage/filesystem-artifact-store.js';
import { LmdbPublicationStore } from '#host/storage/lmdb-publication-store.js';
import { LmdbStatusStore } from '#host/storage/lmdb-status-store.js';
import { createTables, type LmdbTables } from '#host/storage/lmdb-tables.js';
import { createIssuer, type TestIssuer, type TestIssuerOptions } from '../issuer/test-issuers.ts';
import { temporaryFolder } from '../storage/temporary-folder.ts';

export const ADDRESS: PublicAddress = { routing: 'host', zone: 'example.net' };
export const START: Date = new Date('2026-11-25T12:00:00Z');

/** A publisher over the real stores, one issuer with a real key, and a clock that is moved by hand. */
export class TestHost {
  readonly folder: string;
  readonly tables: LmdbTables;
  readonly statuses: LmdbStatusStore;
  readonly publications: LmdbPublicationStore;
  readonly artifacts: FilesystemArtifactStore;
  readonly ca: TestIssuer;
  signer: Signer | undefined;
  now: Date = START;

  constructor(folder: string, ca: TestIssuer) {
    this.folder = folder;
    this.ca = ca;
    this.signer = ca.signer;
    this.tables = createTables(join(folder, 'store'));
    this.statuses = new LmdbStatusStore(this.tables);
    this.publications = new LmdbPublicationStore(this.tables);
    this.artifacts = new FilesystemArtifactStore(join(folder, 'public'), (action) =>
      this.tables.root.transactionSync(action),
    );
  }

  /** @param changes parts that a test puts in the place of the real ones */
  publisher(changes: Partial<CrlPublisherOptions> = {}): CrlPublisher {
    return new CrlPublisher({
      statuses: this.statuses,
      publications: this.publications,
      artifacts: this.artifacts,
      signers: { signerOf: () => this.signer },
      address: ADDRESS,
      crypto: createNodeCrypto(),
      now: () => this.now,
      ...changes,
    });
  }

  /** Makes what is due; fails unless all of it is published. */
  async publish(publisher: CrlPublisher = this.publisher()): Promise<readonly Publication[]> {
    const outcomes = await this.attempt(publisher);
    return outcomes.map((outcome) => {
      assert.ok(outcome.kind === 'published', outcome.kind === 'failed' ? outcome.error.message : '');
      return outcome.publication;
    });
  }

  /** Makes what is due, and tells what became of it. */
  async attempt(publisher: CrlPublisher = this.publisher()): Promise<readonly PublishOutcome[]> {
    const { issuer } = this.ca;
    return publisher.execute(issuer, publisher.plan(issuer));
  }

  assign(...records: readonly CertificateRecord[]) {
    return this.statuses.assign(1, records);
  }

  /** The list that is published for a shard; 0 = the full one. */
  async list(shard: number): Promise<Crl> {
    return decodeCrl(await this.bytes(shard));
  }

  async bytes(shard: number): Promise<Uint8Array> {
    const object = this.artifacts.resolve(crlPath('e1', shard));
    assert.ok(object, `no list of shard ${shard}`);
    return (await this.artifacts.open(object)).bytes();
  }

  async serials(shard: number): Promise<string[]> {
    return Array.from(crlEntries(await this.list(shard)), ({ serialNumber }) => serialNumber);
  }

  advance(seconds: number): void {
    this.now = new Date(this.now.getTime() + seconds * 1000);
  }
}

const folder = temporaryFolder();
let opened = 0;

/** A new host; closed after the test file. */
export async function openTestHost(options: TestIssuerOptions = {}): Promise<TestHost> {
  opened += 1;
  const host = new TestHost(join(folder, `${opened}`), await createIssuer(options));
  after(() => host.tables.close());
  return host;
}
