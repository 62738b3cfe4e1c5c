import type {
  DeltaBase,
  DeltaPublication,
  Publication,
  PublicationStore,
  PublishedScope,
} from '../publish/publication-store.ts';
import type { CrlScope } from '../publish/scope.ts';
import type { LmdbTables } from './lmdb-tables.ts';
import { decodeScopeState, encodeScopeState, type ScopeState } from './scope-state-codec.ts';
import { endOfPrefix, issuerKey, shardKey } from './store-keys.ts';

/** CRL numbers and publications, in the store's own transactions. */
export class LmdbPublicationStore implements PublicationStore {
  readonly #tables: LmdbTables;

  constructor(tables: LmdbTables) {
    this.#tables = tables;
  }

  findPublication(issuerId: number, shard: number): Publication | undefined {
    return this.#readFresh(issuerId, shard).publication;
  }

  findPrevious(issuerId: number, shard: number): DeltaBase | undefined {
    return this.#readFresh(issuerId, shard).previous;
  }

  findDelta(issuerId: number, shard: number): DeltaPublication | undefined {
    return this.#readFresh(issuerId, shard).delta;
  }

  publishedScopes(issuerId: number): ReadonlyMap<number, PublishedScope> {
    this.#tables.root.resetReadTxn();
    const prefix = issuerKey(issuerId);
    const scopes = new Map<number, PublishedScope>();
    for (const { key, value } of this.#tables.publications.getRange({
      start: prefix,
      end: endOfPrefix(prefix),
    })) {
      const { publication: complete, previous, delta } = decodeScopeState(value);
      scopes.set(Buffer.from(key).readUInt16BE(2), { complete, previous, delta });
    }
    return scopes;
  }

  publishedShards(issuerId: number): readonly number[] {
    return [...this.publishedScopes(issuerId)].flatMap(([shard, { complete }]) =>
      complete === undefined ? [] : [shard],
    );
  }

  async takeCrlNumber(scope: CrlScope, atLeast: bigint): Promise<bigint> {
    return this.#tables.root.transactionSync(() => {
      const state = this.#read(scope.issuerId, scope.shard);
      const next = state.lastNumber + 1n;
      const taken = next > atLeast ? next : atLeast;
      this.#write(scope, { ...state, lastNumber: taken });
      return taken;
    });
  }

  async savePublication(scope: CrlScope, publication: Publication): Promise<void> {
    this.#tables.root.transactionSync(() => {
      const state = this.#read(scope.issuerId, scope.shard);
      // Of two publishers the slower one comes late with the older list (T-17).
      if (isOlder(publication, state.publication)) return;
      // A list that was signed elsewhere took no number here.
      const lastNumber = greater(state.lastNumber, publication.crlNumber);
      this.#write(scope, { ...state, lastNumber, publication, previous: baseOf(state.publication) });
    });
  }

  async saveDelta(scope: CrlScope, delta: DeltaPublication): Promise<void> {
    this.#tables.root.transactionSync(() => {
      const state = this.#read(scope.issuerId, scope.shard);
      if (!isOlder(delta, state.delta)) this.#write(scope, { ...state, delta });
    });
  }

  async removePublication(scope: CrlScope): Promise<void> {
    this.#change(scope, { publication: undefined, previous: undefined });
  }

  async removeDelta(scope: CrlScope): Promise<void> {
    this.#change(scope, { delta: undefined });
  }

  #change(scope: CrlScope, changes: Partial<ScopeState>): void {
    this.#tables.root.transactionSync(() => {
      this.#write(scope, { ...this.#read(scope.issuerId, scope.shard), ...changes });
    });
  }

  #readFresh(issuerId: number, shard: number): ScopeState {
    this.#tables.root.resetReadTxn();
    return this.#read(issuerId, shard);
  }

  #read(issuerId: number, shard: number): ScopeState {
    const value = this.#tables.publications.getBinary(shardKey(issuerId, shard));
    return value === undefined ? NOTHING_PUBLISHED : decodeScopeState(value);
  }

  #write(scope: CrlScope, state: ScopeState): void {
    this.#tables.publications.putSync(shardKey(scope.issuerId, scope.shard), encodeScopeState(state));
  }
}

function isOlder(coming: Publication, saved: Publication | undefined): boolean {
  return saved !== undefined && saved.crlNumber >= coming.crlNumber;
}

function greater(a: bigint, b: bigint): bigint {
  return a > b ? a : b;
}

function baseOf(publication: Publication | undefined): DeltaBase | undefined {
  if (publication === undefined) return undefined;
  const { crlNumber, nextUpdate, revision } = publication;
  return { crlNumber, nextUpdate, revision };
}

const NOTHING_PUBLISHED: ScopeState = {
  lastNumber: 0n,
  publication: undefined,
  previous: undefined,
  delta: undefined,
};
