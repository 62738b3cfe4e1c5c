import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { inspect, temporaryFolder } from './inspecting.js';

const isMissing = spawnSync('openssl', ['version']).status !== 0;
const skip = isMissing ? 'the openssl program is not here' : false;
const folder = await temporaryFolder();

function openssl(...words: readonly string[]): void {
  const { status, stderr } = spawnSync('openssl', words, { cwd: folder, encoding: 'utf8' });
  assert.equal(status, 0, `openssl ${words.join(' ')}: ${stderr}`);
}

async function inspected(file: string): Promise<string> {
  const { status, stdout, stderr } = await inspect(folder, file);
  assert.equal(status, 0, stderr);
  return stdout;
}

test('what openssl makes is told rightly', { skip }, async () => {
  openssl(
    ...['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-keyout', 'ca.key', '-out', 'ca.pem'],
    ...['-utf8', '-subj', '/C=NL/O=Übung/CN=Root', '-days', '3650'],
  );
  const index = [1, 2]
    .map((n) => `R\t361231235959Z\t251124120000Z,keyCompromise\t0${n}\tunknown\t/CN=${n}\n`)
    .join('');
  writeFileSync(join(folder, 'index.txt'), index);
  writeFileSync(
    join(folder, 'ca.cnf'),
    '[ca]\ndefault_ca=x\n[x]\ndatabase=index.txt\ndefault_md=sha256\ndefault_crl_days=7\n',
  );
  openssl('ca', '-gencrl', '-config', 'ca.cnf', '-cert', 'ca.pem', '-keyfile', 'ca.key', '-out', 'ca.crl');
  openssl('ocsp', '-issuer', 'ca.pem', '-serial', '0x02', '-reqout', 'request.der');
  openssl(
    ...['ocsp', '-index', 'index.txt', '-CA', 'ca.pem', '-rsigner', 'ca.pem', '-rkey', 'ca.key'],
    ...['-reqin', 'request.der', '-respout', 'response.der', '-ndays', '3'],
  );
  openssl('crl2pkcs7', '-nocrl', '-certfile', 'ca.pem', '-out', 'ca.p7c');

  assert.match(await inspected('ca.pem'), /^ {2}subject +CN=Root,O=Übung,C=NL$/m);
  assert.match(await inspected('ca.pem'), /^ {2}key +RSA 2048$/m);
  assert.match(await inspected('ca.crl'), /^ {2}reasons +keyCompromise 2$/m);
  assert.match(await inspected('request.der'), /^ {4}serialNumber +02$/m);
  assert.match(await inspected('response.der'), /^ {4}certStatus +revoked$/m);
  assert.match(await inspected('ca.p7c'), /^A certs-only CMS message \(p7c\) with 1 certificate\.$/m);
});
