import { PkiError } from '../errors/pki-error.ts';
import type { Certificate } from '../pki/certificate.ts';
import { keyUsageOf } from '../pki/constraint-extensions.ts';
import { namesEqualBytes } from '../pki/name.ts';
import { formatName } from '../pki/name-format.ts';
import type { ListToLint } from './list-to-lint.ts';

/** Who issued the list, and whether that certificate may sign one. */
export function lintIssuer(list: ListToLint): void {
  const { findings, options, scanned } = list;
  if (scanned.issuer.rdns.length === 0) findings.add('issuer_empty', 'the issuer is an empty name');
  const { issuerCertificate } = options;
  if (issuerCertificate === undefined) return;
  lintName(list, issuerCertificate);
  if (!maySignLists(issuerCertificate))
    findings.add('issuer_without_crl_sign', 'keyUsage of the issuer certificate is without cRLSign');
}

/** Octet by octet (T-16): the same words in other string types are another name to many clients. */
function lintName({ findings, scanned }: ListToLint, { subject }: Certificate): void {
  if (namesEqualBytes(scanned.issuer, subject)) return;
  const ours = formatName(scanned.issuer);
  const theirs = formatName(subject);
  if (ours === theirs)
    findings.add('issuer_encoding', `the issuer ${ours} is not encoded as the subject of its certificate is`);
  else findings.add('issuer_mismatch', `the issuer is ${ours}, the certificate is of ${theirs}`);
}

function maySignLists(certificate: Certificate): boolean {
  try {
    return keyUsageOf(certificate)?.has('cRLSign') !== false;
  } catch (error) {
    if (error instanceof PkiError) return false;
    throw error;
  }
}
