import assert from 'node:assert/strict';
import { test } from 'node:test';
import { decodeCertificates } from '@lancre/pki/certificate';
import { decodeCertsOnlyCms, encodeCertsOnlyCms } from '@lancre/pki/cms';
import { encodePem } from '@lancre/pki/text';
import { bytes, hex } from '../support/hex.ts';
import { issueLeaf, newCa } from '../support/test-pki.ts';
import { throwsCode } from '../support/throws-code.ts';

const ca = await newCa();
const leaf = await issueLeaf(ca, '01');
const ders = [ca.certificate.der, leaf.der];

test('ISS-10: certs-only CMS has version 1, no digest algorithms, no content and no signers', () => {
  assert.equal(
    hex(encodeCertsOnlyCms([bytes('3000')])),
    '3027 06092a864886f70d010702 a01a 3018 020101 3100 300b06092a864886f70d010701 a002 3000 3100'.replaceAll(
      ' ',
      '',
    ),
  );
});

test('ISS-10: the certificates are in the order of DER, whatever the order they came in', () => {
  assert.deepEqual(encodeCertsOnlyCms(ders), encodeCertsOnlyCms(ders.toReversed()));
  assert.equal(decodeCertsOnlyCms(encodeCertsOnlyCms(ders)).length, 2);
});

test('CMS: other content, signers and other types are refused', () => {
  const valid = hex(encodeCertsOnlyCms([bytes('3000')]));
  throwsCode(() => decodeCertsOnlyCms(bytes(valid.replace('010702', '010703'))), 'cms_invalid');
  throwsCode(() => decodeCertsOnlyCms(bytes(valid.replace('020101', '020106'))), 'cms_invalid');
  throwsCode(() => decodeCertsOnlyCms(ca.certificate.der), 'der_unexpected_tag');
});

test('ISS-02: certificates are read from DER, PEM with several blocks, and CMS in both forms', () => {
  const pem = ders.map((der) => encodePem('CERTIFICATE', der)).join('some text\n');
  const cms = encodeCertsOnlyCms(ders);
  assert.equal(decodeCertificates(leaf.der).length, 1);
  assert.equal(decodeCertificates(pem).length, 2);
  assert.equal(decodeCertificates(new TextEncoder().encode(pem)).length, 2);
  assert.equal(decodeCertificates(cms).length, 2);
  assert.equal(decodeCertificates(encodePem('PKCS7', cms)).length, 2);
  assert.equal(decodeCertificates(`${encodePem('PRIVATE KEY', bytes('00'))}${pem}`).length, 2);
});

test('certificates: a file without any is refused', () => {
  throwsCode(() => decodeCertificates(''), 'certificate_invalid');
  throwsCode(() => decodeCertificates(new Uint8Array(0)), 'certificate_invalid');
  throwsCode(() => decodeCertificates('<html>'), 'certificate_invalid');
  throwsCode(() => decodeCertificates(encodeCertsOnlyCms([])), 'certificate_invalid');
  throwsCode(() => decodeCertificates(bytes('3000')), 'der_truncated');
});
