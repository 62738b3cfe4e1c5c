import { rootCertificates } from 'node:tls';
import { type Certificate, decodeCertificates } from '@lancre/pki/certificate';
import { type CheckPolicy, type CheckReport, checkCertificate } from '@lancre/pki/client';
import { type Command, Option } from 'commander';
import { describeReport, reportJson } from '../check-report-text.ts';
import { collect, printResult } from '../command-tools.ts';
import type { CliContext } from '../context.ts';
import { type ExitCode, exitCodes } from '../exit-codes.ts';
import { createHostCrypto } from '../host-crypto.ts';
import { parseInstant } from '../instant.ts';
import { readCertificates } from '../read-files.ts';

interface CheckOptions {
  readonly trust: readonly string[];
  readonly intermediate: readonly string[];
  readonly revocation: NonNullable<CheckPolicy['revocation']>;
  readonly order: NonNullable<CheckPolicy['order']>;
  readonly at?: string;
  readonly json?: true;
}

/** `lancre check` */
export function registerCheck(
  program: Command,
  context: CliContext,
  setExitCode: (code: ExitCode) => void,
): void {
  program
    .command('check')
    .summary('judge a certificate as a client would: chain, OCSP, CRL')
    .description(
      'Finds a path from the certificate to a trust anchor, fetching issuers that are missing, and asks the ' +
        'OCSP and CRL addresses in the certificates. What does not answer is never taken for good or revoked. ' +
        'Indirect CRLs are not understood yet: they end as undetermined, with the reason.',
    )
    .argument('<file>', 'the certificate: PEM, DER or p7c; further certificates in it serve as intermediates')
    .option(
      '--trust <file>',
      "trust anchors, also several times; default: Node's own (Mozilla's)",
      collect,
      [],
    )
    .option('--intermediate <file>', 'certificates that may lie on the path, also several times', collect, [])
    .addOption(
      new Option(
        '--revocation <policy>',
        'require = no verdict without evidence; prefer = unreachable is passed over',
      )
        .choices(['require', 'prefer', 'off'])
        .default('require'),
    )
    .addOption(
      new Option('--order <order>', 'which evidence is asked for; both = always both')
        .choices(['ocsp-first', 'crl-first', 'both'])
        .default('both'),
    )
    .option('--at <time>', 'judge for this time, such as 2026-11-02T10:00:00Z; default: now')
    .option('--json', 'print the report as JSON')
    .addHelpText('after', '\nExit status: 0 good, 1 revoked, 2 invalid, 3 undetermined; 64 wrong use.')
    .action(async (file: string, options: CheckOptions) => {
      const report = await check(context, file, options);
      printResult(context, options, reportJson(report), describeReport(report));
      setExitCode(exitCodeByVerdict[report.verdict]);
    });
}

async function check(context: CliContext, file: string, options: CheckOptions): Promise<CheckReport> {
  const [certificate, ...others] = await readCertificates(context.folder, file);
  if (certificate === undefined) throw new Error('readCertificates gives at least one');
  const { revocation, order } = options;
  return checkCertificate({
    certificate,
    intermediates: [...others, ...(await readAll(context, options.intermediate))],
    trustAnchors: await trustAnchors(context, options),
    at: options.at === undefined ? context.now() : parseInstant(options.at, '--at'),
    crypto: createHostCrypto(),
    fetch,
    clock: {
      now: () => performance.now(),
      deadline: (milliseconds) => AbortSignal.timeout(milliseconds),
    },
    // The addresses are asked at the wish of whoever runs this, inside their own network as well.
    policy: { revocation, order, addresses: 'any' },
  });
}

async function trustAnchors(context: CliContext, options: CheckOptions): Promise<readonly Certificate[]> {
  if (options.trust.length > 0) return readAll(context, options.trust);
  return rootCertificates.flatMap((pem) => decodeCertificates(pem));
}

async function readAll(context: CliContext, paths: readonly string[]): Promise<readonly Certificate[]> {
  const certificates: Certificate[] = [];
  for (const path of paths) certificates.push(...(await readCertificates(context.folder, path)));
  return certificates;
}

const exitCodeByVerdict: Readonly<Record<CheckReport['verdict'], ExitCode>> = {
  good: exitCodes.success,
  revoked: exitCodes.revoked,
  invalid: exitCodes.invalid,
  undetermined: exitCodes.undetermined,
};
