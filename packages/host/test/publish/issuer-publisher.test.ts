import assert from 'node:assert/strict';
import { test } from 'node:test';
import { decodeCertificate } from '@lancre/pki/certificate';
import { decodeCertsOnlyCms } from '@lancre/pki/cms';
import { decodePem } from '@lancre/pki/text';
import { publishIssuer, withdrawIssuer } from '#host/publish/issuer-publisher.js';
import { newSigner, signCertificate } from '../issuer/test-issuers.ts';
import { rejectsWithCode } from '../storage/throws-code.ts';
import { openTestHost, type TestHost } from './test-host.ts';

const subject = newSigner();
const own = await signCertificate({ subject });
const cross = await signCertificate({ subject, issuedBy: { commonName: 'Root', signer: newSigner() } });

async function read(host: TestHost, path: string): Promise<Buffer> {
  const object = host.artifacts.resolve(path);
  assert.ok(object, path);
  return Buffer.from(await (await host.artifacts.open(object)).bytes());
}

async function hostOf() {
  const host = await openTestHost();
  return { host, issuer: { ...host.ca.issuer, certificates: [own, cross] as const } };
}

test('ISS-01: the first certificate is there in DER, in PEM, and all of them in one CMS', async () => {
  const { host, issuer } = await hostOf();
  await publishIssuer(host.artifacts, issuer);
  for (const extension of ['', '.der', '.cer', '.crt'])
    assert.deepEqual(await read(host, `i/e1${extension}`), Buffer.from(own.der));
  const [pem] = decodePem((await read(host, 'i/e1.pem')).toString());
  assert.deepEqual(Buffer.from(decodeCertificate(pem?.der ?? new Uint8Array()).der), Buffer.from(own.der));
  const all = decodeCertsOnlyCms(new Uint8Array(await read(host, 'i/e1.p7c')));
  assert.deepEqual(
    all.map((der) => Buffer.from(der).toString('hex')).sort(),
    [own, cross].map(({ der }) => Buffer.from(der).toString('hex')).sort(),
  );
});

test('what is published already is left alone, and another certificate takes its place', async () => {
  const { host, issuer } = await hostOf();
  await publishIssuer(host.artifacts, issuer);
  await publishIssuer(host.artifacts, issuer);
  assert.deepEqual(await read(host, 'i/e1'), Buffer.from(own.der));
  await publishIssuer(host.artifacts, { ...issuer, certificates: [cross, own] });
  assert.deepEqual(await read(host, 'i/e1'), Buffer.from(cross.der));
});

test('an issuer that is withdrawn is at none of its paths', async () => {
  const { host, issuer } = await hostOf();
  await publishIssuer(host.artifacts, issuer);
  await withdrawIssuer(host.artifacts, 'e1');
  for (const extension of ['', '.der', '.cer', '.crt', '.p7c', '.pem'])
    assert.equal(host.artifacts.resolve(`i/e1${extension}`), undefined);
});

test('somebody who publishes the same at the same moment is no trouble', async () => {
  const { host, issuer } = await hostOf();
  await Promise.all([1, 2, 3].map(() => publishIssuer(host.artifacts, issuer)));
  assert.deepEqual(await read(host, 'i/e1'), Buffer.from(own.der));
});

test('an address that others keep changing is a conflict, and says which', async () => {
  const { host, issuer } = await hostOf();
  const artifacts = Object.create(host.artifacts, {
    resolve: { value: () => undefined },
    stage: { value: () => host.artifacts.stage() },
    point: { value: async () => 'conflict' },
  });
  await rejectsWithCode('artifact_conflict', publishIssuer(artifacts, issuer), 'i/e1');
});
