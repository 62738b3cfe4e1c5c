import { open } from 'node:fs/promises';
import { resolve } from 'node:path';
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
import { startProgress } from '../progress.ts';
import { fileError } from '../read-files.ts';

type Format = 'openssl-index' | 'ndjson';

interface ImportCommandOptions extends HostCommandOptions {
  readonly format: Format;
  readonly issuer?: string;
}

/** `lancre import` */
export function registerImport(
  program: Command,
  context: CliContext,
  setExitCode: (code: ExitCode) => void,
): void {
  withHostOptions(program.command('import'))
    .summary("take in certificates from a CA's records")
    .description(
      'Takes in the certificates of a file. What is good is taken in and durable, batch by batch; what is not is ' +
        'listed with its line, and the exit status is 65. Nothing revoked becomes good by an import. Running it ' +
        'again resumes it, or brings in what is new.',
    )
    .argument('<file>', 'the file; - for standard input')
    .addOption(
      new Option(
        '--format <format>',
        'openssl-index: the index.txt of openssl ca, easy-rsa; ndjson: one JSON object a line',
      )
        .choices(['openssl-index', 'ndjson'])
        .makeOptionMandatory(),
    )
    .option('--issuer <name>', 'the issuer of the certificates; NDJSON lines may name their own')
    .action(async (file: string, options: ImportCommandOptions) => {
      const report = await importFile(context, file, options);
      printResult(context, options, report, describe(report, file));
      if (report.refused > 0) setExitCode(exitCodes.dataRefused);
    });
}

async function importFile(
  context: CliContext,
  file: string,
  options: ImportCommandOptions,
): Promise<ImportReport> {
  return withHostStore(context, options, async (store) => {
    if (options.issuer === undefined && options.format === 'openssl-index') {
      throw new LancreError(
        'input_invalid',
        'an index.txt does not say whose it is: name the issuer with --issuer',
      );
    }
    const issuers = new Map(store.issuers.listIssuers().map((issuer) => [issuer.name, issuer]));
    const issuer = options.issuer === undefined ? undefined : requireIssuer(store.issuers, options.issuer);
    const input = await openInput(context, file);
    const progress = startProgress(context, 'import', input.octets);
    try {
      return await runImport({
        store: store.statuses,
        chunks: counted(input.chunks, (octets) => progress.advance(octets)),
        parser: parsers[options.format],
        issuer,
        issuerByName: (name) => issuers.get(name),
        now: context.now(),
        onProgress: (report) => progress.note(`${report.lines} lines`),
      });
    } finally {
      progress.stop();
    }
  });
}

async function openInput(
  context: CliContext,
  file: string,
): Promise<{ readonly chunks: AsyncIterable<Uint8Array>; readonly octets: number | undefined }> {
  if (file === '-') return { chunks: process.stdin, octets: undefined };
  const path = resolve(context.folder, file);
  try {
    // Opened here, so that what cannot be read is told before anything is begun.
    const handle = await open(path);
    const facts = await handle.stat();
    if (!facts.isDirectory()) {
      return { chunks: handle.createReadStream({ highWaterMark: 1 << 20 }), octets: facts.size };
    }
    await handle.close();
  } catch (cause) {
    throw fileError(file, cause);
  }
  throw new LancreError('file_unreadable', `${file} is a folder`);
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

const parsers: Readonly<Record<Format, LineParser>> = {
  'openssl-index': parseOpensslIndexLine,
  ndjson: parseNdjsonLine,
};
