import { formatName } from '@lancre/pki/certificate';
import type { Command } from 'commander';
import { LancreError } from '../../errors/lancre-error.ts';
import { crlPath } from '../../issuer/public-address.ts';
import { withdrawIssuer } from '../../publish/issuer-publisher.ts';
import {
  type HostCommandOptions,
  printResult,
  requireIssuer,
  withHostOptions,
  withHostStore,
} from '../command-tools.ts';
import type { CliContext } from '../context.ts';
import { issuerJson, issuerLines, issuerUrlLines } from '../issuer/issuer-description.ts';
import { registerIssuerAdd } from './issuer-add.ts';
import { registerIssuerCompromise } from './issuer-compromise.ts';
import { registerIssuerResponder } from './issuer-responder.ts';
import { registerIssuerSet } from './issuer-set.ts';

/** `lancre issuer add|set|list|show|responder|compromise|remove` */
export function registerIssuer(program: Command, context: CliContext): void {
  const issuer = program.command('issuer').summary('the CAs this host speaks for');
  registerIssuerAdd(issuer, context);
  registerIssuerSet(issuer, context);
  registerList(issuer, context);
  registerShow(issuer, context);
  registerIssuerResponder(issuer, context);
  registerIssuerCompromise(issuer, context);
  registerRemove(issuer, context);
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
          issuers.map((each) => issuerJson(each, store, config.address)),
          lines.length === 0 ? ['no issuers yet: add one with "lancre issuer add"'] : lines,
        );
      });
    });
}

function registerShow(issuer: Command, context: CliContext): void {
  withHostOptions(issuer.command('show'))
    .summary('show a CA: certificates, keys, settings, URLs')
    .argument('<name>', 'the name of the CA')
    .action(async (name: string, options: HostCommandOptions) => {
      await withHostStore(context, options, async (store, { address }) => {
        const found = requireIssuer(store.issuers, name);
        printResult(context, options, issuerJson(found, store, address), [
          ...issuerLines(found, store),
          ...issuerUrlLines(found, address),
        ]);
      });
    });
}

function registerRemove(issuer: Command, context: CliContext): void {
  withHostOptions(issuer.command('remove'))
    .summary('remove a CA that has no certificates')
    .argument('<name>', 'the name of the CA')
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
