import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createConnection } from 'node:net';
import { text } from 'node:stream/consumers';
import { before, describe, it } from 'node:test';
import { freePorts } from '../cli/host-process.js';
import { OpensslClients } from '../cli/openssl-clients.js';
import { openWorkshop } from '../cli/workshop.js';
import { joinPem, startDemo } from './demo-host.js';
import { ForeignServers } from './foreign-servers.js';
import { skipWithout } from './required-programs.js';
import { CURL_INVALID_STAPLE, StaplingClients, tlsVersions } from './stapling-clients.js';

const pki = 'demo/pki';
const skip = skipWithout('haproxy', 'openssl', 'curl');

// HAProxy 2.6 fetches nothing by itself: it is handed answers, which `openssl ocsp` has fetched.
describe('HAProxy as a stapling server', { skip }, () => {
  const servers = new ForeignServers();
  const workshop = openWorkshop();
  const clients = new StaplingClients(workshop, `${pki}/root-x1.pem`);
  let asking: OpensslClients;
  let good: number;
  let revoked: number;

  before(async () => {
    const { base } = await startDemo(workshop, 'node');
    const options = { issuer: `${pki}/e1.pem`, trusted: `${pki}/root-x1.pem`, ocspUrl: `${base}/o` };
    asking = new OpensslClients(workshop, options);
    for (const name of ['good', 'revoked']) {
      const parts = [`${pki}/certs/${name}.pem`, `${pki}/e1.pem`, `${pki}/certs/${name}.key`];
      await joinPem(workshop, `${name}.pem`, ...parts);
      await fetchStaple(name, `${name}.pem.ocsp`);
    }
    [good = 0, revoked = 0] = await freePorts(2);
    await workshop.write('haproxy.cfg', configuration(workshop.folder, { good, revoked }));
    const { folder } = workshop;
    await servers.start('haproxy', ['-db', '-f', 'haproxy.cfg'], { folder, listensAt: good });
  });

  it('ORSP-45: HAProxy staples the good answer beside its certificate, in TLS 1.2 and in TLS 1.3', async () => {
    for (const version of tlsVersions) {
      const said = await clients.show(good, version);
      assert.match(said, /Cert Status: good/, said);
    }
    const { status, stderr } = await clients.judgeWithCurl(good);
    assert.equal(status, 0, stderr);
  });

  it('ORSP-45: HAProxy staples the revoked answer beside its certificate, and clients refuse', async () => {
    for (const version of tlsVersions) {
      const said = await clients.show(revoked, version);
      assert.match(said, /Cert Status: revoked/, said);
    }
    const { status, stderr } = await clients.judgeWithCurl(revoked);
    assert.equal(status, CURL_INVALID_STAPLE);
    assert.match(stderr, /revocation reason: keyCompromise/);
  });

  it('HAProxy refuses an answer that is "unauthorized", over its socket', async () => {
    await fetchStaple('unknown', 'unknown.staple');
    assert.match(await tell('unknown.staple'), /OCSP response status not successful/);
  });

  it('ORSP-45: HAProxy takes newer answers over its socket, until one says revoked', async () => {
    await fetchStaple('good', 'newer.staple');
    assert.match(await tell('newer.staple'), /OCSP Response updated!/);
    assert.match(await clients.show(good, '-tls1_3'), /Cert Status: good/);

    const configuration = ['--config', 'demo/lancre.toml'];
    await workshop.mustLancre('revoke', ...configuration, `${pki}/certs/good.pem`, '--reason', 'superseded');
    await fetchStaple('good', 'newest.staple');
    assert.match(await tell('newest.staple'), /OCSP Response updated!/);
    assert.match(await clients.show(good, '-tls1_3'), /Cert Status: revoked/);
    const { status, stderr } = await clients.judgeWithCurl(good);
    assert.equal(status, CURL_INVALID_STAPLE);
    assert.match(stderr, /revocation reason: superseded/);
  });

  async function fetchStaple(name: string, file: string): Promise<void> {
    await asking.askByPost(`${pki}/certs/${name}.pem`, '-no_nonce', '-respout', file);
  }

  /** Hands an answer over and gives what HAProxy says to it. */
  async function tell(staple: string): Promise<string> {
    const encoded = (await workshop.read(staple)).toString('base64');
    const socket = createConnection(workshop.path('admin.sock'));
    await once(socket, 'connect');
    socket.end(`set ssl ocsp-response ${encoded}\n`);
    return text(socket);
  }
});

function configuration(folder: string, ports: Readonly<Record<'good' | 'revoked', number>>): string {
  return `global
  stats socket ${folder}/admin.sock mode 600 level admin
defaults
  mode http
  timeout connect 5s
  timeout client 5s
  timeout server 5s
frontend sites
  bind 127.0.0.1:${ports.good} ssl crt ${folder}/good.pem
  bind 127.0.0.1:${ports.revoked} ssl crt ${folder}/revoked.pem
  http-request return status 200
`;
}
