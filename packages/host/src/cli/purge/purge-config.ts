import { isAbsolute } from 'node:path';
import { z } from 'zod';
import { LancreError } from '../../errors/lancre-error.ts';
import { parseDuration } from '../duration.ts';

/** Who is told when a certificate's status has changed, so that caches forget its answers: one of them or both. */
export interface PurgeConfig {
  /** The absolute path of a program, and its arguments. */
  readonly command?: readonly string[] | undefined;
  /** Of http or https. */
  readonly url?: string | undefined;
  /** For each try. */
  readonly timeoutMilliseconds: number;
}

/** The name of a field (RFC 9110 5.1) that means nothing else in an OCSP answer. */
export const surrogateKeyField: z.ZodType<string> = z
  .string()
  .regex(/^[A-Za-z0-9!#$%&'*+.^_`|~-]+$/, 'not the name of a field such as Surrogate-Key')
  .refine((name) => !TAKEN_FIELDS.test(name), {
    message: 'a field with a meaning of its own: name one such as Surrogate-Key',
  });

const TAKEN_FIELDS =
  /^(?:content-.*|access-control-.*|etag|expires|last-modified|cache-control|date|age|vary|connection|keep-alive|transfer-encoding|trailer|upgrade|location|retry-after|set-cookie)$/i;

/** The whole of a call; whoever revokes waits for three of them. */
const maximumTimeoutSeconds = 600;

const command = z.array(z.string().regex(/^[^\0]*$/, 'no argument can hold a NUL')).refine(
  ([program]) => program !== undefined && isAbsolute(program),
  // A relative one would be another program in another folder.
  { message: 'not a list that begins with the absolute path of a program' },
);

const url = z.string().refine(isPurgeUrl, {
  message: 'not an http or https URL such as http://127.0.0.1:9000/purge (without user and password)',
});

/** fetch() refuses a user and a password in a URL. */
function isPurgeUrl(text: string): boolean {
  if (!URL.canParse(text)) return false;
  const { protocol, username, password } = new URL(text);
  return /^https?:$/.test(protocol) && username === '' && password === '';
}

const timeout = z.string().transform((text, context): number => {
  const seconds = secondsOf(text);
  if (seconds !== undefined && seconds >= 1 && seconds <= maximumTimeoutSeconds) return seconds * 1000;
  context.addIssue({ code: 'custom', message: `"${text}" is not a duration from 1s to 10m` });
  return z.NEVER;
});

function secondsOf(text: string): number | undefined {
  try {
    return parseDuration(text, 'timeout');
  } catch (error) {
    if (error instanceof LancreError) return undefined;
    throw error;
  }
}

/** `[purge]` of lancre.toml. */
export const purgeSection: z.ZodType<PurgeConfig> = z
  .strictObject({ command: command.optional(), url: url.optional(), timeout: timeout.default(10_000) })
  .refine((section) => section.command !== undefined || section.url !== undefined, {
    message: 'give a command, a url or both',
  })
  .transform(({ timeout: timeoutMilliseconds, ...told }) => ({ ...told, timeoutMilliseconds }));
