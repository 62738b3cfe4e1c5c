import assert from 'node:assert/strict';
import { generateKeyPairSync } from 'node:crypto';
import { test } from 'node:test';
import { EXTENDED_KEY_USAGE_OIDS, encodeExtendedKeyUsage } from '@lancre/pki/certificate';
import type { Signer } from '@lancre/pki/crypto';
import { encodeHex } from '@lancre/pki/text';
import { type CrlPolicy, defaultIssuerPolicy, type OcspPolicy } from '#host/issuer/issuer-policy.js';
import { allowsHold, type ProfiledIssuer, profileFaultsOf } from '#host/issuer/issuer-profile.js';
import { loadMlDsaFixture, PARAMETER_SETS } from '../storage/ml-dsa-fixture.ts';
import { createIssuer, newSigner, signCertificate } from './test-issuers.ts';
import { responderCertificate } from './test-responders.ts';

const HOUR = 3_600;
const DAY = 24 * HOUR;
const ca = await createIssuer();

function cabf(ocsp: Partial<OcspPolicy> = {}, crl: Partial<CrlPolicy> = {}): ProfiledIssuer {
  return {
    certificates: ca.issuer.certificates,
    policy: {
      profile: 'cabf',
      issues: 'any',
      ocsp: { ...defaultIssuerPolicy.ocsp, ...ocsp },
      crl: { ...defaultIssuerPolicy.crl, ...crl },
    },
  };
}

/** The one fault, or `none`. */
function faultOf(issuer: ProfiledIssuer): string {
  const faults = profileFaultsOf(issuer);
  assert.ok(faults.length <= 1, faults.join('; '));
  return faults[0] ?? 'none';
}

/** A CA whose certificate holds this key; what the key could sign is of no interest. */
async function caWithKey(subjectPublicKeyInfoDer: Uint8Array): Promise<ProfiledIssuer> {
  const subject: Signer = { ...newSigner(), subjectPublicKeyInfoDer };
  return { ...cabf(), certificates: [await signCertificate({ subject })] };
}

function rsaKey(modulusLength: number): Uint8Array {
  return generateKeyPairSync('rsa', { modulusLength }).publicKey.export({ type: 'spki', format: 'der' });
}

test('the defaults fit the profile cabf', () => {
  assert.equal(faultOf(cabf()), 'none');
});

test('ORSP-17: answers are valid for 8 hours or more, both ends counted, to the second', () => {
  assert.match(faultOf(cabf({ validitySeconds: 8 * HOUR - 2 })), /8 hours or more.*BR 4\.9\.9/);
  assert.equal(faultOf(cabf({ validitySeconds: 8 * HOUR - 1 })), 'none');
});

test('ORSP-18, T-08, T-18: answers are valid for 7 days at most, both ends counted, to the second', () => {
  assert.equal(faultOf(cabf({ validitySeconds: 7 * DAY - 1 })), 'none');
  assert.match(faultOf(cabf({ validitySeconds: 7 * DAY })), /7 days.*Microsoft.*BR 4\.9\.9/);
});

test('CRL-04, T-18: lists are valid for 10 days at most, both ends counted, to the second', () => {
  assert.equal(faultOf(cabf({}, { validitySeconds: 10 * DAY - 1 })), 'none');
  assert.match(faultOf(cabf({}, { validitySeconds: 10 * DAY })), /10 days.*BR 7\.2/);
});

test('CRL-21: lists are issued anew every 4 days at least', () => {
  assert.equal(faultOf(cabf({}, { periodSeconds: 4 * DAY })), 'none');
  assert.match(faultOf(cabf({}, { periodSeconds: 4 * DAY + 1 })), /4 days.*BR 4\.9\.7/);
});

test('CRL-22: lists of CA certificates are valid for twelve months at most, and issued anew as often', () => {
  const ofCas = (crl: Partial<CrlPolicy>) => {
    const issuer = cabf({}, crl);
    return faultOf({ ...issuer, policy: { ...issuer.policy, issues: 'ca' } });
  };
  assert.equal(ofCas({ validitySeconds: 365 * DAY - 1, periodSeconds: 365 * DAY }), 'none');
  assert.match(ofCas({ validitySeconds: 365 * DAY }), /12 months.*BR 7\.2/);
  assert.match(ofCas({ validitySeconds: 300 * DAY, periodSeconds: 366 * DAY }), /12 months.*BR 4\.9\.7/);
});

test('SHD-20: under cabf there are no delta CRLs', () => {
  const delta = { validitySeconds: DAY - 1, periodSeconds: HOUR };
  assert.match(faultOf(cabf({}, { delta })), /delta CRLs.*BR 7\.2\.2/);
});

test('ORSP-27: a serial never assigned is told unauthorized or unknown, and never suspended', () => {
  for (const unknownSerial of ['unauthorized', 'unknown'] as const)
    assert.equal(faultOf(cabf({ unknownSerial })), 'none');
  assert.match(faultOf(cabf({ unknownSerial: 'extended-revoke' })), /suspended.*BR 4\.9\.13/);
});

test('the signer by name, nonces, and a record kept past notAfter are nobody else to forbid', () => {
  const allowed = { responderId: 'byName', nonce: 'echo', retentionSeconds: 400 * DAY } as const;
  assert.equal(faultOf(cabf({ ...allowed, invalidityDate: 'include', crlId: 'include' })), 'none');
});

test('who signs requests may not be asked for', () => {
  const requestSigners = [ca.certificate];
  assert.match(faultOf({ ...cabf(), requestSigners }), /everybody.*BR 4\.10\.2/);
});

test('REV-07: certificates may be suspended in a private profile, and not under cabf', () => {
  assert.equal(allowsHold(defaultIssuerPolicy), true);
  assert.equal(allowsHold(cabf().policy), false);
});

test('ORSP-33: keys that the profile allows sign with what BR 7.1.3.2 lists, and that is not SHA-1', async () => {
  const algorithms = {
    'P-256': '300a06082a8648ce3d040302',
    'P-384': '300a06082a8648ce3d040303',
    'P-521': '300a06082a8648ce3d040304',
    'rsa-2048': '300d06092a864886f70d01010b0500',
  } as const;
  for (const type of ['P-256', 'P-384', 'P-521', 'rsa-2048'] as const) {
    const signer = newSigner(type);
    assert.equal(faultOf(await caWithKey(signer.subjectPublicKeyInfoDer)), 'none', type);
    assert.equal(encodeHex(signer.algorithm.der), algorithms[type]);
  }
});

test('ORSP-34: post-quantum keys and Ed25519 are refused under cabf, of a CA as of a responder', async () => {
  const { subjectPublicKeyInfoDer } = newSigner('ed25519');
  assert.match(faultOf(await caWithKey(subjectPublicKeyInfoDer)), /ed25519.*BR 6\.1\.5/);
  for (const set of PARAMETER_SETS) {
    const key = loadMlDsaFixture(set).subjectPublicKeyInfoDer;
    assert.match(faultOf(await caWithKey(key)), /ml-dsa.*BR 6\.1\.5, 7\.1\.3\.2/);
    const subject: Signer = { ...newSigner(), subjectPublicKeyInfoDer: key };
    const certificate = await responderCertificate({ ca, subject });
    const responders = [{ certificate, key: { path: '/keys/ocsp.key' } }];
    assert.match(faultOf({ ...cabf(), responders }), /ml-dsa.*BR 6\.1\.5, 7\.1\.3\.2/);
  }
});

test('an RSA key has 2048 bits or more, in whole octets, and no other curve is known', async () => {
  assert.match(faultOf(await caWithKey(rsaKey(1024))), /1024 bits.*BR 6\.1\.5/);
  assert.match(faultOf(await caWithKey(rsaKey(2050))), /2050 bits.*BR 6\.1\.5/);
  const { publicKey } = generateKeyPairSync('ec', { namedCurve: 'secp256k1' });
  const other = await caWithKey(publicKey.export({ type: 'spki', format: 'der' }));
  assert.match(faultOf(other), /unknown.*BR 6\.1\.5/);
});

test('ORSP-12, T-28: no certificate of a CA may have OCSPSigning, a cross-certificate neither', async () => {
  const purposes = [EXTENDED_KEY_USAGE_OIDS.serverAuth, EXTENDED_KEY_USAGE_OIDS.ocspSigning];
  const extensions = [encodeExtendedKeyUsage(purposes)];
  const bad = await signCertificate({ commonName: 'CA e1', subject: ca.signer, extensions });
  for (const certificates of [[bad], [ca.certificate, bad]] as const)
    assert.match(faultOf({ ...cabf(), certificates }), /OCSPSigning.*BR 7\.1\.2\.10\.6/);
  const tls = encodeExtendedKeyUsage([EXTENDED_KEY_USAGE_OIDS.serverAuth]);
  const good = await signCertificate({ commonName: 'CA e1', subject: ca.signer, extensions: [tls] });
  assert.equal(faultOf({ ...cabf(), certificates: [good] }), 'none');
});

test('ORSP-11: a responder that is there already has to fit when a CA becomes cabf', async () => {
  const fitting = await responderCertificate({ ca });
  const short = await responderCertificate({ ca, serialNumber: '0b' });
  const respondersOf = (certificate: typeof short) => [{ certificate, key: { path: '/keys/ocsp.key' } }];
  assert.equal(faultOf({ ...cabf(), responders: respondersOf(fitting) }), 'none');
  const fault = faultOf({ ...cabf(), responders: respondersOf(short) });
  assert.match(fault, /responder certificate 0b: .*64 bits.*BR 7\.1\.2\.8/);
});

test('all faults are told at once, and none in a private profile', () => {
  const bad = cabf({ validitySeconds: 60 }, { validitySeconds: 30 * DAY, periodSeconds: 10 * DAY });
  const issuer = { ...bad, requestSigners: [ca.certificate] };
  assert.equal(profileFaultsOf(issuer).length, 4);
  assert.deepEqual(profileFaultsOf({ ...issuer, policy: { ...issuer.policy, profile: 'private' } }), []);
});
