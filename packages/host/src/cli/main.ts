import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { PkiError } from '@lancre/pki/errors';
import { Command, CommanderError } from 'commander';
import { LancreError } from '../errors/lancre-error.ts';
import type { CliContext } from './context.ts';
import { type ExitCode, exitCodeOf, exitCodes } from './exit-codes.ts';

/**
 * Runs the command line.
 *
 * @param args without the program's name
 * @returns the exit code
 */
export async function main(args: readonly string[]): Promise<number> {
  return runCommand(args, processContext());
}

/** Runs a command in a given world. Every failure is one line on stderr, naming the thing. */
export async function runCommand(args: readonly string[], context: CliContext): Promise<number> {
  let exitCode: ExitCode = exitCodes.success;
  try {
    const program = await buildProgram(args, context, (code) => {
      exitCode = code;
    });
    await program.parseAsync(args, { from: 'user' });
    return exitCode;
  } catch (error) {
    return report(error, args, context);
  }
}

async function buildProgram(
  args: readonly string[],
  context: CliContext,
  setExitCode: (code: ExitCode) => void,
): Promise<Command> {
  const program = new Command('lancre')
    .description(
      'The host behind the URLs inside certificates: OCSP, CRLs and issuer certificates for any CA.',
    )
    .version(ownVersion())
    .showHelpAfterError('(--help tells what there is)')
    .configureOutput({
      writeOut: context.stdout,
      // With --json it is report() that tells of wrong use.
      writeErr: wantsJson(args) ? () => undefined : context.stderr,
    })
    .exitOverride();
  // Subcommands take these settings over when they are made.
  for (const register of registrations(args)) await register({ program, context, setExitCode });
  program.addHelpText('after', exitCodeHelp);
  return program;
}

function report(error: unknown, args: readonly string[], context: CliContext): number {
  if (error instanceof CommanderError && error.exitCode === 0) return exitCodes.success;
  const { code, message, exitCode } = describe(error);
  const line = message.split('\n')[0] ?? '';
  if (wantsJson(args)) context.stderr(`${JSON.stringify({ error: { code, message } })}\n`);
  else if (!(error instanceof CommanderError)) context.stderr(`lancre: ${line}\n`);
  if (code === 'internal' && error instanceof Error) context.stderr(`${error.stack ?? ''}\n`);
  return exitCode;
}

function describe(error: unknown): {
  readonly code: string;
  readonly message: string;
  readonly exitCode: ExitCode;
} {
  if (error instanceof LancreError) {
    return { code: error.code, message: error.message, exitCode: exitCodeOf(error.code) };
  }
  if (error instanceof PkiError)
    return { code: error.code, message: error.message, exitCode: exitCodes.usage };
  if (error instanceof CommanderError)
    return { code: 'usage', message: error.message.replace(/^error: /, ''), exitCode: exitCodes.usage };
  return { code: 'internal', message: `unexpected failure: ${String(error)}`, exitCode: exitCodes.internal };
}

function wantsJson(args: readonly string[]): boolean {
  return args.includes('--json');
}

function processContext(): CliContext {
  // Whoever read our output or our log may be gone (EPIPE): that ends a listing, and never a host.
  for (const stream of [process.stdout, process.stderr]) stream.on('error', () => undefined);
  return {
    stdout: (text) => void process.stdout.write(text),
    stderr: (text) => void process.stderr.write(text),
    isTerminal: process.stderr.isTTY === true,
    environment: process.env,
    folder: process.cwd(),
    now: () => new Date(),
    stopRequested: () =>
      new Promise((resolve) => {
        for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => resolve());
      }),
    randomBytes: (octets) => randomBytes(octets),
  };
}

function ownVersion(): string {
  const { version } = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8'));
  return version;
}

/** The command that is named; for help and for words that are none, all of them. */
function registrations(args: readonly string[]): readonly Register[] {
  const word = args.find((each) => !each.startsWith('-'));
  const named = word === undefined ? undefined : commands.get(word);
  return named === undefined ? [...commands.values()] : [named];
}

interface Registration {
  readonly program: Command;
  readonly context: CliContext;
  readonly setExitCode: (code: ExitCode) => void;
}

type Register = (registration: Registration) => Promise<void>;

/** In the order of the help. Each is loaded when it is needed: to load all takes longer than most of them do. */
const commands: ReadonlyMap<string, Register> = new Map<string, Register>([
  ['demo', async (to) => (await import('./commands/demo.ts')).registerDemo(to.program, to.context)],
  ['init', async (to) => (await import('./commands/init.ts')).registerInit(to.program, to.context)],
  ['serve', async (to) => (await import('./commands/serve.ts')).registerServe(to.program, to.context)],
  ['issuer', async (to) => (await import('./commands/issuer.ts')).registerIssuer(to.program, to.context)],
  [
    'import',
    async (to) =>
      (await import('./commands/import.ts')).registerImport(to.program, to.context, to.setExitCode),
  ],
  ['revoke', async (to) => (await import('./commands/revoke.ts')).registerRevoke(to.program, to.context)],
  ['hold', async (to) => (await import('./commands/hold.ts')).registerHold(to.program, to.context)],
  ['release', async (to) => (await import('./commands/release.ts')).registerRelease(to.program, to.context)],
  ['status', async (to) => (await import('./commands/status.ts')).registerStatus(to.program, to.context)],
  [
    'publish',
    async (to) =>
      (await import('./commands/publish.ts')).registerPublish(to.program, to.context, to.setExitCode),
  ],
  [
    'check',
    async (to) => (await import('./commands/check.ts')).registerCheck(to.program, to.context, to.setExitCode),
  ],
  [
    'lint',
    async (to) => (await import('./commands/lint.ts')).registerLint(to.program, to.context, to.setExitCode),
  ],
  ['inspect', async (to) => (await import('./commands/inspect.ts')).registerInspect(to.program, to.context)],
  ['urls', async (to) => (await import('./commands/urls.ts')).registerUrls(to.program, to.context)],
  [
    'doctor',
    async (to) =>
      (await import('./commands/doctor.ts')).registerDoctor(to.program, to.context, to.setExitCode),
  ],
]);

const exitCodeHelp = `
Exit status: 0 done; 64 wrong use, configuration or input; 65 some data refused,
the rest taken in (lint: errors found); 70 the host failed (doctor: something
is bad).
Of check: 0 good, 1 revoked, 2 invalid, 3 undetermined.`;
