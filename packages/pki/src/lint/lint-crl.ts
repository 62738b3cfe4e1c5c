import type { CryptoProvider } from '../crypto/crypto-provider.ts';
import { readDerHead } from '../encoding/read-der.ts';
import { PkiError } from '../errors/pki-error.ts';
import { CrlScanner, type ScannedCrl } from '../pki/crl-scanner.ts';
import { CrlLinter } from './crl-linter.ts';
import { Findings, sortFindings } from './findings.ts';
import type { LintFinding } from './lint-finding.ts';
import type { CrlLintOptions } from './list-to-lint.ts';

/** How a list in memory is judged. */
export interface CrlLintRun extends CrlLintOptions {
  /** With it and the issuer's certificate, the signature is checked as well. */
  readonly crypto?: Pick<CryptoProvider, 'verify'> | undefined;
}

/**
 * All lints on a CRL in DER. Never rejects on any octets: what cannot be read is a finding.
 *
 * @returns the findings, the worst first; none when nothing is wrong
 *
 * @example
 * const findings = await lintCrl(body, { profile: 'cabf', scope: 'subscriber', url, issuerCertificate, crypto });
 * for (const { id, message } of findings) console.log(id, message);
 */
export async function lintCrl(der: Uint8Array, run: CrlLintRun): Promise<readonly LintFinding[]> {
  const linter = new CrlLinter(run);
  const scanner = new CrlScanner({
    onEntry: (octets, start, end) => linter.entry(octets, start, end),
    onTbs: () => undefined,
  });
  try {
    scanner.push(der);
    const scanned = scanner.finish();
    return sortFindings([...linter.finish(scanned), ...(await lintSignature(der, scanned, run))]);
  } catch (error) {
    if (error instanceof PkiError) return linter.refuse(error, scanner.part);
    throw error;
  }
}

async function lintSignature(
  der: Uint8Array,
  { signature, signatureAlgorithm }: ScannedCrl,
  { crypto, issuerCertificate, profile }: CrlLintRun,
): Promise<readonly LintFinding[]> {
  if (crypto === undefined || issuerCertificate === undefined) return [];
  const findings = new Findings(profile);
  const verdict = await crypto.verify({
    algorithm: signatureAlgorithm,
    subjectPublicKeyInfoDer: issuerCertificate.subjectPublicKeyInfo.der,
    message: readDerHead(der, 1, 'CertificateList', (reader) => reader.sequenceElement('tbsCertList')).value,
    signature,
  });
  if (verdict === 'invalid')
    findings.add('signature_invalid', 'the signature is not by the key of the issuer certificate');
  if (verdict === 'unsupported')
    findings.add(
      'signature_unsupported',
      'the signature was not checked: its algorithm or the key is not taken',
    );
  return findings.sorted();
}
