import { LancreError } from '../errors/lancre-error.ts';
import { maximumSerialOctets } from '../status/certificate-record.ts';
import type { CertIdForm } from '../status/ocsp-source.ts';

/**
 * Keys of the embedded store. Numbers are big-endian and a serial is preceded by its length, so
 * that the order of the octets is the order of the numbers.
 */

/** [issuer], 2 octets. */
export function issuerKey(issuerId: number): Buffer {
  const key = Buffer.allocUnsafe(2);
  key.writeUInt16BE(issuerId, 0);
  return key;
}

/** [issuer][shard], 4 octets. */
export function shardKey(issuerId: number, shard: number): Buffer {
  const key = Buffer.allocUnsafe(4);
  key.writeUInt16BE(issuerId, 0);
  key.writeUInt16BE(shard, 2);
  return key;
}

/** [issuer][serial length][serial]. */
export function certificateKey(issuerId: number, serialNumber: Uint8Array): Buffer {
  const key = Buffer.allocUnsafe(3 + serialNumber.length);
  key.writeUInt16BE(issuerId, 0);
  key[2] = serialNumber.length;
  key.set(serialNumber, 3);
  return key;
}

/** [issuer][CertID form][serial length][serial]: answers of one form lie together, in serial order. */
export function answerKey(issuerId: number, form: CertIdForm, serialNumber: Uint8Array): Buffer {
  const key = Buffer.allocUnsafe(4 + serialNumber.length);
  key.writeUInt16BE(issuerId, 0);
  key[2] = formCodes[form.hash] + (form.parameters === 'null' ? 1 : 0);
  key[3] = serialNumber.length;
  key.set(serialNumber, 4);
  return key;
}

/**
 * Writes one certificate key after another into the same octets: for loops over many. Each is valid
 * until the next.
 */
export class CertificateKeyWriter {
  readonly #views: readonly Buffer[];

  constructor(issuerId: number) {
    const octets = Buffer.alloc(3 + maximumSerialOctets);
    octets.writeUInt16BE(issuerId, 0);
    this.#views = Array.from({ length: maximumSerialOctets + 1 }, (_, length) =>
      octets.subarray(0, 3 + length),
    );
  }

  write(serialNumber: Uint8Array): Buffer {
    const { length } = serialNumber;
    const key = this.#views[length];
    if (key === undefined) throw new LancreError('input_invalid', `a serial number of ${length} octets`);
    key[2] = length;
    for (let index = 0; index < length; index += 1) key[3 + index] = serialNumber[index] ?? 0;
    return key;
  }
}

/** [issuer][shard][serial length][serial]. */
export function revokedPageKey(issuerId: number, shard: number, serialNumber: Uint8Array): Buffer {
  const key = Buffer.allocUnsafe(5 + serialNumber.length);
  key.writeUInt16BE(issuerId, 0);
  key.writeUInt16BE(shard, 2);
  key[4] = serialNumber.length;
  key.set(serialNumber, 5);
  return key;
}

/** The first key after all keys that begin with `prefix`. */
export function endOfPrefix(prefix: Uint8Array): Buffer {
  const end = Buffer.concat([prefix, Buffer.alloc(24, 0xff)]);
  return end;
}

/** Order of serials as numbers: by length, then by octets. Negative, zero or positive. */
export function compareSerials(a: Uint8Array, b: Uint8Array): number {
  return a.length - b.length || Buffer.compare(a, b);
}

const formCodes = { 'SHA-1': 0, 'SHA-256': 2, 'SHA-384': 4, 'SHA-512': 6 } as const;
