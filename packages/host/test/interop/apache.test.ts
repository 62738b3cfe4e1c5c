import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { before, describe, it } from 'node:test';
import { edgeRuntimes } from '../cli/edge-runtimes.js';
import { freePorts } from '../cli/host-process.js';
import { openWorkshop } from '../cli/workshop.js';
import { joinPem, startDemo } from './demo-host.js';
import { ForeignServers } from './foreign-servers.js';
import { skipWithout } from './required-programs.js';
import { CURL_INVALID_STAPLE, StaplingClients, tlsVersions } from './stapling-clients.js';

const pki = 'demo/pki';
/** Where Debian has them. */
const modules = '/usr/lib/apache2/modules';
const skip =
  skipWithout('apache2', 'openssl', 'curl') ||
  (existsSync(`${modules}/mod_ssl.so`) ? false : `no mod_ssl in ${modules}`);
const sites = ['good', 'revoked', 'unknown'] as const;

for (const { runtime, missing } of edgeRuntimes) {
  describe(`Apache httpd as a stapling server, edges on ${runtime}`, { skip: skip || missing }, () => {
    const servers = new ForeignServers();
    const workshop = openWorkshop();
    const clients = new StaplingClients(workshop, `${pki}/root-x1.pem`);
    let ports: Readonly<Record<(typeof sites)[number], number>>;

    before(async () => {
      await startDemo(workshop, runtime);
      for (const name of sites) {
        await joinPem(workshop, `${name}.chain`, `${pki}/certs/${name}.pem`, `${pki}/e1.pem`);
      }
      const [good = 0, revoked = 0, unknown = 0] = await freePorts(sites.length);
      ports = { good, revoked, unknown };
      const { folder } = workshop;
      await workshop.write('httpd.conf', configuration(folder, ports));
      const words = ['-DFOREGROUND', '-d', folder, '-f', 'httpd.conf'];
      await servers.start('apache2', words, { folder, listensAt: unknown });
    });

    it('ORSP-45: Apache httpd staples a good answer, in TLS 1.2 and in TLS 1.3', async () => {
      for (const version of tlsVersions) {
        const said = await clients.show(ports.good, version);
        assert.match(said, /Cert Status: good/, said);
      }
      const { status, stderr } = await clients.judgeWithCurl(ports.good);
      assert.equal(status, 0, stderr);
    });

    it('ORSP-45: Apache httpd staples a revoked answer, and clients refuse', async () => {
      for (const version of tlsVersions) {
        const said = await clients.show(ports.revoked, version);
        assert.match(said, /Cert Status: revoked/, said);
      }
      const { status, stderr } = await clients.judgeWithCurl(ports.revoked);
      assert.equal(status, CURL_INVALID_STAPLE);
      assert.match(stderr, /revocation reason: keyCompromise/);
    });

    it('Apache httpd staples nothing where the answer is "unauthorized"', async () => {
      for (const version of tlsVersions) {
        assert.match(await clients.show(ports.unknown, version), /OCSP response: no response sent/);
      }
      assert.match(
        await workshop.read('error.log').then(String),
        /unauthorized|OCSP response not successful/,
      );
    });
  });
}

function configuration(folder: string, ports: Readonly<Record<(typeof sites)[number], number>>): string {
  // The numbers of User and Group count where httpd is started by root, which it will not serve as.
  return `ServerRoot ${folder}
ServerName localhost
PidFile httpd.pid
DefaultRuntimeDir ${folder}
Mutex sem
ErrorLog ${folder}/error.log
LogLevel info ssl:debug
LoadModule mpm_event_module ${modules}/mod_mpm_event.so
LoadModule authz_core_module ${modules}/mod_authz_core.so
LoadModule socache_shmcb_module ${modules}/mod_socache_shmcb.so
LoadModule ssl_module ${modules}/mod_ssl.so
User #65534
Group #65534
StartServers 1
SSLUseStapling on
SSLStaplingReturnResponderErrors off
SSLStaplingCache shmcb:${folder}/stapling(128000)
${sites.map((site) => virtualHost(folder, site, ports[site])).join('')}`;
}

function virtualHost(folder: string, site: string, port: number): string {
  return `Listen 127.0.0.1:${port}
<VirtualHost 127.0.0.1:${port}>
  SSLEngine on
  SSLCertificateFile ${folder}/${site}.chain
  SSLCertificateKeyFile ${folder}/${pki}/certs/${site}.key
</VirtualHost>
`;
}
