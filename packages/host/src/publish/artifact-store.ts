/**
 * What is published: immutable objects named by their content, and one small pointer for each
 * public path, replaced by compare-and-swap. Staging, then pointer: a crash between the two steps
 * loses nothing and never goes back.
 */
export interface ArtifactStore extends ArtifactView {
  /** Starts an object. Nothing is visible until a pointer names it. */
  stage(): Promise<StagedArtifact>;
  /**
   * Lets `path` name `object`, if it still names `expected` (undefined = nothing).
   *
   * @returns `swapped`, or `conflict` when somebody else was there first: nothing was changed then
   */
  point(path: string, object: ObjectName, expected: ObjectName | undefined): Promise<'swapped' | 'conflict'>;
  /** Takes the pointer away: the path is then 404. */
  withdraw(path: string): Promise<void>;
  /** Deletes objects that no pointer names and that are older than `before`. Returns how many. */
  sweep(before: Date): Promise<number>;
}

/** Reads what is published. */
export interface ArtifactView {
  /**
   * What `path` names now, in microseconds rather than milliseconds.
   *
   * @param path such as `c/e1/7.crl`, without a leading slash; anything that is not a published path gives undefined
   */
  resolve(path: string): ObjectName | undefined;
  /** @throws LancreError `store_corrupt` when a pointer names an object that is not there */
  open(object: ObjectName): Promise<OpenedArtifact>;
}

/** Lower-case hex SHA-256 of the content: also its strong ETag (T-41). */
export type ObjectName = string;

/** An object being written. */
export interface StagedArtifact {
  /** Octets written so far. */
  readonly length: number;
  /** Writes at the end. */
  append(bytes: Uint8Array): Promise<void>;
  /** Writes over what is at `position`: the outer length of a list is known only when it is signed. */
  overwrite(position: number, bytes: Uint8Array): Promise<void>;
  /** Reads back what was staged, for the checks before publication; each part is valid until the next is asked for. */
  read(): AsyncIterable<Uint8Array>;
  /** Begins to make durable what was written, while it is still being looked at. */
  settle(): void;
  /** Makes it durable and gives it its name. */
  seal(attributes: { readonly lastModified: Date }): Promise<ObjectName>;
  /** Throws it away. */
  discard(): Promise<void>;
}

/** An object that can be read. */
export interface OpenedArtifact {
  /** Octets. */
  readonly length: number;
  readonly lastModified: Date;
  /** Absolute path of the file that holds the content, where there is one: a runtime may send it without reading it. */
  readonly file?: string;
  /** The first octets, at most 4,096: enough for the times of a CRL. */
  readonly head: Uint8Array;
  /** The whole content, for small ones. */
  bytes(): Promise<Uint8Array>;
  /** The whole content in large parts; each is valid until the next is asked for. */
  read(): AsyncIterable<Uint8Array>;
  /** A part of the content; `end` is exclusive. */
  stream(start: number, end: number): ReadableStream<Uint8Array>;
}
