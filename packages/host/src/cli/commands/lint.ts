import {
  type LintFinding,
  type LintProfile,
  type LintScope,
  lintCrl,
  lintCrlTransport,
  sortFindings,
} from '@lancre/pki/lint';
import { type Command, Option } from 'commander';
import { printResult } from '../command-tools.ts';
import type { CliContext } from '../context.ts';
import { type ExitCode, exitCodes } from '../exit-codes.ts';
import { createHostCrypto } from '../host-crypto.ts';
import { printable } from '../inspect/printable.ts';
import { parseInstant } from '../instant.ts';
import { type LintInput, readLintInput } from '../lint-input.ts';
import { countFindings, describeLintReport, type LintReport, lintReportJson } from '../lint-report-text.ts';
import { readCertificate } from '../read-files.ts';

interface LintOptions {
  readonly issuer?: string;
  readonly profile: LintReport['profile'];
  readonly scope?: Exclude<LintScope, 'unknown'>;
  readonly at?: string;
  readonly json?: true;
}

/** `lancre lint` */
export function registerLint(
  program: Command,
  context: CliContext,
  setExitCode: (code: ExitCode) => void,
): void {
  program
    .command('lint')
    .summary('hold a CRL of any CA against the rules')
    .description(
      'Holds a CRL against RFC 5280 or, as cabf, also against the Baseline Requirements and the rules of ' +
        'root programs, and tells each rule that is broken with its clause. Of a list that was fetched, the ' +
        'address and the way in which it was served are looked at, too.',
    )
    .argument('<list>', 'a file, - for standard input, or a URL; in DER or PEM')
    .option('--issuer <file>', "its CA's certificate: compare names and keys, check the signature")
    .addOption(
      new Option('--profile <profile>', 'private: RFC 5280; cabf: public TLS as well')
        .choices(['private', 'cabf'])
        .default('private'),
    )
    .addOption(
      new Option('--scope <scope>', 'whose certificates it lists; default: what it says itself').choices([
        'subscriber',
        'ca',
      ]),
    )
    .option('--at <time>', 'judge for this time, such as 2026-11-02T10:00:00Z; default: now')
    .option('--json', 'print the result as JSON')
    .addHelpText('after', '\nExit status: 0 no errors; 65 errors; 64 wrong use, or no CRL.')
    .action(async (list: string, options: LintOptions) => {
      const input = await readLintInput(list, { folder: context.folder, stdin: process.stdin });
      const report = await lint(context, input, options);
      const output = { ...context, stdout: (text: string) => context.stdout(printable(text, '\n')) };
      printResult(output, options, lintReportJson(report), describeLintReport(report));
      if (countFindings(report.findings).error > 0) setExitCode(exitCodes.dataRefused);
    });
}

async function lint(context: CliContext, input: LintInput, options: LintOptions): Promise<LintReport> {
  const { issuer, profile: name, scope = 'unknown' } = options;
  const at = options.at === undefined ? context.now() : parseInstant(options.at, '--at');
  const profile = profiles[name];
  const findings = await lintCrl(input.der, {
    profile,
    scope,
    issuerCertificate: issuer === undefined ? undefined : await readCertificate(context.folder, issuer),
    url: input.fetched?.url,
    now: at,
    crypto: createHostCrypto(),
  });
  const all = sortFindings([...findings, ...transportFindings(input, profile)]);
  return { source: input.source, profile: name, scope, at, findings: all };
}

function transportFindings({ fetched, form }: LintInput, profile: LintProfile): readonly LintFinding[] {
  return fetched === undefined ? [] : lintCrlTransport({ form, mediaType: fetched.mediaType }, profile);
}

const profiles: Readonly<Record<LintReport['profile'], LintProfile>> = { private: 'rfc5280', cabf: 'cabf' };
