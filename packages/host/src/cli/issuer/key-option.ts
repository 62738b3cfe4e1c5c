import { resolve } from 'node:path';
import type { Command } from 'commander';
import { LancreError } from '../../errors/lancre-error.ts';
import type { KeyReference, PassphraseSource } from '../../issuer/issuer.ts';
import type { CliContext } from '../context.ts';

/** Where a key is, as it is told on the command line. */
export interface KeyOptions {
  readonly key?: string;
  readonly passphraseFile?: string;
  readonly passphraseEnv?: string;
}

/** Adds `--key`, `--passphrase-file` and `--passphrase-env`. */
export function withKeyOptions(command: Command, without: string): Command {
  return command
    .option(
      '--key <file|uri>',
      `private key in PEM, plain or encrypted, or its pkcs11: URI (RFC 7512); ${without}`,
    )
    .option('--passphrase-file <file>', 'file that holds the pass phrase of the key, or the PIN of the token')
    .option('--passphrase-env <variable>', 'environment variable that holds the pass phrase or PIN');
}

/** @throws LancreError `input_invalid` */
export function keyReferenceOf(context: CliContext, options: KeyOptions): KeyReference | undefined {
  const passphrase = passphraseOf(context, options);
  const { key } = options;
  if (key === undefined) {
    if (passphrase === undefined) return undefined;
    throw new LancreError('input_invalid', 'a pass phrase is given, but no --key that it could open');
  }
  // RFC 3986 3.1: a scheme has no case; taken for a path, it would stand in messages with all that it holds.
  const where = /^pkcs11:/i.test(key) ? { uri: key } : { path: resolve(context.folder, key) };
  return passphrase === undefined ? where : { ...where, passphrase };
}

function passphraseOf(
  context: CliContext,
  { passphraseFile, passphraseEnv }: KeyOptions,
): PassphraseSource | undefined {
  if (passphraseFile !== undefined && passphraseEnv !== undefined) {
    throw new LancreError('input_invalid', 'give either --passphrase-file or --passphrase-env, not both');
  }
  if (passphraseFile !== undefined) return { from: 'file', path: resolve(context.folder, passphraseFile) };
  return passphraseEnv === undefined ? undefined : { from: 'environment', variable: passphraseEnv };
}
