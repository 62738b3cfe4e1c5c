import { type CrlEntry, crlEntries, decodeCrl } from '@lancre/pki/crl';
import { serialNumberToBytes } from '@lancre/pki/text';
import { allowsHold } from '../issuer/issuer-profile.ts';
import { lookUp, type StatusView } from '../status/status-view.ts';
import type { CrlEntries } from './crl-entry-rules.ts';
import { type CrlRefusal, refuseCrl } from './crl-refusal.ts';
import { type CrlSubject, maximumCrlOctets } from './crl-subject.ts';

/** The list that is published for a scope. */
export interface PublishedCrl {
  /** Undefined when the list itself is lost. */
  readonly der: Uint8Array | undefined;
  readonly crlNumber: bigint;
  readonly thisUpdate: Date;
  /** `unfinished`: something was cut off before the publication was recorded. */
  readonly publication: 'recorded' | 'unfinished';
}

/** How a list follows the published one. */
export type CrlSuccession =
  | {
      readonly kind: 'successor';
      /** Serial numbers that were on hold and are not on it any more (RFC 5280 5.3.1). */
      readonly released: readonly string[];
    }
  /** It is the published one. */
  | { readonly kind: 'same' };

/**
 * Checks that a list is newer than the published one (T-17), and that no entry is lost (CRL-28): one goes
 * only when its certificate is known to have expired (CRL-18), or when it was on hold.
 */
export function checkCrlSuccession(
  subject: CrlSubject,
  { serials }: CrlEntries,
  published: PublishedCrl | undefined,
  view: StatusView,
): CrlSuccession | CrlRefusal {
  if (published === undefined) return { kind: 'successor', released: [] };
  const { crl, der, crlNumber } = subject;
  if (published.der !== undefined && Buffer.compare(published.der, der) === 0)
    return published.publication === 'recorded' ? { kind: 'same' } : { kind: 'successor', released: [] };
  if (crlNumber <= published.crlNumber)
    return refuseCrl(
      'number_not_higher',
      'cRLNumber',
      `${crlNumber} is not above ${published.crlNumber}, that of the published list`,
    );
  if (crl.thisUpdate <= published.thisUpdate)
    return refuseCrl(
      'older',
      'thisUpdate',
      `it does not lie after ${published.thisUpdate.toISOString()}, that of the published list`,
    );
  const gone = published.der === undefined ? [] : goneEntries(published.der, serials);
  const living = gone.filter((entry) => !hasExpired(entry, subject, view));
  const lost = living.filter((entry) => !isHold(entry) || !allowsHold(subject.issuer.policy));
  if (lost.length > 0) return refuseLost(lost);
  return { kind: 'successor', released: living.map(({ serialNumber }) => serialNumber) };
}

function goneEntries(der: Uint8Array, serials: ReadonlySet<string>): readonly CrlEntry[] {
  const gone: CrlEntry[] = [];
  for (const entry of crlEntries(decodeCrl(der, { maxBytes: maximumCrlOctets }))) {
    if (!serials.has(entry.serialNumber)) gone.push(entry);
  }
  return gone;
}

/** False where nobody here knows. */
function hasExpired({ serialNumber }: CrlEntry, { issuer, crl }: CrlSubject, view: StatusView): boolean {
  const record = lookUp(view, issuer.id, serialNumberToBytes(serialNumber));
  return record !== undefined && record.notAfter < crl.thisUpdate;
}

function isHold({ reason }: CrlEntry): boolean {
  return reason === 'certificateHold';
}

function refuseLost(lost: readonly CrlEntry[]): CrlRefusal {
  const named = lost.slice(0, mostNamed).map(({ serialNumber }) => serialNumber);
  const more = lost.length > named.length ? ` and ${lost.length - named.length} more` : '';
  return refuseCrl(
    'entry_lost',
    'revokedCertificates',
    `${named.join(', ')}${more} on the published list, but not on this one, and not known here to have expired`,
  );
}

const mostNamed = 5;
