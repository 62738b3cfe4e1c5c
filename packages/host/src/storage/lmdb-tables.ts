import { existsSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { type Database, open, type RootDatabase } from 'lmdb';
import { LancreError } from '../errors/lancre-error.ts';

/** A table whose keys and values are octets; ordering is that of the octets. */
export type BinaryTable = Database<Uint8Array, Uint8Array>;

/** The tables of the embedded store; one folder holds them all. */
export interface LmdbTables {
  readonly root: RootDatabase<Uint8Array, Uint8Array>;
  /** Store-wide numbers: schema, next issuer number, issuers' revision. */
  readonly meta: BinaryTable;
  /** [issuer] -> issuer-codec. */
  readonly issuers: BinaryTable;
  /** [issuer][serial length][serial] -> record-codec. */
  readonly certificates: BinaryTable;
  /** [issuer][shard][serial length][first serial] -> revoked-page. */
  readonly revokedPages: BinaryTable;
  /** [issuer][shard] -> revoked-totals. */
  readonly revokedTotals: BinaryTable;
  /** [issuer][shard][serial length][serial] -> revision 6, time of the release 5: holds that were lifted. */
  readonly released: BinaryTable;
  /** [issuer] -> number of certificates, 6 octets. */
  readonly counts: BinaryTable;
  /** [issuer][shard] -> publication-codec. */
  readonly publications: BinaryTable;
  /** [issuer][CertID form][serial length][serial] -> answer-codec. */
  readonly answers: BinaryTable;
  /** Ends all use of the folder by this process. */
  close(): Promise<void>;
}

const schemaKey = new TextEncoder().encode('schema');
const schemaVersion = 1;

/** Address space, not disk: the file grows as it is filled. 1 TiB holds some 10^10 certificates. */
const mapSizeOctets = 2 ** 40;

/**
 * Opens the store for writing; makes it where there is none.
 *
 * @param folder made when missing
 * @throws LancreError `store_version` when another version of the host wrote it
 */
export function createTables(folder: string): LmdbTables {
  mkdirSync(folder, { recursive: true, mode: 0o750 });
  const tables = openTables(folder, 'write');
  const stored = tables.meta.getBinary(schemaKey);
  if (stored === undefined) tables.meta.putSync(schemaKey, Uint8Array.of(schemaVersion));
  else requireSchema(folder, stored);
  return tables;
}

/**
 * Opens an existing store.
 *
 * @throws LancreError `file_missing` when there is none, `store_version` when it is not ours
 */
export function openExistingTables(folder: string, access: 'read' | 'write'): LmdbTables {
  if (!existsSync(join(folder, 'data.mdb'))) {
    throw new LancreError('file_missing', `no store in ${folder}: run "lancre init" first`);
  }
  const tables = openTables(folder, access);
  const stored = tables.meta.getBinary(schemaKey);
  if (stored === undefined)
    throw new LancreError('store_corrupt', `the store in ${folder} has no schema number`);
  requireSchema(folder, stored);
  return tables;
}

function requireSchema(folder: string, stored: Uint8Array): void {
  if (stored[0] === schemaVersion) return;
  throw new LancreError(
    'store_version',
    `the store in ${folder} has schema ${stored[0]}; this version of lancre reads ${schemaVersion}`,
  );
}

function openTables(folder: string, access: 'read' | 'write'): LmdbTables {
  const binary = { encoding: 'binary', keyEncoding: 'binary', cache: false } as const;
  const root = open<Uint8Array, Uint8Array>({
    ...binary,
    path: folder,
    mapSize: mapSizeOctets,
    maxDbs: 16,
    noSubdir: false,
    readOnly: access === 'read',
    // A commit returns when the data are on disk: an acknowledged revocation must survive the power.
    overlappingSync: false,
  } as Parameters<typeof open>[0]) as RootDatabase<Uint8Array, Uint8Array>;
  const table = (name: string): BinaryTable => root.openDB<Uint8Array, Uint8Array>({ ...binary, name });
  return {
    root,
    meta: table('meta'),
    issuers: table('issuers'),
    certificates: table('certificates'),
    revokedPages: table('revoked-pages'),
    revokedTotals: table('revoked-totals'),
    released: table('released'),
    counts: table('counts'),
    publications: table('publications'),
    answers: table('answers'),
    close: () => root.close(),
  };
}
