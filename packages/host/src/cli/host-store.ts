import { join } from 'node:path';
import type { IssuerStore } from '../issuer/issuer-store.ts';
import type { ArtifactStore } from '../publish/artifact-store.ts';
import type { PublicationStore } from '../publish/publication-store.ts';
import type { AnswerStore } from '../status/kept-answers.ts';
import type { StatusStore } from '../status/status-store.ts';
import { FilesystemArtifactStore } from '../storage/filesystem-artifact-store.ts';
import { LmdbAnswerStore } from '../storage/lmdb-answer-store.ts';
import { LmdbIssuerStore } from '../storage/lmdb-issuer-store.ts';
import { LmdbPublicationStore } from '../storage/lmdb-publication-store.ts';
import { LmdbStatusStore } from '../storage/lmdb-status-store.ts';
import { createTables, type LmdbTables, openExistingTables } from '../storage/lmdb-tables.ts';

/** Everything that is kept in a data folder. */
export interface HostStore {
  readonly statuses: StatusStore;
  readonly issuers: IssuerStore;
  readonly publications: PublicationStore;
  readonly artifacts: ArtifactStore;
  readonly answers: AnswerStore;
  close(): Promise<void>;
}

/** Where things are in a data folder. */
export function dataPaths(dataFolder: string): {
  readonly store: string;
  readonly public: string;
  readonly controlSocket: string;
} {
  return {
    store: join(dataFolder, 'store'),
    /** A plain tree that any web server can serve. */
    public: join(dataFolder, 'public'),
    controlSocket: join(dataFolder, 'run', 'control.sock'),
  };
}

/** Makes the store of a new data folder. */
export async function createHostStore(dataFolder: string): Promise<HostStore> {
  return compose(dataFolder, createTables(dataPaths(dataFolder).store));
}

/** Opens the store of a data folder for writing. @throws LancreError `file_missing`, `store_version` */
export async function openHostStore(dataFolder: string): Promise<HostStore> {
  return compose(dataFolder, openExistingTables(dataPaths(dataFolder).store, 'write'));
}

function compose(dataFolder: string, tables: LmdbTables): HostStore {
  return {
    statuses: new LmdbStatusStore(tables),
    issuers: new LmdbIssuerStore(tables),
    publications: new LmdbPublicationStore(tables),
    artifacts: new FilesystemArtifactStore(dataPaths(dataFolder).public, (action) =>
      tables.root.transactionSync(action),
    ),
    answers: new LmdbAnswerStore(tables),
    close: () => tables.close(),
  };
}
