import { createHash } from 'node:crypto';
import { mkdirSync, readlinkSync, renameSync } from 'node:fs';
import {
  type FileHandle,
  link,
  lstat,
  mkdir,
  open,
  readdir,
  rm,
  stat,
  symlink,
  unlink,
  utimes,
} from 'node:fs/promises';
import { basename, dirname, join, relative } from 'node:path';
import type { ArtifactStore, ObjectName, StagedArtifact } from '../publish/artifact-store.ts';
import { readParts } from './file-parts.ts';
import { FilesystemArtifactView, objectPathIn, pointedObject } from './filesystem-artifact-view.ts';

/** Runs `action` while no other process does the same; a transaction of the store serves. */
export type Exclusively = <T>(action: () => T) => T;

/**
 * Artifacts as a plain tree that any web server can serve as it is:
 *
 *     objects/3f/3fa9…         immutable, named by SHA-256, mtime = Last-Modified
 *     c/e1/7.crl -> ../../objects/3f/3fa9…     the pointer: a relative symbolic link
 *     staging/…                half-written things; what a crash leaves there goes with the next sweep
 */
export class FilesystemArtifactStore extends FilesystemArtifactView implements ArtifactStore {
  readonly #root: string;
  readonly #exclusively: Exclusively;
  #staged = 0;

  constructor(root: string, exclusively: Exclusively) {
    super(root);
    this.#root = root;
    this.#exclusively = exclusively;
    for (const folder of ['objects', 'staging'])
      mkdirSync(join(root, folder), { recursive: true, mode: 0o755 });
  }

  async stage(): Promise<StagedArtifact> {
    this.#staged += 1;
    const path = join(this.#root, 'staging', `${process.pid}-${this.#staged}`);
    // A process of the same number may have crashed with this file linked to an object: it is never written to.
    await rm(path, { force: true });
    return new StagedFile(this.#root, path, await open(path, 'wx+', 0o644));
  }

  async point(
    path: string,
    object: ObjectName,
    expected: ObjectName | undefined,
  ): Promise<'swapped' | 'conflict'> {
    const pointer = this.pathOf(path);
    await mkdir(dirname(pointer), { recursive: true, mode: 0o755 });
    this.#staged += 1;
    const prepared = join(this.#root, 'staging', `${process.pid}-${this.#staged}.link`);
    await rm(prepared, { force: true });
    await symlink(relative(dirname(pointer), this.objectPath(object)), prepared);
    const outcome = this.#exclusively(() => swapSync(pointer, prepared, expected));
    if (outcome === 'conflict') await unlink(prepared);
    else await syncFolder(dirname(pointer));
    return outcome;
  }

  async withdraw(path: string): Promise<void> {
    const pointer = this.pathOf(path);
    await rm(pointer, { force: true });
    await syncFolder(dirname(pointer)).catch(() => undefined);
  }

  async sweep(before: Date): Promise<number> {
    await this.#sweepStaging(before);
    const kept = new Set(await this.#pointedObjects());
    let removed = 0;
    for await (const object of this.#objects()) {
      const path = this.objectPath(object);
      if (kept.has(object) || (await stat(path)).ctime >= before) continue;
      await rm(path, { force: true });
      removed += 1;
    }
    return removed;
  }

  async #sweepStaging(before: Date): Promise<void> {
    const folder = join(this.#root, 'staging');
    for (const entry of await readdir(folder)) {
      const path = join(folder, entry);
      const found = await lstat(path).catch(() => undefined);
      if (found && found.ctime < before) await rm(path, { force: true });
    }
  }

  async *#objects(): AsyncIterable<ObjectName> {
    const root = join(this.#root, 'objects');
    for (const folder of await readdir(root)) yield* await readdir(join(root, folder));
  }

  async #pointedObjects(): Promise<readonly ObjectName[]> {
    const objects: ObjectName[] = [];
    for (const kind of ['c', 'i']) {
      const folder = join(this.#root, kind);
      const entries = await readdir(folder, { recursive: true }).catch(() => []);
      for (const entry of entries) {
        const path = join(folder, entry);
        if ((await lstat(path)).isSymbolicLink()) objects.push(basename(readlinkSync(path)));
      }
    }
    return objects;
  }
}

class StagedFile implements StagedArtifact {
  readonly #root: string;
  readonly #path: string;
  readonly #file: FileHandle;
  #length = 0;
  /** Of what was read from beginning to end, and not written to since: what was checked is what is named. */
  #digest: string | undefined;
  #settling: Promise<void> = Promise.resolve();

  constructor(root: string, path: string, file: FileHandle) {
    this.#root = root;
    this.#path = path;
    this.#file = file;
  }

  get length(): number {
    return this.#length;
  }

  async append(bytes: Uint8Array): Promise<void> {
    await this.#write(bytes, this.#length);
    this.#length += bytes.length;
  }

  async overwrite(position: number, bytes: Uint8Array): Promise<void> {
    await this.#write(bytes, position);
  }

  async *read(): AsyncIterable<Uint8Array> {
    const hash = this.#digest === undefined ? createHash('sha256') : undefined;
    let position = 0;
    for await (const part of readParts(this.#file, this.#length, this.#path)) {
      hash?.update(part);
      position += part.length;
      // Before the last part is given away: whoever takes it may not come back for more.
      if (position >= this.#length) this.#digest ??= hash?.digest('hex');
      yield part;
    }
  }

  settle(): void {
    this.#settling = this.#file.datasync();
    // Told when it is sealed; what is thrown away need not be durable.
    this.#settling.catch(() => undefined);
  }

  async seal(attributes: { readonly lastModified: Date }): Promise<ObjectName> {
    const object = await this.#hash();
    const target = objectPathIn(this.#root, object);
    await this.#settling;
    await this.#file.utimes(attributes.lastModified, attributes.lastModified);
    await this.#file.sync();
    await this.#file.close();
    await mkdir(dirname(target), { recursive: true, mode: 0o755 });
    // The same content may be there already, and be served just now: it stays, with its date.
    await link(this.#path, target).catch(ignoreExisting);
    // Touched, so that a sweep at this moment takes it for new.
    const { mtime } = await stat(target);
    await utimes(target, mtime, mtime);
    await unlink(this.#path);
    await syncFolder(dirname(target));
    return object;
  }

  async #hash(): Promise<ObjectName> {
    if (this.#digest === undefined) for await (const _ of this.read());
    return this.#digest ?? createHash('sha256').digest('hex');
  }

  async discard(): Promise<void> {
    await this.#settling.catch(() => undefined);
    await this.#file.close();
    await rm(this.#path, { force: true });
  }

  async #write(bytes: Uint8Array, position: number): Promise<void> {
    this.#digest = undefined;
    for (let written = 0; written < bytes.length; ) {
      const { bytesWritten } = await this.#file.write(
        bytes,
        written,
        bytes.length - written,
        position + written,
      );
      written += bytesWritten;
    }
  }
}

/** Compare and swap, between other processes' same attempts. */
function swapSync(
  pointer: string,
  prepared: string,
  expected: ObjectName | undefined,
): 'swapped' | 'conflict' {
  if (pointedObject(pointer) !== expected) return 'conflict';
  renameSync(prepared, pointer);
  return 'swapped';
}

async function syncFolder(path: string): Promise<void> {
  const folder = await open(path, 'r');
  await folder.sync().finally(() => folder.close());
}

function ignoreExisting(error: unknown): void {
  if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
}
