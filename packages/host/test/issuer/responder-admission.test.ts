import assert from 'node:assert/strict';
import { test } from 'node:test';
import { EXTENDED_KEY_USAGE_OIDS, encodeExtendedKeyUsage, encodeOcspNoCheck } from '@lancre/pki/certificate';
import { createNodeCrypto } from '@lancre/pki/crypto-node';
import { defaultIssuerPolicy } from '#host/issuer/issuer-policy.js';
import { type ResponderCandidate, responderFaultOf } from '#host/issuer/responder-admission.js';
import { createIssuer, newSigner, signCertificate } from './test-issuers.ts';
import { type ResponderOptions, responderCertificate } from './test-responders.ts';

const ca = await createIssuer();
const signer = newSigner();
const AT = new Date('2026-11-25T10:00:00Z');
const cabf = { ...ca.issuer, policy: { ...defaultIssuerPolicy, profile: 'cabf' } } as const;

async function faultOf(
  options: Partial<ResponderOptions> = {},
  more: Partial<ResponderCandidate> = {},
): Promise<string> {
  const certificate = await responderCertificate({ ca, subject: signer, ...options });
  const candidate = { issuer: ca.issuer, certificate, signer, at: AT, crypto: createNodeCrypto(), ...more };
  return (await responderFaultOf(candidate)) ?? 'none';
}

test('ORSP-09: a responder of the CA with its own key is admitted, under either profile', async () => {
  assert.equal(await faultOf(), 'none');
  assert.equal(await faultOf({}, { issuer: cabf }), 'none');
});

test('a key that is not that of the certificate is refused', async () => {
  assert.match(await faultOf({}, { signer: newSigner() }), /key is not that of the certificate/);
});

test('ORSP-09: a certificate by another key of the same name, or by the same key under another name, is refused', async () => {
  assert.match(await faultOf({ issuerKey: newSigner() }), /not by the name and key of the CA/);
  assert.match(await faultOf({ issuerName: 'CA e2' }), /not by the name and key of the CA/);
});

test('T-07, ORSP-09: a responder serves all cross-certificates of a CA, whichever of them comes first', async () => {
  const root = { commonName: 'Root', signer: newSigner() };
  const cross = await signCertificate({ commonName: 'CA e1', subject: ca.signer, issuedBy: root });
  for (const certificates of [[cross], [ca.certificate, cross], [cross, ca.certificate]] as const)
    assert.equal(await faultOf({}, { issuer: { ...ca.issuer, certificates } }), 'none');
});

test('ORSP-12, T-28: a CA certificate is refused as that of a responder, though it says OCSPSigning', async () => {
  assert.match(await faultOf({ basicConstraints: 'ca' }), /that of a CA/);
});

test('ORSP-11: a certificate without OCSPSigning, without nocheck or without digitalSignature is refused', async () => {
  const purpose = encodeExtendedKeyUsage([EXTENDED_KEY_USAGE_OIDS.ocspSigning]);
  assert.match(await faultOf({ extensions: [encodeOcspNoCheck()] }), /without OCSPSigning/);
  assert.match(await faultOf({ extensions: [purpose] }), /no id-pkix-ocsp-nocheck/);
  assert.match(await faultOf({ keyUsage: ['keyAgreement'] }), /without digitalSignature/);
});

test('a certificate that is expired or not yet valid is refused, to the second', async () => {
  const after = (seconds: number) => new Date(AT.getTime() + seconds * 1000);
  assert.equal(await faultOf({ notBefore: AT }), 'none');
  assert.match(await faultOf({ notBefore: after(1) }), /expired or not yet valid/);
  assert.equal(await faultOf({ notAfter: AT }), 'none');
  assert.match(await faultOf({ notAfter: after(-1) }), /expired or not yet valid/);
});

test('ORSP-11: under cabf the profile of the Baseline Requirements is asked for as well, and all of it told', async () => {
  const odd = {
    serialNumber: '0b',
    keyUsage: ['digitalSignature', 'nonRepudiation'],
    authorityKeyIdentifier: 'absent',
  } as const;
  assert.equal(await faultOf(odd), 'none');
  const fault = await faultOf(odd, { issuer: cabf });
  for (const word of ['authorityKeyIdentifier', 'keyUsage', '64 bits'])
    assert.ok(fault.includes(word), fault);
});
