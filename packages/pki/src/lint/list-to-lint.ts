import type { DerReader } from '../encoding/der-reader.ts';
import { readDer } from '../encoding/read-der.ts';
import { PkiError } from '../errors/pki-error.ts';
import type { Certificate } from '../pki/certificate.ts';
import type { ScannedCrl } from '../pki/crl-scanner.ts';
import { type Extension, findExtension } from '../pki/extension.ts';
import type { Findings } from './findings.ts';
import type { LintProfile, LintScope } from './lint-finding.ts';

/** How a list is judged. */
export interface CrlLintOptions {
  readonly profile: LintProfile;
  /** What the list is known to speak of; `unknown` leaves it to its issuingDistributionPoint. */
  readonly scope: LintScope;
  /** The certificate of the CA that is to have signed it; without it nothing is compared with one. */
  readonly issuerCertificate?: Certificate | undefined;
  /** Where the list is from, to be compared with its issuingDistributionPoint octet by octet. */
  readonly url?: string | undefined;
  /** The time to judge for; without it a list is neither expired nor early. */
  readonly now?: Date | undefined;
  /** How many serial numbers of a list that does not ascend are compared. Default 6,291,456, in 112 MiB. */
  readonly maximumTrackedSerials?: number | undefined;
}

/** A list, what is known of it, and where findings go. */
export interface ListToLint {
  readonly scanned: ScannedCrl;
  readonly options: CrlLintOptions;
  readonly findings: Findings;
}

/** The extension of this type. */
export function extensionOf({ scanned }: ListToLint, oid: string): Extension | undefined {
  return findExtension(scanned, oid);
}

/** Reads the value of an extension; when it cannot be read, that is a finding, and undefined is returned. */
export function readOrFind<T>(
  { findings }: ListToLint,
  extension: Extension,
  what: string,
  read: (reader: DerReader) => T,
): T | undefined {
  return valueOrFinding(findings, what, () => readDer(extension.value, what, read));
}

/** The same for any reading. */
export function valueOrFinding<T>(findings: Findings, what: string, read: () => T): T | undefined {
  try {
    return read();
  } catch (error) {
    if (!(error instanceof PkiError)) throw error;
    findings.add('extension_malformed', `${what} cannot be read: ${error.message}`);
    return undefined;
  }
}
