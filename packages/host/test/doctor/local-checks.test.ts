import assert from 'node:assert/strict';
import { chmod, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { parseConfig } from '#host/cli/config.js';
import { checkCertificates } from '#host/cli/doctor/certificates-check.js';
import { checkClock } from '#host/cli/doctor/clock-check.js';
import { checkConfiguration } from '#host/cli/doctor/configuration-check.js';
import { checkKeyFiles } from '#host/cli/doctor/key-files-check.js';
import { checkKeys } from '#host/cli/doctor/keys-check.js';
import { checkLists } from '#host/cli/doctor/lists-check.js';
import { createIssuer, newPrivateKey, newSigner, signCertificate } from '../issuer/test-issuers.ts';
import { openTestHost, START, type TestHost } from '../publish/test-host.ts';
import { record, revoked } from '../status/records.ts';
import { temporaryFolder } from '../storage/temporary-folder.ts';
import { sceneOf, told } from './test-scene.ts';

const folder = temporaryFolder();
const day = 86_400;

test('a public address that only this machine reaches, and an admin side that all reach, are warnings', () => {
  const checked = (text: string) => checkConfiguration(parseConfig(text, '/srv/lancre.toml'));
  assert.deepEqual(
    checked('[public]\nzone = "example.net"').map(({ verdict }) => verdict),
    ['good'],
  );
  const findings = checked('[public]\nbase = "http://localhost:8080"\n[admin]\nlisten = "0.0.0.0:8081"');
  assert.deepEqual(
    findings.map(({ verdict }) => verdict),
    ['warning', 'warning'],
  );
  assert.match(told(findings).join(), /this machine only.*open to other machines/);
});

async function hostWithLists(): Promise<TestHost> {
  const host = await openTestHost({ crl: { shards: 2 } });
  await host.assign(record('1001', { shard: 1, status: revoked() }));
  // Its key is in the hands of the test, which the record of the issuer has to say.
  Object.assign(host.ca, { issuer: { ...host.ca.issuer, key: { path: '/srv/e1.key' } } });
  await host.publish();
  return host;
}

test('fresh lists are good, and the first to end is named', async () => {
  const host = await hostWithLists();
  assert.match(
    told(checkLists(sceneOf(host))).join('\n'),
    /^good: lists: 3, .*first to end is e1 \(full\), in 8d/,
  );
});

test('a list with less than a third of its validity left is bad, long before its nextUpdate', async () => {
  const host = await hostWithLists();
  host.advance(6 * day - 60);
  assert.match(told(checkLists(sceneOf(host))).join(), /^good/);
  host.advance(120);
  const [finding, ...others] = checkLists(sceneOf(host));
  assert.equal(finding?.verdict, 'bad');
  assert.match(finding?.message ?? '', /less than a third.*and so do 2 more/);
  assert.ok(finding?.remedy);
  assert.deepEqual(others, []);
});

test('a list past its nextUpdate is told apart', async () => {
  const host = await hostWithLists();
  host.advance(9 * day);
  assert.match(told(checkLists(sceneOf(host))).join(), /^bad: e1 \(full\) has expired/);
});

test('a delta ends sooner than its complete list, and is told of by itself', async () => {
  const host = await openTestHost({ crl: { delta: { validitySeconds: day, periodSeconds: 3600 } } });
  await host.publish();
  await host.publish();
  assert.match(told(checkLists(sceneOf(host))).join(), /^good: lists: 1 and 1 deltas/);
  host.advance(day - 3600);
  assert.match(told(checkLists(sceneOf(host))).join(), /^bad: e1 \(full\), delta has less than a third/);
});

test('a list that was never published, and one whose file is gone, are bad', async () => {
  const host = await hostWithLists();
  await host.artifacts.withdraw('c/e1/2.crl');
  const scene = sceneOf(host);
  assert.deepEqual(told(checkLists(scene)), ['bad: one list of e1 is missing in the public tree']);
  const { policy } = host.ca.issuer;
  const more = { ...host.ca.issuer, policy: { ...policy, crl: { ...policy.crl, shards: 4 } } };
  assert.ok(
    told(checkLists({ ...scene, issuers: [more] })).includes(
      'bad: each of 2 lists of e1 was never published',
    ),
  );
});

test('CRL-25: the limits of clients are told when a list passes them', async () => {
  const host = await hostWithLists();
  const scene = sceneOf(host);
  const sized = (shard: number, mebibytes: number) => {
    const lists = scene.lists.map((list) =>
      list.shard === shard ? { ...list, length: mebibytes * 2 ** 20 } : list,
    );
    return told(checkLists({ ...scene, lists }))[0];
  };
  assert.match(sized(1, 5) ?? '', /^good/);
  assert.match(sized(1, 6) ?? '', /^warning: e1 shard 1 .*Chromium/);
  assert.match(sized(1, 11) ?? '', /^warning: .*Microsoft/);
  assert.match(sized(1, 33) ?? '', /^bad: .*OpenSSL/);
  assert.match(sized(0, 33) ?? '', /^warning: .*OpenSSL/);
});

test('a clock before the newest list is bad', async () => {
  const host = await hostWithLists();
  const { lists } = sceneOf(host);
  assert.equal(checkClock(lists, START)[0]?.verdict, 'good');
  const [finding] = checkClock(lists, new Date(START.getTime() - 1000));
  assert.equal(finding?.verdict, 'bad');
  assert.match(finding?.message ?? '', /the clock is behind/);
  assert.equal(checkClock([], START)[0]?.verdict, 'good');
});

test('certificates of issuers are looked at: the last of several counts', async () => {
  const signer = newSigner();
  const until = (days: number) =>
    signCertificate({ subject: signer, notAfter: new Date(START.getTime() + days * day * 1000) });
  const { issuer } = await createIssuer();
  const verdictOf = async (...days: readonly [number, ...number[]]) => {
    const [first, ...others] = await Promise.all(days.map(until));
    assert.ok(first);
    return checkCertificates([{ ...issuer, certificates: [first, ...others] }], START)[0]?.verdict;
  };
  assert.equal(await verdictOf(31), 'good');
  assert.equal(await verdictOf(29), 'warning');
  assert.equal(await verdictOf(-1), 'bad');
  assert.equal(await verdictOf(-1, 365), 'good');
  const early = await signCertificate({ subject: signer, notBefore: new Date(START.getTime() + 1000) });
  assert.match(
    told(checkCertificates([{ ...issuer, certificates: [early] }], START)).join(),
    /^bad: .*not valid before/,
  );
});

test('key files that others may read are told of', {
  skip: process.platform === 'win32' && 'Windows has no such permissions',
}, async () => {
  const { issuer } = await createIssuer();
  const path = join(folder, 'mode.key');
  const phrase = join(folder, 'phrase.txt');
  for (const file of [path, phrase]) await writeFile(file, 'secret', { mode: 0o600 });
  const keyed = { ...issuer, key: { path, passphrase: { from: 'file', path: phrase } as const } };
  assert.deepEqual(told(await checkKeyFiles([keyed])), ['good: files: 2, each for its owner only']);
  await chmod(path, 0o640);
  await chmod(phrase, 0o604);
  assert.deepEqual(told(await checkKeyFiles([keyed])), [
    `warning: a group may read ${path}`,
    `bad: everybody on this machine may read ${phrase}`,
  ]);
  assert.deepEqual(told(await checkKeyFiles([issuer])), ['good: no key is in a file']);
});

test('keys are loaded, and have to be those of the certificates', async () => {
  const { issuer } = await createIssuer();
  const privateKey = newPrivateKey('P-256');
  const pem = privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
  const path = join(folder, 'other.key');
  await writeFile(path, pem, { mode: 0o600 });
  const scene = { ...sceneOf(await openTestHost()), issuers: [{ ...issuer, key: { path } }] };
  const findings = await checkKeys(scene);
  assert.match(
    told(findings).join('\n'),
    /^bad: e1: the key .*other\.key is not that of issuer e1\nbad: e1: nobody can sign/,
  );
  const absent = { ...scene, issuers: [{ ...issuer, key: { path: join(folder, 'nowhere.key') } }] };
  assert.match(told(await checkKeys(absent)).join(), /^bad: e1: cannot read the key file/);
});
