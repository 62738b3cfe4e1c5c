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
  /** Identifies the settings it was made under (crl-terms.ts). Absent for a list that was signed elsewhere. */
  readonly terms?: string;
  /** The URIs of its issuingDistributionPoint; none = it has no such names. Absent = not known. */
  readonly distributionPoints?: readonly string[];
}

/** A published delta CRL (RFC 5280 5.2.4). */
export interface DeltaPublication extends Publication {
  /** BaseCRLNumber. */
  readonly baseNumber: bigint;
}

/** A complete list that a delta may be made against. */
export type DeltaBase = Pick<Publication, 'crlNumber' | 'nextUpdate' | 'revision'>;

/** What is published of one scope. */
export interface PublishedScope {
  readonly complete?: Publication | undefined;
  /** The complete list before that one. */
  readonly previous?: DeltaBase | undefined;
  readonly delta?: DeltaPublication | undefined;
}

/** Reads what was published, for plans and for people. */
export interface PublicationView {
  /** The complete list of a scope. */
  findPublication(issuerId: number, shard: number): Publication | undefined;
  /** The complete list that was published before the present one. */
  findPrevious(issuerId: number, shard: number): DeltaBase | undefined;
  /** The delta of a scope. */
  findDelta(issuerId: number, shard: number): DeltaPublication | undefined;
  /** Everything of an issuer, by shard; 0 = the full list. */
  publishedScopes(issuerId: number): ReadonlyMap<number, PublishedScope>;
  /** The shards of an issuer that have ever been published; 0 = the full list. Ascending. */
  publishedShards(issuerId: number): readonly number[];
}

/** Keeps CRL numbers and what was published, in the same store as the statuses. */
export interface PublicationStore extends PublicationView {
  /**
   * Takes a CRL number: greater than any taken for this scope before, whatever crashes, runs beside
   * or sets the clock back (CRL-08, T-17, T-23o). Complete lists and deltas draw on one sequence (CRL-09).
   * Durable when the promise resolves.
   *
   * @param atLeast a floor, so that numbers go on above those of a predecessor
   */
  takeCrlNumber(scope: CrlScope, atLeast: bigint): Promise<bigint>;
  /** Changes nothing when what is saved already has this number or a greater one. */
  savePublication(scope: CrlScope, publication: Publication): Promise<void>;
  /** Changes nothing when what is saved already has this number or a greater one. */
  saveDelta(scope: CrlScope, delta: DeltaPublication): Promise<void>;
  /** The scope has no complete list any more; its numbers go on. */
  removePublication(scope: CrlScope): Promise<void>;
  /** The scope has no delta any more. */
  removeDelta(scope: CrlScope): Promise<void>;
}
