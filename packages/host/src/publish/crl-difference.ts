import { EntryWindow } from './entry-window.ts';

/** What one list has and another has not. */
export interface CrlDifference {
  /** Entries of the old list whose serial numbers are not on the new one, in DER, by serial number in hex. */
  readonly gone: ReadonlyMap<string, Uint8Array>;
  /** How many serial numbers are on the new list alone. */
  readonly added: number;
}

/**
 * Compares the entries of two lists of one scope. Both stand in the order of the store, so that long
 * runs are the same, octet for octet, and are compared as such; only where they differ serial numbers are
 * looked at. Memory grows with what differs.
 *
 * @param old the octets of the whole list
 * @param fresh likewise
 * @param onFresh told of each entry of the new list that does not stand on the old one octet for octet
 * @throws LancreError `store_corrupt` when what is published is no list
 */
export async function differenceOf(
  old: AsyncIterable<Uint8Array>,
  fresh: AsyncIterable<Uint8Array>,
  onFresh: (entryDer: Uint8Array) => void = () => undefined,
): Promise<CrlDifference> {
  const a = new EntryWindow(old);
  const b = new EntryWindow(fresh);
  try {
    return await compare(a, b, onFresh);
  } finally {
    await Promise.all([a.close(), b.close()]);
  }
}

async function compare(
  old: EntryWindow,
  fresh: EntryWindow,
  onFresh: (entryDer: Uint8Array) => void,
): Promise<CrlDifference> {
  const gone = new Map<string, Uint8Array>();
  const came = new Set<string>();
  while ((await old.fill()) && (await fresh.fill())) {
    if (skipSame(old, fresh)) continue;
    const order = compareEntries(old, fresh);
    if (order < 0) gone.set(old.serialHex(), old.entry());
    if (order > 0) came.add(fresh.serialHex());
    if (order >= 0) onFresh(fresh.entry());
    if (order <= 0) old.next();
    if (order >= 0) fresh.next();
  }
  for (; await old.fill(); old.next()) gone.set(old.serialHex(), old.entry());
  for (; await fresh.fill(); fresh.next()) {
    came.add(fresh.serialHex());
    onFresh(fresh.entry());
  }
  return settle(gone, came);
}

/** Where the order of the two is not one and the same, as between shards, an entry seems to go here and to come there. */
function settle(gone: Map<string, Uint8Array>, came: Set<string>): CrlDifference {
  for (const serial of gone.keys()) {
    if (came.delete(serial)) gone.delete(serial);
  }
  return { gone, added: came.size };
}

/** Steps over the entries that are the same in both windows; false when there is none. */
function skipSame(old: EntryWindow, fresh: EntryWindow): boolean {
  const length = Math.min(old.available, fresh.available);
  const same = sameOctets(old, fresh, length);
  return old.skipWhole(same) > 0 ? fresh.skipWhole(same) > 0 : false;
}

/** How many of the next `length` octets are the same. */
function sameOctets(old: EntryWindow, fresh: EntryWindow, length: number): number {
  for (let start = 0; start < length; start += blockOctets) {
    const end = Math.min(length, start + blockOctets);
    if (old.isSame(fresh, start, end)) continue;
    let position = start;
    while (position < end && old.octetAt(position) === fresh.octetAt(position)) position += 1;
    return position;
  }
  return length;
}

/** Serial numbers have no leading zero octet but for the sign, so the longer is the greater. */
function compareEntries(old: EntryWindow, fresh: EntryWindow): number {
  const a = old.serial();
  const b = fresh.serial();
  return a.length - b.length || Buffer.compare(a, b);
}

const blockOctets = 1 << 16;
