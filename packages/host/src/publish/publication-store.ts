import type { ObjectName } from './artifact-store.ts';
import type { CrlScope } from './scope.ts';

/** What was last published for a scope. */
export interface Publication {
  readonly object: ObjectName;
  readonly crlNumber: bigint;
  readonly thisUpdate: Date;
  readonly nextUpdate: Date;
  /** Identifies the state of the revoked certificates it was made from. */
  readonly revision: number;
  readonly entryCount: number;
  /** Octets. */
  readonly length: number;
}

/** Reads what was published, for plans and for people. */
export interface PublicationView {
  findPublication(issuerId: number, shard: number): Publication | undefined;
  /** The shards of an issuer that have ever been published; 0 = the full list. Ascending. */
  publishedShards(issuerId: number): readonly number[];
}

/** Keeps CRL numbers and what was published, in the same store as the statuses. */
export interface PublicationStore extends PublicationView {
  /**
   * Takes a CRL number: greater than any taken for this scope before, whatever crashes, runs beside
   * or sets the clock back (CRL-08, T-17, T-23o). Durable when the promise resolves.
   *
   * @param atLeast a floor, so that numbers go on above those of a predecessor
   */
  takeCrlNumber(scope: CrlScope, atLeast: bigint): Promise<bigint>;
  /** Changes nothing when what is saved already has this number or a greater one. */
  savePublication(scope: CrlScope, publication: Publication): Promise<void>;
}
