import assert from 'node:assert/strict';
import { before, describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';
import { edgeRuntimes } from '../cli/edge-runtimes.js';
import { openWorkshop } from '../cli/workshop.js';
import { startDemo } from './demo-host.js';
import { skipWithout } from './required-programs.js';

const pki = 'demo/pki';
const skip = skipWithout('java', 'javac');
// Compiled, this file is in dist-test/interop; Judge.java stays where it was written.
const source = fileURLToPath(new URL('../../test/interop/Judge.java', import.meta.url));

/** What is judged, and how the line about it goes on. */
const cases = [
  ['ocsp', 'good', 'e1', 'GOOD 2'],
  ['ocsp', 'revoked', 'e1', 'REVOKED KEY_COMPROMISE'],
  ['ocsp', 'superseded', 'e1', 'REVOKED SUPERSEDED'],
  ['ocsp', 'good-r1', 'r1', 'GOOD 2'],
  ['ocsp', 'revoked-r1', 'r1', 'REVOKED KEY_COMPROMISE'],
  ['leaf-ocsp', 'unknown', 'e1', 'FAILED OCSP response error: UNAUTHORIZED'],
  ['crl', 'good', 'e1', 'GOOD 2'],
  ['crl', 'revoked', 'e1', 'REVOKED KEY_COMPROMISE'],
  ['crl', 'superseded', 'e1', 'REVOKED SUPERSEDED'],
  ['crl', 'good-r1', 'r1', 'GOOD 2'],
  ['crl', 'revoked-r1', 'r1', 'REVOKED KEY_COMPROMISE'],
  ['ocsp', 'good', undefined, 'GOOD 2'],
  ['crl', 'revoked', undefined, 'REVOKED KEY_COMPROMISE'],
] as const;

const javaSettings = [
  ['by default', []],
  ['with a nonce', ['-Djdk.security.certpath.ocspNonce=true']],
  ['by POST only', ['-Dcom.sun.security.ocsp.useget=false']],
] as const;

for (const { runtime, missing } of edgeRuntimes) {
  describe(`Java's PKIX with revocation on, edges on ${runtime}`, { skip: skip || missing }, () => {
    const workshop = openWorkshop();

    before(async () => {
      const [, compiled] = await Promise.all([
        startDemo(workshop, runtime),
        workshop.run('javac', '-d', workshop.folder, source),
      ]);
      assert.equal(compiled.status, 0, compiled.stderr);
    });

    for (const [title, settings] of javaSettings) {
      it(`comes to the right verdict by OCSP and by CRL, ${title}`, async () => {
        const { stdout, stderr } = await workshop.run(
          'java',
          ...['-Xshare:auto', '-XX:TieredStopAtLevel=1', '-cp', workshop.folder],
          ...['-Dcom.sun.security.enableAIAcaIssuers=true', '-Dcom.sun.security.enableCRLDP=true'],
          ...[...settings, 'Judge', `${pki}/root-x1.pem`],
          ...cases.flatMap((each, index) => (index === 0 ? wordsOf(each) : ['--', ...wordsOf(each)])),
        );
        assert.equal(stderr, '');
        const lines = stdout.trimEnd().split('\n');
        for (const [index, each] of cases.entries()) {
          const expected = `${wordsOf(each).join(' ')}: ${each[3]}`;
          assert.ok(lines[index]?.startsWith(expected), `${expected}, but: ${lines[index]}`);
        }
      });
    }
  });
}

function wordsOf([mode, name, issuer]: (typeof cases)[number]): readonly string[] {
  const certificate = `${pki}/certs/${name}.pem`;
  return issuer === undefined ? [mode, certificate] : [mode, certificate, `${pki}/${issuer}.pem`];
}
