import assert from 'node:assert/strict';
import { before, describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';
import { edgeRuntimes } from '../cli/edge-runtimes.js';
import { OpensslClients } from '../cli/openssl-clients.js';
import { openWorkshop } from '../cli/workshop.js';
import { skipWithout } from './required-programs.js';
import { startRootHost } from './root-host.js';

const skip = skipWithout('openssl');
const statuses = ['good', 'revoked', 'unknown'] as const;
// Compiled, this file is in dist-test/interop; Judge.java stays where it was written.
const judgeSource = fileURLToPath(new URL('../../test/interop/Judge.java', import.meta.url));

for (const { runtime, missing } of edgeRuntimes) {
  describe(`clients with a nonce, and an issuer that echoes it and signs "unknown", edges on ${runtime}`, {
    skip: skip || missing,
  }, () => {
    const workshop = openWorkshop();
    let openssl: OpensslClients;

    before(async () => {
      const policy = ['--nonce', 'echo', '--unknown-serial', 'unknown'];
      const { ocspUrl } = await startRootHost(workshop, { runtime, key: 'rsa:2048', policy });
      openssl = new OpensslClients(workshop, { issuer: 'root.pem', trusted: 'root.pem', ocspUrl });
    });

    it('OREQ-26: openssl ocsp -nonce gets its nonce back, whatever the status', async () => {
      for (const status of statuses) {
        const answer = await openssl.askByPost(`${status}.pem`, '-nonce');
        assert.match(answer, /^Response verify OK$/m, answer);
        assert.doesNotMatch(answer, /WARNING|[Nn]once/);
        assert.match(answer, new RegExp(`^${status}.pem: ${status}$`, 'm'), answer);
      }
    });

    it('OREQ-16: openssl ocsp -no_nonce hears the signed status, by each hash', async () => {
      for (const status of statuses) {
        for (const hash of ['-sha1', '-sha256']) {
          const answer = await openssl.askByPost(`${status}.pem`, hash, '-no_nonce');
          assert.match(answer, /^Response verify OK$/m, answer);
          assert.match(answer, new RegExp(`: ${status}$`, 'm'), answer);
        }
      }
    });

    it('OREQ-18: openssl ocsp asks about three certificates at once, with a nonce', async () => {
      const others = ['-cert', 'revoked.pem', '-cert', 'unknown.pem', '-nonce'];
      const answer = await openssl.askByPost('good.pem', ...others);
      assert.match(answer, /^Response verify OK$/m, answer);
      for (const status of statuses) assert.match(answer, new RegExp(`^${status}.pem: ${status}$`, 'm'));
    });

    it('OREQ-26: ocsptool --nonce gets its nonce back, whatever the status', {
      skip: skipWithout('ocsptool'),
    }, async () => {
      for (const status of statuses) {
        const about = [`--load-cert=${status}.pem`, '--load-issuer=root.pem', '--load-signer=root.pem'];
        const { stdout, stderr } = await workshop.run('ocsptool', '--ask', '--nonce', ...about);
        const said = stdout + stderr;
        assert.match(said, /Verifying OCSP Response: Success/, said);
        assert.match(said, new RegExp(`Certificate Status: ${status}`), said);
        assert.match(said, /^\s*Nonce: [0-9a-f]+$/m, said);
        assert.doesNotMatch(said, /did not include the requested nonce/);
      }
    });

    it('OREQ-26: Java accepts the answers to its nonces', {
      skip: skipWithout('java', 'javac'),
    }, async () => {
      const compiled = await workshop.run('javac', '-d', workshop.folder, judgeSource);
      assert.equal(compiled.status, 0, compiled.stderr);
      const { stdout, stderr } = await workshop.run(
        'java',
        ...['-Xshare:auto', '-XX:TieredStopAtLevel=1', '-cp', workshop.folder],
        ...['-Djdk.security.certpath.ocspNonce=true', 'Judge', 'root.pem'],
        // The root stands in the path too, so that Java validates it as it is and need not search for one.
        ...statuses.flatMap((status) => ['--', 'leaf-ocsp', `${status}.pem`, 'root.pem']).slice(1),
      );
      assert.equal(stderr, '');
      const [good, revoked, unknown] = stdout.split('\n');
      assert.equal(good, 'leaf-ocsp good.pem root.pem: GOOD 2');
      assert.equal(revoked, 'leaf-ocsp revoked.pem root.pem: REVOKED KEY_COMPROMISE');
      assert.match(unknown ?? '', /^leaf-ocsp unknown\.pem root\.pem: UNDETERMINED /);
    });
  });
}
