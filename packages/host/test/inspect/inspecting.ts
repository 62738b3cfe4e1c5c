import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after } from 'node:test';
import type { CliContext } from '#host/cli/context.js';
import { runCommand } from '#host/cli/main.js';
import { NOW } from './things.js';

/** What a run of `lancre inspect` gave. */
export interface Inspected {
  readonly status: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs `lancre inspect` in a folder, at {@link NOW}. */
export async function inspect(folder: string, ...words: readonly string[]): Promise<Inspected> {
  let stdout = '';
  let stderr = '';
  const context: CliContext = {
    stdout: (text) => {
      stdout += text;
    },
    stderr: (text) => {
      stderr += text;
    },
    isTerminal: false,
    environment: {},
    folder,
    now: () => NOW,
    stopRequested: () => Promise.reject(new Error('nothing here waits')),
    randomBytes: () => new Uint8Array(),
  };
  const status = await runCommand(['inspect', ...words], context);
  return { status, stdout, stderr };
}

/** A folder for one test file, removed after it. */
export async function temporaryFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'lancre-inspect-'));
  after(() => rm(folder, { recursive: true, force: true }));
  return folder;
}
