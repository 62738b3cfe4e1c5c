import { EXTENSION_OIDS } from '@lancre/pki/certificate';
import { type CrlEntry, crlEntries } from '@lancre/pki/crl';
import { allowsHold } from '../issuer/issuer-profile.ts';
import { type CrlRefusal, refuseCrl } from './crl-refusal.ts';
import type { CrlSubject } from './crl-subject.ts';

/** Entries that hold. */
export interface CrlEntries {
  readonly kind: 'entries';
  /** The serial numbers of all of them. */
  readonly serials: ReadonlySet<string>;
}

/** Checks every entry of a list (CRL-10, CRL-11, CRL-13, RFC 5280 5.3). */
export function checkCrlEntries(subject: CrlSubject): CrlEntries | CrlRefusal {
  const unknown = subject.crl.criticalEntryExtensions.find((oid) => !understood.has(oid));
  if (unknown === EXTENSION_OIDS.certificateIssuer)
    return refuseCrl('indirect', 'certificateIssuer', 'it has entries for certificates of other issuers');
  if (unknown !== undefined)
    return refuseCrl('critical_extension_unsupported', 'crlEntryExtensions', `${unknown} is critical`);
  const serials = new Set<string>();
  for (const entry of crlEntries(subject.crl)) {
    const fault = serials.has(entry.serialNumber) ? duplicate(entry) : entryFault(entry, subject);
    if (fault !== undefined) return fault;
    serials.add(entry.serialNumber);
  }
  return { kind: 'entries', serials };
}

function entryFault(entry: CrlEntry, { crl, issuer }: CrlSubject): CrlRefusal | undefined {
  const { serialNumber, revocationDate, reason, invalidityDate } = entry;
  // RFC 5280 4.1.2.2.
  if (serialNumber.startsWith('-') || serialNumber === '00')
    return refuseCrl('serial_invalid', 'userCertificate', `${serialNumber} is not positive`);
  if (revocationDate > crl.thisUpdate)
    return refuseCrl(
      'revocation_in_future',
      'revocationDate',
      `that of ${serialNumber} lies after thisUpdate`,
    );
  if (revocationDate <= epoch || (invalidityDate !== undefined && invalidityDate < epoch))
    return refuseCrl('entry_invalid', 'revocationDate', `that of ${serialNumber} lies before 1970`);
  if (reason === 'removeFromCRL')
    return refuseCrl(
      'entry_invalid',
      'reasonCode',
      `${serialNumber} is removeFromCRL, which deltas have only`,
    );
  if (reason === 'certificateHold' && !allowsHold(issuer.policy))
    return refuseCrl('hold_not_allowed', 'reasonCode', `${serialNumber} is on hold (BR 4.9.13)`);
  return undefined;
}

function duplicate({ serialNumber }: CrlEntry): CrlRefusal {
  return refuseCrl('serial_duplicate', 'userCertificate', `${serialNumber} is on it twice`);
}

const epoch = new Date(0);
const understood: ReadonlySet<string> = new Set([EXTENSION_OIDS.reasonCode, EXTENSION_OIDS.invalidityDate]);
