/**
 * A set of serial numbers as 64-bit fingerprints. Two different ones pass for the same with a probability
 * of about n² / 2^65: one in a million for {@link MAX_TRACKED_SERIALS}.
 *
 * What is added without a question is only written down, and goes to the table at the first question.
 */
export class SerialSet {
  readonly #maximum: number;
  #noted = new Uint32Array(2 * INITIAL_SLOTS);
  #notedCount = 0;
  #table = new Uint32Array(2 * INITIAL_SLOTS);
  #tableCount = 0;
  #low = 0;
  #high = 0;

  /** @param maximum how many are kept; further ones can be looked up, but are not added */
  constructor(maximum: number) {
    this.#maximum = maximum;
  }

  /** True when no more are kept. */
  get isFull(): boolean {
    return this.#notedCount + this.#tableCount >= this.#maximum;
  }

  /** Adds the contents of an INTEGER that is known not to be there. */
  note(octets: Uint8Array, start: number, end: number): void {
    if (this.isFull) return;
    this.#takeFingerprint(octets, start, end);
    const at = 2 * this.#notedCount;
    if (at === this.#noted.length) {
      const larger = new Uint32Array(2 * at);
      larger.set(this.#noted);
      this.#noted = larger;
    }
    this.#noted[at] = this.#low;
    this.#noted[at + 1] = this.#high;
    this.#notedCount += 1;
  }

  /** Adds the contents of an INTEGER; false when they were there. */
  add(octets: Uint8Array, start: number, end: number): boolean {
    if (this.#notedCount > 0) this.#insertNoted();
    this.#takeFingerprint(octets, start, end);
    const slot = findSlot(this.#table, this.#low, this.#high);
    if (this.#table[slot + 1] !== 0) return false;
    if (this.isFull) return true;
    this.#table[slot] = this.#low;
    this.#table[slot + 1] = this.#high;
    this.#tableCount += 1;
    if (isCrowded(this.#tableCount, this.#table.length)) {
      const larger = new Uint32Array(2 * this.#table.length);
      copyPairs(this.#table, larger);
      this.#table = larger;
    }
    return true;
  }

  #insertNoted(): void {
    const count = this.#tableCount + this.#notedCount;
    let length = this.#table.length;
    while (isCrowded(count, length)) length *= 2;
    const table = new Uint32Array(length);
    copyPairs(this.#table, table);
    copyPairs(this.#noted.subarray(0, 2 * this.#notedCount), table);
    this.#table = table;
    this.#tableCount = count;
    this.#noted = new Uint32Array(2 * INITIAL_SLOTS);
    this.#notedCount = 0;
  }

  /** Two hashes in one walk, four octets a step, in the form of MurmurHash: multiply, and fold the high bits down. */
  #takeFingerprint(octets: Uint8Array, start: number, end: number): void {
    let low = LOW_SEED ^ (end - start);
    let high = HIGH_SEED;
    for (let i = start; i < end; i += 4) {
      const word = wordAt(octets, i, end);
      low = Math.imul(low ^ word, LOW_MULTIPLIER);
      high = Math.imul(high ^ word, HIGH_MULTIPLIER);
      low ^= low >>> 15;
      high ^= high >>> 13;
    }
    low = Math.imul(low, HIGH_MULTIPLIER);
    high = Math.imul(high, LOW_MULTIPLIER);
    this.#low = (low ^ (low >>> 16)) >>> 0;
    // Zero marks an empty slot.
    this.#high = (high ^ (high >>> 16)) >>> 0 || 1;
  }
}

/** Up to four octets as a number; what is not there counts as zero, since the length is hashed as well. */
function wordAt(octets: Uint8Array, at: number, end: number): number {
  let word = 0;
  const stop = Math.min(end, at + 4);
  for (let i = at; i < stop; i++) word = (word << 8) | (octets[i] ?? 0);
  return word;
}

/** At three quarters of the slots, of two numbers each. */
function isCrowded(count: number, tableLength: number): boolean {
  return count * 8 > tableLength * 3;
}

/** Puts fingerprints into a table that has room for them. */
function copyPairs(pairs: Uint32Array, table: Uint32Array): void {
  for (let at = 0; at < pairs.length; at += 2) {
    const low = pairs[at] ?? 0;
    const high = pairs[at + 1] ?? 0;
    if (high === 0) continue;
    const slot = findSlot(table, low, high);
    table[slot] = low;
    table[slot + 1] = high;
  }
}

/** The slot that holds the fingerprint, or the empty one where it belongs. */
function findSlot(table: Uint32Array, low: number, high: number): number {
  const mask = table.length - 1;
  let slot = (low << 1) & mask;
  while (table[slot + 1] !== 0 && (table[slot] !== low || table[slot + 1] !== high)) slot = (slot + 2) & mask;
  return slot;
}

/** With these the table has 64 MiB, 112 MiB while what was noted goes into it. */
export const MAX_TRACKED_SERIALS: number = 6 * 1024 * 1024;

const INITIAL_SLOTS = 1024;
const LOW_SEED = 0x9e3779b9;
const HIGH_SEED = 0x3c6ef372;
const LOW_MULTIPLIER = 0x2c1b3c6d;
const HIGH_MULTIPLIER = 0x297a2d39;
