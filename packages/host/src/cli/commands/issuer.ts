import { resolve } from 'node:path';
import { formatName } from '@lancre/pki/certificate';
import { type Command, InvalidArgumentError, Option } from 'commander';
import { LancreError } from '../../errors/lancre-error.ts';
import { describeKey, type Issuer, type KeyReference } from '../../issuer/issuer.ts';
import { type NamedCertificate, requireAdmissibleIssuer } from '../../issuer/issuer-admission.ts';
import {
  defaultIssuerPolicy,
  type IssuerPolicy,
  type UnknownSerialAnswer,
} from '../../issuer/issuer-policy.ts';
import { crlPath, crlUrl, issuerUrl, ocspUrl, type PublicAddress } from '../../issuer/public-address.ts';
import { publishIssuer, withdrawIssuer } from '../../publish/issuer-publisher.ts';
import { loadSigner } from '../../storage/signer-loader.ts';
import {
  collect,
  formatFields,
  type HostCommandOptions,
  printResult,
  requireIssuer,
  withHostOptions,
  withHostStore,
} from '../command-tools.ts';
import type { CliContext } from '../context.ts';
import { formatDuration, parseDuration } from '../duration.ts';
import type { HostStore } from '../host-store.ts';
import { formatInstant } from '../instant.ts';
import { readCertificates } from '../read-files.ts';

interface AddOptions extends HostCommandOptions {
  readonly certificate: readonly string[];
  readonly key?: string;
  readonly passphraseFile?: string;
  readonly passphraseEnv?: string;
  readonly shards: number;
  readonly fullCrl: boolean;
  readonly ocspValidity: string;
  readonly crlValidity: string;
  readonly crlPeriod: string;
  readonly unknownSerial: UnknownSerialAnswer;
  readonly nonce: IssuerPolicy['ocsp']['nonce'];
}

/** `lancre issuer add|list|show|remove` */
export function registerIssuer(program: Command, context: CliContext): void {
  const issuer = program.command('issuer').summary('the CAs this host speaks for');
  registerAdd(issuer, context);
  registerList(issuer, context);
  registerShow(issuer, context);
  registerRemove(issuer, context);
}

function registerAdd(issuer: Command, context: CliContext): void {
  withHostOptions(issuer.command('add'))
    .summary('add a CA: its certificate, and the key that signs statuses')
    .description(
      'Adds a CA. The key stays where it is; only the control process reads it. Cross-certificates (same ' +
        'subject and key, another issuer) are given with further --certificate options.',
    )
    .argument('<name>', 'its label in URLs, such as e1')
    .requiredOption(
      '--certificate <file>',
      'PEM, DER or p7c; the first one is served at the bare URL, cross-signs follow',
      collect,
    )
    .option('--key <file>', 'private key in PEM, plain or encrypted; without it nothing is signed here')
    .option('--passphrase-file <file>', 'file that holds the pass phrase of the key')
    .option('--passphrase-env <variable>', 'environment variable that holds the pass phrase of the key')
    .option('--shards <n>', 'spread CRLs over n shards; 0 = one full list', parseShards, 0)
    .option('--no-full-crl', 'with shards: publish no full list beside them')
    .option('--ocsp-validity <duration>', 'nextUpdate - thisUpdate of OCSP answers', '96h')
    .option('--crl-validity <duration>', 'nextUpdate - thisUpdate of CRLs', '216h')
    .option('--crl-period <duration>', 'issue CRLs anew after this time at the latest', '1h')
    .addOption(
      new Option('--unknown-serial <answer>', 'what a serial never assigned gets; never "good"')
        .choices(['unauthorized', 'unknown', 'extended-revoke'])
        .default('unauthorized'),
    )
    .addOption(
      new Option('--nonce <policy>', 'echo: sign anew for every question with a nonce, and keep nothing')
        .choices(['ignore', 'echo'])
        .default('ignore'),
    )
    .action(async (name: string, options: AddOptions) => {
      await withHostStore(context, options, async (store, config) => {
        const added = await addIssuer(context, store, name, options);
        printResult(context, options, describe(added, store, config.address), [
          `${name} is added: ${formatName(added.certificates[0].subject)}`,
          '',
          'Its certificates should carry:',
          ...urlLines(added, config.address),
        ]);
      });
    });
}

/** Checks everything before anything is written. */
async function addIssuer(
  context: CliContext,
  store: HostStore,
  name: string,
  options: AddOptions,
): Promise<Issuer> {
  const policy = policyOf(options);
  const certificates = await readNamedCertificates(context, options.certificate);
  const key = keyReferenceOf(context, options);
  const signer = key && (await loadSigner(key, context.environment));
  requireAdmissibleIssuer({ name, certificates, signer, keyPath: options.key });
  const [first, ...others] = certificates.map(({ certificate }) => certificate);
  if (first === undefined) throw new LancreError('input_invalid', 'an issuer needs at least one certificate');
  const issuer = await store.issuers.addIssuer({
    name,
    certificates: [first, ...others],
    ...(key === undefined ? {} : { key }),
    policy,
  });
  await publishIssuer(store.artifacts, issuer);
  return issuer;
}

async function readNamedCertificates(
  context: CliContext,
  paths: readonly string[],
): Promise<readonly NamedCertificate[]> {
  const named: NamedCertificate[] = [];
  for (const path of paths) {
    for (const certificate of await readCertificates(context.folder, path)) named.push({ certificate, path });
  }
  return named;
}

function keyReferenceOf(context: CliContext, options: AddOptions): KeyReference | undefined {
  const { key, passphraseFile, passphraseEnv } = options;
  if (passphraseFile !== undefined && passphraseEnv !== undefined) {
    throw new LancreError('input_invalid', 'give either --passphrase-file or --passphrase-env, not both');
  }
  if (key === undefined) {
    if (passphraseFile === undefined && passphraseEnv === undefined) return undefined;
    throw new LancreError('input_invalid', 'a pass phrase is given, but no --key that it could open');
  }
  const path = resolve(context.folder, key);
  if (passphraseFile !== undefined) {
    return { path, passphrase: { from: 'file', path: resolve(context.folder, passphraseFile) } };
  }
  if (passphraseEnv !== undefined)
    return { path, passphrase: { from: 'environment', variable: passphraseEnv } };
  return { path };
}

function policyOf(options: AddOptions): IssuerPolicy {
  // Less one second: a validity counts both its ends (BR 4.9.9, T-18).
  const inclusive = (text: string, what: string): number => parseDuration(text, what) - 1;
  const policy: IssuerPolicy = {
    profile: 'private',
    ocsp: {
      ...defaultIssuerPolicy.ocsp,
      validitySeconds: inclusive(options.ocspValidity, '--ocsp-validity'),
      unknownSerial: options.unknownSerial,
      nonce: options.nonce,
    },
    crl: {
      validitySeconds: inclusive(options.crlValidity, '--crl-validity'),
      periodSeconds: parseDuration(options.crlPeriod, '--crl-period'),
      shards: options.shards,
      full: options.fullCrl ? 'publish' : 'omit',
    },
  };
  requireSensible(policy);
  return policy;
}

function requireSensible({ ocsp, crl }: IssuerPolicy): void {
  const refuse = (message: string): never => {
    throw new LancreError('input_invalid', message);
  };
  if (ocsp.validitySeconds < 60) refuse('--ocsp-validity: below a minute clients could not use the answers');
  if (crl.validitySeconds < 60) refuse('--crl-validity: below a minute clients could not use the lists');
  if (crl.periodSeconds < 1) refuse('--crl-period: at least 1s');
  if (crl.periodSeconds * 2 > crl.validitySeconds) {
    refuse('--crl-period: at most half of --crl-validity, so that one failure lets no list expire');
  }
  if (crl.shards === 0 && crl.full === 'omit')
    refuse('--no-full-crl needs --shards: there would be no list at all');
}

function registerList(issuer: Command, context: CliContext): void {
  withHostOptions(issuer.command('list'))
    .summary('list the CAs')
    .action(async (options: HostCommandOptions) => {
      await withHostStore(context, options, async (store, config) => {
        const issuers = store.issuers.listIssuers();
        const lines = issuers.map((each) => {
          const { assigned, listed } = store.statuses.count(each.id);
          return `${each.name.padEnd(12)} ${String(assigned).padStart(11)} certificates ${String(listed).padStart(9)} revoked  ${formatName(each.certificates[0].subject)}`;
        });
        printResult(
          context,
          options,
          issuers.map((each) => describe(each, store, config.address)),
          lines.length === 0 ? ['no issuers yet: add one with "lancre issuer add"'] : lines,
        );
      });
    });
}

function registerShow(issuer: Command, context: CliContext): void {
  withHostOptions(issuer.command('show'))
    .summary('show a CA: certificates, key, policy, URLs')
    .argument('<name>')
    .action(async (name: string, options: HostCommandOptions) => {
      await withHostStore(context, options, async (store, config) => {
        const found = requireIssuer(store.issuers, name);
        const { assigned, listed } = store.statuses.count(found.id);
        const { ocsp, crl } = found.policy;
        printResult(context, options, describe(found, store, config.address), [
          ...formatFields([
            ['name', found.name],
            ...found.certificates.map(
              (each, index) =>
                [
                  index === 0 ? 'certificate' : 'cross-sign',
                  `${formatName(each.subject)}, issued by ${formatName(each.issuer)}, until ${formatInstant(each.notAfter)}`,
                ] as const,
            ),
            ['key', found.key === undefined ? 'none: statuses are signed elsewhere' : describeKey(found.key)],
            ['certificates', `${assigned}, of which ${listed} revoked`],
            [
              'OCSP',
              `valid ${formatDuration(ocsp.validitySeconds + 1)}; unknown serials: ${ocsp.unknownSerial}; nonces: ${ocsp.nonce}`,
            ],
            [
              'CRL',
              `valid ${formatDuration(crl.validitySeconds + 1)}; anew every ${formatDuration(crl.periodSeconds)}; ${crl.shards} shards; full list: ${crl.full}`,
            ],
          ]),
          ...urlLines(found, config.address),
        ]);
      });
    });
}

function registerRemove(issuer: Command, context: CliContext): void {
  withHostOptions(issuer.command('remove'))
    .summary('remove a CA that has no certificates')
    .argument('<name>')
    .action(async (name: string, options: HostCommandOptions) => {
      await withHostStore(context, options, async (store) => {
        const found = requireIssuer(store.issuers, name);
        const { assigned } = store.statuses.count(found.id);
        if (assigned > 0) {
          throw new LancreError(
            'transition_refused',
            `${name} has ${assigned} certificates: their URLs must go on working (BR 4.10.2)`,
          );
        }
        await store.issuers.removeIssuer(name);
        await withdrawIssuer(store.artifacts, name);
        for (const shard of store.publications.publishedShards(found.id)) {
          await store.artifacts.withdraw(crlPath(name, shard));
        }
        printResult(context, options, { removed: name }, [`${name} is removed`]);
      });
    });
}

function urlLines(issuer: Issuer, address: PublicAddress): string[] {
  const { shards } = issuer.policy.crl;
  return formatFields([
    ['  AIA OCSP', ocspUrl(address, issuer.name)],
    ['  AIA caIssuers', issuerUrl(address, issuer.name)],
    ...(shards === 0
      ? ([['  CDP', crlUrl(address, issuer.name, 0)]] as const)
      : ([
          [
            '  CDP',
            `${crlUrl(address, issuer.name, shards).replace(`${shards}.crl`, 'SHARD.crl')} (SHARD = serial mod ${shards} + 1)`,
          ],
        ] as const)),
  ]);
}

function describe(issuer: Issuer, store: HostStore, address: PublicAddress): Record<string, unknown> {
  const shards = Array.from({ length: issuer.policy.crl.shards }, (_, index) =>
    crlUrl(address, issuer.name, index + 1),
  );
  return {
    id: issuer.id,
    name: issuer.name,
    subject: formatName(issuer.certificates[0].subject),
    certificates: issuer.certificates.map((each) => ({
      issuer: formatName(each.issuer),
      serialNumber: each.serialNumber,
      notAfter: formatInstant(each.notAfter),
    })),
    key: issuer.key && describeKey(issuer.key),
    policy: issuer.policy,
    counts: store.statuses.count(issuer.id),
    urls: {
      ocsp: ocspUrl(address, issuer.name),
      issuer: issuerUrl(address, issuer.name),
      crl: issuer.policy.crl.full === 'publish' ? crlUrl(address, issuer.name, 0) : undefined,
      shards,
    },
  };
}

function parseShards(text: string): number {
  const value = Number(text);
  if (/^\d+$/.test(text) && value <= 65_535) return value;
  throw new InvalidArgumentError('a number from 0 to 65535.');
}
