import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { edgeRuntimes } from './edge-runtimes.js';
import { freePorts, type HostProcess } from './host-process.js';
import { countEntries, issuedNames, makeOpensslCa, revocations } from './openssl-ca.js';
import { OpensslClients } from './openssl-clients.js';
import { missingPrograms } from './run-program.js';
import { until } from './until.js';
import { openWorkshop } from './workshop.js';

const entries = 100_000;
/** Revoked in the course of the tests, so nothing else is said of them. */
const spares = { node: 'good-2', bun: 'good-3' };

describe('a host beside a real OpenSSL CA', { skip: missingPrograms('openssl') }, () => {
  const workshop = openWorkshop();
  let base: string;

  before(async () => {
    const [port, adminPort] = await freePorts(2);
    base = `http://127.0.0.1:${port}`;
    await makeOpensslCa(workshop, base, entries);
    const listen = ['--listen', `127.0.0.1:${port}`, '--admin-listen', `127.0.0.1:${adminPort}`];
    await workshop.mustLancre('init', '--base', base, ...listen);
    await workshop.mustLancre('issuer', 'add', 'e1', '--certificate', 'ca.pem', '--key', 'ca.key');
  });

  it('takes in an index.txt of 100,000 entries, and knows it when it comes again', async () => {
    const words = ['import', '--issuer', 'e1', '--format', 'openssl-index', 'index.txt', '--json'];
    const first = JSON.parse(await workshop.mustLancre(...words));
    assert.deepEqual(first, {
      lines: entries,
      added: entries,
      revoked: 0,
      unchanged: 0,
      refused: 0,
      differing: 0,
      refusals: [],
      purge: 'off',
    });
    const second = JSON.parse(await workshop.mustLancre(...words));
    assert.equal(second.unchanged, entries);
    const { counts } = JSON.parse(await workshop.mustLancre('issuer', 'show', 'e1', '--json'));
    assert.deepEqual(counts, { assigned: entries, listed: await countEntries(workshop, 'R') });
  });

  for (const { runtime, missing } of edgeRuntimes) {
    describe(`edges on ${runtime}`, { skip: missing }, () => {
      let host: HostProcess;
      let clients: OpensslClients;
      const samples = issuedNames.filter((name) => !Object.values(spares).includes(name));

      before(async () => {
        const ocspUrl = `${base}/o`;
        clients = new OpensslClients(workshop, { issuer: 'ca.pem', trusted: 'ca.pem', ocspUrl });
        host = await workshop.start(['serve', '--edge-runtime', runtime]);
      });
      after(() => host.stop());

      for (const [method, ask] of [
        ['POST', (certificate: string) => clients.askByPost(certificate)],
        ['GET', (certificate: string) => clients.askByGet(certificate)],
      ] as const) {
        it(`openssl ocsp hears good and revoked by ${method}`, async () => {
          for (const name of samples) {
            const answer = await ask(`certs/${name}.pem`);
            assert.match(answer, /^Response verify OK$/m, answer);
            const expected = name in revocations ? 'revoked' : 'good';
            assert.match(answer, new RegExp(`^certs/${name}.pem: ${expected}$`, 'm'), answer);
          }
        });
      }

      it('openssl ocsp hears the reason that openssl ca was given', async () => {
        for (const [name, { shown }] of Object.entries(revocations)) {
          const answer = await clients.askByPost(`certs/${name}.pem`);
          if (shown === undefined) assert.doesNotMatch(answer, /Reason:/);
          else assert.match(answer, new RegExp(`Reason: ${shown}$`, 'm'), answer);
        }
      });

      it('openssl ocsp hears nothing of a serial that the CA has never used', async () => {
        const answer = await clients.askAboutSerial('0x77777777');
        assert.match(answer, /unauthorized/, answer);
      });

      it('openssl verify -crl_check agrees, with the list that was fetched', async () => {
        const list = await clients.fetchCrl(`${base}/c/e1.crl`, 'list');
        assert.equal(list.match(/Serial Number:/g)?.length, await countRevoked());
        for (const name of samples) {
          const verdict = await clients.verify(`certs/${name}.pem`, 'list.pem');
          assert.match(verdict, name in revocations ? /certificate revoked/ : /\.pem: OK$/m, verdict);
        }
      });

      it('the certificate at /i/e1 verifies the leaf', async () => {
        assert.match(await clients.fetchIssuer(`${base}/i/e1`, 'fetched'), /CN = Example CA/);
        await workshop.openssl('verify', '-CAfile', 'fetched.pem', 'certs/good-1.pem');
      });

      it('after lancre revoke the next OCSP answer says revoked, and the CRL follows within 2 s', async () => {
        const certificate = `certs/${spares[runtime]}.pem`;
        const serial = await serialOf(certificate);
        assert.match(await clients.askByPost(certificate), /: good$/m);
        assert.match(await clients.askByGet(certificate), /: good$/m);
        await workshop.mustLancre('revoke', certificate, '--reason', 'keyCompromise');
        const listed = until('the list has the serial', () => listHas(serial), 2000);
        const answers = [await clients.askByGet(certificate), await clients.askByPost(certificate)];
        await listed;
        for (const answer of answers) {
          assert.match(answer, /: revoked$/m, answer);
          assert.match(answer, /Reason: keyCompromise$/m, answer);
        }
        await clients.fetchCrl(`${base}/c/e1.crl`, 'list');
        assert.match(await clients.verify(certificate, 'list.pem'), /certificate revoked/);
      });

      async function countRevoked(): Promise<number> {
        const { counts } = JSON.parse(await workshop.mustLancre('issuer', 'show', 'e1', '--json'));
        return counts.listed;
      }

      async function serialOf(certificate: string): Promise<Buffer> {
        const text = await workshop.openssl('x509', '-in', certificate, '-noout', '-serial');
        return Buffer.from(text.replace('serial=', '').trim(), 'hex');
      }

      async function listHas(serial: Buffer): Promise<boolean> {
        const response = await fetch(`${base}/c/e1.crl`);
        return Buffer.from(await response.arrayBuffer()).includes(serial);
      }
    });
  }
});
