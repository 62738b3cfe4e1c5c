import { type CertificateRecord, type CertificateStatus, maximumSerialOctets } from './certificate-record.ts';

/** Certificates on their way into a store, in any order. An array of records is one. */
export interface CertificateSequence {
  readonly length: number;
  at(index: number): CertificateRecord | undefined;
  /** A number that grows with the serial, for sorting; equal ones may belong to different serials. */
  serialRankAt?(index: number): number;
}

/**
 * The length and the first six octets of a serial as one number: comparing these costs less than
 * comparing octets, which would take longer than the writes that the order saves.
 */
export function serialRank(octets: Uint8Array, start: number, end: number): number {
  let rank = end - start;
  for (let position = start; position < start + 6; position += 1) {
    rank = rank * 256 + (position < end ? (octets[position] ?? 0) : 0);
  }
  return rank;
}

/**
 * Certificates of one issuer, packed: an import has hundreds of thousands under way, and as objects
 * they would keep the garbage collector busier than the store. A record is made when it is looked at.
 */
export class CertificateBatch implements CertificateSequence {
  readonly #issuerId: number;
  readonly #serials: Uint8Array;
  /** Where each serial ends in {@link #serials}. */
  readonly #ends: Uint32Array;
  readonly #notAfter: Float64Array;
  readonly #shards: Uint16Array;
  /** The statuses that are not `assigned`. */
  readonly #statuses = new Map<number, CertificateStatus>();
  #length = 0;

  /** @param capacity the most certificates it can hold */
  constructor(issuerId: number, capacity: number) {
    this.#issuerId = issuerId;
    this.#serials = new Uint8Array(capacity * maximumSerialOctets);
    this.#ends = new Uint32Array(capacity);
    this.#notAfter = new Float64Array(capacity);
    this.#shards = new Uint16Array(capacity);
  }

  get length(): number {
    return this.#length;
  }

  get isFull(): boolean {
    return this.#length === this.#ends.length;
  }

  /** Copies a certificate in. There must be room. */
  add(certificate: Omit<CertificateRecord, 'issuerId'>): void {
    const { serialNumber, notAfter, shard, status } = certificate;
    const index = this.#length;
    const start = this.#startOf(index);
    this.#serials.set(serialNumber, start);
    this.#ends[index] = start + serialNumber.length;
    this.#notAfter[index] = notAfter.getTime();
    this.#shards[index] = shard;
    if (status.kind !== 'assigned') this.#statuses.set(index, status);
    this.#length += 1;
  }

  at(index: number): CertificateRecord | undefined {
    if (index >= this.#length) return undefined;
    return {
      issuerId: this.#issuerId,
      serialNumber: this.#serialAt(index),
      notAfter: new Date(this.#notAfter[index] ?? Number.NaN),
      shard: this.#shards[index] ?? 0,
      status: this.#statuses.get(index) ?? assigned,
    };
  }

  serialRankAt(index: number): number {
    const start = this.#startOf(index);
    return serialRank(this.#serials, start, this.#ends[index] ?? start);
  }

  /** Empties it for use again. */
  clear(): void {
    this.#length = 0;
    this.#statuses.clear();
  }

  /** A copy: for so few octets a view costs five times as much. */
  #serialAt(index: number): Uint8Array {
    const start = this.#startOf(index);
    const serialNumber = new Uint8Array((this.#ends[index] ?? start) - start);
    for (let position = 0; position < serialNumber.length; position += 1) {
      serialNumber[position] = this.#serials[start + position] ?? 0;
    }
    return serialNumber;
  }

  #startOf(index: number): number {
    return index === 0 ? 0 : (this.#ends[index - 1] ?? 0);
  }
}

const assigned: CertificateStatus = { kind: 'assigned' };
