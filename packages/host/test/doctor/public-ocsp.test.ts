import assert from 'node:assert/strict';
import { test } from 'node:test';
import { encodeOcspError } from '@lancre/pki/ocsp';
import { checkPublicOcsp } from '#host/cli/doctor/public-ocsp-check.js';
import type { Scene } from '#host/cli/doctor/scene.js';
import type { Issuer } from '#host/issuer/issuer.js';
import type { CertificateRecord } from '#host/status/certificate-record.js';
import { openTestHost, START, type TestHost } from '../publish/test-host.ts';
import { octetsOf, record, revoked } from '../status/records.ts';
import { signingFor } from '../status/test-signing.ts';
import { answered, sceneOf, told } from './test-scene.ts';

const ocspType = 'application/ocsp-response';
const serial = '1001';

/** An issuer with a key here; its answers are played. */
async function hostOf(...records: readonly CertificateRecord[]): Promise<TestHost> {
  const host = await openTestHost();
  Object.assign(host.ca, { issuer: { ...host.ca.issuer, key: { path: '/srv/e1.key' } } });
  await host.assign(...records);
  return host;
}

/** What the host itself would sign at this moment. */
async function signedNow(host: TestHost): Promise<Uint8Array> {
  const { source } = await signingFor(host.ca, host.statuses, () => host.now);
  const form = { hash: 'SHA-1', parameters: 'null' } as const;
  const answer = await source.answer({ issuerId: 1, items: [{ form, serialNumber: octetsOf(serial) }] });
  assert.ok(answer.kind === 'signed', JSON.stringify(answer));
  return answer.der;
}

async function findings(
  host: TestHost,
  body: Uint8Array,
  changes: { readonly mediaType?: string; readonly cacheControl?: string; readonly issuer?: Issuer } = {},
): Promise<readonly string[]> {
  const { mediaType = ocspType, issuer = host.ca.issuer, ...rest } = changes;
  const scene: Scene = sceneOf(host, () => answered(body, mediaType, rest));
  return told(await checkPublicOcsp(scene, issuer));
}

test('an answer that says what is recorded is good, whatever that is', async () => {
  const good = await hostOf(record(serial));
  assert.match((await findings(good, await signedNow(good))).join('\n'), /^good: .*: good, as recorded$/);
  const bad = await hostOf(record(serial, { status: revoked() }));
  assert.match((await findings(bad, await signedNow(bad))).join('\n'), /^good: .*: revoked, as recorded$/);
});

test('an answer from before the revocation is told of', async () => {
  const host = await hostOf(record(serial));
  const old = await signedNow(host);
  await host.statuses.revoke(1, octetsOf(serial), { revocationTime: START });
  assert.match((await findings(host, old)).join(), /^bad: .*: good, where the records say revoked$/);
});

test('an answer that has expired, or is by another key, is told of', async () => {
  const host = await hostOf(record(serial));
  const answer = await signedNow(host);
  const other = await hostOf(record(serial));
  assert.match((await findings(other, answer)).join(), /^bad: .*\(signer_not_found\)/);
  host.advance(5 * 86_400);
  assert.match((await findings(host, answer)).join(), /^bad: .*\(stale\)/);
});

test('an error is bad, but for an issuer whose answers are brought from elsewhere', async () => {
  const host = await hostOf(record(serial));
  const error = encodeOcspError('unauthorized');
  assert.match((await findings(host, error)).join(), /^bad: .*\(error_response\)/);
  const { key: _, ...keyless } = host.ca.issuer;
  assert.match((await findings(host, error, { issuer: keyless })).join(), /^warning: .*\(error_response\)/);
});

test('another media type, and caching that nobody can do, are told of', async () => {
  const host = await hostOf(record(serial));
  const answer = await signedNow(host);
  assert.match(
    (await findings(host, answer, { mediaType: 'text/html' })).join(),
    /^bad: .*media type text\/html/,
  );
  const [first, second] = await findings(host, answer, { cacheControl: 'no-cache' });
  assert.match(first ?? '', /^good/);
  assert.match(second ?? '', /^warning: .*caches may not keep it/);
});

test('what cannot be asked is said', async () => {
  const none = await hostOf(record(serial, { notAfter: new Date(START.getTime() - 1000) }));
  assert.match((await findings(none, new Uint8Array())).join(), /^good: e1: not asked, since no certificate/);
  const signed = await hostOf(record(serial));
  const issuer = { ...signed.ca.issuer, requestSigners: [signed.ca.certificate] };
  assert.match(
    (await findings(signed, new Uint8Array(), { issuer })).join(),
    /^good: e1: not asked, since requests/,
  );
});
