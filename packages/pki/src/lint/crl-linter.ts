import type { PkiError } from '../errors/pki-error.ts';
import type { CrlPart, ScannedCrl } from '../pki/crl-scanner.ts';
import { EXTENSION_OIDS } from '../pki/extension-oids.ts';
import { lintAlgorithm } from './algorithm-lints.ts';
import { lintDelta } from './delta-lints.ts';
import { EntryLints } from './entry-lints.ts';
import { lintAuthorityKeyIdentifier, lintCrlNumber, lintOtherExtensions } from './extension-lints.ts';
import { Findings } from './findings.ts';
import { lintIssuer } from './issuer-lints.ts';
import { lintIssuingPoint, statedScope } from './issuing-point-lints.ts';
import type { LintFinding } from './lint-finding.ts';
import { type CrlLintOptions, extensionOf, type ListToLint } from './list-to-lint.ts';
import { malformedLint } from './malformed-lint.ts';
import { lintSize } from './size-lints.ts';
import { lintTimes } from './time-lints.ts';

/**
 * Judges a CRL while it is scanned, in memory that grows with the list by 8 octets
 * for each of the first 6,291,456 serial numbers only (112 MiB at most). The signature is not checked.
 *
 * @example
 * const linter = new CrlLinter({ profile: 'cabf', scope: 'subscriber', issuerCertificate, now });
 * const scanner = new CrlScanner({
 *   onEntry: (octets, start, end) => linter.entry(octets, start, end),
 *   onTbs: (octets) => signature.update(octets),
 * });
 * for await (const chunk of file) scanner.push(chunk);
 * const findings = linter.finish(scanner.finish());
 */
export class CrlLinter {
  readonly #options: CrlLintOptions;
  readonly #entries: EntryLints;

  constructor(options: CrlLintOptions) {
    this.#options = options;
    this.#entries = new EntryLints(options.maximumTrackedSerials);
  }

  /** Takes the next entry, as {@link CrlScanHandler.onEntry} gets it. */
  entry(octets: Uint8Array, start: number, end: number): void {
    this.#entries.entry(octets, start, end);
  }

  /** All findings, the worst first. */
  finish(scanned: ScannedCrl): readonly LintFinding[] {
    const findings = new Findings(this.#options.profile);
    const list = { scanned, options: this.#options, findings };
    if (scanned.version !== 2) findings.add('version_not_2', 'the list is of version 1');
    lintAlgorithm(list);
    lintIssuer(list);
    lintAuthorityKeyIdentifier(list);
    const crlNumber = lintCrlNumber(list);
    lintOtherExtensions(list);
    lintDelta(list, crlNumber);
    lintScoped(list, this.#entries);
    lintSize(list);
    return findings.sorted();
  }

  /**
   * The findings on a list that {@link CrlScanner} refuses: the error, and what was seen of entries before it.
   *
   * @param part where the scan stood
   */
  refuse(error: PkiError, part: CrlPart): readonly LintFinding[] {
    const findings = new Findings(this.#options.profile);
    findings.add(malformedLint(error, part), `the list cannot be read on: ${error.message}`);
    const { scope } = this.#options;
    this.#entries.report(findings, { kind: 'unknown', isIndirect: true, scope, thisUpdate: undefined });
    return findings.sorted();
  }
}

/** What depends on the scope that the list states. */
function lintScoped(list: ListToLint, entries: EntryLints): void {
  const { findings, options, scanned } = list;
  const point = lintIssuingPoint(list);
  const scope = options.scope === 'unknown' ? statedScope(point) : options.scope;
  lintTimes(list, scope);
  if (scanned.revokedCertificates === 'present' && scanned.entryCount === 0)
    findings.add('revoked_certificates_empty', 'revokedCertificates is there and empty');
  entries.report(findings, {
    kind: extensionOf(list, EXTENSION_OIDS.deltaCRLIndicator) === undefined ? 'complete' : 'delta',
    isIndirect: point?.flags.indirectCRL === 'true',
    scope,
    thisUpdate: scanned.thisUpdate,
  });
}
