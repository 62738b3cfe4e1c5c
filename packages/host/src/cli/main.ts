import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { PkiError } from '@lancre/pki/errors';
import { Command, CommanderError } from 'commander';
import { LancreError } from '../errors/lancre-error.ts';
import { registerCheck } from './commands/check.ts';
import { registerDemo } from './commands/demo.ts';
import { registerDoctor } from './commands/doctor.ts';
import { registerHold } from './commands/hold.ts';
import { registerImport } from './commands/import.ts';
import { registerInit } from './commands/init.ts';
import { registerInspect } from './commands/inspect.ts';
import { registerIssuer } from './commands/issuer.ts';
import { registerLint } from './commands/lint.ts';
import { registerPublish } from './commands/publish.ts';
import { registerRelease } from './commands/release.ts';
import { registerRevoke } from './commands/revoke.ts';
import { registerServe } from './commands/serve.ts';
import { registerStatus } from './commands/status.ts';
import { registerUrls } from './commands/urls.ts';
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
  const program = buildProgram(args, context, (code) => {
    exitCode = code;
  });
  try {
    await program.parseAsync(args, { from: 'user' });
    return exitCode;
  } catch (error) {
    return report(error, args, context);
  }
}

function buildProgram(
  args: readonly string[],
  context: CliContext,
  setExitCode: (code: ExitCode) => void,
): Command {
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
  registerDemo(program, context);
  registerInit(program, context);
  registerServe(program, context);
  registerIssuer(program, context);
  registerImport(program, context, setExitCode);
  registerRevoke(program, context);
  registerHold(program, context);
  registerRelease(program, context);
  registerStatus(program, context);
  registerPublish(program, context, setExitCode);
  registerCheck(program, context, setExitCode);
  registerLint(program, context, setExitCode);
  registerInspect(program, context);
  registerUrls(program, context);
  registerDoctor(program, context, setExitCode);
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

const exitCodeHelp = `
Exit status: 0 done; 64 wrong use, configuration or input; 65 some data refused,
the rest taken in; 70 the host failed.
Of check: 0 good, 1 revoked, 2 invalid, 3 undetermined.`;
