import assert from 'node:assert/strict';
import { copyFile, mkdir } from 'node:fs/promises';
import { before, describe, it } from 'node:test';
import { edgeRuntimes } from '../cli/edge-runtimes.js';
import { fetchOctets } from '../cli/openssl-clients.js';
import { type Finished, runProgram } from '../cli/run-program.js';
import { openWorkshop } from '../cli/workshop.js';
import { ForeignServers } from './foreign-servers.js';
import { programPath, skipWithout } from './required-programs.js';
import { type RootHost, startRootHost } from './root-host.js';

const skip = skipWithout('dirmngr', 'dirmngr-client', 'openssl');

// dirmngr 2.2 verifies no signature by P-256, and refuses a list with a critical
// issuingDistributionPoint: so it is asked about the certificates of an RSA root with one full list.
for (const { runtime, missing } of edgeRuntimes) {
  describe(`dirmngr as a client, edges on ${runtime}`, { skip: skip || missing }, () => {
    const servers = new ForeignServers();
    const workshop = openWorkshop();
    const environment = { GNUPGHOME: workshop.path('gnupg') };
    let host: RootHost;

    before(async () => {
      host = await startRootHost(workshop, { runtime, key: 'rsa:2048' });
      await prepareFolders();
      const { folder } = workshop;
      const listensAt = workshop.path('gnupg/S.dirmngr');
      const words = ['--homedir', environment.GNUPGHOME, '--daemon', '--no-detach'];
      await servers.start(workshop.path('bin/dirmngr'), words, { folder, environment, listensAt });
    });

    it('dirmngr-client --ocsp: good is valid', async () => {
      const { status, stderr } = await ask('--ocsp', '--pem', 'good.pem');
      assert.equal(status, 0, stderr);
      assert.match(await log(), /certificate status is: good/);
    });

    it('dirmngr-client --ocsp: revoked is revoked, and why', async () => {
      const { status, stderr } = await ask('--ocsp', '--pem', 'revoked.pem');
      assert.equal(status, 1);
      assert.match(stderr, /certificate has been revoked/);
      assert.match(await log(), /certificate has been revoked at: 20261102T100000 due to: key compromise/);
    });

    it('dirmngr-client --ocsp: a certificate without a record is not valid', async () => {
      const { status } = await ask('--ocsp', '--pem', 'unknown.pem');
      assert.equal(status, 2);
      assert.match(await log(), /status: unauthorized/);
    });

    it('dirmngr-client: the list is fetched from the address in the certificate', async () => {
      const good = await ask('--pem', 'good.pem');
      assert.equal(good.status, 0, good.stderr);
      assert.match(await log(), new RegExp(`fetching CRL from '${host.crlUrl}'`));
      const revoked = await ask('--pem', 'revoked.pem');
      assert.equal(revoked.status, 1);
      assert.match(revoked.stderr, /certificate has been revoked/);
    });

    it('dirmngr-client --load-crl: the list as it came is loaded', async () => {
      await workshop.write('root.crl', await fetchOctets(host.crlUrl, 'application/pkix-crl'));
      const { status, stderr } = await ask('--load-crl', 'root.crl');
      assert.equal(status, 0, stderr);
    });

    /** Whom it trusts dirmngr reads below /etc alone, unless a file beside the program names another folder. */
    async function prepareFolders(): Promise<void> {
      await mkdir(workshop.path('bin'));
      await mkdir(environment.GNUPGHOME, { mode: 0o700 });
      await mkdir(workshop.path('system/trusted-certs'), { recursive: true });
      for (const program of ['dirmngr', 'dirmngr-client']) {
        await copyFile(programPath(program), workshop.path(`bin/${program}`));
      }
      const { folder } = workshop;
      await workshop.write('bin/gpgconf.ctl', `rootdir = ${folder}\nsysconfdir = ${folder}/system\n`);
      const der = ['-outform', 'DER', '-out', 'system/trusted-certs/root.crt'];
      await workshop.openssl('x509', '-in', 'root.pem', ...der);
      await workshop.write('gnupg/dirmngr.conf', `allow-ocsp\nverbose\nlog-file ${folder}/dirmngr.log\n`);
    }

    function ask(...words: readonly string[]): Promise<Finished> {
      const { folder } = workshop;
      return runProgram(workshop.path('bin/dirmngr-client'), words, { folder, environment });
    }

    async function log(): Promise<string> {
      return (await workshop.read('dirmngr.log')).toString();
    }
  });
}
