import type { CrlParts } from './crl-parts.ts';
import { EntryWindow } from './entry-window.ts';

/** Who is told of the entries of the new list, in their order. The octets are valid during the call. */
export interface NewEntries {
  /** Entries that stand on the old list, too, octet for octet. */
  onSame(entriesDer: Uint8Array, count: number): void;
  /** An entry that does not. */
  onFresh(entryDer: Uint8Array): void;
}

/**
 * Compares the entries of two lists of one scope. Both stand in the order of the store, so that long
 * runs are the same, octet for octet, and are compared as such; only where they differ serial numbers are
 * looked at. Memory grows with what differs.
 *
 * @returns the entries of the old list whose serial numbers are not on the new one, in DER, by serial number in hex
 * @throws LancreError `store_corrupt` when the old list is cut off
 */
export async function entriesGone(
  old: Pick<CrlParts, 'entries' | 'layout'>,
  fresh: Pick<CrlParts, 'entries' | 'layout'>,
  told: NewEntries,
): Promise<ReadonlyMap<string, Uint8Array>> {
  const a = windowOf(old);
  const b = windowOf(fresh);
  const gone = new Map<string, Uint8Array>();
  const came = new Set<string>();
  while ((await a.fill()) && (await b.fill())) {
    if (skipSame(a, b, told)) continue;
    const order = compareSerials(a, b);
    if (order < 0) gone.set(a.serialHex(), Uint8Array.from(a.entry()));
    if (order > 0) came.add(b.serialHex());
    if (order >= 0) told.onFresh(b.entry());
    if (order <= 0) a.next();
    if (order >= 0) b.next();
  }
  for (; await a.fill(); a.next()) gone.set(a.serialHex(), Uint8Array.from(a.entry()));
  for (; await b.fill(); b.next()) {
    came.add(b.serialHex());
    told.onFresh(b.entry());
  }
  // Where the order of the two is not one and the same, as between shards, an entry seems to go here and to come there.
  for (const serial of gone.keys()) if (came.has(serial)) gone.delete(serial);
  return gone;
}

function windowOf({ entries, layout }: Pick<CrlParts, 'entries' | 'layout'>): EntryWindow {
  return new EntryWindow(entries, layout.entriesEnd - layout.entriesStart);
}

/** Steps over the entries that are the same in both windows; false when there is none. */
function skipSame(old: EntryWindow, fresh: EntryWindow, told: NewEntries): boolean {
  const { entriesDer, count } = fresh.skipWhole(sameOctets(old, fresh));
  if (count === 0) return false;
  old.skipOctets(entriesDer.length);
  told.onSame(entriesDer, count);
  return true;
}

/** How many octets from here on are the same in both. */
function sameOctets(old: EntryWindow, fresh: EntryWindow): number {
  const length = Math.min(old.available, fresh.available);
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
function compareSerials(old: EntryWindow, fresh: EntryWindow): number {
  const a = old.serial();
  const b = fresh.serial();
  return a.length - b.length || Buffer.compare(a, b);
}

const blockOctets = 1 << 16;
