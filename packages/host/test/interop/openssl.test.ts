import assert from 'node:assert/strict';
import { before, describe, it } from 'node:test';
import { edgeRuntimes } from '../cli/edge-runtimes.js';
import { OpensslClients } from '../cli/openssl-clients.js';
import { openWorkshop } from '../cli/workshop.js';
import { joinPem, startDemo } from './demo-host.js';
import { skipWithout } from './required-programs.js';

const pki = 'demo/pki';
const skip = skipWithout('openssl');

for (const { runtime, missing } of edgeRuntimes) {
  describe(`OpenSSL as a client, edges on ${runtime}`, { skip: skip || missing }, () => {
    const workshop = openWorkshop();
    let base: string;
    const clientsOf = (issuer: string) =>
      new OpensslClients(workshop, {
        issuer: `${pki}/${issuer}.pem`,
        trusted: `${pki}/root-x1.pem`,
        ocspUrl: `${base}/o`,
      });

    before(async () => {
      ({ base } = await startDemo(workshop, runtime));
    });

    for (const [issuer, good, revoked] of [
      ['e1', 'good', 'revoked'],
      ['r1', 'good-r1', 'revoked-r1'],
    ] as const) {
      for (const [name, status] of [
        [good, 'good'],
        [revoked, 'revoked'],
      ] as const) {
        const certificate = `${pki}/certs/${name}.pem`;
        it(`openssl ocsp: ${name} is ${status}, by POST and by GET`, async () => {
          const clients = clientsOf(issuer);
          for (const answer of [await clients.askByPost(certificate), await clients.askByGet(certificate)]) {
            assert.match(answer, /^Response verify OK$/m, answer);
            assert.match(answer, new RegExp(`^${certificate}: ${status}$`, 'm'), answer);
            if (status === 'revoked') assert.match(answer, /Reason: keyCompromise/);
          }
        });

        for (const hash of ['-sha1', '-sha256', '-sha384', '-sha512']) {
          it(`openssl ocsp ${hash}: ${name} is ${status}`, async () => {
            const answer = await clientsOf(issuer).askByPost(certificate, hash, '-no_nonce');
            assert.match(answer, /^Response verify OK$/m, answer);
            assert.match(answer, new RegExp(`: ${status}$`, 'm'), answer);
          });
        }
      }
    }

    it('OREQ-27: openssl ocsp -nonce is answered without a nonce, and accepts that', async () => {
      for (const status of ['good', 'revoked']) {
        const answer = await clientsOf('e1').askByPost(`${pki}/certs/${status}.pem`, '-nonce');
        assert.match(answer, /^WARNING: no nonce in response$/m, answer);
        assert.match(answer, /^Response verify OK$/m, answer);
        assert.match(answer, new RegExp(`: ${status}$`, 'm'), answer);
      }
    });

    it('openssl ocsp: a certificate without a record is not good', async () => {
      assert.match(await clientsOf('e1').askByPost(`${pki}/certs/unknown.pem`), /unauthorized/);
      assert.match(await clientsOf('e1').askByGet(`${pki}/certs/unknown.pem`), /unauthorized|HTTP 200/);
    });

    it('openssl ocsp: two certificates in one request are both answered', async () => {
      const second = ['-cert', `${pki}/certs/revoked.pem`];
      const answer = await clientsOf('e1').askByPost(`${pki}/certs/good.pem`, ...second);
      assert.match(answer, /good\.pem: good$/m, answer);
      assert.match(answer, /revoked\.pem: revoked$/m, answer);
    });

    it('OREQ-18: openssl ocsp asks about one that has no record among others, and none is good by that', async () => {
      const others = ['-cert', `${pki}/certs/unknown.pem`, '-cert', `${pki}/certs/revoked.pem`];
      const answer = await clientsOf('e1').askByPost(`${pki}/certs/good.pem`, ...others);
      assert.match(answer, /Responder Error: unauthorized/, answer);
      assert.doesNotMatch(answer, /: good$/m);
    });

    it('openssl ocsp: a signed request is answered like any other', async () => {
      const signature = ['-signer', `${pki}/certs/good.pem`, '-signkey', `${pki}/certs/good.key`];
      const answer = await clientsOf('e1').askByPost(`${pki}/certs/good.pem`, ...signature);
      assert.match(answer, /good\.pem: good$/m, answer);
    });

    it('openssl ocsp: the intermediates are good under their roots, the cross-certificate too', async () => {
      const x2 = new OpensslClients(workshop, {
        issuer: `${pki}/root-x2.pem`,
        trusted: `${pki}/root-x2.pem`,
        ocspUrl: `${base}/o`,
      });
      assert.match(await clientsOf('root-x1').askByPost(`${pki}/e1.pem`), /e1\.pem: good$/m);
      assert.match(await x2.askByPost(`${pki}/e1-by-x2.pem`), /e1-by-x2\.pem: good$/m);
    });

    it('openssl verify -crl_check: with the full list, and with a shard that names itself', async () => {
      const clients = clientsOf('e1');
      const between = ['-untrusted', `${pki}/e1.pem`];
      await clients.fetchCrl(`${base}/c/e1.crl`, 'full');
      for (const [name, verdict] of [
        ['good', /: OK$/m],
        ['revoked', /certificate revoked/],
        ['superseded', /certificate revoked/],
      ] as const) {
        const certificate = `${pki}/certs/${name}.pem`;
        const shown = await workshop.openssl(
          'x509',
          '-in',
          certificate,
          '-noout',
          '-ext',
          'crlDistributionPoints',
        );
        const [url = ''] = /http:\S+/.exec(shown) ?? [];
        assert.match(url, /\/c\/e1\/[1-4]\.crl$/);
        const list = await clients.fetchCrl(url, 'shard');
        assert.match(list, /Issuing Distribution Point: critical/);
        assert.match(await clients.verify(certificate, 'shard.pem', ...between), verdict);
      }
    });

    it('openssl verify -crl_check: a shard does not speak for the certificates of another', async () => {
      const clients = clientsOf('e1');
      const shown = await workshop.openssl(
        'x509',
        '-in',
        `${pki}/certs/revoked.pem`,
        '-noout',
        '-ext',
        'crlDistributionPoints',
      );
      const [, own] = /\/c\/e1\/([1-4])\.crl/.exec(shown) ?? [];
      await clients.fetchCrl(`${base}/c/e1/${own === '1' ? 2 : 1}.crl`, 'foreign');
      const said = await clients.verify(
        `${pki}/certs/revoked.pem`,
        'foreign.pem',
        '-untrusted',
        `${pki}/e1.pem`,
      );
      assert.match(said, /unable to get certificate CRL|[Dd]ifferent CRL scope/, said);
    });

    it('openssl verify -crl_download: the addresses in the certificates are enough', async () => {
      const clients = clientsOf('e1');
      const between = ['-untrusted', `${pki}/e1.pem`, '-crl_download'];
      assert.match(await clients.verifyOnline(`${pki}/certs/good.pem`, ...between), /: OK$/m);
      assert.match(await clients.verifyOnline(`${pki}/certs/revoked.pem`, ...between), /certificate revoked/);
    });

    it('openssl verify -crl_check_all: the whole path, with the lists of issuer and root', async () => {
      await clientsOf('r1').fetchCrl(`${base}/c/r1.crl`, 'r1-list');
      await clientsOf('root-x1').fetchCrl(`${base}/c/x1.crl`, 'x1-list');
      const lists = await joinPem(workshop, 'lists.pem', 'r1-list.pem', 'x1-list.pem');
      const whole = ['-untrusted', `${pki}/r1.pem`, '-crl_check_all'];
      const clients = clientsOf('r1');
      assert.match(await clients.verify(`${pki}/certs/good-r1.pem`, lists, ...whole), /: OK$/m);
      assert.match(
        await clients.verify(`${pki}/certs/revoked-r1.pem`, lists, ...whole),
        /certificate revoked/,
      );
    });

    it('openssl verify: what /i/e1.p7c holds leads to either root', async () => {
      await workshop.write('e1.p7c', new Uint8Array(await (await fetch(`${base}/i/e1.p7c`)).arrayBuffer()));
      const printed = await workshop.openssl('pkcs7', '-inform', 'DER', '-in', 'e1.p7c', '-print_certs');
      const found = printed.match(/-----BEGIN [\s\S]+?-----END CERTIFICATE-----\n/g) ?? [];
      assert.equal(found.length, 2);
      for (const root of ['root-x1', 'root-x2']) {
        const verdicts: string[] = [];
        // One by one: OpenSSL tries only the first of several that have the name it looks for.
        for (const pem of found) {
          await workshop.write('between.pem', pem);
          const trust = ['-CAfile', `${pki}/${root}.pem`, '-untrusted', 'between.pem'];
          const { stdout } = await workshop.run('openssl', 'verify', ...trust, `${pki}/certs/good.pem`);
          verdicts.push(stdout);
        }
        assert.equal(verdicts.filter((said) => /: OK$/m.test(said)).length, 1, root);
      }
    });
  });
}
