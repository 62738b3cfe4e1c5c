import { existsSync } from 'node:fs';
import { mkdir, readdir, rm, writeFile } from 'node:fs/promises';
import { join, relative, resolve } from 'node:path';
import { createNodeCrypto } from '@lancre/pki/crypto-node';
import { serialNumberToBytes } from '@lancre/pki/text';
import { type Command, InvalidArgumentError, Option } from 'commander';
import { LancreError } from '../../errors/lancre-error.ts';
import { crlUrl, issuerUrl, ocspUrl } from '../../issuer/public-address.ts';
import type { CertificateRecord } from '../../status/certificate-record.ts';
import { type Config, type EdgeRuntime, loadConfig, parseConfig } from '../config.ts';
import { renderConfig } from '../config-template.ts';
import type { CliContext } from '../context.ts';
import { createDemoCertificates, minimumDemoCertificates } from '../demo/demo-certificates.ts';
import { createDemoPki } from '../demo/demo-pki.ts';
import { requireFreePort } from '../free-port.ts';
import { createHostStore } from '../host-store.ts';
import { startProgress } from '../progress.ts';
import { describeHost, withRuntime } from './serve.ts';

interface DemoOptions {
  readonly dir: string;
  readonly port?: number;
  readonly adminPort?: number;
  readonly certificates: number;
  readonly edgeRuntime?: EdgeRuntime;
}

/** `lancre demo` */
export function registerDemo(program: Command, context: CliContext): void {
  program
    .command('demo')
    .summary('make a demo PKI and serve it')
    .description(
      'Makes a PKI (two roots, a cross-signed issuer on P-256, one on RSA, certificates of which one in twenty is ' +
        'revoked), and runs a host for it until it is told to end. A second start goes on with the same folder.',
    )
    .option('--dir <folder>', 'where it is kept', 'lancre-demo')
    .option('--port <n>', 'the public port; the certificates name it (default: 8080)', parsePort)
    .option('--admin-port <n>', 'the private port (default: 8081)', parsePort)
    .option('--certificates <n>', 'how many certificates are issued', parseCount, 1000)
    .addOption(new Option('--edge-runtime <runtime>', 'what edges run on').choices(['auto', 'node', 'bun']))
    .action(async (options: DemoOptions) => {
      const folder = resolve(context.folder, options.dir);
      const config = await prepareDemo(context, folder, options);
      const { startHost } = await import('../running/control.ts');
      const host = await startHost(context, withRuntime(config, options.edgeRuntime), {
        info: () => undefined,
        error: (message, details) => context.stderr(`${message} ${JSON.stringify(details ?? {})}\n`),
      });
      context.stdout(
        `${[...describeHost(host, config), '', ...invitation(context, folder, config)].join('\n')}\n`,
      );
      await context.stopRequested();
      await host.close();
    });
}

async function prepareDemo(context: CliContext, folder: string, options: DemoOptions): Promise<Config> {
  const path = join(folder, 'lancre.toml');
  if (existsSync(path)) return resumeDemo(await loadConfig(path), folder, options);
  const { port = 8080, adminPort = 8081 } = options;
  for (const each of [port, adminPort]) await requireFreePort({ host: '127.0.0.1', port: each });
  await claimFolder(folder);
  const text = renderConfig({
    base: `http://127.0.0.1:${port}`,
    listen: `127.0.0.1:${port}`,
    adminListen: `127.0.0.1:${adminPort}`,
  });
  const config = parseConfig(text, path);
  await fillDemo(context, folder, config, options.certificates);
  // Last: the folder is whole from here on.
  await writeFile(path, text);
  await rm(join(folder, incompleteMark));
  return config;
}

/** The certificates name the address they were made for, so it cannot be changed afterwards. */
function resumeDemo(config: Config, folder: string, options: DemoOptions): Config {
  const { port = config.listen.port, adminPort = config.adminListen.port } = options;
  if (port !== config.listen.port) {
    throw new LancreError(
      'input_invalid',
      `the certificates in ${folder} name port ${config.listen.port}: give another --dir for port ${port}`,
    );
  }
  return { ...config, adminListen: { ...config.adminListen, port: adminPort } };
}

/** Takes an empty folder, or one where an earlier attempt broke off. */
async function claimFolder(folder: string): Promise<void> {
  await mkdir(folder, { recursive: true });
  const mark = join(folder, incompleteMark);
  if (existsSync(mark)) {
    for (const part of ['pki', 'data']) await rm(join(folder, part), { recursive: true, force: true });
  } else if ((await readdir(folder)).length > 0) {
    throw new LancreError('input_invalid', `${folder} is not empty, and no demo: give another --dir`);
  }
  await writeFile(mark, 'A demo is being made here.\n');
}

async function fillDemo(context: CliContext, folder: string, config: Config, count: number): Promise<void> {
  const crypto = createNodeCrypto();
  const { address } = config;
  const common = {
    folder: join(folder, 'pki'),
    address,
    now: context.now(),
    randomBytes: context.randomBytes,
  };
  const pki = await createDemoPki({ ...common, crypto });
  const store = await createHostStore(config.dataFolder);
  const progress = startProgress(context, 'issuing', count);
  try {
    const ids = new Map<string, number>();
    for (const issuer of pki.issuers) ids.set(issuer.name, (await store.issuers.addIssuer(issuer)).id);
    const assign = async (
      name: string,
      records: readonly Omit<CertificateRecord, 'issuerId'>[],
    ): Promise<void> => {
      const issuerId = ids.get(name) ?? 0;
      await store.statuses.assign(
        issuerId,
        records.map((record) => ({ ...record, issuerId })),
      );
    };
    for (const { issuerName, certificate } of pki.issued) {
      const serialNumber = serialNumberToBytes(certificate.serialNumber);
      await assign(issuerName, [
        { serialNumber, notAfter: certificate.notAfter, shard: 0, status: { kind: 'assigned' } },
      ]);
    }
    let reported = 0;
    await createDemoCertificates({
      ...common,
      pki,
      count,
      assign,
      onProgress: (made) => {
        progress.advance(made - reported);
        reported = made;
      },
    });
  } finally {
    progress.stop();
    await store.close();
  }
}

/** Four commands to paste, one for each thing that is served, and one that judges all of them. */
function invitation(context: CliContext, folder: string, config: Config): string[] {
  const pki = relative(context.folder, join(folder, 'pki')) || '.';
  const { address } = config;
  return [
    `The certificates and keys are in ${pki}/. Try, in another terminal:`,
    '',
    `  openssl ocsp -no_nonce -url ${ocspUrl(address, 'e1')} \\`,
    `    -issuer ${pki}/e1.pem -CAfile ${pki}/root-x1.pem \\`,
    `    -cert ${pki}/certs/revoked.pem`,
    '',
    `  curl -s ${crlUrl(address, 'e1', 1)} |`,
    '    openssl crl -inform DER -noout -text',
    '',
    `  curl -s ${issuerUrl(address, 'e1')} |`,
    '    openssl x509 -inform DER -noout -subject -issuer',
    '',
    `  npx lancre check ${pki}/certs/good.pem \\`,
    `    --trust ${pki}/root-x1.pem`,
    '',
    'Ctrl-C ends it.',
  ];
}

function parsePort(text: string): number {
  const port = Number(text);
  if (/^\d+$/.test(text) && port >= 1 && port <= 0xffff) return port;
  throw new InvalidArgumentError('a port from 1 to 65535.');
}

function parseCount(text: string): number {
  const count = Number(text);
  if (/^\d+$/.test(text) && count >= minimumDemoCertificates && count <= 10_000_000) return count;
  throw new InvalidArgumentError(`a number from ${minimumDemoCertificates} to 10,000,000.`);
}

const incompleteMark = '.incomplete';
