import { resolve } from 'node:path';
import { type Command, InvalidArgumentError } from 'commander';
import { LancreError } from '../../errors/lancre-error.ts';
import { type HostCommandOptions, printResult, withHostOptions } from '../command-tools.ts';
import { type Config, loadConfig } from '../config.ts';
import type { CliContext } from '../context.ts';
import { examineHost } from '../doctor/examine-host.ts';
import { type Finding, Findings, worstOf } from '../doctor/finding.ts';
import { findingsText } from '../doctor/findings-text.ts';
import { PublicClient } from '../doctor/public-client.ts';
import type { Scene } from '../doctor/scene.ts';
import { type ExitCode, exitCodes } from '../exit-codes.ts';
import { createHostCrypto } from '../host-crypto.ts';
import { type HostStore, openHostStore } from '../host-store.ts';
import { listFreshness } from '../running/list-freshness.ts';

interface DoctorOptions extends HostCommandOptions {
  readonly url?: URL;
}

/** `lancre doctor` */
export function registerDoctor(
  program: Command,
  context: CliContext,
  setExitCode: (code: ExitCode) => void,
): void {
  withHostOptions(program.command('doctor'))
    .summary('look for what is wrong, or soon will be')
    .description(
      'Looks at configuration, data folder, keys, certificates, the freshness and size of every list, the clock ' +
        'and the running host; then fetches CRLs, issuer certificates and an OCSP answer from the public URLs, ' +
        'as a client does. It changes nothing.',
    )
    .option('--url <base>', 'ask there, in the place of what the public names resolve to', parseOrigin)
    .addHelpText('after', '\nExit status: 0 nothing is bad, warnings or not; 70 something is; 64 wrong use.')
    .action(async (options: DoctorOptions) => {
      const findings = await examine(context, options);
      const verdict = worstOf(findings);
      printResult(context, options, { verdict, findings }, findingsText(findings));
      if (verdict === 'bad') setExitCode(exitCodes.internal);
    });
}

/** What cannot be opened is a finding too, and the end. */
async function examine(context: CliContext, options: DoctorOptions): Promise<readonly Finding[]> {
  const config = await attempt('configuration', () => loadConfig(resolve(context.folder, options.config)));
  if (config.kind === 'failed') return config.findings;
  const store = await attempt('data folder', () => openHostStore(config.opened.dataFolder));
  if (store.kind === 'failed') return store.findings;
  try {
    return await examineHost(sceneOf(context, options, config.opened, store.opened));
  } finally {
    await store.opened.close();
  }
}

function sceneOf(context: CliContext, options: DoctorOptions, config: Config, store: HostStore): Scene {
  const issuers = store.issuers.listIssuers();
  return {
    config,
    store,
    issuers,
    lists: listFreshness(issuers, store.publications),
    now: context.now(),
    environment: context.environment,
    crypto: createHostCrypto(),
    client: new PublicClient({ listen: config.listen, origin: options.url }),
  };
}

type Attempt<T> =
  | { readonly kind: 'opened'; readonly opened: T }
  | { readonly kind: 'failed'; readonly findings: readonly Finding[] };

async function attempt<T>(name: string, action: () => Promise<T>): Promise<Attempt<T>> {
  try {
    return { kind: 'opened', opened: await action() };
  } catch (error) {
    if (!(error instanceof LancreError)) throw error;
    const findings = new Findings(name);
    findings.bad(error.message);
    return { kind: 'failed', findings: findings.all };
  }
}

function parseOrigin(text: string): URL {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url?.protocol === 'http:' && url.pathname === '/' && url.search === '') return url;
  throw new InvalidArgumentError('an origin such as http://127.0.0.1:8080.');
}
