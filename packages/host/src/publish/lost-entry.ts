import { decodeCrlEntry } from '@lancre/pki/crl';
import { decodeHex } from '@lancre/pki/text';
import { LancreError } from '../errors/lancre-error.ts';
import type { Issuer } from '../issuer/issuer.ts';
import type { StatusView } from '../status/status-view.ts';
import type { ArtifactView, OpenedArtifact } from './artifact-store.ts';
import { differenceOf } from './crl-difference.ts';
import type { Publication } from './publication-store.ts';

/** A new list and the published one that it is to replace. */
export interface Replacement {
  readonly previous: Publication | undefined;
  readonly issuer: Issuer;
  readonly artifacts: ArtifactView;
  readonly statuses: StatusView;
}

/**
 * Looks for an entry of the published list that the new one should have and has not (CRL-18, CRL-28,
 * T-19). An entry may go when its certificate's notAfter lies before the thisUpdate of the published list,
 * which is one issued after it; and a hold when it was lifted.
 *
 * @param fresh the octets of the new list
 * @returns what is wrong, naming the serial number; undefined when nothing is
 */
export async function lostEntry(
  replacement: Replacement,
  fresh: AsyncIterable<Uint8Array>,
): Promise<string | undefined> {
  const { previous, artifacts } = replacement;
  if (previous === undefined) return undefined;
  const published = await openOrNothing(artifacts, previous);
  if (published === undefined) return undefined;
  for (const [serial, entry] of await goneFrom(published, fresh)) {
    const reason = reasonToKeep(replacement, previous, serial, entry);
    if (reason !== undefined) return `it has lost the entry of ${serial}, ${reason}`;
  }
  return undefined;
}

/** What is published may have been damaged: the new list mends that. */
async function goneFrom(
  published: OpenedArtifact,
  fresh: AsyncIterable<Uint8Array>,
): Promise<ReadonlyMap<string, Uint8Array>> {
  try {
    return (await differenceOf(published.read(), fresh)).gone;
  } catch (error) {
    if (error instanceof LancreError && error.code === 'store_corrupt') return new Map();
    throw error;
  }
}

/** What is published may be gone from the disk: the new list mends that. */
async function openOrNothing(
  artifacts: ArtifactView,
  { object }: Publication,
): Promise<OpenedArtifact | undefined> {
  return artifacts.open(object).catch(() => undefined);
}

function reasonToKeep(
  { issuer, statuses }: Replacement,
  previous: Publication,
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
  return notAfter < previous.thisUpdate ? undefined : 'whose certificate has not expired';
}
