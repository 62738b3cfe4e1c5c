import { existsSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { join, relative, resolve } from 'node:path';
import type { Command } from 'commander';
import { LancreError } from '../../errors/lancre-error.ts';
import { printResult } from '../command-tools.ts';
import { parseConfig } from '../config.ts';
import { renderConfig } from '../config-template.ts';
import type { CliContext } from '../context.ts';
import { createHostStore } from '../host-store.ts';
import { fileError } from '../read-files.ts';

interface InitOptions {
  readonly base: string;
  readonly listen: string;
  readonly adminListen: string;
  readonly json?: true;
}

/** `lancre init [DIR]` */
export function registerInit(program: Command, context: CliContext): void {
  program
    .command('init')
    .summary('write a lancre.toml with comments, and make an empty data folder')
    .description('Writes lancre.toml with every key explained, and makes an empty data folder beside it.')
    .argument('[dir]', 'the folder; made when it is not there', '.')
    .option('--base <url>', 'what the certificates point to: http, host, port', 'http://127.0.0.1:8080')
    .option('--listen <address>', 'where the public side listens', '0.0.0.0:8080')
    .option('--admin-listen <address>', 'where the private side listens', '127.0.0.1:8081')
    .option('--json', 'print the result as JSON')
    .action(async (dir: string, options: InitOptions) => {
      const config = await initializeHost(resolve(context.folder, dir), options);
      const shown = relative(context.folder, config.path) || config.path;
      printResult(context, options, { config: config.path, data: config.dataFolder }, [
        `${shown} is written, and ${relative(context.folder, config.dataFolder)}/ is ready.`,
        '',
        'Next, in that folder:',
        '  lancre issuer add NAME --certificate CA.pem --key CA.key',
        '  lancre import --issuer NAME --format openssl-index index.txt',
        '  lancre serve',
      ]);
    });
}

/**
 * Makes a new host in `folder`.
 *
 * @throws LancreError `config_invalid` when there is one already, or a setting is wrong, `file_unreadable`
 *   when the folder cannot be written; nothing is written then
 */
export async function initializeHost(
  folder: string,
  settings: { readonly base: string; readonly listen: string; readonly adminListen: string },
): Promise<{ readonly path: string; readonly dataFolder: string }> {
  const path = join(folder, 'lancre.toml');
  if (existsSync(path))
    throw new LancreError('config_invalid', `${path} is there already: nothing was changed`);
  const text = renderConfig(settings);
  const config = parseConfig(text, path);
  try {
    await mkdir(folder, { recursive: true });
    await writeFile(path, text, { flag: 'wx' });
  } catch (cause) {
    throw fileError(path, cause, 'written');
  }
  const store = await createHostStore(config.dataFolder);
  await store.close();
  return config;
}
