/**
 * Plays sessions of a person at a shell. Every command is run by sh, in a folder of its own, with
 * lancre on the PATH; so quotes, variables and redirections are the real thing.
 *
 *   # text         a comment
 *   $ command      a command; a following line that begins with `> ` goes on with it
 *   text           its standard output, line by line
 *   ! text         its standard error
 *   ? 64           its exit status; 0 when there is no such line
 *   = unchanged    it has changed no file of the folder, and nothing in the records of a host in `data`
 *   -- name --     at the end: a file that is in the folder from the beginning
 *
 * Empty lines between commands mean nothing. Patterns know `<hex>`, `<instant>`, `<number>`, `<path>`
 * (absolute), `<any>` (within a line) and, alone, `<lines>` (any number of them). `${name}` is
 * replaced by a variable. What a lancre command with `--json` prints has to be JSON, its errors too.
 */
import assert from 'node:assert/strict';
import { chmod, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { takeSnapshot } from './folder-snapshot.js';
import { type Finished, lancreProgram, plainEnvironment, runProgram } from './run-program.js';

/** Plays all commands of a file, in a new folder. Rejects at the first that goes otherwise. */
export async function playTranscript(
  file: string | URL,
  variables: Readonly<Record<string, string>> = {},
): Promise<void> {
  const { steps, files } = parse(fill(await readFile(file, 'utf8'), variables));
  const stage = await mkdtemp(join(tmpdir(), 'lancre-cli-'));
  const folder = join(stage, 'work');
  try {
    await setStage(stage, folder, files);
    for (const step of steps) await play(step, stage, folder);
  } finally {
    await rm(stage, { recursive: true, force: true, maxRetries: 5 });
  }
}

/** Whether a transcript runs this program itself. */
export async function usesProgram(file: string | URL, program: string): Promise<boolean> {
  return new RegExp(`^\\$ ${program} `, 'm').test(await readFile(file, 'utf8'));
}

interface Step {
  readonly line: number;
  readonly command: string;
  readonly stdout: string[];
  readonly stderr: string[];
  status: number;
  isUnchanged: boolean;
}

interface Transcript {
  readonly steps: readonly Step[];
  readonly files: ReadonlyMap<string, string>;
}

function parse(text: string): Transcript {
  const [session = '', ...parts] = text.split(/^-- (.+) --\n/m);
  const files = new Map<string, string>();
  for (let index = 0; index < parts.length; index += 2) files.set(parts[index] ?? '', parts[index + 1] ?? '');
  const steps: Step[] = [];
  for (const [index, line] of session.split('\n').entries()) readLine(steps, line, index + 1);
  return { steps, files };
}

function readLine(steps: Step[], line: string, number: number): void {
  if (line.startsWith('#')) return;
  if (line.startsWith('$ ')) {
    const step = { line: number, command: line.slice(2), stdout: [], stderr: [], status: 0 };
    steps.push({ ...step, isUnchanged: false });
    return;
  }
  const step = steps.at(-1);
  if (step === undefined) {
    assert.equal(line, '', `line ${number}: no command was run before`);
    return;
  }
  if (line.startsWith('> ')) steps.splice(-1, 1, { ...step, command: `${step.command}\n${line.slice(2)}` });
  else if (line.startsWith('! ')) step.stderr.push(line.slice(2));
  else if (line.startsWith('? ')) step.status = Number(line.slice(2));
  else if (line === '= unchanged') step.isUnchanged = true;
  else step.stdout.push(line);
}

async function setStage(stage: string, folder: string, files: ReadonlyMap<string, string>): Promise<void> {
  await mkdir(join(stage, 'bin'));
  await mkdir(folder);
  const lancre = join(stage, 'bin', 'lancre');
  await writeFile(lancre, `#!/bin/sh\nexec "${process.execPath}" "${lancreProgram}" "$@"\n`);
  await chmod(lancre, 0o755);
  for (const [name, content] of files) await writeFile(join(folder, name), content);
}

async function play(step: Step, stage: string, folder: string): Promise<void> {
  const before = step.isUnchanged ? await takeSnapshot(folder) : undefined;
  const { PATH } = plainEnvironment();
  const finished = await runProgram('/bin/sh', ['-c', step.command], {
    folder,
    environment: { PATH: `${join(stage, 'bin')}:${PATH}` },
  });
  const where = `line ${step.line}: ${step.command}\n`;
  const said = `${finished.stdout}${finished.stderr}`;
  assert.equal(finished.status, step.status, `${where}ended with ${finished.status}\n${said}`);
  // What a fixture's tool says is of no interest.
  if (isLancre(step)) {
    compare(finished.stdout, step.stdout, `${where}standard output`);
    compare(finished.stderr, step.stderr, `${where}standard error`);
    if (/ --json\b/.test(step.command)) requireJson(finished, where);
  }
  if (before !== undefined)
    assert.deepEqual(await takeSnapshot(folder), before, `${where}it has changed something`);
}

function isLancre({ command }: Step): boolean {
  return /(?:^|[ |;&(])lancre /.test(command);
}

function compare(actual: string, patterns: readonly string[], what: string): void {
  const expected = patterns.join('\n').trimEnd();
  const source = expected
    .split(/(^<lines>$|<[a-z]+>)/m)
    .map((part) => wildcards.get(part) ?? part.replace(/[.*+?^${}()|[\]\\]/g, '\\$&'))
    .join('');
  if (!new RegExp(`^${source}$`).test(actual.trimEnd())) assert.equal(actual.trimEnd(), expected, what);
}

function requireJson({ status, stdout, stderr }: Finished, where: string): void {
  if (stdout !== '' || status === 0) {
    JSON.parse(stdout);
    return;
  }
  const { error } = JSON.parse(stderr);
  assert.equal(typeof error.code, 'string', `${where}the error has a code`);
  assert.equal(typeof error.message, 'string', `${where}the error has a message`);
}

function fill(text: string, variables: Readonly<Record<string, string>>): string {
  return text.replace(/\$\{(\w+)\}/g, (_, name: string) => {
    const value = variables[name];
    if (value === undefined) throw new Error(`no variable ${name}`);
    return value;
  });
}

const wildcards: ReadonlyMap<string, string> = new Map([
  ['<hex>', '[0-9a-f]+'],
  ['<instant>', '\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\dZ'],
  ['<number>', '\\d+'],
  ['<path>', '/[^ \\n:]*[^ \\n:,]'],
  ['<any>', '.*'],
  ['<lines>', '[^]*'],
]);
