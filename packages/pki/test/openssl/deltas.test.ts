import assert from 'node:assert/strict';
import { test } from 'node:test';
import { encodeFreshestCrl } from '@lancre/pki/certificate';
import { encodeCrlEntry, type RevocationReason } from '@lancre/pki/crl';
import { createNodeSigner } from '@lancre/pki/crypto-node';
import { encodePem, serialNumberToBytes } from '@lancre/pki/text';
import { checkCrl } from '@lancre/pki/verify';
import { opensslIsMissing, openWorkshop } from '../support/openssl.ts';
import { newPrivateKeyPem } from '../support/test-pki.ts';
import {
  AT,
  CRYPTO,
  type CrlOptions,
  makeCa,
  makeCrl,
  makeLeaf,
  secondsFromNow,
} from '../verify/pki-maker.ts';

const skip = opensslIsMissing;
const shop = openWorkshop();
const keyPem = newPrivateKeyPem('P-256');
const ca = await makeCa('E1', { signer: createNodeSigner({ pkcs8: keyPem }) });
// Without freshestCRL in certificate or list, openssl looks for no delta.
const freshest = encodeFreshestCrl(['http://c.example.net/e1.delta.crl']);
const leaf = await makeLeaf(ca, { extensions: [freshest] });

test('SHD-17: a delta that openssl makes of two of our lists is applied to the older one', {
  skip,
}, async () => {
  shop.write('ca.key', keyPem);
  const older = await makeCrl(ca, { entries: [entryOf('1002')], extensions: { crlNumber: 41n } });
  const newer = await makeCrl(ca, {
    entries: [entryOf('1002'), entryOf('1001', 'keyCompromise')],
    extensions: { crlNumber: 43n },
  });
  shop.write('older.crl', older);
  shop.write('newer.crl', newer);
  shop.openssl(
    ...['crl', '-inform', 'DER', '-in', 'older.crl', '-gendelta', 'newer.crl', '-key', 'ca.key', '-sha256'],
    ...['-outform', 'DER', '-out', 'delta.crl'],
  );
  assert.equal((await check(older, [])).kind, 'good');
  const verdict = await check(older, [shop.read('delta.crl')]);
  assert.ok(verdict.kind === 'revoked');
  assert.equal(verdict.reason, 'keyCompromise');
  assert.deepEqual(verdict.delta, { crlNumber: 43n, deltaBase: 41n, entryCount: 1 });
});

test('SHD-16: openssl judges a certificate by our list and our delta as checkCrl does', {
  skip,
}, async () => {
  const clean: readonly Uint8Array[] = [];
  const held = [entryOf('1001', 'certificateHold')];
  for (const [complete, delta, kind] of [
    [clean, clean, 'good'],
    [clean, [entryOf('1001', 'superseded')], 'revoked'],
    [held, clean, 'revoked'],
    [held, [entryOf('1001', 'removeFromCRL')], 'good'],
  ] as const) {
    const list = await makeCrl(ca, { entries: complete });
    const change = await makeCrl(ca, { entries: delta, extensions: { deltaBase: 6n, crlNumber: 9n } });
    assert.equal((await check(list, [change])).kind, kind);
    assert.equal(opensslVerdict(list, change), kind);
  }
});

test('VER-15 (c): openssl applies our delta where checkCrl does, and not where it does not', {
  skip,
}, async () => {
  const list = await makeCrl(ca);
  const cases: readonly (readonly [CrlOptions['extensions'], 'good' | 'revoked'])[] = [
    [{ deltaBase: 7n, crlNumber: 8n }, 'revoked'],
    [{ deltaBase: 8n, crlNumber: 9n }, 'good'],
    [{ deltaBase: 5n, crlNumber: 7n }, 'good'],
  ];
  for (const [extensions, kind] of cases) {
    const change = await makeCrl(ca, {
      entries: [entryOf('1001', 'superseded')],
      ...(extensions && { extensions }),
    });
    assert.equal((await check(list, [change])).kind, kind);
    assert.equal(opensslVerdict(list, change), kind);
  }
});

function check(crl: Uint8Array, deltas: readonly Uint8Array[]) {
  const { certificate } = leaf;
  return checkCrl({ crl, deltas, certificate, issuer: ca.certificate, at: AT, crypto: CRYPTO });
}

function opensslVerdict(list: Uint8Array, delta: Uint8Array): string {
  shop.write('root.pem', encodePem('CERTIFICATE', ca.certificate.der));
  shop.write('leaf.pem', encodePem('CERTIFICATE', leaf.certificate.der));
  shop.write('crls.pem', `${encodePem('X509 CRL', list)}\n${encodePem('X509 CRL', delta)}`);
  try {
    shop.openssl(
      ...['verify', '-CAfile', 'root.pem', '-CRLfile', 'crls.pem', '-attime', String(AT.getTime() / 1000)],
      ...['-crl_check', '-extended_crl', '-use_deltas', 'leaf.pem'],
    );
    return 'good';
  } catch (error) {
    if (error instanceof Error && error.message.includes('certificate revoked')) return 'revoked';
    throw error;
  }
}

function entryOf(serialNumber: string, reason?: RevocationReason): Uint8Array {
  const revocationDate = secondsFromNow(-86_400);
  return encodeCrlEntry({ serialNumber: serialNumberToBytes(serialNumber), revocationDate, reason });
}
