import { MAX_TRACKED_SERIALS, SerialSet } from './serial-set.ts';

/**
 * Sees serial numbers that a list holds twice. While the list ascends, equal ones are neighbours, and
 * all are seen exactly, however long it is. Of a list in another order the first
 * {@link MAX_TRACKED_SERIALS} are known again, in at most 112 MiB.
 */
export class DuplicateSerials {
  readonly #seen: SerialSet;
  readonly #previous = new Uint8Array(MAX_SERIAL_CONTENT);
  #previousLength = 0;
  #order: 'ascending' | 'mixed' = 'ascending';
  #hasMissed = false;

  /** @param maximum how many are known again in a list that does not ascend */
  constructor(maximum: number = MAX_TRACKED_SERIALS) {
    this.#seen = new SerialSet(maximum);
  }

  /** True when the list is so long, and in such an order, that some could not be seen. */
  get hasMissed(): boolean {
    return this.#hasMissed;
  }

  /** Takes the contents of the next serial number, minimal; false when they were there before. */
  add(octets: Uint8Array, start: number, end: number): boolean {
    const order = this.#compare(octets, start, end);
    if (order === 0) return false;
    if (order < 0) this.#order = 'mixed';
    this.#remember(octets, start, end);
    // In an ascending list the neighbour alone decides, so that no fingerprint can be wrong.
    if (this.#order === 'ascending') {
      this.#seen.note(octets, start, end);
      return true;
    }
    if (this.#seen.isFull) this.#hasMissed = true;
    return this.#seen.add(octets, start, end);
  }

  /** How the serial number compares to the one before it: by length, then by octets, as non-negative integers do. */
  #compare(octets: Uint8Array, start: number, end: number): number {
    const length = end - start;
    if (length !== this.#previousLength) return length - this.#previousLength;
    for (let i = 0; i < length; i++) {
      const difference = (octets[start + i] ?? 0) - (this.#previous[i] ?? 0);
      if (difference !== 0) return difference;
    }
    return 0;
  }

  #remember(octets: Uint8Array, start: number, end: number): void {
    for (let i = start; i < end; i++) this.#previous[i - start] = octets[i] ?? 0;
    this.#previousLength = end - start;
  }
}

/** What the decoder lets pass: 20 octets and a sign. */
const MAX_SERIAL_CONTENT = 21;
