import type { ChildProcess, SpawnOptions } from 'node:child_process';

/** Somebody who is told what to purge. */
export interface PurgeTarget {
  /** As messages name it. */
  readonly name: string;
  /** Tells it once. Never rejects. @param message JSON */
  tell(message: string): Promise<Telling>;
}

/** How it went. */
export type Telling = { readonly kind: 'done' } | { readonly kind: 'failed'; readonly reason: string };

/** `spawn` of node:child_process, as far as it is used here. */
export type SpawnProgram = (
  program: string,
  words: readonly string[],
  options: SpawnOptions,
) => Pick<ChildProcess, 'stdin' | 'kill' | 'once'>;

/** What {@link commandTarget} needs. */
export interface CommandTargetOptions {
  readonly spawn: SpawnProgram;
  /** The program and its arguments; no shell reads them. */
  readonly command: readonly string[];
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly timeoutMilliseconds: number;
}

/**
 * A program that reads the message from its standard input, to the end or not, and ends with 0. What it
 * says on standard output is dropped, what it says on standard error goes to ours. Past the timeout it is
 * killed.
 */
export function commandTarget(options: CommandTargetOptions): PurgeTarget {
  const [program = '', ...words] = options.command;
  return {
    name: program,
    async tell(message) {
      try {
        const child = options.spawn(program, words, {
          env: options.environment,
          stdio: ['pipe', 'ignore', 'inherit'],
        });
        return await feed(child, message, options.timeoutMilliseconds);
      } catch (error) {
        return failed(codeOf(error));
      }
    },
  };
}

function feed(
  child: ReturnType<SpawnProgram>,
  message: string,
  timeoutMilliseconds: number,
): Promise<Telling> {
  return new Promise((resolve) => {
    const end = (telling: Telling): void => {
      clearTimeout(timer);
      // Whatever the program has left behind might hold the pipe, and us with it.
      child.stdin?.destroy();
      resolve(telling);
    };
    const timer = setTimeout(() => {
      child.kill('SIGKILL');
      end(late(timeoutMilliseconds));
    }, timeoutMilliseconds);
    child.once('error', (error) => end(failed(codeOf(error))));
    child.once('exit', (status, signal) =>
      end(status === 0 ? DONE : failed(`ended with ${status ?? signal}`)),
    );
    // A program that does not read all of it has closed the pipe; its exit status tells the rest.
    child.stdin?.on('error', () => undefined);
    child.stdin?.end(message);
  });
}

/** What {@link urlTarget} needs. */
export interface UrlTargetOptions {
  readonly fetch: typeof fetch;
  readonly url: string;
  readonly timeoutMilliseconds: number;
}

/** A server that takes the message by POST, as application/json, and answers 2xx. */
export function urlTarget({ fetch: send, url, timeoutMilliseconds }: UrlTargetOptions): PurgeTarget {
  return {
    // A query may hold a secret.
    name: url.replace(/[?#].*$/s, ''),
    async tell(message) {
      try {
        const response = await send(url, {
          method: 'POST',
          headers: { 'Content-Type': 'application/json' },
          body: message,
          redirect: 'error',
          signal: AbortSignal.timeout(timeoutMilliseconds),
        });
        await response.body?.cancel();
        return response.ok ? DONE : failed(`answered ${response.status}`);
      } catch (error) {
        const isLate = error instanceof Error && error.name === 'TimeoutError';
        return isLate ? late(timeoutMilliseconds) : failed(codeOf(error));
      }
    },
  };
}

const DONE: Telling = { kind: 'done' };

function failed(reason: string): Telling {
  return { kind: 'failed', reason };
}

function late(timeoutMilliseconds: number): Telling {
  return failed(`not done after ${timeoutMilliseconds / 1000} s`);
}

/** Such as `ENOENT` or `ECONNREFUSED`: fetch() hides it in the cause. */
function codeOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  if (error.cause instanceof Error) return codeOf(error.cause);
  return 'code' in error && typeof error.code === 'string' ? error.code : error.message;
}
