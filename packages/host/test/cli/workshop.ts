import { mkdtempSync, rmSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after } from 'node:test';
import { HostProcess } from './host-process.js';
import { type Finished, mustRun, runLancre, runProgram } from './run-program.js';

/** A folder of a suite and what runs in it. After the suite every host is killed and the folder removed. */
export interface Workshop {
  readonly folder: string;
  /** The full path of a file in the folder. */
  path(name: string): string;
  write(name: string, content: Uint8Array | string): Promise<void>;
  read(name: string): Promise<Buffer>;
  /** Runs openssl, which has to succeed; its standard output. */
  openssl(...words: readonly string[]): Promise<string>;
  /** Runs a program to its end, however that is. */
  run(program: string, ...words: readonly string[]): Promise<Finished>;
  /** Runs a lancre command to its end. */
  lancre(...words: readonly string[]): Promise<Finished>;
  /** The same, with variables. */
  lancreWith(environment: Readonly<Record<string, string>>, ...words: readonly string[]): Promise<Finished>;
  /** Runs a lancre command that has to succeed; its standard output. */
  mustLancre(...words: readonly string[]): Promise<string>;
  /** Starts a host and waits until it is up. */
  start(words: readonly string[], environment?: Readonly<Record<string, string>>): Promise<HostProcess>;
  /** Starts a host and does not wait. @param from where, if not in the folder */
  launch(
    words: readonly string[],
    environment?: Readonly<Record<string, string>>,
    from?: string,
  ): HostProcess;
}

/** Makes a workshop for the suite (or the file) it is called in. */
export function openWorkshop(): Workshop {
  const folder = mkdtempSync(join(tmpdir(), 'lancre-'));
  const hosts: HostProcess[] = [];
  after(async () => {
    await Promise.all(hosts.map((host) => host.kill()));
    rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
  });
  const launch: Workshop['launch'] = (words, environment = {}, from = folder) => {
    const host = HostProcess.launch(words, { folder: from, environment });
    hosts.push(host);
    return host;
  };
  return {
    folder,
    path: (name) => join(folder, name),
    write: (name, content) => writeFile(join(folder, name), content),
    read: (name) => readFile(join(folder, name)),
    openssl: (...words) => mustRun('openssl', words, { folder }),
    run: (program, ...words) => runProgram(program, words, { folder }),
    lancre: (...words) => runLancre(words, { folder }),
    lancreWith: (environment, ...words) => runLancre(words, { folder, environment }),
    async mustLancre(...words) {
      const { status, stdout, stderr } = await runLancre(words, { folder });
      if (status !== 0) throw new Error(`lancre ${words.join(' ')} ended with ${status}: ${stderr}${stdout}`);
      return stdout;
    },
    launch,
    async start(words, environment) {
      const host = launch(words, environment);
      await host.untilUp();
      return host;
    },
  };
}
