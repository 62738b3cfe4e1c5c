import assert from 'node:assert/strict';
import { statSync } from 'node:fs';
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { before, describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';
import { type Certificate, decodeCertificate } from '@lancre/pki/certificate';
import { type EvidenceAddresses, evidenceAddressesOf } from '@lancre/pki/client';
import { type Crl, crlEntries, decodeCrl, findCrlEntry } from '@lancre/pki/crl';
import { freePorts, type HostProcess } from './host-process.js';
import { httpGet } from './http-get.js';
import { missingPrograms, runProgram } from './run-program.js';
import { until } from './until.js';
import { openWorkshop, type Workshop } from './workshop.js';

/** Where `npx lancre` is this one. */
const repository = fileURLToPath(new URL('../../../../', import.meta.url));

interface Ports {
  readonly port: number;
  readonly adminPort: number;
}

describe('lancre demo', () => {
  const workshop = openWorkshop();
  let ports: Ports;
  let base: string;
  let host: HostProcess;
  const start = async () => {
    // From the repository, so that what is printed can be pasted there.
    const words = ['demo', '--dir', workshop.path('demo'), ...portWords(ports)];
    const started = workshop.launch(words, {}, repository);
    await started.untilUp();
    return started;
  };

  before(async () => {
    ports = await freeDemoPorts();
    base = `http://127.0.0.1:${ports.port}`;
    host = await start();
  });

  it('makes the files that scripts look for, keys for their owner only', async () => {
    const files = ['root-x1', 'root-x2', 'e1', 'e1-by-x2', 'r1'].map((name) => `${name}.pem`);
    const named = ['good', 'good2', 'good-r1', 'revoked', 'revoked-r1', 'superseded', 'unknown'];
    const leaves = named.flatMap((name) => [`certs/${name}.pem`, `certs/${name}.key`]);
    for (const file of [...files, ...leaves, 'certs/all.pem', 'certs/all.ndjson']) {
      assert.ok((await workshop.read(`demo/pki/${file}`)).length > 0, file);
    }
    const keys = (await readdir(workshop.path('demo/pki'), { recursive: true })).filter((name) =>
      name.endsWith('.key'),
    );
    assert.ok(keys.length >= 4);
    for (const key of keys) assert.equal(statSync(workshop.path(`demo/pki/${key}`)).mode & 0o077, 0, key);
  });

  it('issues 1,000 certificates, 50 of them revoked for varied reasons', async () => {
    const lines = await readRecords(workshop);
    assert.equal(lines.length, 1000);
    assert.equal(new Set(lines.map(({ serial }) => serial)).size, 1000);
    assert.equal((await readAll(workshop)).length, 1000);
    const revoked = lines.filter(({ status }) => status === 'revoked');
    assert.equal(revoked.length, 50);
    assert.ok(new Set(revoked.map(({ reason }) => reason)).size >= 5);
    const counts = await countByIssuer(workshop);
    assert.deepEqual(sumOf([counts.e1, counts.r1]), { assigned: 1000, listed: 50 });
  });

  it('lists the 50 revoked certificates, each on the list that it names', async () => {
    const lists = new Map<string, Crl>();
    for (const path of ['e1', 'e1/1', 'e1/2', 'e1/3', 'e1/4', 'r1']) {
      lists.set(`${base}/c/${path}.crl`, decodeCrl((await httpGet(`${base}/c/${path}.crl`)).body));
    }
    const count = (path: string) => [...crlEntries(listOf(lists, `${base}/c/${path}.crl`))].length;
    assert.equal(count('e1') + count('r1'), 50);
    assert.equal(count('e1/1') + count('e1/2') + count('e1/3') + count('e1/4'), count('e1'));
    const lines = await readRecords(workshop);
    for (const [index, certificate] of (await readAll(workshop)).entries()) {
      const [address] = evidenceAddressesOf(certificate).crl;
      const entry = findCrlEntry(listOf(lists, address), certificate.serialNumber);
      assert.equal(entry !== undefined, lines[index]?.status === 'revoked', certificate.serialNumber);
    }
  });

  it('writes the addresses of the running host into every certificate', async () => {
    for (const certificate of await readAll(workshop)) {
      const addresses: EvidenceAddresses = evidenceAddressesOf(certificate);
      assert.deepEqual(addresses.ocsp, [`${base}/o`]);
      assert.match(addresses.caIssuers.join(), new RegExp(`^${base}/i/(?:e1|r1)$`));
      assert.match(addresses.crl.join(), new RegExp(`^${base}/c/(?:e1/[1-4]|r1)\\.crl$`));
    }
  });

  it('prints four commands that work when they are pasted into a shell', {
    skip: missingPrograms('bash', 'openssl', 'curl', 'npx'),
  }, async () => {
    const commands = printedCommands(host.stdout);
    assert.equal(commands.length, 4, host.stdout);
    const expected = [/revoked\.pem: revoked\n/, /Certificate Revocation List/, /^subject=.*E1/m, /\bgood\b/];
    for (const [index, command] of commands.entries()) {
      const { status, stdout, stderr } = await runProgram('bash', ['-c', command], { folder: repository });
      assert.equal(status, 0, `${command}\n${stdout}${stderr}`);
      assert.match(stdout + stderr, expected[index] ?? /./, command);
    }
  });

  it('its list of certificates can be imported again: all are known', async () => {
    const words = ['--format', 'ndjson', '--config', 'demo/lancre.toml', '--json'];
    const report = JSON.parse(await workshop.mustLancre('import', 'demo/pki/certs/all.ndjson', ...words));
    assert.equal(report.unchanged, 1000);
    assert.equal(report.refused, 0);
  });

  it('a second start goes on with the same data', async () => {
    const config = ['--config', 'demo/lancre.toml'];
    await workshop.mustLancre('revoke', 'demo/pki/certs/good2.pem', ...config);
    const before = await workshop.read('demo/pki/certs/all.pem');
    assert.equal(await host.stop(), 0);
    host = await start();
    assert.deepEqual(await workshop.read('demo/pki/certs/all.pem'), before);
    assert.match(await workshop.mustLancre('status', 'demo/pki/certs/good2.pem', ...config), /revoked/);
    const counts = await countByIssuer(workshop);
    assert.deepEqual(sumOf([counts.e1, counts.r1]), { assigned: 1000, listed: 51 });
  });

  it('another port for the same folder is refused, since the certificates name it', async () => {
    assert.equal(await host.stop(), 0);
    const other = await freeDemoPorts();
    const { status, stderr } = await workshop.lancre('demo', '--dir', 'demo', ...portWords(other));
    assert.equal(status, 64);
    assert.match(stderr, new RegExp(`^lancre: the certificates in .* name port ${ports.port}: .*\\n$`));
  });
});

describe('a demo that cannot be made', () => {
  const workshop = openWorkshop();
  const small = ['--certificates', '6', '--edge-runtime', 'node'];

  it('is made anew where an earlier attempt broke off', async () => {
    const ports = portWords(await freeDemoPorts());
    const first = workshop.launch(['demo', '--dir', 'broken', ...ports, '--certificates', '1000000']);
    await until(
      'certificates are being made',
      async () => (await sizeOf(workshop, 'broken/pki/certs/all.pem')) > 0,
    );
    await first.kill();
    const second = await workshop.start(['demo', '--dir', 'broken', ...ports, ...small]);
    assert.equal((await readRecords(workshop, 'broken')).length, 6);
    const counts = await countByIssuer(workshop, 'broken');
    assert.deepEqual(sumOf([counts.e1, counts.r1]), { assigned: 6, listed: 3 });
    assert.equal(await second.stop(), 0);
    assert.ok(!(await readdir(workshop.path('broken'))).includes('.incomplete'));
  });

  it('leaves a folder alone that is no demo', async () => {
    await mkdir(workshop.path('mine'));
    await writeFile(workshop.path('mine/thesis.txt'), 'years of work');
    const { status, stderr } = await workshop.lancre('demo', '--dir', 'mine', ...small);
    assert.equal(status, 64);
    assert.match(stderr, /^lancre: .*mine is not empty, and no demo: .*\n$/);
    assert.deepEqual(await readdir(workshop.path('mine')), ['thesis.txt']);
  });

  it('is not begun when its port is taken', async () => {
    const { port, adminPort } = await freeDemoPorts();
    const taken = createServer();
    await new Promise<void>((resolve) => taken.listen(port, '127.0.0.1', resolve));
    const words = [...portWords({ port, adminPort }), ...small];
    const { status, stderr } = await workshop.lancre('demo', '--dir', 'taken', ...words);
    taken.close();
    assert.equal(status, 70);
    assert.match(stderr, new RegExp(`^lancre: cannot listen on 127\\.0\\.0\\.1 port ${port}.*\\n$`));
    await assert.rejects(readdir(workshop.path('taken')), { code: 'ENOENT' });
  });

  for (const [option, value] of [
    ['--certificates', '5'],
    ['--certificates', 'many'],
    ['--port', '0'],
    ['--port', '70000'],
    ['--edge-runtime', 'deno'],
  ] as const) {
    it(`${option} ${value} is wrong use`, async () => {
      const { status, stderr } = await workshop.lancre('demo', '--dir', 'never', option, value);
      assert.equal(status, 64);
      assert.match(stderr, new RegExp(`option '${option} <`));
      await assert.rejects(readdir(workshop.path('never')), { code: 'ENOENT' });
    });
  }
});

async function freeDemoPorts(): Promise<Ports> {
  const [port = 0, adminPort = 0] = await freePorts(2);
  return { port, adminPort };
}

function portWords({ port, adminPort }: Ports): readonly string[] {
  return ['--port', String(port), '--admin-port', String(adminPort)];
}

interface RecordLine {
  readonly serial: string;
  readonly status?: string;
  readonly reason?: string;
}

async function readRecords(workshop: Workshop, folder = 'demo'): Promise<readonly RecordLine[]> {
  const text = await readFile(workshop.path(join(folder, 'pki/certs/all.ndjson')), 'utf8');
  return text
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line));
}

async function readAll(workshop: Workshop): Promise<readonly Certificate[]> {
  const text = (await workshop.read('demo/pki/certs/all.pem')).toString();
  const blocks = text.matchAll(/-----BEGIN CERTIFICATE-----\n([^-]+)-----END CERTIFICATE-----/g);
  return [...blocks].map(([, base64 = '']) => decodeCertificate(Buffer.from(base64, 'base64')));
}

function listOf(lists: ReadonlyMap<string, Crl>, url: string | undefined): Crl {
  const list = lists.get(url ?? '');
  assert.ok(list !== undefined, `no list at ${url}`);
  return list;
}

interface Counts {
  readonly assigned: number;
  readonly listed: number;
}

async function countByIssuer(
  workshop: Workshop,
  folder = 'demo',
): Promise<{ readonly e1?: Counts; readonly r1?: Counts }> {
  const text = await workshop.mustLancre('issuer', 'list', '--json', '--config', `${folder}/lancre.toml`);
  const issuers: readonly { readonly name: string; readonly counts: Counts }[] = JSON.parse(text);
  return Object.fromEntries(issuers.map(({ name, counts }) => [name, counts]));
}

function sumOf(all: readonly (Counts | undefined)[]): Counts {
  return all.reduce<Counts>(
    (sum, counts) => ({
      assigned: sum.assigned + (counts?.assigned ?? 0),
      listed: sum.listed + (counts?.listed ?? 0),
    }),
    { assigned: 0, listed: 0 },
  );
}

/** Lines that are set in; an empty line ends a command. */
function printedCommands(text: string): readonly string[] {
  return text
    .split('\n\n')
    .filter((block) => block.startsWith('  '))
    .map((block) => block.replace(/^ {2}/gm, ''));
}

async function sizeOf(workshop: Workshop, name: string): Promise<number> {
  return (await workshop.read(name)).length;
}
