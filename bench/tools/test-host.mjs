// A real host in a folder: made, filled and served by the commands a person would use.
import { once } from 'node:events';
import { readFile, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { childrenOf } from './processor-time.mjs';
import { lancre, lancreProgram, pinned } from './programs.mjs';

/** Makes a host with the issuer `e1`. @returns its folder and configuration */
export async function createTestHost(workshop, name, ca, issuerOptions = []) {
  const folder = workshop.path(name);
  const port = await freePort();
  await lancre(
    workshop,
    ...['init', folder, '--base', `http://127.0.0.1:${port}`],
    ...['--listen', `127.0.0.1:${port}`, '--admin-listen', `127.0.0.1:${await freePort()}`],
  );
  const config = join(folder, 'lancre.toml');
  const text = await readFile(config, 'utf8');
  await writeFile(config, text.replace('count = "auto"', 'count = 1'));
  await lancre(
    workshop,
    'issuer',
    'add',
    'e1',
    '--certificate',
    ca.certificatePath,
    '--key',
    ca.keyPath,
    '--config',
    config,
    ...issuerOptions,
  );
  return { folder, config, port };
}

/** Imports an index.txt. @returns seconds and peakOctets */
export function importIndex(workshop, { config }, index) {
  return lancre(workshop, 'import', '--config', config, '--issuer', 'e1', '--format', 'openssl-index', index);
}

/** Signs ahead what is due. @returns seconds and peakOctets */
export function presignAnswers(workshop, { config }) {
  return lancre(workshop, 'publish', '--ocsp', '--config', config);
}

/** Runs `lancre serve` with one edge, on one core. @returns the process, and the process of the edge */
export async function serveTestHost(workshop, { config, port }, runtime, core) {
  const serve = [lancreProgram, 'serve', '--config', config, '--edge-runtime', runtime];
  const [program, args] = pinned(core, process.execPath, serve);
  const child = workshop.start(program, args);
  let errors = '';
  child.stderr.on('data', (chunk) => {
    errors += chunk;
  });
  const listening = once(child.stdout, 'data');
  const ended = once(child, 'exit').then(() => {
    throw new Error(`lancre serve ended: ${errors.trim().slice(-500)}`);
  });
  await Promise.race([listening, ended]);
  ended.catch(() => undefined);
  child.stdout.resume();
  const [edge] = childrenOf(child.pid);
  if (edge === undefined) throw new Error('lancre serve has no edge');
  return { child, edge, port };
}

export async function freePort() {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = /** @type {import('node:net').AddressInfo} */ (server.address());
  server.close();
  await once(server, 'close');
  return port;
}
