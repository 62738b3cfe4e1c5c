import { equalBytes } from '../encoding/bytes.ts';
import type { DerReader } from '../encoding/der-reader.ts';
import { encodeHex } from '../encoding/hex.ts';
import type { Extension } from '../pki/extension.ts';
import { EXTENSION_OIDS } from '../pki/extension-oids.ts';
import {
  type AuthorityKeyIdentifier,
  authorityKeyIdentifierOf,
  subjectKeyIdentifierOf,
} from '../pki/key-identifier-extensions.ts';
import { extensionOf, type ListToLint, readOrFind, valueOrFinding } from './list-to-lint.ts';

/** authorityKeyIdentifier (RFC 5280 5.2.1). */
export function lintAuthorityKeyIdentifier(list: ListToLint): void {
  const { findings } = list;
  const extension = extensionOf(list, EXTENSION_OIDS.authorityKeyIdentifier);
  if (extension === undefined) {
    findings.add('authority_key_identifier_missing', 'there is no authorityKeyIdentifier');
    return;
  }
  if (extension.critical)
    findings.add('authority_key_identifier_critical', 'authorityKeyIdentifier is critical');
  const value = valueOrFinding(findings, 'authorityKeyIdentifier', () =>
    authorityKeyIdentifierOf({ der: extension.der, extensions: [extension] }),
  );
  if (value !== undefined) lintKeyIdentifier(list, value);
}

function lintKeyIdentifier({ findings, options }: ListToLint, value: AuthorityKeyIdentifier): void {
  const { authorityCertIssuer, authorityCertSerialNumber, keyIdentifier } = value;
  if (authorityCertIssuer !== undefined || authorityCertSerialNumber !== undefined) {
    const message = 'authorityKeyIdentifier names the issuer and serial number of a certificate';
    findings.add('authority_key_identifier_issuer_serial', message);
  }
  if (keyIdentifier === undefined) {
    findings.add('authority_key_identifier_without_key', 'authorityKeyIdentifier is without keyIdentifier');
    return;
  }
  const { issuerCertificate } = options;
  if (issuerCertificate === undefined) return;
  const wanted = valueOrFinding(findings, 'subjectKeyIdentifier of the issuer certificate', () =>
    subjectKeyIdentifierOf(issuerCertificate),
  );
  if (wanted === undefined || equalBytes(wanted, keyIdentifier)) return;
  const message = `keyIdentifier is ${encodeHex(keyIdentifier)}, that of the issuer certificate ${encodeHex(wanted)}`;
  findings.add('authority_key_identifier_mismatch', message);
}

/** cRLNumber (RFC 5280 5.2.3). Returns it, where it is a number at all. */
export function lintCrlNumber(list: ListToLint): bigint | undefined {
  const { findings } = list;
  const extension = extensionOf(list, EXTENSION_OIDS.cRLNumber);
  if (extension === undefined) {
    findings.add('crl_number_missing', 'there is no cRLNumber');
    return undefined;
  }
  if (extension.critical) findings.add('crl_number_critical', 'cRLNumber is critical');
  const number = readOrFind(list, extension, 'cRLNumber', readAnyInteger);
  if (number === undefined) return undefined;
  if (number < 0n) findings.add('crl_number_negative', 'cRLNumber is negative');
  if (number >= CRL_NUMBER_LIMIT) findings.add('crl_number_too_big', 'cRLNumber is 2^159 or more');
  return number;
}

/** An INTEGER of any size and sign. */
export function readAnyInteger(reader: DerReader): bigint {
  const content = reader.integer('INTEGER');
  return BigInt.asIntN(content.length * 8, BigInt(`0x${encodeHex(content)}`));
}

/** Extensions that a list should not have, or that forbid its use. */
export function lintOtherExtensions({ findings, scanned }: ListToLint): void {
  for (const { critical, oid } of scanned.extensions) {
    if (critical && !KNOWN.has(oid)) {
      const message = `the critical extension ${oid} is not known, which forbids the use of the list`;
      findings.add('critical_extension_unknown', message);
    }
    if (oid === NEXT_CRL_PUBLISH)
      findings.add(
        'next_crl_publish',
        'Next CRL Publish: Microsoft asks for it, BR 7.2.2 does not recommend it',
      );
    else if (isOther(oid))
      findings.add('extension_not_recommended', `the extension ${oid} is not recommended`);
  }
}

function isOther(oid: Extension['oid']): boolean {
  return (
    !RECOMMENDED.has(oid) && oid !== EXTENSION_OIDS.deltaCRLIndicator && oid !== EXTENSION_OIDS.freshestCRL
  );
}

const CRL_NUMBER_LIMIT = 1n << 159n;
const NEXT_CRL_PUBLISH = '1.3.6.1.4.1.311.21.4';
const ISSUER_ALT_NAME = '2.5.29.18';
const RECOMMENDED: ReadonlySet<string> = new Set([
  EXTENSION_OIDS.authorityKeyIdentifier,
  EXTENSION_OIDS.cRLNumber,
  EXTENSION_OIDS.issuingDistributionPoint,
]);
/** What RFC 5280 5.2 names. */
const KNOWN: ReadonlySet<string> = new Set([
  ...RECOMMENDED,
  EXTENSION_OIDS.deltaCRLIndicator,
  EXTENSION_OIDS.freshestCRL,
  EXTENSION_OIDS.authorityInfoAccess,
  ISSUER_ALT_NAME,
]);
