import assert from 'node:assert/strict';
import { before, describe, it } from 'node:test';
import { edgeRuntimes } from '../cli/edge-runtimes.js';
import { openWorkshop } from '../cli/workshop.js';
import { startDemo } from './demo-host.js';
import { skipWithout } from './required-programs.js';

const pki = 'demo/pki';
const skip = skipWithout('curl', 'openssl');

/** How the base64 of a request gets into a path. */
const spellings = [
  ['escaped', encodeURIComponent],
  ['as it is', (encoded: string) => encoded],
] as const;

for (const { runtime, missing } of edgeRuntimes) {
  describe(`curl as a client, edges on ${runtime}`, { skip: skip || missing }, () => {
    const workshop = openWorkshop();
    let base: string;

    before(async () => {
      ({ base } = await startDemo(workshop, runtime));
    });

    for (const hash of ['-sha1', '-sha256']) {
      for (const [spelling, spell] of spellings) {
        it(`GET with a request of openssl ocsp ${hash}, ${spelling}: good and revoked`, async () => {
          for (const status of ['good', 'revoked']) {
            const request = await writeRequest(status, hash);
            const headers = await curl('--path-as-is', `${base}/o/${spell(request.toString('base64'))}`);
            assert.match(headers, /^HTTP\/1.1 200 /);
            assert.match(headers, /^content-type: application\/ocsp-response\r$/im);
            assert.match(await readAnswer(status, hash), new RegExp(`: ${status}$`, 'm'));
          }
        });
      }
    }

    it('POST of the same request has the same answer', async () => {
      for (const status of ['good', 'revoked']) {
        const encoded = (await writeRequest(status, '-sha256')).toString('base64');
        await curl('--path-as-is', `${base}/o/${encodeURIComponent(encoded)}`);
        const byGet = await workshop.read('answer.der');
        const type = ['--header', 'Content-Type: application/ocsp-request'];
        await curl(...type, '--data-binary', '@request.der', `${base}/o`);
        assert.deepEqual(await workshop.read('answer.der'), byGet);
      }
    });

    it('a request about a certificate without a record is answered "unauthorized"', async () => {
      const encoded = (await writeRequest('unknown', '-sha256')).toString('base64');
      await curl('--path-as-is', `${base}/o/${encodeURIComponent(encoded)}`);
      assert.match(await readAnswer('unknown', '-sha256'), /Responder Error: unauthorized/);
    });

    async function writeRequest(name: string, hash: string): Promise<Buffer> {
      await workshop.openssl('ocsp', ...question(name, hash), '-no_nonce', '-reqout', 'request.der');
      return workshop.read('request.der');
    }

    /** Fetches into `answer.der`. @returns the header fields */
    async function curl(...words: readonly string[]): Promise<string> {
      const fixed = ['--silent', '--show-error', '--max-time', '10', '--noproxy', '*', '--dump-header', '-'];
      const { status, stdout, stderr } = await workshop.run(
        'curl',
        ...fixed,
        '--output',
        'answer.der',
        ...words,
      );
      assert.equal(status, 0, stderr);
      return stdout;
    }

    /** The answer in words, its signature verified. */
    async function readAnswer(name: string, hash: string): Promise<string> {
      const trust = ['-CAfile', `${pki}/root-x1.pem`, '-verify_other', `${pki}/e1.pem`];
      const words = ['ocsp', '-respin', 'answer.der', ...question(name, hash), ...trust];
      const { stdout, stderr } = await workshop.run('openssl', ...words);
      return stdout + stderr;
    }
  });
}

/** The hash has to be told before the certificate. */
function question(name: string, hash: string): readonly string[] {
  return [hash, '-issuer', `${pki}/e1.pem`, '-cert', `${pki}/certs/${name}.pem`];
}
