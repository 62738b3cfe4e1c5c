import { formatName } from '@lancre/pki/certificate';
import type { Command } from 'commander';
import { LancreError } from '../../errors/lancre-error.ts';
import type { Issuer } from '../../issuer/issuer.ts';
import { type NamedCertificate, requireAdmissibleIssuer } from '../../issuer/issuer-admission.ts';
import { defaultIssuerPolicy } from '../../issuer/issuer-policy.ts';
import { publishIssuer } from '../../publish/issuer-publisher.ts';
import { loadSigner } from '../../storage/signer-loader.ts';
import {
  collect,
  type HostCommandOptions,
  printResult,
  withHostOptions,
  withHostStore,
} from '../command-tools.ts';
import type { CliContext } from '../context.ts';
import { type CrlSourceOptions, crlSourceOf, withCrlSourceOption } from '../crl-source/crl-source-option.ts';
import type { HostStore } from '../host-store.ts';
import { issuerJson, issuerUrlLines } from '../issuer/issuer-description.ts';
import {
  changedPolicy,
  type IssuerPolicyOptions,
  withPolicyOptions,
} from '../issuer/issuer-policy-options.ts';
import { type KeyOptions, keyReferenceOf, withKeyOptions } from '../issuer/key-option.ts';
import { requireProfile } from '../issuer/profile-check.ts';
import { readCertificates } from '../read-files.ts';

interface AddOptions extends HostCommandOptions, KeyOptions, IssuerPolicyOptions, CrlSourceOptions {
  readonly certificate: readonly string[];
  readonly requestSigners?: string;
}

/** `lancre issuer add` */
export function registerIssuerAdd(issuer: Command, context: CliContext): void {
  const command = withHostOptions(issuer.command('add'))
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
    );
  withKeyOptions(command, 'without it nothing is signed here');
  withCrlSourceOption(command, 'add');
  withPolicyOptions(command, 'add')
    .option(
      '--request-signers <file>',
      'answer only OCSP requests signed by these certificates, or by theirs',
    )
    .action(async (name: string, options: AddOptions) => {
      await withHostStore(context, options, async (store, { address }) => {
        const added = await addIssuer(context, store, name, options);
        printResult(context, options, issuerJson(added, store, address), [
          `${name} is added: ${formatName(added.certificates[0].subject)}`,
          '',
          'Its certificates should carry:',
          ...issuerUrlLines(added, address),
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
  const policy = changedPolicy(defaultIssuerPolicy, options);
  const certificates = await readNamedCertificates(context, options.certificate);
  const key = keyReferenceOf(context, options);
  const signer = key && (await loadSigner(key, context.environment));
  requireAdmissibleIssuer({ name, certificates, signer, keyPath: options.key });
  const [first, ...others] = certificates.map(({ certificate }) => certificate);
  if (first === undefined) throw new LancreError('input_invalid', 'an issuer needs at least one certificate');
  const keyed = { name, ...(key === undefined ? {} : { key }) };
  const crlSource = crlSourceOf(context, options, keyed);
  const added = {
    ...keyed,
    certificates: [first, ...others] as const,
    ...(crlSource === undefined ? {} : { crlSource }),
    policy,
    ...(options.requestSigners === undefined
      ? {}
      : { requestSigners: await readCertificates(context.folder, options.requestSigners) }),
  };
  requireProfile(added);
  const issuer = await store.issuers.addIssuer(added);
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
