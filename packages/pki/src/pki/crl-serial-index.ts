import { DerScanner } from '../encoding/der-scanner.ts';
import { stepToSerial } from './crl-locate.ts';

/**
 * Which serial numbers the entries of a CRL have, at 4 octets for each. Where every entry of one list is
 * looked up in another, a search in order of serial numbers takes the place of a walk for each.
 */
export class CrlSerialIndex {
  readonly #bytes: Uint8Array;
  /** Where the contents of the serial numbers begin, in their order. */
  readonly #starts: Uint32Array;

  /**
   * @param entries the contents of revokedCertificates, as `decodeCrl` has checked them
   * @param count how many entries they are
   */
  constructor(entries: Uint8Array, count: number) {
    this.#bytes = entries;
    this.#starts = findSerials(entries, count).sort((left, right) =>
      compare(entries, left, lengthAt(entries, left), entries, right),
    );
  }

  /**
   * True when an entry has the serial number of this one, whoever issued the certificates.
   *
   * @param entryDer a CRL entry
   */
  hasSerialOf(entryDer: Uint8Array): boolean {
    const scanner = new DerScanner(entryDer, 0);
    stepToSerial(scanner, 0);
    const { contentStart, end } = scanner;
    let low = 0;
    let high = this.#starts.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      const place = this.#starts[middle] ?? 0;
      const order = compare(entryDer, contentStart, end - contentStart, this.#bytes, place);
      if (order === 0) return true;
      if (order < 0) high = middle;
      else low = middle + 1;
    }
    return false;
  }
}

function findSerials(entries: Uint8Array, count: number): Uint32Array<ArrayBuffer> {
  const starts = new Uint32Array(count);
  const scanner = new DerScanner(entries, 0);
  let position = 0;
  for (let i = 0; i < count; i++) {
    position = stepToSerial(scanner, position);
    starts[i] = scanner.contentStart;
  }
  return starts;
}

/** A serial number has 21 octets at most, so that its length is the octet before it. */
function lengthAt(entries: Uint8Array, start: number): number {
  return entries[start - 1] ?? 0;
}

/** Any total order will do: shorter ones first, then octet by octet. */
function compare(
  left: Uint8Array,
  leftStart: number,
  leftLength: number,
  right: Uint8Array,
  rightStart: number,
): number {
  const difference = leftLength - lengthAt(right, rightStart);
  if (difference !== 0) return difference;
  for (let i = 0; i < leftLength; i++) {
    const step = (left[leftStart + i] ?? 0) - (right[rightStart + i] ?? 0);
    if (step !== 0) return step;
  }
  return 0;
}
