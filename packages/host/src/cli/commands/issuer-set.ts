import type { Command } from 'commander';
import { LancreError } from '../../errors/lancre-error.ts';
import { describeKey, type Issuer } from '../../issuer/issuer.ts';
import { requireKeyOf } from '../../issuer/issuer-admission.ts';
import { loadSigner } from '../../storage/signer-loader.ts';
import {
  type HostCommandOptions,
  printResult,
  requireIssuer,
  withHostOptions,
  withHostStore,
} from '../command-tools.ts';
import type { CliContext } from '../context.ts';
import { type CrlSourceOptions, crlSourceOf, withCrlSourceOption } from '../crl-source/crl-source-option.ts';
import type { HostStore } from '../host-store.ts';
import { issuerJson, issuerLines } from '../issuer/issuer-description.ts';
import {
  changedPolicy,
  type IssuerPolicyOptions,
  withPolicyOptions,
} from '../issuer/issuer-policy-options.ts';
import { type KeyOptions, keyReferenceOf, withKeyOptions } from '../issuer/key-option.ts';
import { requireProfile } from '../issuer/profile-check.ts';
import { readCertificates } from '../read-files.ts';

interface SetOptions
  extends HostCommandOptions,
    Omit<KeyOptions, 'key'>,
    IssuerPolicyOptions,
    CrlSourceOptions {
  /** `false` = `--no-key`. */
  readonly key?: string | false;
  /** `false` = `--no-request-signers`. */
  readonly requestSigners?: string | false;
}

/** `lancre issuer set` */
export function registerIssuerSet(issuer: Command, context: CliContext): void {
  const command = withHostOptions(issuer.command('set'))
    .summary("change a CA's settings")
    .description(
      'Changes what is told, and leaves the rest. A running host takes it up within a second; answers that ' +
        'would say something else now are made anew.',
    )
    .argument('<name>', 'the name of the CA');
  withKeyOptions(command, 'for the same key in another place').option(
    '--no-key',
    'the key is not here any more: sign nothing with it',
  );
  withCrlSourceOption(command, 'set');
  withPolicyOptions(command, 'set')
    .option(
      '--request-signers <file>',
      'answer only OCSP requests signed by these certificates, or by theirs',
    )
    .option('--no-request-signers', 'answer everybody')
    .action(async (name: string, options: SetOptions) => {
      await withHostStore(context, options, async (store, { address }) => {
        requireSomethingTold(options);
        const present = requireIssuer(store.issuers, name);
        const changed = await changedIssuer(context, present, options);
        requireProfile(changed);
        requireListsThatAreInUse(store, present, changed);
        await store.issuers.updateIssuer(changed);
        printResult(context, options, issuerJson(changed, store, address), issuerLines(changed, store));
      });
    });
}

function requireSomethingTold(options: SetOptions): void {
  const told = Object.keys(options).filter((option) => option !== 'config' && option !== 'json');
  if (told.length > 0) return;
  throw new LancreError('input_invalid', 'nothing to change is told: --help tells what there is');
}

async function changedIssuer(context: CliContext, present: Issuer, options: SetOptions): Promise<Issuer> {
  const { key: _key, requestSigners: _requestSigners, crlSource: before, ...rest } = present;
  const key = await changedKey(context, present, options);
  const requestSigners = await changedRequestSigners(context, present, options);
  const keyed = { ...rest, ...(key === undefined ? {} : { key }) };
  const crlSource = crlSourceOf(context, options, {
    ...keyed,
    ...(before === undefined ? {} : { crlSource: before }),
  });
  return {
    ...keyed,
    policy: changedPolicy(present.policy, options),
    ...(crlSource === undefined ? {} : { crlSource }),
    ...(requestSigners === undefined ? {} : { requestSigners }),
  };
}

/** The key may move, into a token for instance; another key would be another issuer (OREQ-14). */
async function changedKey(
  context: CliContext,
  { name, certificates, key }: Issuer,
  options: SetOptions,
): Promise<Issuer['key']> {
  const { key: told, ...passphrase } = options;
  const wanted = keyReferenceOf(context, { ...passphrase, ...(told ? { key: told } : {}) });
  if (told === false) return undefined;
  if (wanted === undefined) return key;
  const signer = await loadSigner(wanted, context.environment);
  requireKeyOf(certificates[0], signer, describeKey(wanted), `issuer ${name}`);
  return wanted;
}

async function changedRequestSigners(
  context: CliContext,
  { requestSigners }: Issuer,
  { requestSigners: told }: SetOptions,
): Promise<Issuer['requestSigners']> {
  if (told === undefined) return requestSigners;
  return told === false ? undefined : readCertificates(context.folder, told);
}

/** Certificates out there name the lists as they were: no address may come to nothing (SHD-07, BR 4.10.2). */
function requireListsThatAreInUse(store: HostStore, present: Issuer, changed: Issuer): void {
  const { assigned } = store.statuses.count(present.id);
  if (assigned === 0) return;
  const before = present.policy.crl;
  const after = changed.policy.crl;
  if (after.shards < before.shards) {
    throw new LancreError(
      'transition_refused',
      `--shards: ${present.name} has certificates on ${before.shards} shards; there can be more, but not fewer`,
    );
  }
  if (before.full === 'publish' && after.full === 'omit') {
    throw new LancreError(
      'transition_refused',
      `--no-full-crl: certificates of ${present.name} may name the full list, so it stays`,
    );
  }
}
