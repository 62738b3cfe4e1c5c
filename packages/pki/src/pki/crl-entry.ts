import type { DerReader } from '../encoding/der-reader.ts';
import { readDer } from '../encoding/read-der.ts';
import type { SerialNumber } from '../encoding/serial-number.ts';
import { type Extension, type ExtensionHolder, readExtensionList, readExtensionValue } from './extension.ts';
import { EXTENSION_OIDS } from './extension-oids.ts';
import { type GeneralName, readGeneralName } from './general-name.ts';
import { type RevocationReason, reasonFromCode } from './revocation-reason.ts';

/** One entry of revokedCertificates (RFC 5280 5.1.2.6, 5.3). */
export interface CrlEntry {
  readonly der: Uint8Array;
  readonly serialNumber: SerialNumber;
  readonly revocationDate: Date;
  readonly reason: RevocationReason | undefined;
  readonly invalidityDate: Date | undefined;
  /**
   * Whose certificate it is, where that is not the CRL's issuer. In an indirect CRL it holds for the
   * entries after it too (RFC 5280 5.3.3): {@link crlEntries} carries it forward, {@link decodeCrlEntry} cannot.
   */
  readonly certificateIssuer: readonly GeneralName[] | undefined;
  readonly extensions: readonly Extension[];
}

/**
 * Decodes one CRL entry by itself. Two faults that lists in the field have are passed over: an empty
 * crlEntryExtensions, and an invalidityDate that is a UTCTime.
 *
 * @throws PkiError der_*, extension_duplicate, extension_invalid (a reason that does not exist)
 */
export function decodeCrlEntry(der: Uint8Array): CrlEntry {
  return readDer(der, 'CRL entry', readCrlEntry);
}

/** Reads the next element as a CRL entry. */
export function readCrlEntry(reader: DerReader): CrlEntry {
  const start = reader.offset;
  let serialNumber: SerialNumber = '';
  let revocationDate = EPOCH;
  const extensions = reader.sequence('CRL entry', (entry) => {
    serialNumber = entry.serialNumber('userCertificate');
    revocationDate = entry.time('revocationDate');
    return entry.isAtEnd ? NO_EXTENSIONS : readExtensionList(entry, 'crlEntryExtensions');
  });
  const holder = { der: reader.since(start), extensions };
  return Object.freeze({
    der: holder.der,
    serialNumber,
    revocationDate,
    reason: readExtensionValue(holder, EXTENSION_OIDS.reasonCode, 'reasonCode', readReason),
    invalidityDate: readInvalidityDate(holder),
    certificateIssuer: readExtensionValue(
      holder,
      EXTENSION_OIDS.certificateIssuer,
      'certificateIssuer',
      readCertificateIssuer,
    ),
    extensions,
  });
}

/** Reads the next element as a CRLReason. Throws extension_invalid for 7 and above 10. */
export function readReason(reader: DerReader): RevocationReason {
  const code = reader.enumerated('CRLReason');
  return reasonFromCode(code) ?? reader.fail('extension_invalid', `there is no CRLReason ${code}`);
}

/** Reads the next element as the GeneralNames of a certificateIssuer. */
export function readCertificateIssuer(reader: DerReader): readonly GeneralName[] {
  return reader.sequenceOf('certificateIssuer', (item) => readGeneralName(item, 'certificateIssuer'));
}

function readInvalidityDate(holder: ExtensionHolder): Date | undefined {
  return readExtensionValue(holder, EXTENSION_OIDS.invalidityDate, 'invalidityDate', (value) =>
    value.time('invalidityDate'),
  );
}

const EPOCH = new Date(0);
const NO_EXTENSIONS: readonly Extension[] = Object.freeze([]);
