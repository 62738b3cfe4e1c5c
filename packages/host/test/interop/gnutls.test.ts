import assert from 'node:assert/strict';
import { before, describe, it } from 'node:test';
import { edgeRuntimes } from '../cli/edge-runtimes.js';
import { fetchOctets } from '../cli/openssl-clients.js';
import { openWorkshop } from '../cli/workshop.js';
import { joinPem, startDemo } from './demo-host.js';
import { skipWithout } from './required-programs.js';

const pki = 'demo/pki';
const skip = skipWithout('ocsptool', 'certtool');

/**
 * In answers without a certificate, signed by the issuer itself and naming it by its key (RFC 9919 3.2.2),
 * GnuTLS 3.7 finds no signer among `--load-trust`, whoever made them: it has to be told.
 */
const signerOption = (issuer: string): string => `--load-signer=${pki}/${issuer}.pem`;

for (const { runtime, missing } of edgeRuntimes) {
  describe(`GnuTLS as a client, edges on ${runtime}`, { skip: skip || missing }, () => {
    const workshop = openWorkshop();
    let base: string;

    before(async () => {
      ({ base } = await startDemo(workshop, runtime));
    });

    for (const [name, issuer, status] of [
      ['good', 'e1', 'good'],
      ['revoked', 'e1', 'revoked'],
      ['good-r1', 'r1', 'good'],
      ['revoked-r1', 'r1', 'revoked'],
    ] as const) {
      it(`ocsptool --ask: ${name} is ${status}, at the address in the certificate`, async () => {
        const about = [`--load-cert=${pki}/certs/${name}.pem`, `--load-issuer=${pki}/${issuer}.pem`];
        const said = await say('ocsptool', '--ask', ...about, signerOption(issuer));
        assert.match(said, /Verifying OCSP Response: Success/, said);
        assert.match(said, new RegExp(`Certificate Status: ${status}`), said);
      });

      it(`ocsptool --ask --nonce: ${name} is ${status}`, async () => {
        const about = [`--load-cert=${pki}/certs/${name}.pem`, `--load-issuer=${pki}/${issuer}.pem`];
        const said = await say('ocsptool', '--ask', '--nonce', ...about, signerOption(issuer));
        assert.match(said, new RegExp(`Certificate Status: ${status}`), said);
      });

      it(`ocsptool --ask --load-chain: ${name} is ${status}`, async () => {
        const chain = await joinPem(
          workshop,
          'chain.pem',
          `${pki}/certs/${name}.pem`,
          `${pki}/${issuer}.pem`,
        );
        const said = await say('ocsptool', '--ask', `--load-chain=${chain}`, signerOption(issuer));
        assert.match(said, new RegExp(`Certificate Status: ${status}`), said);
      });
    }

    it('ocsptool --ask: a certificate without a record is not good', async () => {
      const about = [`--load-cert=${pki}/certs/unknown.pem`, `--load-issuer=${pki}/e1.pem`];
      const said = await say('ocsptool', '--ask', ...about, signerOption('e1'));
      assert.match(said, /unauthorized/i, said);
      assert.doesNotMatch(said, /Certificate Status: good/);
    });

    it('ocsptool: its request by fetch, the answer verified by it', async () => {
      const about = [`--load-cert=${pki}/certs/good.pem`, `--load-issuer=${pki}/e1.pem`];
      await say('ocsptool', '--generate-request', '--no-nonce', ...about, '--outfile=request.der');
      const response = await fetch(`${base}/o`, {
        method: 'POST',
        headers: { 'content-type': 'application/ocsp-request' },
        body: new Uint8Array(await workshop.read('request.der')),
      });
      await workshop.write('response.der', new Uint8Array(await response.arrayBuffer()));
      const said = await say(
        'ocsptool',
        '--verify-response',
        '--load-response=response.der',
        signerOption('e1'),
      );
      assert.match(said, /Verifying OCSP Response: Success/, said);
    });

    for (const [path, issuer] of [
      ['e1', 'e1'],
      ['e1/1', 'e1'],
      ['e1/4', 'e1'],
      ['r1', 'r1'],
      ['x1', 'root-x1'],
      ['x2', 'root-x2'],
    ] as const) {
      it(`certtool verifies /c/${path}.crl`, async () => {
        await fetchList(path);
        const said = await say(
          'certtool',
          ...['--verify-crl', '--load-ca-certificate', `${pki}/${issuer}.pem`, '--infile', 'list.pem'],
        );
        assert.match(said, /Verification output: Verified/, said);
      });
    }

    it('certtool --verify: the whole path against the lists of issuer and root', async () => {
      const lists = [await fetchList('r1', 'r1-list.pem'), await fetchList('x1', 'x1-list.pem')];
      await joinPem(workshop, 'lists.pem', ...lists);
      for (const [name, expected] of [
        ['good-r1', /Chain verification output: Verified\. The certificate is trusted/],
        ['revoked-r1', /revoked/],
      ] as const) {
        const chain = await joinPem(workshop, 'chain.pem', `${pki}/certs/${name}.pem`, `${pki}/r1.pem`);
        const trust = ['--load-ca-certificate', `${pki}/root-x1.pem`, '--load-crl', 'lists.pem'];
        assert.match(await say('certtool', '--verify', ...trust, '--infile', chain), expected);
      }
    });

    async function say(program: string, ...words: readonly string[]): Promise<string> {
      const { stdout, stderr } = await workshop.run(program, ...words);
      return stdout + stderr;
    }

    async function fetchList(path: string, name = 'list.pem'): Promise<string> {
      await workshop.write('list.der', await fetchOctets(`${base}/c/${path}.crl`, 'application/pkix-crl'));
      await say('certtool', '--crl-info', '--inder', '--infile', 'list.der', '--outfile', name);
      return name;
    }
  });
}
