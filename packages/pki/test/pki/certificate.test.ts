import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  authorityInfoAccessOf,
  authorityKeyIdentifierOf,
  basicConstraintsOf,
  crlDistributionPointsOf,
  decodeCertificate,
  decodeName,
  EXTENSION_OIDS,
  type Extension,
  encodeCaBasicConstraints,
  encodeEndEntityBasicConstraints,
  encodeExtension,
  encodeKeyUsage,
  encodeName,
  encodeOcspNoCheck,
  extendedKeyUsageOf,
  findExtension,
  formatName,
  hasNoRevAvail,
  hasOcspNoCheck,
  keyUsageOf,
  namesEqualBytes,
  subjectAltNameOf,
  subjectKeyIdentifierOf,
  tlsFeatureOf,
} from '@lancre/pki/certificate';
import { readDer } from '@lancre/pki/der';
import { bytes, hex } from '../support/hex.ts';
import { issueLeaf, NOT_AFTER, NOT_BEFORE, newCa } from '../support/test-pki.ts';
import { throwsCode } from '../support/throws-code.ts';

const ca = await newCa();
const leaf = await issueLeaf(ca, '04a1ff');

/** The leaf with one hexadecimal text replaced by another of the same length. */
function altered(from: string, to: string): Uint8Array {
  const text = hex(leaf.der);
  assert.ok(text.includes(from), `${from} is not in the certificate`);
  return bytes(text.replace(from, to));
}

/** The leaf with these extensions in place of its own. */
function withExtensions(...ders: readonly Uint8Array[]) {
  const extensions = ders.map((der): Extension => {
    const critical = hex(der).includes('0101ff');
    return readDer(der, 'x', (r) =>
      r.sequence('x', (s) => ({
        oid: s.oid('x'),
        critical: s.defaultFalse('x') || critical,
        value: s.octetString('x'),
        der,
      })),
    );
  });
  return { ...leaf, extensions };
}

test('certificate: what was built is what is decoded', () => {
  assert.equal(leaf.version, 3);
  assert.equal(leaf.serialNumber, '04a1ff');
  assert.equal(formatName(leaf.subject), 'CN=www.example.net');
  assert.equal(formatName(leaf.issuer), 'CN=Test Root,O=Lancre,C=NL');
  assert.ok(namesEqualBytes(leaf.issuer, ca.certificate.subject));
  assert.deepEqual([leaf.notBefore, leaf.notAfter], [NOT_BEFORE, NOT_AFTER]);
  assert.equal(hex(leaf.signatureAlgorithm.der), '300a06082a8648ce3d040302');
  assert.equal(leaf.extensions.length, 6);
  assert.ok(Object.isFrozen(leaf));
});

test('certificate: every slice shares memory with the input', () => {
  const parts = [leaf.tbsDer, leaf.issuer.der, leaf.signature, leaf.subjectPublicKeyInfo.publicKey];
  for (const part of parts) assert.equal(part.buffer, leaf.der.buffer);
});

test('certificate: extensions of the leaf are read', () => {
  assert.deepEqual([...(keyUsageOf(leaf) ?? [])], ['digitalSignature']);
  assert.deepEqual([...(extendedKeyUsageOf(leaf) ?? [])], ['1.3.6.1.5.5.7.3.1']);
  assert.deepEqual(
    authorityInfoAccessOf(leaf)?.map(({ method, location }) => [
      method,
      location.type === 'uri' && location.uri,
    ]),
    [
      ['ocsp', 'http://e1.o.example.net'],
      ['caIssuers', 'http://e1.i.example.net/'],
    ],
  );
  const [point] = crlDistributionPointsOf(leaf) ?? [];
  assert.deepEqual(
    point?.distributionPoint?.map((name) => name.type === 'uri' && name.uri),
    ['http://e1.c.example.net/7.crl'],
  );
  assert.deepEqual([point?.reasons, point?.crlIssuer], [undefined, undefined]);
  assert.deepEqual(
    subjectAltNameOf(leaf)?.map((name) => name.type),
    ['dns', 'ip', 'email', 'uri', 'directoryName'],
  );
  assert.equal(basicConstraintsOf(leaf), undefined);
});

test('certificate: extensions of the CA are read', () => {
  assert.deepEqual(basicConstraintsOf(ca.certificate), { isCa: true, pathLength: 1 });
  assert.deepEqual([...(keyUsageOf(ca.certificate) ?? [])], ['digitalSignature', 'keyCertSign', 'cRLSign']);
  assert.deepEqual(subjectKeyIdentifierOf(ca.certificate), ca.keyIdentifier);
  assert.deepEqual(authorityKeyIdentifierOf(ca.certificate)?.keyIdentifier, ca.keyIdentifier);
});

test('T-45: basicConstraints of an end entity are 30 00, and critical only where it is TRUE', () => {
  assert.equal(hex(encodeEndEntityBasicConstraints()), '300c0603551d130101ff04023000');
  assert.equal(hex(encodeCaBasicConstraints()), '300f0603551d130101ff040530030101ff');
  assert.equal(hex(encodeOcspNoCheck()), '300f06092b060105050730010504020500');
});

test('ORSP-11: nocheck and noRevAvail have the value NULL', () => {
  assert.equal(hasOcspNoCheck(withExtensions(encodeOcspNoCheck())), true);
  assert.equal(hasOcspNoCheck(leaf), false);
  const value = bytes('0500');
  assert.equal(
    hasNoRevAvail(withExtensions(encodeExtension(EXTENSION_OIDS.noRevAvail, 'non-critical', value))),
    true,
  );
  const wrong = encodeExtension(EXTENSION_OIDS.noRevAvail, 'non-critical', bytes('3000'));
  throwsCode(() => hasNoRevAvail(withExtensions(wrong)), 'extension_invalid');
});

test('VER-13: must-staple is TLS feature 5', () => {
  const feature = encodeExtension(EXTENSION_OIDS.tlsFeature, 'non-critical', bytes('3003020105'));
  assert.deepEqual(tlsFeatureOf(withExtensions(feature)), [5]);
});

test('basicConstraints: cA FALSE may be written out, a path length then not', () => {
  const read = (value: string) =>
    basicConstraintsOf(
      withExtensions(encodeExtension(EXTENSION_OIDS.basicConstraints, 'critical', bytes(value))),
    );
  assert.deepEqual(read('3003010100'), { isCa: false, pathLength: undefined });
  assert.deepEqual(read('3000'), { isCa: false, pathLength: undefined });
  throwsCode(() => read('3003020100'), 'extension_invalid');
});

test('keyUsage: no bit, and bits that nobody knows, are refused', () => {
  assert.deepEqual(
    [...(keyUsageOf(withExtensions(encodeKeyUsage(['decipherOnly']))) ?? [])],
    ['decipherOnly'],
  );
  const of = (value: string) => encodeExtension(EXTENSION_OIDS.keyUsage, 'critical', bytes(value));
  throwsCode(() => keyUsageOf(withExtensions(of('030100'))), 'extension_invalid');
  throwsCode(() => keyUsageOf(withExtensions(of('0303060040'))), 'extension_invalid');
});

test('certificate: an inner signature algorithm other than the outer is refused', () => {
  const inner = altered('300a06082a8648ce3d040302', '300a06082a8648ce3d040303');
  throwsCode(() => decodeCertificate(inner), 'certificate_invalid');
});

test('certificate: version and fields have to fit', () => {
  throwsCode(() => decodeCertificate(altered('a003020102', 'a003020101')), 'certificate_invalid');
  throwsCode(() => decodeCertificate(altered('a003020102', 'a003020100')), 'der_default_encoded');
  throwsCode(() => decodeCertificate(altered('a003020102', 'a003020103')), 'certificate_invalid');
});

test('certificate: an extension that is there twice is refused', () => {
  throwsCode(() => decodeCertificate(altered('0603551d11', '0603551d1f')), 'extension_duplicate');
});

test('certificate: data after the end is refused, and so is a missing octet', () => {
  throwsCode(() => decodeCertificate(Uint8Array.of(...leaf.der, 0)), 'der_trailing_data', leaf.der.length);
  throwsCode(() => decodeCertificate(leaf.der.subarray(0, -1)), 'der_truncated', 0);
});

test('certificate: an error in the value of an extension tells its place in the certificate', () => {
  const value = findExtension(leaf, EXTENSION_OIDS.extendedKeyUsage)?.value ?? new Uint8Array(0);
  const at = value.byteOffset - leaf.der.byteOffset;
  const der = leaf.der.slice();
  der[at + 2] = 0x04;
  throwsCode(() => extendedKeyUsageOf(decodeCertificate(der)), 'der_unexpected_tag', at + 2);
});

test('name: country is a PrintableString, the others are UTF8String', () => {
  const name = encodeName([
    { type: 'C', value: 'NL' },
    { type: 'CN', value: 'é' },
  ]);
  assert.equal(hex(name), '301a310b3009060355040613024e4c310b300906035504030c02c3a9');
  throwsCode(() => encodeName([{ type: 'C', value: 'NLD' }]), 'name_invalid');
});

test('name: text has the order and the escapes of RFC 4514', () => {
  const text = (value: string) =>
    formatName(
      decodeName(
        encodeName([
          { type: 'O', value: 'x' },
          { type: 'CN', value },
        ]),
      ),
    );
  assert.equal(text('a'), 'CN=a,O=x');
  assert.equal(text(' a+b,c"d;e<f>g\\h '), 'CN=\\ a\\+b\\,c\\"d\\;e\\<f\\>g\\\\h\\ ,O=x');
  assert.equal(text('#a'), 'CN=\\#a,O=x');
  assert.equal(text(' '), 'CN=\\ ,O=x');
  assert.equal(text('a\u0000b\u001b'), 'CN=a\\00b\\1b,O=x');
  assert.equal(text('\u202e'), 'CN=\\e2\\80\\ae,O=x');
});

test('name: several attributes in one RDN, unknown types and empty names are read', () => {
  const set = '311a 300806035504030c0141 300e 06032a0304 0407 01020304050607'.replaceAll(' ', '');
  const name = decodeName(bytes(`301c${set}`));
  assert.equal(formatName(name), 'CN=A+1.2.3.4=#040701020304050607');
  assert.equal(formatName(decodeName(bytes('3000'))), '');
});
