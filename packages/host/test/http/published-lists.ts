import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import type { ObjectName } from '#host/publish/artifact-store.js';
import { FilesystemArtifactStore } from '#host/storage/filesystem-artifact-store.js';
import { temporaryFolder } from '../storage/temporary-folder.js';
import { createTestIssuer } from './fixture.js';

const issuer = await createTestIssuer();

/** When the lists of a tree begin. */
export const TREE_START: number = Math.floor(Date.now() / 1000) * 1000 - 600_000;

/** A tree that lists are published in, each a second after the one before. */
export class PublishedLists {
  readonly folder: string;
  readonly #store: FilesystemArtifactStore;
  #issues = 0;

  /** @param folder of the tree. Default: a temporary one */
  constructor(folder: string = temporaryFolder()) {
    this.folder = folder;
    this.#store = new FilesystemArtifactStore(folder, (action) => action());
  }

  async publish(path: string, padding: number): Promise<ObjectName> {
    this.#issues += 1;
    const thisUpdate = new Date(TREE_START + this.#issues * 1000);
    return this.put(path, await listBytes(thisUpdate, padding), thisUpdate);
  }

  async put(path: string, bytes: Uint8Array, lastModified: Date): Promise<ObjectName> {
    const staged = await this.#store.stage();
    await staged.append(bytes);
    const object = await staged.seal({ lastModified });
    assert.equal(await this.#store.point(path, object, this.#store.resolve(path)), 'swapped');
    return object;
  }
}

/** Octets behind the list make it as big as a test wants; an edge reads its times alone. */
export async function listBytes(thisUpdate: Date, padding: number): Promise<Buffer> {
  const list = await issuer.crl(thisUpdate, new Date(thisUpdate.getTime() + 86_400_000));
  return Buffer.concat([list, Buffer.alloc(padding, 'x')]);
}

/** The name of the object with this content. */
export function nameOf(bytes: Uint8Array): ObjectName {
  return createHash('sha256').update(bytes).digest('hex');
}
