import assert from 'node:assert/strict';
import { before, describe, it } from 'node:test';
import { edgeRuntimes } from '../cli/edge-runtimes.js';
import { freePorts } from '../cli/host-process.js';
import { OpensslClients } from '../cli/openssl-clients.js';
import { until } from '../cli/until.js';
import { openWorkshop } from '../cli/workshop.js';
import { joinPem, startDemo } from './demo-host.js';
import { type ForeignServer, ForeignServers } from './foreign-servers.js';
import { skipWithout } from './required-programs.js';
import { CURL_INVALID_STAPLE, StaplingClients, tlsVersions } from './stapling-clients.js';

const pki = 'demo/pki';
const skip = skipWithout('nginx', 'openssl', 'curl', 'gnutls-cli');

/** Each has a port of its own. */
const sites = ['good', 'revoked', 'unknown', 'good-from-file', 'revoked-from-file'] as const;

for (const { runtime, missing } of edgeRuntimes) {
  describe(`nginx as a stapling server, edges on ${runtime}`, { skip: skip || missing }, () => {
    const servers = new ForeignServers();
    const workshop = openWorkshop();
    const clients = new StaplingClients(workshop, `${pki}/root-x1.pem`);
    let ports: Readonly<Record<(typeof sites)[number], number>>;
    let nginx: ForeignServer;

    before(async () => {
      const { base } = await startDemo(workshop, runtime);
      await prepareFiles(`${base}/o`);
      const [good = 0, revoked = 0, unknown = 0, goodFile = 0, revokedFile = 0] = await freePorts(
        sites.length,
      );
      ports = { good, revoked, unknown, 'good-from-file': goodFile, 'revoked-from-file': revokedFile };
      await workshop.write('nginx.conf', configuration());
      const words = ['-e', 'stderr', '-p', workshop.folder, '-c', 'nginx.conf'];
      const { folder } = workshop;
      nginx = await servers.start('nginx', words, { folder, listensAt: ports.good });
    });

    it('ORSP-45: nginx verifies a good answer and staples it, in TLS 1.2 and in TLS 1.3', async () => {
      for (const version of tlsVersions) {
        // The first handshake makes nginx ask; it does not wait for the answer.
        const said = await until('there is a staple', async () => {
          const shown = await clients.show(ports.good, version);
          return /OCSP Response Status: successful/.test(shown) && shown;
        });
        assert.match(said, /Cert Status: good/, said);
      }
    });

    it('ORSP-45: TLS clients verify the staple of nginx', async () => {
      await until('there is a staple', async () =>
        /Cert Status: good/.test(await clients.show(ports.good, '-tls1_3')),
      );
      const { status, stderr } = await clients.judgeWithCurl(ports.good);
      assert.equal(status, 0, stderr);
      const said = await clients.judgeWithGnutls(ports.good);
      assert.match(said, /Status: The certificate is trusted/, said);
      assert.match(said, /Options: OCSP status request/, said);
    });

    for (const [site, complaint] of [
      ['revoked', /certificate status "revoked" in the OCSP response/],
      ['unknown', /OCSP response not successful \(6: unauthorized\)/],
    ] as const) {
      it(`nginx does not staple for the site "${site}", and says why`, async () => {
        await clients.show(ports[site], '-tls1_3');
        await until('nginx has judged the answer', () => complaint.test(nginx.said()));
        assert.match(await clients.show(ports[site], '-tls1_3'), /OCSP response: no response sent/);
        assert.equal((await clients.judgeWithCurl(ports[site])).status, CURL_INVALID_STAPLE);
      });
    }

    it('ORSP-45: a good answer as it came is a staple that clients accept', async () => {
      for (const version of tlsVersions) {
        assert.match(await clients.show(ports['good-from-file'], version), /Cert Status: good/);
      }
      const { status, stderr } = await clients.judgeWithCurl(ports['good-from-file']);
      assert.equal(status, 0, stderr);
    });

    it('ORSP-45: a revoked answer as it came is a staple by which clients refuse', async () => {
      for (const version of tlsVersions) {
        assert.match(await clients.show(ports['revoked-from-file'], version), /Cert Status: revoked/);
      }
      const { status, stderr } = await clients.judgeWithCurl(ports['revoked-from-file']);
      assert.equal(status, CURL_INVALID_STAPLE);
      assert.match(stderr, /revocation reason: keyCompromise/);
      assert.match(await clients.judgeWithGnutls(ports['revoked-from-file']), /certificate chain is revoked/);
    });

    async function prepareFiles(ocspUrl: string): Promise<void> {
      for (const name of ['good', 'revoked', 'unknown']) {
        await joinPem(workshop, `${name}.chain`, `${pki}/certs/${name}.pem`, `${pki}/e1.pem`);
      }
      await joinPem(workshop, 'trusted.pem', `${pki}/e1.pem`, `${pki}/root-x1.pem`);
      const options = { issuer: `${pki}/e1.pem`, trusted: `${pki}/root-x1.pem`, ocspUrl };
      const asking = new OpensslClients(workshop, options);
      for (const name of ['good', 'revoked']) {
        await asking.askByPost(`${pki}/certs/${name}.pem`, '-no_nonce', '-respout', `${name}.staple`);
      }
    }

    function configuration(): string {
      const { folder } = workshop;
      const server = (port: number, name: string, staple: readonly string[]) => [
        `server { listen 127.0.0.1:${port} ssl;`,
        `ssl_certificate ${folder}/${name}.chain;`,
        `ssl_certificate_key ${folder}/${pki}/certs/${name}.key;`,
        ...staple,
        'location / { return 200; } }',
      ];
      const trust = `ssl_trusted_certificate ${folder}/trusted.pem;`;
      const asked = ['ssl_stapling on;', 'ssl_stapling_verify on;', trust];
      const file = (name: string) => ['ssl_stapling on;', `ssl_stapling_file ${folder}/${name}.staple;`];
      return [
        'daemon off; pid nginx.pid; error_log stderr info; worker_processes 1;',
        'events {}',
        'http { access_log off; ssl_protocols TLSv1.2 TLSv1.3;',
        ...['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map((kind) => `${kind}_temp_path ${kind};`),
        ...server(ports.good, 'good', asked),
        ...server(ports.revoked, 'revoked', asked),
        ...server(ports.unknown, 'unknown', asked),
        ...server(ports['good-from-file'], 'good', file('good')),
        ...server(ports['revoked-from-file'], 'revoked', file('revoked')),
        '}',
      ].join('\n');
    }
  });
}
