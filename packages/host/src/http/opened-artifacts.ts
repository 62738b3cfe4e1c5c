import type { ArtifactView, ObjectName, OpenedArtifact } from '../publish/artifact-store.ts';

/** An opened object, with its content when it is small. */
export interface ReadArtifact {
  readonly artifact: OpenedArtifact;
  readonly bytes: Uint8Array | undefined;
}

/**
 * Keeps the content of small objects that were asked for lately. An object's name is the hash of its
 * content, so what is kept can never be out of date; only paths are looked up anew each time.
 */
export class OpenedArtifacts {
  readonly #view: ArtifactView;
  readonly #kept = new Map<ObjectName, ReadArtifact & { readonly bytes: Uint8Array }>();

  constructor(view: ArtifactView) {
    this.#view = view;
  }

  /** A small object that is kept. */
  small(object: ObjectName): ReadArtifact | undefined {
    return this.#kept.get(object);
  }

  /** @throws LancreError `store_corrupt` */
  async open(object: ObjectName): Promise<ReadArtifact> {
    const artifact = await this.#view.open(object);
    if (artifact.length > SMALL_OCTETS) return { artifact, bytes: undefined };
    const read = { artifact, bytes: await artifact.bytes() };
    this.#keep(object, read);
    return read;
  }

  #keep(object: ObjectName, read: ReadArtifact & { readonly bytes: Uint8Array }): void {
    const oldest = this.#kept.size >= MAXIMUM_KEPT ? this.#kept.keys().next().value : undefined;
    if (oldest !== undefined) this.#kept.delete(oldest);
    this.#kept.set(object, read);
  }
}

/** All issuer certificates and most shards; with MAXIMUM_KEPT, 64 MiB at the very most. */
const SMALL_OCTETS = 256 * 1024;
const MAXIMUM_KEPT = 256;
