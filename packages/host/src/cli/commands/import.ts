import { type Command, Option } from 'commander';
import { LancreError } from '../../errors/lancre-error.ts';
import type { LineParser } from '../../sources/import-line.ts';
import { type ImportReport, runImport } from '../../sources/import-run.ts';
import { parseNdjsonLine } from '../../sources/ndjson.ts';
import { parseOpensslIndexLine } from '../../sources/openssl-index.ts';
import {
  type HostCommandOptions,
  printResult,
  requireIssuer,
  withHostOptions,
  withHostStore,
} from '../command-tools.ts';
import type { CliContext } from '../context.ts';
import { type ExitCode, exitCodes } from '../exit-codes.ts';
import type { HostStore } from '../host-store.ts';
import {
  type AnswerImport,
  answersJson,
  countOf,
  describeAnswers,
  importAnswers,
} from '../import/import-answers.ts';
import { countOutcomes, crlStatusChanges, crlsJson, describeCrls, importCrls } from '../import/import-crl.ts';
import { openInput } from '../import/import-input.ts';
import { startProgress } from '../progress.ts';
import type { StatusChange } from '../purge/purge-message.ts';
import { createPurgeHook } from '../purge/purge-setup.ts';

type LineFormat = 'openssl-index' | 'ndjson';

interface ImportCommandOptions extends HostCommandOptions {
  readonly format: LineFormat | 'ocsp-response' | 'crl';
  readonly issuer?: string;
}

/** `lancre import` */
export function registerImport(
  program: Command,
  context: CliContext,
  setExitCode: (code: ExitCode) => void,
): void {
  withHostOptions(program.command('import'))
    .summary("take in certificates from a CA's records, or answers and CRLs signed elsewhere")
    .description(
      'Takes in the certificates of a file. What is good is taken in and durable, batch by batch; what is not is ' +
        'listed with its line, and the exit status is 65. Nothing revoked becomes good by an import. Running it ' +
        'again resumes it, or brings in what is new. With ocsp-response, files hold OCSP answers that were signed ' +
        'elsewhere, such as with the key of an offline root: each is checked in full, and given until its ' +
        'nextUpdate. With crl, files hold lists signed elsewhere: each is checked in full and served, and its ' +
        'entries become records.',
    )
    .argument('<file...>', 'the file; - for standard input; several only of ocsp-response and crl')
    .addOption(
      new Option(
        '--format <format>',
        'openssl-index: the index.txt of openssl ca, easy-rsa; ndjson: one JSON object a line; ' +
          'ocsp-response: one OCSP answer a file, DER; crl: one list a file, DER or PEM',
      )
        .choices(['openssl-index', 'ndjson', 'ocsp-response', 'crl'])
        .makeOptionMandatory(),
    )
    .option(
      '--issuer <name>',
      'the issuer of the certificates; NDJSON lines may name their own; answers and lists of another are refused',
    )
    .action(async (files: readonly string[], options: ImportCommandOptions) => {
      const refused = await importAndPrint(context, files, options);
      if (refused > 0) setExitCode(exitCodes.dataRefused);
    });
}

/** @returns how much was refused */
async function importAndPrint(
  context: CliContext,
  files: readonly string[],
  options: ImportCommandOptions,
): Promise<number> {
  const { format } = options;
  if (format === 'ocsp-response') return importAndPrintAnswers(context, files, options);
  if (format === 'crl') return importAndPrintCrls(context, files, options);
  const [file = '', ...others] = files;
  if (others.length > 0) throw new LancreError('input_invalid', `${format} is taken in one file at a time`);
  const changes: StatusChange[] = [];
  const { report, config } = await withHostStore(context, options, async (store, config) => ({
    config,
    report: await importFile(context, store, { file, format, issuerName: options.issuer, changes }),
  }));
  const purge = await createPurgeHook(context, config).notify(changes);
  printResult(context, options, { ...report, purge }, describe(report, file));
  return report.refused;
}

async function importAndPrintAnswers(
  context: CliContext,
  files: readonly string[],
  options: ImportCommandOptions,
): Promise<number> {
  const { report, changes, config } = await withHostStore(context, options, async (store, config) => {
    const issuer = options.issuer === undefined ? undefined : requireIssuer(store.issuers, options.issuer);
    const report = await importAnswers(context, store, files, issuer);
    return { report, config, changes: takenAnswers(report, store) };
  });
  const purge = await createPurgeHook(context, config).notify(changes);
  printResult(context, options, { ...answersJson(report), purge }, describeAnswers(report));
  return countOf(report, 'refused');
}

async function importAndPrintCrls(
  context: CliContext,
  files: readonly string[],
  options: ImportCommandOptions,
): Promise<number> {
  const { report, config } = await withHostStore(context, options, async (store, config) => {
    const issuer = options.issuer === undefined ? undefined : requireIssuer(store.issuers, options.issuer);
    const { address } = config;
    return { config, report: await importCrls(context, { store, address }, files, issuer) };
  });
  const changes = report.flatMap(({ outcome }) => crlStatusChanges(outcome));
  const purge = await createPurgeHook(context, config).notify(changes);
  const { address } = config;
  printResult(context, options, { ...crlsJson(report, address), purge }, describeCrls(report, address));
  return countOutcomes(report, 'refused');
}

/** Each may take the place of one that a cache has. */
function takenAnswers(report: readonly AnswerImport[], store: HostStore): readonly StatusChange[] {
  return report.flatMap(({ outcome }) =>
    outcome.kind === 'taken'
      ? [{ issuer: requireIssuer(store.issuers, outcome.issuerName), serialNumber: outcome.serialNumber }]
      : [],
  );
}

interface FileImport {
  readonly file: string;
  readonly format: LineFormat;
  readonly issuerName: string | undefined;
  /** Gathers the known certificates that came revoked. */
  readonly changes: StatusChange[];
}

async function importFile(
  context: CliContext,
  store: HostStore,
  { file, format, issuerName, changes }: FileImport,
): Promise<ImportReport> {
  if (issuerName === undefined && format === 'openssl-index') {
    throw new LancreError(
      'input_invalid',
      'an index.txt does not say whose it is: name the issuer with --issuer',
    );
  }
  const issuers = new Map(store.issuers.listIssuers().map((issuer) => [issuer.name, issuer]));
  const issuer = issuerName === undefined ? undefined : requireIssuer(store.issuers, issuerName);
  const byId = new Map([...issuers.values()].map((each) => [each.id, each]));
  const input = await openInput(context, file);
  const progress = startProgress(context, 'import', input.octets);
  try {
    return await runImport({
      store: store.statuses,
      chunks: counted(input.chunks, (octets) => progress.advance(octets)),
      parser: parsers[format],
      issuer,
      issuerByName: (name) => issuers.get(name),
      now: context.now(),
      onRevoked: (issuerId, serialNumber) => {
        const of = byId.get(issuerId);
        if (of !== undefined) changes.push({ issuer: of, serialNumber });
      },
      onProgress: (report) => progress.note(`${report.lines} lines`),
    });
  } finally {
    progress.stop();
  }
}

async function* counted(
  chunks: AsyncIterable<Uint8Array>,
  count: (octets: number) => void,
): AsyncIterable<Uint8Array> {
  for await (const chunk of chunks) {
    yield chunk;
    count(chunk.length);
  }
}

function describe(report: ImportReport, file: string): string[] {
  const { lines, added, revoked, unchanged, differing, refused, refusals } = report;
  return [
    `${lines} lines: ${added} new, ${revoked} newly revoked, ${unchanged} known, ${refused} refused`,
    ...(differing === 0
      ? []
      : [`${differing} came with another revocation date or reason than the one on record, which stays`]),
    ...refusals.map(({ line, field, reason }) => `${file}:${line}: ${field}: ${reason}`),
    ...(refused > refusals.length ? [`… and ${refused - refusals.length} more`] : []),
  ];
}

const parsers: Readonly<Record<LineFormat, LineParser>> = {
  'openssl-index': parseOpensslIndexLine,
  ndjson: parseNdjsonLine,
};
