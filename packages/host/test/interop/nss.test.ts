import assert from 'node:assert/strict';
import { mkdir } from 'node:fs/promises';
import { before, describe, it } from 'node:test';
import { edgeRuntimes } from '../cli/edge-runtimes.js';
import { fetchOctets } from '../cli/openssl-clients.js';
import { openWorkshop } from '../cli/workshop.js';
import { startDemo } from './demo-host.js';
import { skipWithout } from './required-programs.js';

const pki = 'demo/pki';
const database = ['-d', 'sql:nss'];
const skip = skipWithout('certutil', 'vfychain', 'ocspclnt', 'crlutil');

/** Judged by OCSP of now and by nothing else; no answer is no trust. */
const strict = ['-g', 'leaf', '-h', 'requireFreshInfo', '-m', 'ocsp', '-s', 'requireInfo,failIfNoInfo'];
/** Judged by OCSP, and good where there is no answer. */
const lenient = ['-g', 'leaf', '-m', 'ocsp'];
/** Judged by the list that was imported. */
const listed = ['-g', 'leaf', '-h', 'testLocalInfoFirst', '-m', 'crl', '-s', 'requireInfo,forbidFetching'];

const isGood = /^Chain is good!/m;
const isRevoked = /^Chain is bad![\s\S]*ERROR -8180: Peer's Certificate has been revoked/m;

for (const { runtime, missing } of edgeRuntimes) {
  describe(`NSS as a client, edges on ${runtime}`, { skip: skip || missing }, () => {
    const workshop = openWorkshop();
    let base: string;

    before(async () => {
      ({ base } = await startDemo(workshop, runtime));
      await mkdir(workshop.path('nss'));
      await say('certutil', '-N', ...database, '--empty-password');
      await say('certutil', '-A', ...database, '-n', 'root', '-t', 'CT,C,C', '-i', `${pki}/root-x1.pem`);
    });

    for (const [name, issuer, verdict] of [
      ['good', 'e1', isGood],
      ['revoked', 'e1', isRevoked],
      ['superseded', 'e1', isRevoked],
      ['good-r1', 'r1', isGood],
      ['revoked-r1', 'r1', isRevoked],
    ] as const) {
      it(`vfychain -m ocsp: the verdict on ${name}`, async () => {
        for (const policy of [strict, lenient]) assert.match(await judge(name, issuer, policy), verdict);
      });
    }

    it('vfychain -m ocsp: a certificate without a record has no answer, and is not good where one is required', async () => {
      assert.match(await judge('unknown', 'e1', strict), /^Chain is bad!/m);
      // The same without an answer being required: so it was none that said revoked.
      assert.match(await judge('unknown', 'e1', lenient), isGood);
    });

    it('vfychain -f -m ocsp: the issuer is fetched from caIssuers', async () => {
      assert.match(await vfychain('-a', `${pki}/certs/good.pem`), /^Chain is bad!/m);
      assert.match(await vfychain('-f', ...strict, '-a', `${pki}/certs/good.pem`), isGood);
      assert.match(await vfychain('-f', ...strict, '-a', `${pki}/certs/revoked.pem`), isRevoked);
    });

    for (const [name, verdict] of [
      ['good', /Check of certificate "good" succeeded/],
      ['revoked', /Check of certificate "revoked" failed[\s\S]*has been revoked/],
      ['unknown', /Check of certificate "unknown" failed[\s\S]*refused this request as unauthorized/],
    ] as const) {
      it(`ocspclnt -S: the verdict on ${name}`, async () => {
        await addCertificate('e1', `${pki}/e1.pem`);
        await addCertificate(name, `${pki}/certs/${name}.pem`);
        assert.match(await say('ocspclnt', '-S', name, ...database), verdict);
      });
    }

    it('crlutil imports a full list, and vfychain judges by it', async () => {
      await addCertificate('r1', `${pki}/r1.pem`);
      await workshop.write('r1.crl', await fetchOctets(`${base}/c/r1.crl`, 'application/pkix-crl'));
      const { status, stderr } = await workshop.run(
        'crlutil',
        ...['-I', ...database, '-i', 'r1.crl', '-t', '1'],
      );
      assert.equal(status, 0, stderr);
      assert.match(await judge('good-r1', 'r1', listed), isGood);
      assert.match(await judge('revoked-r1', 'r1', listed), isRevoked);
    });

    function addCertificate(name: string, file: string): Promise<string> {
      return say('certutil', '-A', ...database, '-n', name, '-t', ',,', '-i', file);
    }

    function judge(name: string, issuer: string, policy: readonly string[]): Promise<string> {
      return vfychain(...policy, '-a', `${pki}/certs/${name}.pem`, '-a', `${pki}/${issuer}.pem`);
    }

    /** By libpkix (-pp), as a TLS server's certificate (-u 1). */
    function vfychain(...words: readonly string[]): Promise<string> {
      return say('vfychain', ...database, '-pp', '-vv', '-u', '1', ...words);
    }

    async function say(program: string, ...words: readonly string[]): Promise<string> {
      const { stdout, stderr } = await workshop.run(program, ...words);
      return stdout + stderr;
    }
  });
}
