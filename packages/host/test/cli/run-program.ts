import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

/** The command as it is installed; compiled, this file is in dist-test/cli. */
export const lancreProgram: string = fileURLToPath(new URL('../../bin/lancre.js', import.meta.url));

/** How a program ended, and what it said. */
export interface Finished {
  /** Undefined when it was killed. */
  readonly status: number | undefined;
  readonly stdout: string;
  readonly stderr: string;
}

/** What a program is run with. */
export interface RunOptions {
  readonly folder: string;
  /** Added to {@link plainEnvironment}. */
  readonly environment?: Readonly<Record<string, string>>;
  /** Default 60,000. */
  readonly deadlineMilliseconds?: number;
}

/** Runs a program to its end; past the deadline it is killed. */
export async function runProgram(
  program: string,
  words: readonly string[],
  options: RunOptions,
): Promise<Finished> {
  const { folder, environment, deadlineMilliseconds = 60_000 } = options;
  const child = spawn(program, words, {
    cwd: folder,
    env: { ...plainEnvironment(), ...environment },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const timer = setTimeout(() => child.kill('SIGKILL'), deadlineMilliseconds);
  try {
    return await finish(child);
  } finally {
    clearTimeout(timer);
  }
}

/** Runs a lancre command to its end. */
export function runLancre(words: readonly string[], options: RunOptions): Promise<Finished> {
  return runProgram(process.execPath, [lancreProgram, ...words], options);
}

/** Runs a program that has to succeed. @returns its standard output @throws with all it said when it fails */
export async function mustRun(
  program: string,
  words: readonly string[],
  options: RunOptions,
): Promise<string> {
  const { status, stdout, stderr } = await runProgram(program, words, options);
  if (status === 0) return stdout;
  throw new Error(`${[program, ...words].join(' ')} ended with ${status}: ${stderr}${stdout}`);
}

/** Nothing of the test runner's own, and no configuration of whoever runs the tests. */
export function plainEnvironment(): Readonly<Record<string, string>> {
  const kept = ['PATH', 'HOME', 'TMPDIR', 'JAVA_HOME'].flatMap((name) => {
    const value = process.env[name];
    return value === undefined ? [] : [[name, value]];
  });
  return Object.fromEntries([...kept, ['LC_ALL', 'C']]);
}

/** A reason to skip, or false when all of these programs are here. */
export function missingPrograms(...programs: readonly string[]): string | false {
  const missing = programs.filter((program) => spawnSync(program, [], { stdio: 'ignore', input: '' }).error);
  return missing.length === 0 ? false : `not installed: ${missing.join(', ')}`;
}

function finish(child: ChildProcess): Promise<Finished> {
  return new Promise((resolve, reject) => {
    const said = { stdout: '', stderr: '' };
    for (const stream of ['stdout', 'stderr'] as const) {
      child[stream]?.setEncoding('utf8').on('data', (text) => {
        said[stream] += text;
      });
    }
    child.once('error', reject);
    child.once('close', (code) => resolve({ status: code ?? undefined, ...said }));
  });
}
