import type { Command } from 'commander';
import { LancreError } from '../../errors/lancre-error.ts';
import {
  type HostCommandOptions,
  printResult,
  requireIssuer,
  withHostOptions,
  withHostStore,
} from '../command-tools.ts';
import type { CliContext } from '../context.ts';
import { formatInstant, parseInstant } from '../instant.ts';
import { issuerJson } from '../issuer/issuer-description.ts';

interface CompromiseOptions extends HostCommandOptions {
  readonly since: string;
  readonly yes?: true;
}

/** `lancre issuer compromise` */
export function registerIssuerCompromise(issuer: Command, context: CliContext): void {
  withHostOptions(issuer.command('compromise'))
    .summary("a CA's key is in other hands: OCSP says revoked of all its certificates")
    .description(
      'Says of every certificate of the CA that it is revoked for cACompromise (RFC 6960 2.7), save those that were ' +
        'revoked before. There is no way back. Purge "ocsp.NAME" from your CDN, and have the CA itself revoked.',
    )
    .argument('<name>', 'the name of the CA')
    .requiredOption(
      '--since <time>',
      'from when on, such as 2026-11-02T10:00:00Z; becomes the revocation time',
    )
    .option('--yes', 'that is what is wanted')
    .action(async (name: string, options: CompromiseOptions) => {
      await withHostStore(context, options, async (store, { address }) => {
        const found = requireIssuer(store.issuers, name);
        const since = parseInstant(options.since, '--since');
        if (since > context.now())
          throw new LancreError('input_invalid', `--since: ${formatInstant(since)} lies in the future`);
        const { assigned } = store.statuses.count(found.id);
        if (options.yes === undefined) {
          throw new LancreError(
            'input_invalid',
            `this says of all ${assigned} certificates of ${name}, for good, that they are revoked; say --yes if it is wanted`,
          );
        }
        // An earlier date stays: nobody is to trust again what was known to be bad.
        const earliest = new Date(
          Math.min(since.getTime(), found.compromise?.since.getTime() ?? since.getTime()),
        );
        const changed = { ...found, compromise: { since: earliest } };
        await store.issuers.updateIssuer(changed);
        printResult(context, options, issuerJson(changed, store, address), [
          `${name}: OCSP says of all ${assigned} certificates that they are revoked, since ${formatInstant(earliest)}`,
        ]);
      });
    });
}
