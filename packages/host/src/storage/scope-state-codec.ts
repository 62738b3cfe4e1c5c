import { LancreError } from '../errors/lancre-error.ts';
import type { DeltaBase, DeltaPublication, Publication } from '../publish/publication-store.ts';

/** What is kept of a scope: the last number taken, and what was published under those before. */
export interface ScopeState {
  readonly lastNumber: bigint;
  readonly publication: Publication | undefined;
  /** The complete list before that one. */
  readonly previous: DeltaBase | undefined;
  readonly delta: DeltaPublication | undefined;
}

/** The stored form: JSON, with numbers above 2^53 as text. What is undefined is left out. */
export function encodeScopeState(state: ScopeState): Buffer {
  return Buffer.from(
    JSON.stringify(state, (_, value: unknown) => (typeof value === 'bigint' ? value.toString() : value)),
  );
}

/** @throws LancreError `store_corrupt` when the octets are not a scope's state */
export function decodeScopeState(value: Uint8Array): ScopeState {
  try {
    const { lastNumber, publication, previous, delta } = JSON.parse(Buffer.from(value).toString('utf8'));
    return {
      lastNumber: BigInt(lastNumber),
      publication: publication && { ...publication, ...typed(publication) },
      previous: previous && { ...previous, ...typed(previous) },
      delta: delta && { ...delta, ...typed(delta), baseNumber: BigInt(delta.baseNumber) },
    };
  } catch (cause) {
    throw new LancreError('store_corrupt', 'a publication in the store is not readable', { cause });
  }
}

interface StoredList {
  readonly crlNumber: string;
  readonly thisUpdate?: string;
  readonly nextUpdate: string;
}

/** The fields that JSON has no type for. */
function typed({ crlNumber, thisUpdate, nextUpdate }: StoredList) {
  return {
    crlNumber: BigInt(crlNumber),
    nextUpdate: new Date(nextUpdate),
    ...(thisUpdate === undefined ? {} : { thisUpdate: new Date(thisUpdate) }),
  };
}
