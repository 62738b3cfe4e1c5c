import assert from 'node:assert/strict';
import { test } from 'node:test';
import { requireAdmissibleIssuer, requireKeyOf } from '#host/issuer/issuer-admission.js';
import { throwsCode } from '../storage/throws-code.ts';
import { type CertificateOptions, newSigner, signCertificate } from './test-issuers.ts';

const subject = newSigner();
const root = { commonName: 'Root', signer: newSigner() };

async function named(path: string, options: Partial<CertificateOptions> = {}) {
  return { path, certificate: await signCertificate({ subject, ...options }) };
}

const own = await named('own.pem');
const cross = await named('cross.pem', { issuedBy: root });
const sound = { name: 'e1', certificates: [own], signer: subject, keyPath: 'e1.key' };

test('a CA certificate with its key is admitted, alone or with a cross-certificate', () => {
  assert.doesNotThrow(() => requireAdmissibleIssuer(sound));
  assert.doesNotThrow(() => requireAdmissibleIssuer({ ...sound, certificates: [cross, own] }));
});

test('an issuer without a key here is admitted', () => {
  assert.doesNotThrow(() => requireAdmissibleIssuer({ ...sound, signer: undefined, keyPath: undefined }));
});

test('a CA certificate without keyUsage is admitted', async () => {
  const certificates = [await named('old.pem', { keyUsage: 'absent' })];
  assert.doesNotThrow(() => requireAdmissibleIssuer({ ...sound, certificates }));
});

for (const name of ['E1', 'e1.example', '', '../e1']) {
  test(`the name ${JSON.stringify(name)} is refused`, () => {
    throwsCode('input_invalid', () => requireAdmissibleIssuer({ ...sound, name }), `"${name}"`);
  });
}

test('the name of the list of issuers is refused, with the reason', () => {
  const admit = () => requireAdmissibleIssuer({ ...sound, name: 'issuers' });
  throwsCode('input_invalid', admit, '"issuers"', 'c/issuers.json');
});

test('an issuer without a certificate is refused', () => {
  throwsCode('input_invalid', () => requireAdmissibleIssuer({ ...sound, certificates: [] }));
});

test('CRL-20: a CA certificate without cRLSign is refused, whichever of them it is', async () => {
  const bad = await named('bad.pem', { keyUsage: ['keyCertSign', 'digitalSignature'] });
  for (const certificates of [[bad], [own, bad]]) {
    throwsCode(
      'certificate_unsuitable',
      () => requireAdmissibleIssuer({ ...sound, certificates }),
      'bad.pem',
      'cRLSign',
    );
  }
});

test('a certificate that is no CA is refused', async () => {
  const leaf = await named('leaf.pem', { basicConstraints: 'absent' });
  throwsCode(
    'certificate_unsuitable',
    () => requireAdmissibleIssuer({ ...sound, certificates: [leaf] }),
    'leaf.pem',
    'CA',
  );
});

test('OREQ-14: a certificate of another subject or another key is refused as another issuer', async () => {
  const otherName = await named('name.pem', { commonName: 'Another' });
  const otherKey = await named('key.pem', { subject: newSigner() });
  throwsCode(
    'certificate_unsuitable',
    () => requireAdmissibleIssuer({ ...sound, certificates: [own, otherName] }),
    'name.pem',
    'subject',
  );
  throwsCode(
    'certificate_unsuitable',
    () => requireAdmissibleIssuer({ ...sound, certificates: [own, otherKey] }),
    'key.pem',
    'key',
  );
});

test('a key that is not that of the certificate is refused, and both files are named', () => {
  const signer = newSigner();
  throwsCode(
    'key_mismatch',
    () => requireAdmissibleIssuer({ ...sound, signer, keyPath: 'wrong.key' }),
    'wrong.key',
    'own.pem',
  );
});

test('a key that moves has to be the same key, wherever it is', () => {
  const moved = 'pkcs11:token=ca;object=e1';
  assert.doesNotThrow(() => requireKeyOf(own.certificate, subject, moved, 'issuer e1'));
  throwsCode(
    'key_mismatch',
    () => requireKeyOf(own.certificate, newSigner(), moved, 'issuer e1'),
    moved,
    'issuer e1',
  );
});
