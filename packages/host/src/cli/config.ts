import { readFile } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { parse, TomlError } from 'smol-toml';
import { z } from 'zod';
import { LancreError } from '../errors/lancre-error.ts';
import type { PublicAddress } from '../issuer/public-address.ts';
import { type PurgeConfig, purgeSection, surrogateKeyField } from './purge/purge-config.ts';

/** Where a server listens. */
export interface ListenAddress {
  readonly host: string;
  readonly port: number;
}

/** What runs an edge. `auto` = Bun where there is one, else Node. */
export type EdgeRuntime = 'auto' | 'node' | 'bun';

/** The settings of one host, from lancre.toml. */
export interface Config {
  /** Absolute path of the file. */
  readonly path: string;
  /** Absolute path of the data folder. */
  readonly dataFolder: string;
  readonly address: PublicAddress;
  readonly listen: ListenAddress;
  readonly adminListen: ListenAddress;
  /** Number of edge processes; `auto` = one per core. */
  readonly edgeCount: number | 'auto';
  readonly edgeRuntime: EdgeRuntime;
  readonly ocspErrorStatuses: 'mapped' | 'always-200';
  /** The response field that tells a CDN by which keys it can purge an OCSP answer; undefined = none is sent. */
  readonly surrogateKeyField: string | undefined;
  /** Undefined = nobody is told. */
  readonly purge: PurgeConfig | undefined;
  /** Questions that control has under way at once; more get tryLater. */
  readonly signingQueue: number;
}

/**
 * Reads and checks lancre.toml. Nothing is guessed: an unknown key is an error, since it may be a
 * misspelt one.
 *
 * @throws LancreError `config_missing`, `config_invalid`, naming the file and the key
 */
export async function loadConfig(path: string): Promise<Config> {
  const text = await readFile(path, 'utf8').catch((cause) => {
    throw new LancreError(
      'config_missing',
      `no configuration at ${path}: run "lancre init", or name one with --config`,
      { cause },
    );
  });
  return parseConfig(text, path);
}

/**
 * Checks the text of a configuration.
 *
 * @param path where it is, or will be: relative paths in it start there
 * @throws LancreError `config_invalid`
 */
export function parseConfig(text: string, path: string): Config {
  const parsed = schema.safeParse(parseToml(text, path));
  if (!parsed.success) throw new LancreError('config_invalid', `${path}: ${describeIssues(parsed.error)}`);
  const { data } = parsed;
  return {
    path,
    dataFolder: resolve(dirname(path), data.data),
    address: addressOf(data.public),
    listen: data.public.listen,
    adminListen: data.admin.listen,
    edgeCount: data.edges.count,
    edgeRuntime: data.edges.runtime,
    ocspErrorStatuses: data.public.ocsp_error_statuses,
    surrogateKeyField: data.public.surrogate_key_field,
    purge: data.purge,
    signingQueue: data.signing.queue,
  };
}

function parseToml(text: string, path: string): unknown {
  try {
    return parse(text);
  } catch (cause) {
    if (!(cause instanceof TomlError)) throw cause;
    const reason = cause.message.split('\n')[0]?.replace(/^Invalid TOML document: /, '');
    throw new LancreError('config_invalid', `${path}, line ${cause.line}: ${reason}`, { cause });
  }
}

function describeIssues(error: z.ZodError): string {
  return error.issues
    .map((issue) => {
      const where = issue.path.join('.');
      if (issue.code === 'unrecognized_keys') {
        const keys = issue.keys.map((key) => (where === '' ? key : `${where}.${key}`));
        return `unknown key ${keys.join(', ')}`;
      }
      return where === '' ? issue.message : `${where}: ${issue.message}`;
    })
    .join('; ');
}

function addressOf(section: {
  readonly base?: string | undefined;
  readonly zone?: string | undefined;
}): PublicAddress {
  const { base, zone } = section;
  return zone === undefined ? { routing: 'path', base: base ?? '' } : { routing: 'host', zone };
}

const listenAddress = z.string().transform((text, context): ListenAddress => {
  const match = /^(?:\[([0-9a-fA-F:.]+)\]|([^:[\]]+)):(\d{1,5})$/.exec(text);
  const port = Number(match?.[3]);
  if (match === null || port > 0xffff) {
    context.addIssue({
      code: 'custom',
      message: `"${text}" is not an address such as 127.0.0.1:8080 or [::]:80`,
    });
    return z.NEVER;
  }
  return { host: match[1] ?? match[2] ?? '', port };
});

/** The data are signed, so http; and what stands here goes into every certificate as it is. */
const base = z
  .string()
  .refine((text) => /^http:\/\/[a-z0-9-]+(?:\.[a-z0-9-]+)*(?::\d{1,5})?$/.test(text) && URL.canParse(text), {
    message: 'not an origin such as http://pki.example.net (http, lower case, no path, no slash at the end)',
  });

const zone = z
  .string()
  .regex(/^[a-z0-9-]+(?:\.[a-z0-9-]+)+$/, 'not a domain such as example.net (lower case, no dot at the end)');

const publicSection = z
  .strictObject({
    listen: listenAddress.default({ host: '0.0.0.0', port: 8080 }),
    base: base.optional(),
    zone: zone.optional(),
    ocsp_error_statuses: z.enum(['mapped', 'always-200']).default('mapped'),
    surrogate_key_field: surrogateKeyField.optional(),
  })
  .refine((section) => (section.base === undefined) !== (section.zone === undefined), {
    message: 'give either base (one host, paths) or zone (host names), not both',
  });

const schema = z.strictObject({
  data: z.string().min(1).default('data'),
  public: publicSection.prefault({}),
  admin: z.strictObject({ listen: listenAddress.default({ host: '127.0.0.1', port: 8081 }) }).prefault({}),
  edges: z
    .strictObject({
      count: z.union([z.literal('auto'), z.int().min(1).max(256)]).default('auto'),
      runtime: z.enum(['auto', 'node', 'bun']).default('auto'),
    })
    .prefault({}),
  signing: z.strictObject({ queue: z.int().min(1).max(100_000).default(512) }).prefault({}),
  purge: purgeSection.optional(),
});
