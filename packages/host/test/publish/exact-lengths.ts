import { type CrlFrameInput, encodeCrlEntry, frameCrl } from '@lancre/pki/crl';
import type { Signer } from '@lancre/pki/crypto';
import { REVOKED_AT } from '../status/records.ts';

/** An entry without a reason is this much longer than its serial, whose first octet is below 0x80. */
const ENTRY_OVERHEAD = 19;

/**
 * Serials, each once and in order, whose entries have so many octets in all; undefined when there are none:
 * an entry has 20 to 39 octets.
 */
export function serialsOf(octets: number): Uint8Array[] | undefined {
  if (octets === 0) return [];
  const count = Math.ceil(octets / 39);
  const short = Math.floor(octets / count) - ENTRY_OVERHEAD;
  const longer = octets % count;
  if (short < 1) return undefined;
  return Array.from({ length: count }, (_, index) =>
    serialOf(index >= count - longer ? short + 1 : short, index),
  );
}

/** Their entries. */
export function entriesOf(octets: number): Uint8Array[] {
  const serials = serialsOf(octets);
  if (serials === undefined) throw new Error(`no entries have ${octets} octets in all`);
  return serials.map((serialNumber) => encodeCrlEntry({ serialNumber, revocationDate: REVOKED_AT }));
}

/** The same octets of entries, made quickly and with few serials: for lists of many MiB. */
export function entriesOctets(octets: number): Buffer {
  const count = Math.ceil(octets / 39);
  const short = Math.floor(octets / count);
  const runs = [short, short + 1].map((length, index) => {
    const entries = index === 0 ? count - (octets % count) : octets % count;
    if (entries === 0) return Buffer.alloc(0);
    const serialNumber = serialOf(length - ENTRY_OVERHEAD, 0);
    return Buffer.alloc(entries * length, encodeCrlEntry({ serialNumber, revocationDate: REVOKED_AT }));
  });
  return Buffer.concat(runs);
}

/** Octets of the contents of a TBSCertList, and of the whole list with a signature of 72 octets. */
export function contentLengths(
  header: Omit<CrlFrameInput, 'signatureAlgorithmDer'>,
  { algorithm }: Signer,
): { readonly tbs: number; readonly outer: number } {
  const { tbsHead, tbsLength } = frameCrl({ ...header, signatureAlgorithmDer: algorithm.der });
  const headOctets = (tbsHead[1] ?? 0) < 0x80 ? 2 : 2 + ((tbsHead[1] ?? 0) & 0x7f);
  return { tbs: tbsLength - headOctets, outer: tbsLength + algorithm.der.length + 3 + 72 };
}

function serialOf(length: number, index: number): Uint8Array {
  const serial = Buffer.alloc(length, 0x11);
  if (length >= 5) serial.writeUInt32BE(index, length - 4);
  return serial;
}
