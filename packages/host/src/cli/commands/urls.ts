import { type EvidenceAddresses, evidenceAddressesOf } from '@lancre/pki/client';
import { PkiError } from '@lancre/pki/errors';
import { parseSerialNumber, serialNumberToBytes } from '@lancre/pki/text';
import { type Command, Option } from 'commander';
import { LancreError } from '../../errors/lancre-error.ts';
import type { Issuer } from '../../issuer/issuer.ts';
import type { PublicAddress } from '../../issuer/public-address.ts';
import { lookUp } from '../../status/status-view.ts';
import { resolveCertificate } from '../certificate-argument.ts';
import {
  type HostCommandOptions,
  printResult,
  requireIssuer,
  withHostOptions,
  withHostStore,
} from '../command-tools.ts';
import type { CliContext } from '../context.ts';
import { createHostCrypto } from '../host-crypto.ts';
import type { HostStore } from '../host-store.ts';
import { type CaProgram, caSnippet, jsonPrograms } from '../urls/ca-snippets.ts';
import { type CertificateUrls, certificateUrls } from '../urls/certificate-urls.ts';
import { type ShardOfCertificate, shardOfCertificate } from '../urls/shard-of-certificate.ts';
import { differences, shardRule, urlsText } from '../urls/urls-text.ts';

interface UrlsOptions extends HostCommandOptions {
  readonly issuer?: string;
  readonly serial?: string;
  readonly format: 'text' | 'json' | CaProgram;
}

/** `lancre urls` */
export function registerUrls(program: Command, context: CliContext): void {
  withHostOptions(program.command('urls'))
    .summary('the URLs that certificates are to carry, for the CA')
    .description(
      "Prints the AIA and CDP addresses for the CA's own configuration: all issuers, or one. With shards " +
        'also the rule that gives the shard of a serial number, and the address of a certificate or serial.',
    )
    .argument('[certificate]', 'a file: what this certificate should carry, and whether it does')
    .option('--issuer <name>', 'only those of this issuer')
    .option('--serial <hex>', 'also the CRL address of this serial number')
    .addOption(
      new Option('--format <format>', 'lines to paste into the configuration of a CA')
        .choices(['text', 'json', 'openssl', 'easy-rsa', 'cfssl', 'step-ca'])
        .default('text'),
    )
    .action(async (certificate: string | undefined, options: UrlsOptions) => {
      await withHostStore(context, options, async (store, { address }) => {
        const { issuers, serialNumber, own } = await findSubject(context, store, certificate, options);
        print(
          context,
          options,
          issuers.map((issuer) => describe(store, address, issuer, serialNumber, own)),
        );
      });
    });
}

interface Subject {
  readonly issuers: readonly Issuer[];
  readonly serialNumber?: Uint8Array;
  /** What the certificate itself says. */
  readonly own?: EvidenceAddresses;
}

interface Description {
  readonly urls: CertificateUrls;
  readonly one: ShardOfCertificate | undefined;
  /** Undefined where no certificate was given. */
  readonly differences: readonly string[] | undefined;
}

async function findSubject(
  context: CliContext,
  store: HostStore,
  file: string | undefined,
  options: UrlsOptions,
): Promise<Subject> {
  if (file !== undefined && options.serial !== undefined)
    throw new LancreError('input_invalid', 'give either a certificate or --serial, not both');
  if (file !== undefined) {
    const found = await resolveCertificate(context, store, createHostCrypto(), file, options.issuer);
    const { issuer, serialNumber, certificate } = found;
    return {
      issuers: [issuer],
      serialNumber,
      ...(certificate === undefined ? {} : { own: evidenceAddressesOf(certificate) }),
    };
  }
  const issuers =
    options.issuer === undefined
      ? store.issuers.listIssuers()
      : [requireIssuer(store.issuers, options.issuer)];
  return options.serial === undefined ? { issuers } : { issuers, serialNumber: parseSerial(options.serial) };
}

function describe(
  store: HostStore,
  address: PublicAddress,
  issuer: Issuer,
  serialNumber: Uint8Array | undefined,
  own: EvidenceAddresses | undefined,
): Description {
  const urls = certificateUrls(issuer, address);
  if (serialNumber === undefined) return { urls, one: undefined, differences: undefined };
  const recorded = lookUp(store.statuses, issuer.id, serialNumber)?.shard;
  const one = shardOfCertificate(issuer, address, serialNumber, recorded);
  return { urls, one, differences: own && differences(urls, one, own) };
}

function print(context: CliContext, options: UrlsOptions, all: readonly Description[]): void {
  const format = options.json ? 'json' : options.format;
  if (format === 'json') {
    printResult(context, { json: true }, all.map(asJson), []);
    return;
  }
  if (all.length > 1 && jsonPrograms.has(format))
    throw new LancreError('input_invalid', `--format ${format} is for one issuer: say which with --issuer`);
  const blocks = all.map((each) => (format === 'text' ? textOf(each) : snippetOf(format, each)));
  const lines = blocks.flatMap((block, index) => (index === 0 ? block : ['', ...block]));
  printResult(context, {}, undefined, lines.length === 0 ? [noIssuers] : lines);
}

function textOf({ urls, one, differences: found }: Description): readonly string[] {
  const verdict = found?.length === 0 ? ['  The certificate carries all of these.'] : [];
  const faults = (found ?? []).map((line) => `  The certificate differs in ${line}`);
  return [...urlsText(urls, one), ...verdict, ...faults];
}

function snippetOf(program: CaProgram, { urls, one }: Description): readonly string[] {
  const snippet = caSnippet(program, urls);
  // The others have no shards.
  if (one === undefined || program !== 'openssl') return snippet;
  return [...snippet, `# SHARD=${one.shard} for the serial ${one.serialNumber}`];
}

function asJson({ urls, one, differences: found }: Description): Record<string, unknown> {
  return {
    ...urls,
    ...(urls.shards === 0 ? {} : { shardRule: shardRule(urls.shards) }),
    ...(one === undefined ? {} : { certificate: { ...one, differences: found } }),
  };
}

function parseSerial(text: string): Uint8Array {
  try {
    const serialNumber = parseSerialNumber(text);
    if (!serialNumber.startsWith('-') && serialNumber !== '00') return serialNumberToBytes(serialNumber);
  } catch (cause) {
    if (!(cause instanceof PkiError)) throw cause;
  }
  throw new LancreError('input_invalid', `--serial: "${text}" is not a positive number in hex`);
}

const noIssuers = 'no issuers yet: add one with "lancre issuer add"';
