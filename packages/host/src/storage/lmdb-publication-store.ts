import { LancreError } from '../errors/lancre-error.ts';
import type { Publication, PublicationStore } from '../publish/publication-store.ts';
import type { CrlScope } from '../publish/scope.ts';
import type { LmdbTables } from './lmdb-tables.ts';
import { endOfPrefix, issuerKey, shardKey } from './store-keys.ts';

/** What is kept of a scope: the last number taken, and the last list published under one. */
interface ScopeState {
  readonly lastNumber: bigint;
  readonly publication: Publication | undefined;
}

/** CRL numbers and publications, in the store's own transactions. */
export class LmdbPublicationStore implements PublicationStore {
  readonly #tables: LmdbTables;

  constructor(tables: LmdbTables) {
    this.#tables = tables;
  }

  findPublication(issuerId: number, shard: number): Publication | undefined {
    this.#tables.root.resetReadTxn();
    return this.#read(issuerId, shard).publication;
  }

  publishedShards(issuerId: number): readonly number[] {
    this.#tables.root.resetReadTxn();
    const prefix = issuerKey(issuerId);
    const shards: number[] = [];
    for (const { key, value } of this.#tables.publications.getRange({
      start: prefix,
      end: endOfPrefix(prefix),
    })) {
      if (decode(Buffer.from(value)).publication !== undefined) shards.push(Buffer.from(key).readUInt16BE(2));
    }
    return shards;
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
      if (state.publication !== undefined && state.publication.crlNumber >= publication.crlNumber) return;
      this.#write(scope, { ...state, publication });
    });
  }

  #read(issuerId: number, shard: number): ScopeState {
    const value = this.#tables.publications.getBinary(shardKey(issuerId, shard));
    return value === undefined ? { lastNumber: 0n, publication: undefined } : decode(value);
  }

  #write(scope: CrlScope, state: ScopeState): void {
    this.#tables.publications.putSync(shardKey(scope.issuerId, scope.shard), encode(state));
  }
}

function encode(state: ScopeState): Buffer {
  const { publication } = state;
  const stored = {
    lastNumber: state.lastNumber.toString(),
    ...(publication === undefined
      ? {}
      : { publication: { ...publication, crlNumber: publication.crlNumber.toString() } }),
  };
  return Buffer.from(JSON.stringify(stored));
}

function decode(value: Buffer): ScopeState {
  try {
    const stored = JSON.parse(value.toString('utf8'));
    const { publication } = stored;
    return {
      lastNumber: BigInt(stored.lastNumber),
      publication: publication && {
        ...publication,
        crlNumber: BigInt(publication.crlNumber),
        thisUpdate: new Date(publication.thisUpdate),
        nextUpdate: new Date(publication.nextUpdate),
      },
    };
  } catch (cause) {
    throw new LancreError('store_corrupt', 'a publication in the store is not readable', { cause });
  }
}
