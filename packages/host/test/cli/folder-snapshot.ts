import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { openHostStore } from '#host/cli/host-store.js';

/** What is in a folder: its files by their hash, and the records of a host whose data are in `data`. */
export interface FolderSnapshot {
  readonly files: readonly string[];
  readonly records: unknown;
}

/** Takes a picture to compare with another. The store's own files are seen through what they say. */
export async function takeSnapshot(folder: string): Promise<FolderSnapshot> {
  const store = join(folder, 'data', 'store');
  return {
    files: await listFiles(folder, store),
    records: existsSync(store) ? await listRecords(join(folder, 'data')) : undefined,
  };
}

async function listFiles(folder: string, except: string): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const lines = entries.map(async (entry) => {
    const path = join(entry.parentPath, entry.name);
    const name = relative(folder, path);
    if (!entry.isFile()) return `${name}/`;
    if (path.startsWith(except)) return name;
    return `${name} ${createHash('sha256')
      .update(await readFile(path))
      .digest('hex')}`;
  });
  return (await Promise.all(lines)).sort();
}

async function listRecords(dataFolder: string): Promise<unknown> {
  const { issuers, statuses, publications, close } = await openHostStore(dataFolder);
  try {
    return {
      revision: issuers.issuersRevision(),
      issuers: issuers.listIssuers().map(({ id, name, certificates, key, policy }) => ({
        id,
        name,
        certificates: certificates.map(({ der }) => Buffer.from(der).toString('hex')),
        key,
        policy,
        counts: statuses.count(id),
        published: publications.publishedShards(id).map((shard) => publications.findPublication(id, shard)),
      })),
    };
  } finally {
    await close();
  }
}
