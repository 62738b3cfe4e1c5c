import type { RevokedSnapshot } from '../status/revoked-snapshot.ts';
import type { ObjectName } from './artifact-store.ts';
import type { CrlEncoder } from './crl-encoder.ts';
import type { PublishOutcome } from './crl-publisher.ts';
import type { PlannedList } from './publication-plan.ts';

/** A list that is being written. */
export interface EncodingWork {
  readonly kind: 'encoding';
  readonly list: PlannedList;
  readonly encoder: CrlEncoder;
  /** What the list's URL named before its number was taken. */
  readonly expected: ObjectName | undefined;
  /** Why the list cannot be completed. */
  fault: unknown;
}

/** A list under way, or one that could not be begun. */
export type Work = EncodingWork | Extract<PublishOutcome, { kind: 'failed' }>;

/** The planned lists by their shard; 0 = the full list. */
export function groupByShard(lists: readonly PlannedList[]): ReadonlyMap<number, readonly PlannedList[]> {
  const groups = new Map<number, PlannedList[]>();
  for (const list of lists) {
    const group = groups.get(list.scope.shard);
    if (group === undefined) groups.set(list.scope.shard, [list]);
    else group.push(list);
  }
  return groups;
}

/** The shards of the lists, and for a full one all that hold entries; ascending. */
export function shardsToWalk(
  planned: ReadonlyMap<number, unknown>,
  held: ReadonlySet<number>,
): readonly number[] {
  return [...new Set([...planned.keys(), ...(planned.has(0) ? held : [])])].sort((a, b) => a - b);
}

/** Each batch of a shard goes to the complete list of that shard and to the full one. A fault is theirs only. */
export async function feedShard(
  works: readonly Work[],
  snapshot: RevokedSnapshot,
  shard: number,
): Promise<void> {
  const encoding = works
    .filter((work) => work.kind === 'encoding')
    .filter(({ list }) => list.kind === 'complete');
  if (encoding.length === 0) return;
  try {
    for (const { entriesDer } of snapshot.batches(shard)) {
      // All take their copies first: the batch is valid until something else is read from the store.
      const writes = encoding.flatMap(({ encoder }) => encoder.add(entriesDer) ?? []);
      // Awaited only where there is something to wait for: that is once in some hundred batches. And all at
      // once, since on a full disk they fail together, and a failure that nobody waits for ends the process.
      if (writes.length > 0) await Promise.all(writes);
    }
  } catch (cause) {
    for (const work of encoding) work.fault ??= cause;
  }
}
