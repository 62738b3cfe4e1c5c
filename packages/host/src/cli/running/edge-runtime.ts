import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { LancreError } from '../../errors/lancre-error.ts';
import type { EdgeRuntime } from '../config.ts';

/** What an edge runs on, decided. */
export type ChosenRuntime =
  | { readonly kind: 'node' }
  | { readonly kind: 'bun'; readonly path: string; readonly version: string };

/**
 * Decides what edges run on. Bun comes as an optional package; where it is missing or does not run
 * (another C library, another processor), `auto` means Node.
 *
 * @throws LancreError `config_invalid` when Bun is asked for and not there
 */
export function chooseEdgeRuntime(wanted: EdgeRuntime): ChosenRuntime {
  if (wanted === 'node') return { kind: 'node' };
  for (const path of bunCandidates()) {
    const version = versionOf(path);
    if (version !== undefined) return { kind: 'bun', path, version };
  }
  if (wanted === 'auto') return { kind: 'node' };
  throw new LancreError(
    'config_invalid',
    'edges.runtime is "bun", but the optional package "bun" is not installed or does not run here',
  );
}

function bunCandidates(): string[] {
  const require = createRequire(import.meta.url);
  let folder: string;
  try {
    folder = dirname(require.resolve('bun/package.json'));
  } catch {
    return [];
  }
  // npm may be set to run no install scripts: then the program is only in the package of the platform.
  const platforms = join(dirname(folder), '@oven');
  const packaged = existsSync(platforms)
    ? readdirSync(platforms).map((name) => join(platforms, name, 'bin', 'bun'))
    : [];
  return [join(folder, 'bin', 'bun.exe'), ...packaged].filter((path) => existsSync(path));
}

function versionOf(path: string): string | undefined {
  try {
    return execFileSync(path, ['--version'], {
      encoding: 'utf8',
      timeout: 10_000,
      stdio: ['ignore', 'pipe', 'ignore'],
    }).trim();
  } catch {
    return undefined;
  }
}
