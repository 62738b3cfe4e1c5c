import { decodeCrlEntry } from '@lancre/pki/crl';
import { decodeHex } from '@lancre/pki/text';
import type { Issuer } from '../issuer/issuer.ts';
import type { StatusView } from '../status/status-view.ts';
import type { Publication } from './publication-store.ts';

/** A published list, and who knows what became of its entries. */
export interface Predecessor {
  readonly publication: Publication;
  readonly issuer: Issuer;
  readonly statuses: StatusView;
}

/**
 * Looks among the entries that a new list has not any more for one that it should have (CRL-18, CRL-28,
 * T-19). An entry may go when its certificate's notAfter lies before the thisUpdate of the published list,
 * which is one issued after it; and a hold when it was lifted.
 *
 * @param gone entries of the published list in DER, by serial number in hex
 * @returns what is wrong, naming the serial number; undefined when nothing is
 */
export function lostEntry(
  predecessor: Predecessor,
  gone: ReadonlyMap<string, Uint8Array>,
): string | undefined {
  for (const [serial, entry] of gone) {
    const reason = reasonToKeep(predecessor, serial, entry);
    if (reason !== undefined) return `it has lost the entry of ${serial}, ${reason}`;
  }
  return undefined;
}

function reasonToKeep(
  { issuer, statuses, publication }: Predecessor,
  serial: string,
  entry: Uint8Array,
): string | undefined {
  const key = statuses.keyOf(issuer.id, decodeHex(serial));
  const version = statuses.read(key);
  if (version === undefined) return 'which has no record in the store';
  const { status, notAfter } = statuses.decode(key, version);
  if (status.kind === 'assigned') {
    return decodeCrlEntry(entry).reason === 'certificateHold'
      ? undefined
      : 'which was revoked for good and is good in the store';
  }
  return notAfter < publication.thisUpdate ? undefined : 'whose certificate has not expired';
}
