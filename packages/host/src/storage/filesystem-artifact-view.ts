import { readlinkSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { Readable } from 'node:stream';
import { LancreError } from '../errors/lancre-error.ts';
import type { ArtifactView, ObjectName, OpenedArtifact } from '../publish/artifact-store.ts';
import { readParts } from './file-parts.ts';

/** Reads the tree that {@link FilesystemArtifactStore} writes. */
export class FilesystemArtifactView implements ArtifactView {
  readonly #root: string;

  constructor(root: string) {
    this.#root = root;
  }

  resolve(path: string): ObjectName | undefined {
    return isArtifactPath(path) ? pointedObject(join(this.#root, path)) : undefined;
  }

  async open(object: ObjectName): Promise<OpenedArtifact> {
    const path = this.objectPath(object);
    const file = await open(path, 'r').catch((cause) => {
      throw new LancreError('store_corrupt', `a published object is missing: ${path}`, { cause });
    });
    try {
      const { size, mtime } = await file.stat();
      const head = Buffer.alloc(Math.min(headOctets, size));
      await file.read(head, 0, head.length, 0);
      return new OpenedFile(path, size, mtime, head);
    } finally {
      await file.close();
    }
  }

  /** @throws LancreError `internal` for anything that is not a published path: it would leave the tree */
  protected pathOf(path: string): string {
    if (!isArtifactPath(path)) throw new LancreError('internal', `not a path of the public tree: ${path}`);
    return join(this.#root, path);
  }

  protected objectPath(object: ObjectName): string {
    return objectPathIn(this.#root, object);
  }
}

/** Where an object is kept: spread over 256 folders. */
export function objectPathIn(root: string, object: ObjectName): string {
  return join(root, 'objects', object.slice(0, 2), object);
}

/** The object that a pointer names; undefined where there is none. */
export function pointedObject(pointer: string): ObjectName | undefined {
  try {
    return basename(readlinkSync(pointer));
  } catch {
    // ENOENT, or a folder on the way: nothing is published there.
    return undefined;
  }
}

class OpenedFile implements OpenedArtifact {
  readonly length: number;
  readonly lastModified: Date;
  readonly head: Uint8Array;
  readonly file: string;

  constructor(file: string, length: number, lastModified: Date, head: Uint8Array) {
    this.file = file;
    this.length = length;
    this.lastModified = lastModified;
    this.head = head;
  }

  async bytes(): Promise<Uint8Array> {
    if (this.length <= this.head.length) return this.head;
    const file = await open(this.file, 'r');
    try {
      return await file.readFile();
    } finally {
      await file.close();
    }
  }

  async *read(): AsyncIterable<Uint8Array> {
    const file = await open(this.file, 'r');
    try {
      yield* readParts(file, this.length, this.file);
    } finally {
      await file.close();
    }
  }

  stream(start: number, end: number): ReadableStream<Uint8Array> {
    return Readable.toWeb(new LazyFile(this.file, start, end)) as ReadableStream<Uint8Array>;
  }
}

/** A part of a file, opened when first read and closed when done with, read to the end or not. */
class LazyFile extends Readable {
  readonly #path: string;
  #position: number;
  readonly #end: number;
  #file: Awaited<ReturnType<typeof open>> | undefined;

  constructor(path: string, start: number, end: number) {
    super({ highWaterMark: streamOctets });
    this.#path = path;
    this.#position = start;
    this.#end = end;
  }

  override _read(): void {
    this.#next().then(
      (chunk) => this.push(chunk),
      (error) => this.destroy(error),
    );
  }

  override _destroy(error: Error | null, callback: (error?: Error | null) => void): void {
    const file = this.#file;
    this.#file = undefined;
    if (file === undefined) callback(error);
    else file.close().then(() => callback(error), callback);
  }

  async #next(): Promise<Uint8Array | null> {
    const wanted = Math.min(streamOctets, this.#end - this.#position);
    if (wanted <= 0) return null;
    this.#file ??= await open(this.#path, 'r');
    const { bytesRead, buffer } = await this.#file.read(
      Buffer.allocUnsafe(wanted),
      0,
      wanted,
      this.#position,
    );
    if (bytesRead === 0)
      throw new LancreError('store_corrupt', `${this.#path} became shorter while it was read`);
    this.#position += bytesRead;
    return buffer.subarray(0, bytesRead);
  }
}

/** `c/e1.crl`, `c/e1/7.crl`, `i/e1`, `i/e1.pem`: nothing with a dot in front, nothing that climbs. */
function isArtifactPath(path: string): boolean {
  return /^[ci]\/[a-z0-9-]+(?:\/[a-z0-9-]+)?(?:\.[a-z0-9]+){0,2}$/.test(path);
}

const headOctets = 4096;
const streamOctets = 1 << 16;
