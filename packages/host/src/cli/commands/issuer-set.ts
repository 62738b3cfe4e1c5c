import type { Command } from 'commander';
import { LancreError } from '../../errors/lancre-error.ts';
import type { Issuer } from '../../issuer/issuer.ts';
import {
  type HostCommandOptions,
  printResult,
  requireIssuer,
  withHostOptions,
  withHostStore,
} from '../command-tools.ts';
import type { CliContext } from '../context.ts';
import type { HostStore } from '../host-store.ts';
import { issuerJson, issuerLines } from '../issuer-description.ts';
import { changedPolicy, type IssuerPolicyOptions, withPolicyOptions } from '../issuer-policy-options.ts';
import { requireProfile } from '../profile-check.ts';
import { readCertificates } from '../read-files.ts';

interface SetOptions extends HostCommandOptions, IssuerPolicyOptions {
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
    .argument('<name>');
  withPolicyOptions(command, 'set')
    .option(
      '--request-signers <file>',
      'answer only OCSP requests signed by these certificates, or by theirs',
    )
    .option('--no-request-signers', 'answer everybody')
    .action(async (name: string, options: SetOptions) => {
      await withHostStore(context, options, async (store, { address }) => {
        const present = requireIssuer(store.issuers, name);
        const changed = await changedIssuer(context, present, options);
        requireProfile(changed);
        requireListsThatAreInUse(store, present, changed);
        await store.issuers.updateIssuer(changed);
        printResult(context, options, issuerJson(changed, store, address), issuerLines(changed, store));
      });
    });
}

async function changedIssuer(context: CliContext, present: Issuer, options: SetOptions): Promise<Issuer> {
  const { requestSigners, ...rest } = present;
  const policy = changedPolicy(present.policy, options);
  if (options.requestSigners === false) return { ...rest, policy };
  const wanted =
    options.requestSigners === undefined
      ? requestSigners
      : await readCertificates(context.folder, options.requestSigners);
  return wanted === undefined ? { ...rest, policy } : { ...rest, policy, requestSigners: wanted };
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
