import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { signatureAlgorithm } from '#pki/crypto/algorithms.js';
import { encodeDer } from '#pki/encoding/der-writer.js';
import { readDer } from '#pki/encoding/read-der.js';
import type { ExtensionHolder } from '#pki/pki/extension.js';
import { readExtensions } from '#pki/pki/extension.js';
import { encodeInvalidityDate } from '#pki/pki/invalidity-date.js';
import { archiveCutoffOf, encodeArchiveCutoff } from '#pki/pki/ocsp-archive-cutoff.js';
import { crlIdOf, encodeCrlId } from '#pki/pki/ocsp-crl-id.js';
import {
  encodePreferredSignatureAlgorithms,
  preferredSignatureAlgorithmsOf,
} from '#pki/pki/ocsp-preferred-algorithms.js';

function hex(octets: Uint8Array): string {
  return Buffer.from(octets).toString('hex');
}

function holderOf(...extensions: readonly Uint8Array[]): ExtensionHolder {
  const der = encodeDer((writer) =>
    writer.sequence((list) => {
      for (const extension of extensions) list.raw(extension);
    }),
  );
  return { der, extensions: readDer(der, 'extensions', (reader) => readExtensions(reader, 'extensions')) };
}

const DATE = new Date('2026-11-25T12:34:56Z');
const TIME = '180f32303236313132353132333435365a';

describe('extensions of OCSP', () => {
  test('ORSP-29: archiveCutoff is a GeneralizedTime and not critical', () => {
    const der = encodeArchiveCutoff(DATE);
    assert.equal(hex(der), `301e06092b0601050507300106${'0411'}${TIME}`);
    assert.deepEqual(archiveCutoffOf(holderOf(der)), DATE);
    assert.equal(archiveCutoffOf(holderOf(encodeInvalidityDate(DATE))), undefined);
  });

  test('the invalidity date is that of CRL entries', () => {
    assert.equal(hex(encodeInvalidityDate(DATE)), `30180603551d18${'0411'}${TIME}`);
  });

  test('ORSP-36: CrlID names a CRL by its URL, its number and its time, or by some of them', () => {
    const url = 'http://c.example/1.crl';
    const byUrl = encodeCrlId({ url });
    assert.equal(hex(byUrl), `302906092b0601050507300103041c301aa0181616${hex(Buffer.from(url))}`);
    assert.deepEqual(crlIdOf(holderOf(byUrl)), { url, number: undefined, time: undefined });
    const all = { url, number: 0x80n, time: DATE };
    assert.deepEqual(crlIdOf(holderOf(encodeCrlId(all))), all);
    assert.deepEqual(crlIdOf(holderOf(encodeCrlId({}))), {
      url: undefined,
      number: undefined,
      time: undefined,
    });
  });

  test('a CrlID that is no DER is refused', () => {
    const broken = encodeCrlId({ number: 5n });
    broken[broken.length - 1] = 0x85;
    assert.throws(() => crlIdOf(holderOf(broken)), { name: 'PkiError' });
  });

  test('OREQ-31: preferred signature algorithms keep their order, with or without a kind of key', () => {
    const wanted = [signatureAlgorithm('ecdsa-sha384').der, signatureAlgorithm('rsa-pkcs1-sha256').der];
    const found = preferredSignatureAlgorithmsOf(holderOf(encodePreferredSignatureAlgorithms(wanted)));
    assert.deepEqual(
      found.map(({ signature }) => hex(signature.der)),
      wanted.map(hex),
    );
    assert.deepEqual(
      found.map(({ publicKey }) => publicKey),
      [undefined, undefined],
    );
    assert.deepEqual(preferredSignatureAlgorithmsOf(holderOf(encodeArchiveCutoff(DATE))), []);
  });
});
