import { setTimeout as sleep } from 'node:timers/promises';
import type { Command } from 'commander';
import type { Issuer } from '../../issuer/issuer.ts';
import { CrlPublisher, type PublishOutcome } from '../../publish/crl-publisher.ts';
import { DisclosurePublisher } from '../../publish/disclosure.ts';
import { publishIssuer } from '../../publish/issuer-publisher.ts';
import type { PlannedList } from '../../publish/publication-plan.ts';
import { type HostCommandOptions, requireIssuer, withHostOptions, withHostStore } from '../command-tools.ts';
import type { CliContext } from '../context.ts';
import { type ExitCode, exitCodes } from '../exit-codes.ts';
import { createHostCrypto } from '../host-crypto.ts';
import { presignAnswers } from '../presign-answers.ts';
import { printPublicationPlan, printPublishOutcomes } from '../publish-report.ts';
import { LoadedSigners } from '../running/loaded-signers.ts';

interface PublishOptions extends HostCommandOptions {
  readonly ocsp?: true;
  readonly issuer?: string;
  readonly dryRun?: true;
  readonly newAddress?: true;
}

/** `lancre publish` */
export function registerPublish(
  program: Command,
  context: CliContext,
  setExitCode: (code: ExitCode) => void,
): void {
  withHostOptions(program.command('publish'))
    .summary('make the CRLs or OCSP answers that are due, now')
    .description(
      'Makes the CRLs that are due, as a running host does by itself; with --ocsp the OCSP answers of issuers ' +
        'that have them signed ahead. Safe beside a running host: numbers are taken in the store, and of two ' +
        'publishers the later gives way. Interrupted, it goes on where it was when it is run again.',
    )
    .option('--ocsp', 'sign the OCSP answers that are missing or due, of issuers added with --presign')
    .option('--issuer <name>', 'only the lists of this issuer')
    .option('--dry-run', 'only tell what is due')
    .option(
      '--new-address',
      'publish lists that name other URLs than those published now, which certificates may still name',
    )
    .action(async (options: PublishOptions) => {
      await withHostStore(context, options, async (store, { address }) => {
        if (options.ocsp) {
          const outcome = await presignAnswers(context, options, store, address);
          if (outcome === 'incomplete') setExitCode(exitCodes.internal);
          return;
        }
        const signers = new LoadedSigners({
          environment: context.environment,
          crypto: createHostCrypto(),
          now: context.now,
        });
        const publisher = new CrlPublisher({
          ...store,
          signers,
          address,
          crypto: createHostCrypto(),
          now: context.now,
          addresses: options.newAddress ? 'new' : 'kept',
        });
        const issuers = issuersOf(store.issuers.listIssuers(), options, () =>
          requireIssuer(store.issuers, options.issuer ?? ''),
        );
        if (options.dryRun)
          return printPublicationPlan(
            context,
            options,
            issuers.flatMap((issuer) => publisher.plan(issuer)),
          );
        await signers.load(issuers);
        const outcomes: PublishOutcome[] = [];
        for (const issuer of issuers) {
          await publishIssuer(store.artifacts, issuer);
          await waitUntilDue(context, publisher.plan(issuer));
          outcomes.push(...(await publisher.execute(issuer, publisher.plan(issuer))));
          await publisher.retire(issuer);
        }
        // Of all issuers, whichever lists were made: one file names them all.
        await new DisclosurePublisher({
          ...store,
          address,
          crypto: createHostCrypto(),
          now: context.now,
        }).publish(store.issuers.listIssuers());
        printPublishOutcomes(context, options, signers.problems, outcomes);
        const isWhole = signers.problems.length === 0 && outcomes.every(({ kind }) => kind !== 'failed');
        if (!isWhole) setExitCode(exitCodes.internal);
      });
    });
}

/** Two lists of a scope never share a second: what is due in less than one is waited for. */
async function waitUntilDue(context: CliContext, lists: readonly PlannedList[]): Promise<void> {
  const latest = Math.max(0, ...lists.map(({ notBefore }) => notBefore.getTime()));
  const milliseconds = latest - context.now().getTime();
  if (milliseconds > 0 && milliseconds <= 1000) await sleep(milliseconds);
}

/** Issuers whose key is elsewhere have nothing to publish here. */
function issuersOf(all: readonly Issuer[], options: PublishOptions, named: () => Issuer): readonly Issuer[] {
  const chosen = options.issuer === undefined ? all : [named()];
  return chosen.filter(({ key }) => key !== undefined);
}
