import { resolve } from 'node:path';
import type { Command } from 'commander';
import { LancreError } from '../../errors/lancre-error.ts';
import type { CrlSource, Issuer } from '../../issuer/issuer.ts';
import type { CliContext } from '../context.ts';

/** Where lists come from, as it is told on the command line. */
export interface CrlSourceOptions {
  /** `false` = `--no-crl-source`. */
  readonly crlSource?: string | false;
}

/** Adds `--crl-source`; `issuer set` can take it back too. */
export function withCrlSourceOption(command: Command, use: 'add' | 'set'): Command {
  command.option(
    '--crl-source <file|url>',
    'its CRLs are signed elsewhere: serve them, and answer OCSP, by the list in this file or at this http URL',
  );
  return use === 'set' ? command.option('--no-crl-source', 'take in no lists by itself') : command;
}

/**
 * What was told, or what was there before.
 *
 * @throws LancreError `input_invalid` for what is neither a file nor an http URL, and beside a key
 */
export function crlSourceOf(
  context: Pick<CliContext, 'folder'>,
  { crlSource: told }: CrlSourceOptions,
  issuer: Pick<Issuer, 'name' | 'key' | 'crlSource'>,
): CrlSource | undefined {
  if (told === false) return undefined;
  const source = told === undefined ? issuer.crlSource : { location: locationOf(context, told) };
  if (source === undefined || issuer.key === undefined) return source;
  throw new LancreError(
    'input_invalid',
    told === undefined
      ? `${issuer.name} has its lists from ${source.location}: give --no-crl-source beside --key`
      : `--crl-source: ${issuer.name} has a key here and signs its own lists`,
  );
}

function locationOf({ folder }: Pick<CliContext, 'folder'>, told: string): string {
  if (!/^[a-z][a-z0-9+.-]*:\/\//i.test(told)) return resolve(folder, told);
  const url = URL.canParse(told) ? new URL(told) : undefined;
  if (url?.protocol === 'http:' && url.username === '' && url.password === '') return url.href;
  // What is wrong may be a password, so the URL is not repeated.
  throw new LancreError(
    'input_invalid',
    '--crl-source: a file, or an http URL without user name and password (the lists are signed)',
  );
}
