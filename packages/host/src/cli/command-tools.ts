import { resolve } from 'node:path';
import { type Command, Option } from 'commander';
import { LancreError } from '../errors/lancre-error.ts';
import type { Issuer } from '../issuer/issuer.ts';
import type { IssuerView } from '../issuer/issuer-store.ts';
import { type Config, loadConfig } from './config.ts';
import type { CliContext } from './context.ts';
import { type HostStore, openHostStore } from './host-store.ts';

/** The options of every command that works on a host. */
export interface HostCommandOptions {
  readonly config: string;
  readonly json?: true;
}

/** Adds `--config` and `--json`. */
export function withHostOptions(command: Command): Command {
  return command
    .addOption(new Option('--config <file>', 'the configuration').env('LANCRE_CONFIG').default('lancre.toml'))
    .option('--json', 'print the result as JSON');
}

/** Loads the configuration, opens its store, runs `action` and closes the store whatever happens. */
export async function withHostStore<T>(
  context: CliContext,
  options: HostCommandOptions,
  action: (store: HostStore, config: Config) => Promise<T>,
): Promise<T> {
  const config = await loadConfig(resolve(context.folder, options.config));
  const store = await openHostStore(config.dataFolder);
  try {
    return await action(store, config);
  } finally {
    await store.close();
  }
}

/** Prints a result: as JSON when asked for, else as the lines given. */
export function printResult(
  context: CliContext,
  options: { readonly json?: true },
  value: unknown,
  lines: readonly string[],
): void {
  context.stdout(
    options.json ? `${JSON.stringify(value, undefined, 2)}\n` : lines.map((line) => `${line}\n`).join(''),
  );
}

/** The issuer of that name. @throws LancreError `issuer_unknown`, telling which there are */
export function requireIssuer(issuers: IssuerView, name: string): Issuer {
  const all = issuers.listIssuers();
  const issuer = all.find((candidate) => candidate.name === name);
  if (issuer !== undefined) return issuer;
  const known = all.map((candidate) => candidate.name).join(', ') || 'none yet';
  throw new LancreError('issuer_unknown', `no issuer "${name}" (there are: ${known})`);
}

/** Lines of `name  value` with the values in one column. */
export function formatFields(fields: readonly (readonly [name: string, value: string])[]): string[] {
  const width = Math.max(...fields.map(([name]) => name.length));
  return fields.map(([name, value]) => `${name.padEnd(width)}  ${value}`);
}

/** For an option that may be given several times: each adds one, and none swallows the argument behind it. */
export function collect(value: string, previous: readonly string[] = []): readonly string[] {
  return [...previous, value];
}
