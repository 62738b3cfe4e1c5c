import assert from 'node:assert/strict';
import { rename } from 'node:fs/promises';
import { createServer } from 'node:http';
import { after, before, describe, it } from 'node:test';
import { decodeCrl } from '@lancre/pki/crl';
import { decodeOcspResponse } from '@lancre/pki/ocsp';
import { freePorts, type HostProcess } from './host-process.js';
import { httpGet } from './http-get.js';
import { derOfCrl, makeOfflineRoot, makeRootCrl, revokeAtRoot } from './offline-root.js';
import { OpensslClients } from './openssl-clients.js';
import { missingPrograms } from './run-program.js';
import { until } from './until.js';
import { openWorkshop, type Workshop } from './workshop.js';

const importing = ['import', '--format', 'crl', '--json'] as const;
const skip = missingPrograms('openssl');

interface Stage {
  readonly workshop: Workshop;
  readonly base: string;
  readonly admin: string;
  readonly clients: OpensslClients;
}

/** An offline root, and a host without its key whose delegate it has signed. */
async function setStage(workshop: Workshop): Promise<Stage> {
  const [port, adminPort] = await freePorts(2);
  const base = `http://127.0.0.1:${port}`;
  const listen = ['--listen', `127.0.0.1:${port}`, '--admin-listen', `127.0.0.1:${adminPort}`];
  await makeOfflineRoot(workshop, ['e1', 'e2', 'e3']);
  await workshop.mustLancre('init', '--base', base, ...listen);
  await workshop.mustLancre('issuer', 'add', 'root', '--certificate', 'root.pem');
  const delegate = ['--certificate', 'delegate.pem', '--key', 'delegate.key'];
  await workshop.mustLancre('issuer', 'responder', 'add', 'root', ...delegate);
  await workshop.mustLancre('import', '--issuer', 'root', '--format', 'openssl-index', 'index.txt');
  const ocspUrl = `${base}/o`;
  const clients = new OpensslClients(workshop, { issuer: 'root.pem', trusted: 'root.pem', ocspUrl });
  return { workshop, base, admin: `http://127.0.0.1:${adminPort}`, clients };
}

async function healthOf({ admin }: Stage): Promise<readonly string[]> {
  const { body } = await httpGet(`${admin}/healthz`);
  return JSON.parse(body.toString()).problems;
}

/** responseStatus of an answer: OpenSSL's own client reads none that comes with an HTTP error. */
async function statusOf({ workshop, base }: Stage, name: string, hash: string): Promise<string> {
  const about = ['-issuer', 'root.pem', hash, '-cert', `${name}.pem`, '-no_nonce'];
  await workshop.openssl('ocsp', ...about, '-reqout', 'question.der');
  const body = new Uint8Array(await workshop.read('question.der'));
  const headers = { 'content-type': 'application/ocsp-request' };
  const response = await fetch(`${base}/o`, { method: 'POST', headers, body });
  return decodeOcspResponse(new Uint8Array(await response.arrayBuffer())).status;
}

async function servedCrl({ base }: Stage): Promise<{ readonly status: number; readonly body: Buffer }> {
  return httpGet(`${base}/c/root.crl`);
}

async function isServed(stage: Stage, der: Buffer): Promise<boolean> {
  const { status, body } = await servedCrl(stage);
  return status === 200 && body.equals(der);
}

async function refusalOf({ workshop }: Stage, file: string): Promise<string> {
  const { status, stdout } = await workshop.lancre(...importing, file);
  assert.equal(status, 65);
  const { refusals } = JSON.parse(stdout);
  assert.equal(refusals.length, 1);
  return `${refusals[0].code} ${refusals[0].field}`;
}

describe('a CRL of an offline root made by OpenSSL and brought by hand', { skip }, () => {
  let stage: Stage;
  let host: HostProcess;
  const workshop = openWorkshop();

  before(async () => {
    stage = await setStage(workshop);
    host = await workshop.start(['serve', '--edge-runtime', 'node']);
  });
  after(() => host.stop());

  it('is served as it was brought, and what it revokes is revoked by OCSP', async () => {
    const { clients } = stage;
    assert.match(await clients.askByPost('e2.pem'), /e2\.pem: good/);
    await revokeAtRoot(workshop, 'e2', 'cessationOfOperation');
    await makeRootCrl(workshop, 'first.pem', '-crldays', '30');
    const report = JSON.parse(await workshop.mustLancre(...importing, '--issuer', 'root', 'first.pem'));
    const der = await derOfCrl(workshop, 'first.pem');
    const { thisUpdate, nextUpdate } = decodeCrl(der);
    assert.ok(nextUpdate);
    const [list] = report.lists;
    assert.deepEqual(list, {
      file: 'first.pem',
      outcome: 'taken',
      issuer: 'root',
      shard: 0,
      url: `${stage.base}/c/root.crl`,
      crlNumber: '1',
      thisUpdate: thisUpdate.toISOString().replace('.000', ''),
      nextUpdate: nextUpdate.toISOString().replace('.000', ''),
      entries: 1,
      records: { added: 0, revoked: 1, released: 0, differing: 0 },
    });
    assert.ok(await isServed(stage, der));
    const text = await clients.fetchCrl(`${stage.base}/c/root.crl`, 'fetched');
    assert.match(text, /CRL extensions:[\s\S]*X509v3 CRL Number: \s+1/);
    await until('e2 is revoked', async () =>
      /e2\.pem: revoked[\s\S]*Reason: cessationOfOperation/.test(await clients.askByPost('e2.pem')),
    );
    const answer = await clients.askByPost('e1.pem');
    assert.match(answer, /Response verify OK/);
    assert.match(answer, /e1\.pem: good/);
  });

  it('T-17, CRL-28: is refused when it is older, loses an entry, or is of version 1 with no number', async () => {
    assert.equal(JSON.parse(await workshop.mustLancre(...importing, 'first.pem')).unchanged, 1);
    await workshop.write('index-before.txt', '');
    const forgetful = (await workshop.read('ca.cnf')).toString().replace('index.txt', 'index-before.txt');
    await workshop.write('forgetful.cnf', forgetful);
    await until('a list newer than the first', async () => {
      await workshop.openssl('ca', '-config', 'forgetful.cnf', '-gencrl', '-out', 'forgetful.pem');
      return (await thisUpdateOf('forgetful.pem')) > (await thisUpdateOf('first.pem'));
    });
    assert.equal(await refusalOf(stage, 'forgetful.pem'), 'entry_lost revokedCertificates');
    const plain = forgetful.replace('crl_extensions = list', '').replace('crlnumber = crlnumber', '');
    await workshop.write('plain.cnf', plain);
    await workshop.openssl('ca', '-config', 'plain.cnf', '-gencrl', '-out', 'plain.pem');
    assert.equal(await refusalOf(stage, 'plain.pem'), 'key_identifier_missing authorityKeyIdentifier');
    assert.ok(await isServed(stage, await derOfCrl(workshop, 'first.pem')), 'the first is served all along');
  });

  it('T-11, HTTP-23: past its nextUpdate is not served, and OCSP says tryLater of all but the revoked', async () => {
    const { clients } = stage;
    await makeRootCrl(workshop, 'short.pem', '-crlsec', '8');
    const end = decodeCrl(await derOfCrl(workshop, 'short.pem')).nextUpdate;
    assert.ok(end);
    await workshop.mustLancre(...importing, 'short.pem');
    // e3 is asked about for the first time, so that its answer ends with the list.
    const answer = await clients.askByPost('e3.pem', '-sha256');
    assert.match(answer, /e3\.pem: good/);
    const nextUpdate = /Next Update: (.*)/.exec(answer)?.[1] ?? '';
    assert.ok(new Date(nextUpdate) <= end, `${nextUpdate} is later than ${end.toISOString()}`);
    await until('it is not served any more', async () => (await servedCrl(stage)).status === 503, 20_000);
    await until('the answer has ended', async () => (await statusOf(stage, 'e3', '-sha256')) === 'tryLater');
    assert.match(await clients.askByPost('e2.pem', '-sha256'), /e2\.pem: revoked/);
    assert.equal((await healthOf(stage)).length > 0, true);
    await makeRootCrl(workshop, 'third.pem', '-crldays', '30');
    await workshop.mustLancre(...importing, 'third.pem');
    await until('e3 is good again', async () =>
      /e3\.pem: good/.test(await clients.askByPost('e3.pem', '-sha256')),
    );
    assert.ok(await isServed(stage, await derOfCrl(workshop, 'third.pem')));
  });

  it('HTTP-36: tells the purge hook of what it newly revokes', async () => {
    const script = "require('node:fs').appendFileSync('told.json', require('node:fs').readFileSync(0))";
    const command = JSON.stringify([process.execPath, '-e', script]);
    const configuration = (await workshop.read('lancre.toml')).toString();
    await workshop.write('purging.toml', `${configuration}\n[purge]\ncommand = ${command}\n`);
    await revokeAtRoot(workshop, 'e3');
    await until('a list newer than the third', async () => {
      await makeRootCrl(workshop, 'fourth.pem');
      return (await thisUpdateOf('fourth.pem')) > (await thisUpdateOf('third.pem'));
    });
    const words = ['fourth.pem', '--config', 'purging.toml'];
    assert.equal(JSON.parse(await workshop.mustLancre(...importing, ...words)).purge, 'done');
    const { certificates } = JSON.parse((await workshop.read('told.json')).toString());
    assert.equal(certificates.length, 1);
    assert.equal(certificates[0].issuer, 'root');
  });

  async function thisUpdateOf(file: string): Promise<Date> {
    return decodeCrl(await derOfCrl(workshop, file)).thisUpdate;
  }
});

describe('a CRL of an offline root made by OpenSSL that is fetched', { skip }, () => {
  const workshop = openWorkshop();
  let stage: Stage;
  let host: HostProcess;
  let body: Buffer | undefined;
  const server = createServer((_request, response) => {
    response.writeHead(body === undefined ? 404 : 200).end(body);
  });

  before(async () => {
    stage = await setStage(workshop);
    await workshop.mustLancre('issuer', 'set', 'root', '--crl-source', 'brought.crl');
    host = await workshop.start(['serve', '--edge-runtime', 'node']);
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  });
  after(async () => {
    server.close();
    await host.stop();
  });

  it('T-11: before there is one, health is red, and OCSP says tryLater', async () => {
    await until('the missing file is told', async () =>
      (await healthOf(stage)).some((problem) => /brought\.crl is not taken in: no such file/.test(problem)),
    );
    assert.equal(await statusOf(stage, 'e1', '-sha1'), 'tryLater');
  });

  it('is taken from a file the moment it is there, and again when it has changed', async () => {
    const { clients } = stage;
    await makeRootCrl(workshop, 'first.pem');
    await rename(workshop.path('first.pem'), workshop.path('brought.crl'));
    const first = await derOfCrl(workshop, 'brought.crl');
    await until('the first list is served', () => isServed(stage, first));
    await until('e1 is good', async () => /e1\.pem: good/.test(await clients.askByPost('e1.pem')));
    assert.deepEqual(await healthOf(stage), []);
    await revokeAtRoot(workshop, 'e1', 'superseded');
    await until('a newer list', async () => {
      await makeRootCrl(workshop, 'second.pem');
      return decodeCrl(await derOfCrl(workshop, 'second.pem')).thisUpdate > decodeCrl(first).thisUpdate;
    });
    await rename(workshop.path('second.pem'), workshop.path('brought.crl'));
    const second = await derOfCrl(workshop, 'brought.crl');
    await until('the second list is served', () => isServed(stage, second));
    await until('e1 is revoked', async () => /e1\.pem: revoked/.test(await clients.askByPost('e1.pem')));
    assert.match(host.stderr, /CRL from elsewhere published/);
  });

  it('is fetched from a URL', async () => {
    const address = server.address();
    assert.ok(typeof address === 'object' && address !== null);
    const url = `http://127.0.0.1:${address.port}/root.crl`;
    const shown = JSON.parse(
      await workshop.mustLancre('issuer', 'set', 'root', '--crl-source', url, '--json'),
    );
    assert.equal(shown.crlSource, url);
    await until('the 404 is told', async () =>
      (await healthOf(stage)).some((problem) => problem.includes('HTTP status 404')),
    );
    const second = await derOfCrl(workshop, 'brought.crl');
    await until('a newer list', async () => {
      await makeRootCrl(workshop, 'third.pem');
      return decodeCrl(await derOfCrl(workshop, 'third.pem')).thisUpdate > decodeCrl(second).thisUpdate;
    });
    body = await derOfCrl(workshop, 'third.pem');
    await until('the third list is served', () => isServed(stage, body ?? second), 30_000);
    await until('health is green', async () => (await healthOf(stage)).length === 0);
  });
});
