import { join } from 'node:path';
import { createNodeCrypto } from '@lancre/pki/crypto-node';
import { PublicationScheduler } from '#host/cli/running/publication-scheduler.js';
import { ArtifactEndpoint } from '#host/http/artifact-endpoint.js';
import { WebEdgeRequest } from '#host/http/server-request.js';
import type { PublicAddress } from '#host/issuer/public-address.js';
import { CrlPublisher, type PublishOutcome } from '#host/publish/crl-publisher.js';
import type { CertificateRecord } from '#host/status/certificate-record.js';
import type { StatusStore } from '#host/status/status-store.js';
import { FilesystemArtifactStore } from '#host/storage/filesystem-artifact-store.js';
import { FilesystemArtifactView } from '#host/storage/filesystem-artifact-view.js';
import { LmdbPublicationStore } from '#host/storage/lmdb-publication-store.js';
import { LmdbStatusStore } from '#host/storage/lmdb-status-store.js';
import { createTables, type LmdbTables } from '#host/storage/lmdb-tables.js';
import type { SeededRandom } from '../http/seeded-random.ts';
import type { TestIssuer } from '../issuer/test-issuers.ts';
import { type Fate, failingArtifacts, failingSigner, failingStore } from '../publish/failing-parts.ts';

/** What is wrong with a host for a while. */
export type Trouble =
  | 'none'
  | 'no-key'
  | 'wrong-signatures'
  | 'store-refuses-writes'
  | 'disk-full'
  | 'not-running';

/** What a {@link TroubledHost} is made of. */
export interface TroubledHostOptions {
  readonly folder: string;
  readonly ca: TestIssuer;
  readonly address: PublicAddress;
  readonly random: SeededRandom;
  /** The clock of the machine, which may be wrong. */
  readonly now: () => Date;
}

/**
 * The part of a host that publishes lists and the part that serves them, over the real stores in a
 * folder, with trouble that a test chooses. Either part can be started anew on the same folder.
 */
export class TroubledHost {
  trouble: Trouble = 'none';
  /** What became of lists that were due. */
  readonly outcomes: Record<PublishOutcome['kind'], number> = { published: 0, superseded: 0, failed: 0 };
  /** What went wrong beside single lists. */
  readonly errors: unknown[] = [];
  readonly #options: TroubledHostOptions;
  #tables: LmdbTables;
  #statuses: StatusStore;
  #scheduler: PublicationScheduler;
  #endpoint: ArtifactEndpoint;

  constructor(options: TroubledHostOptions) {
    this.#options = options;
    this.#tables = createTables(join(options.folder, 'store'));
    this.#statuses = this.#openStatuses();
    this.#scheduler = this.#newScheduler();
    this.#endpoint = this.#newEndpoint();
  }

  async assign(records: readonly CertificateRecord[]): Promise<void> {
    await this.#statuses.assign(this.#options.ca.issuer.id, records);
  }

  /** @throws when the store refuses; the revocation may have been recorded all the same */
  async revoke(serialNumber: Uint8Array, revocationTime: Date): Promise<void> {
    await this.#statuses.revoke(this.#options.ca.issuer.id, serialNumber, { revocationTime });
  }

  /** One look of the scheduler, if the host runs. */
  async look(): Promise<void> {
    if (this.trouble !== 'not-running') await this.#scheduler.look();
  }

  /** What a client gets. */
  async fetch(path: string): Promise<Response> {
    return this.#endpoint.respond(new WebEdgeRequest(new Request(`http://localhost/${path}`)), path);
  }

  /** Ends without a word and begins anew on what is on the disk. */
  async restart(): Promise<void> {
    await this.#scheduler.stop();
    await this.#tables.close();
    this.#tables = createTables(join(this.#options.folder, 'store'));
    this.#statuses = this.#openStatuses();
    this.#scheduler = this.#newScheduler();
    this.#endpoint = this.#newEndpoint();
  }

  /** Removes every replaced list at once: harder than the day that a host waits. */
  async sweep(): Promise<void> {
    await this.#artifacts().sweep(new Date(8.64e15));
  }

  async close(): Promise<void> {
    await this.#scheduler.stop();
    await this.#tables.close();
  }

  #newScheduler(): PublicationScheduler {
    const { ca, address, now } = this.#options;
    const signer = failingSigner(ca.signer, () => this.#mood());
    const signers = { signerOf: () => signer };
    const publisher = new CrlPublisher({
      statuses: this.#statuses,
      publications: failingStore(
        new LmdbPublicationStore(this.#tables),
        ['takeCrlNumber', 'savePublication'],
        () => this.#fateUnder('store-refuses-writes'),
      ),
      artifacts: failingArtifacts(this.#artifacts(), () => this.#fateUnder('disk-full')),
      signers,
      address,
      crypto: createNodeCrypto(),
      now,
    });
    return new PublicationScheduler({
      publisher,
      issuers: () => [ca.issuer],
      signers,
      now,
      onOutcome: ({ kind }) => {
        this.outcomes[kind] += 1;
      },
      onError: (error) => this.errors.push(error),
    });
  }

  #openStatuses(): StatusStore {
    return failingStore<StatusStore>(
      new LmdbStatusStore(this.#tables),
      ['revoke', 'expireRevoked', 'forgetReleased'],
      () => this.#fateUnder('store-refuses-writes'),
    );
  }

  #artifacts(): FilesystemArtifactStore {
    const tables = this.#tables;
    return new FilesystemArtifactStore(join(this.#options.folder, 'public'), (action) =>
      tables.root.transactionSync(action),
    );
  }

  #newEndpoint(): ArtifactEndpoint {
    const { folder, ca, now } = this.#options;
    return new ArtifactEndpoint({
      artifacts: new FilesystemArtifactView(join(folder, 'public')),
      now,
      crlPeriodSeconds: () => ca.issuer.policy.crl.periodSeconds,
    });
  }

  #fateUnder(trouble: Trouble): Fate {
    if (this.trouble !== trouble) return 'made';
    return this.#options.random.pick(['failed-before', 'failed-after', 'made', 'made'] as const);
  }

  #mood(): 'signs' | 'fails' | 'signs-wrongly' {
    if (this.trouble === 'no-key') return 'fails';
    return this.trouble === 'wrong-signatures' ? 'signs-wrongly' : 'signs';
  }
}
