import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after } from 'node:test';

/** A reason to skip, or false when the openssl program is here. */
export const opensslIsMissing: string | false =
  spawnSync('openssl', ['version']).status === 0 ? false : 'the openssl program is not here';

/** A folder for one test file, removed after it. */
export interface Workshop {
  /** The full path of a file in the folder. */
  path(name: string): string;
  write(name: string, content: Uint8Array | string): string;
  read(name: string): Uint8Array;
  /** Runs openssl in the folder; throws with its messages when it fails. Returns stdout and stderr together. */
  openssl(...words: readonly string[]): string;
}

export function openWorkshop(): Workshop {
  const folder = mkdtempSync(join(tmpdir(), 'lancre-pki-'));
  after(() => rmSync(folder, { recursive: true, force: true }));
  const path = (name: string) => join(folder, name);
  return {
    path,
    write(name, content) {
      writeFileSync(path(name), content);
      return path(name);
    },
    read: (name) => new Uint8Array(readFileSync(path(name))),
    openssl(...words) {
      const { status, stdout, stderr } = spawnSync('openssl', words, { cwd: folder, encoding: 'utf8' });
      if (status !== 0) throw new Error(`openssl ${words.join(' ')}: ${stderr}${stdout}`);
      return stdout + stderr;
    },
  };
}
