import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { encodeFreshestCrl } from '@lancre/pki/certificate';
import { encodeCertsOnlyCms } from '@lancre/pki/cms';
import { encodeOcspError, type OcspErrorStatus } from '@lancre/pki/ocsp';
import { encodePem } from '@lancre/pki/text';
import { inspect, temporaryFolder } from './inspecting.js';
import { createThingMaker } from './things.js';

const folder = await temporaryFolder();
const maker = await createThingMaker();

async function inspectOctets(octets: Uint8Array | string, ...words: readonly string[]): Promise<string> {
  await writeFile(join(folder, 'thing'), octets);
  const { status, stdout, stderr } = await inspect(folder, 'thing', ...words);
  assert.equal(status, 0, stderr);
  for (const line of stdout.split('\n')) {
    assert.ok(line.length <= 80 || /:\/\/|^ +as GET path/.test(line) || words.includes('--json'), line);
  }
  return stdout;
}

async function inspectAsJson(octets: Uint8Array | string): Promise<Record<string, unknown>> {
  const [inspection] = JSON.parse(await inspectOctets(octets, '--json'));
  return inspection;
}

test('a certificate is told with its names, times, addresses and how long it lasts', async () => {
  const text = await inspectOctets(encodePem('CERTIFICATE', await maker.leaf()));
  assert.match(text, /^thing: PEM, \d+ octets\n\nA certificate, within its time for 10d more\.\n/);
  for (const line of [
    /^ {2}subject +CN=www\.example\.test$/m,
    /^ {2}issuer +CN=E1,O=Lancre Test$/m,
    /^ {2}serialNumber +04a1$/m,
    /^ {2}notAfter +2026-12-05T12:00:00Z {2}\(in 10d\)$/m,
    /^ {2}key +P-256$/m,
    /^ {2}subjectAltName +dns:www\.example\.test\n +ip:2001:db8::1$/m,
    /^ {2}OCSP +http:\/\/e1\.o\.example\.test$/m,
    /^ {2}CRL +http:\/\/e1\.c\.example\.test\/7\.crl$/m,
  ]) {
    assert.match(text, line);
  }
});

test('a CA certificate is told with the hashes by which OCSP names it', async () => {
  const text = await inspectOctets(maker.certificate.der);
  assert.match(text, /^A root \(a CA certificate that is its own issuer\), within its time for 10d more\.$/m);
  assert.match(
    text,
    /as issuer in OCSP \(SHA-1\)\n {4}issuerNameHash {2}[0-9a-f]{40}\n {4}issuerKeyHash {3}[0-9a-f]{40}$/m,
  );
});

test('all certificates of a PEM file are told, and a private key between them is only named', async () => {
  const pem = [
    encodePem('CERTIFICATE', await maker.leaf()),
    encodePem('PRIVATE KEY', new Uint8Array(9)),
    encodePem('CERTIFICATE', maker.certificate.der),
  ].join('some words between\n');
  const text = await inspectOctets(pem);
  assert.match(text, /^1 of 2: A certificate/m);
  assert.match(text, /^2 of 2: A root /m);
  assert.match(text, /^Not shown: a PEM block PRIVATE KEY$/m);
  const { contents, passedOver } = await inspectAsJson(pem);
  assert.deepEqual([(contents as unknown[]).length, passedOver], [2, ['PRIVATE KEY']]);
});

test('a CRL is told with its numbers, scope, reasons and first ten entries', async () => {
  const crl = await maker.crl(13, {
    deltaBase: 41n,
    issuingDistributionPoint: {
      distributionPoint: [{ type: 'uri', uri: 'http://e1.c.example.test/7.crl' }],
      onlyContainsUserCerts: true,
    },
  });
  const text = await inspectOctets(crl);
  for (const line of [
    /^A delta CRL, upon CRL 41, of 13 entries, current for 3d more\.$/m,
    /^ {2}cRLNumber +42$/m,
    /^ {2}delta to +41$/m,
    /^ {4}names +http:\/\/e1\.c\.example\.test\/7\.crl$/m,
    /^ {4}covers +end-entity certificates only$/m,
    /^ {2}reasons +keyCompromise 7, none 6$/m,
    /^ {4}1000 2026-11-24T12:00:00Z keyCompromise$/m,
    /^ {4}1009 2026-11-24T12:00:00Z -$/m,
  ]) {
    assert.match(text, line);
  }
  assert.doesNotMatch(text, /100a/);
});

test('a delta CRL is told as one, with its base and how many certificates it releases', async () => {
  const text = await inspectOctets(await maker.crl(3, { deltaBase: 40n }, 'removeFromCRL'));
  for (const line of [
    /^A delta CRL, upon CRL 40, of 3 entries, current for 3d more\.$/m,
    /^ {2}delta to +40$/m,
    /^ {2}extensions +.*deltaCRLIndicator\s+\(critical\)$/m,
    /^ {2}no longer revoked +2$/m,
    /^ {2}reasons +removeFromCRL 2, none 1$/m,
    /^ {4}1000 2026-11-24T12:00:00Z removeFromCRL$/m,
  ]) {
    assert.match(text, line);
  }
  const { contents } = await inspectAsJson(await maker.crl(3, { deltaBase: 40n }, 'removeFromCRL'));
  const [{ deltaBase, removals }] = contents as [Record<string, unknown>];
  assert.deepEqual([deltaBase, removals], ['40', 2]);
  assert.doesNotMatch(await inspectOctets(await maker.crl(3)), /delta|no longer revoked/);
});

test('the addresses of deltas are told of certificates and of complete CRLs', async () => {
  const uri = 'http://e1.c.example.test/7.delta.crl';
  const line = /^ {2}freshestCRL +http:\/\/e1\.c\.example\.test\/7\.delta\.crl$/m;
  assert.match(await inspectOctets(await maker.leaf(undefined, [encodeFreshestCrl([uri])])), line);
  assert.match(await inspectOctets(await maker.crl(0, { freshestCrl: [uri] })), line);
});

test('a CRL in PEM and one without entries are CRLs', async () => {
  const text = await inspectOctets(encodePem('X509 CRL', await maker.crl(0)));
  assert.match(text, /^A CRL of 0 entries/m);
  assert.match(text, /^ {2}reasons +none$/m);
});

test('an OCSP request is told with its CertID, nonce and GET path', async () => {
  const text = await inspectOctets(await maker.request(Uint8Array.of(0xab, 0xcd)));
  assert.match(text, /^ {4}serialNumber +04a1\n {4}hash +SHA-1\n {4}issuerNameHash {2}[0-9a-f]{40}$/m);
  assert.match(text, /^ {2}nonce +abcd$/m);
  assert.match(text, /^ {2}as GET path {2}\/M\S+$/m);
});

test('an OCSP response is told field by field', async () => {
  const text = await inspectOctets(
    await maker.response({
      status: 'revoked',
      revocationTime: new Date('2026-11-25T10:00:00Z'),
      reason: 'keyCompromise',
    }),
  );
  for (const line of [
    /^An OCSP response: revoked, current for 2d 3h more\.$/m,
    /^ {2}status +successful$/m,
    /^ {2}responder name +CN=E1,O=Lancre Test$/m,
    /^ {2}producedAt +2026-11-25T11:00:00Z {2}\(1h ago\)$/m,
    /^ {4}certStatus +revoked$/m,
    /^ {4}revocationTime +2026-11-25T10:00:00Z {2}\(2h ago\)$/m,
    /^ {4}reason +keyCompromise$/m,
    /^ {4}nextUpdate +2026-11-27T15:00:00Z {2}\(in 2d 3h\)$/m,
  ]) {
    assert.match(text, line);
  }
});

const errors: readonly OcspErrorStatus[] = [
  'malformedRequest',
  'internalError',
  'tryLater',
  'sigRequired',
  'unauthorized',
];
for (const status of errors) {
  test(`the OCSP error ${status} is explained`, async () => {
    const { contents } = await inspectAsJson(encodeOcspError(status));
    const [content] = contents as {
      readonly kind: string;
      readonly status: string;
      readonly meaning: string;
    }[];
    assert.equal(content?.kind, 'ocsp-response');
    assert.equal(content?.status, status);
    assert.match(content?.meaning ?? '', /^The responder|^Something failed/);
  });
}

test('a p7c is told with all its certificates', async () => {
  const cms = encodeCertsOnlyCms([await maker.leaf(), maker.certificate.der]);
  for (const octets of [cms, encodePem('PKCS7', cms)]) {
    const text = await inspectOctets(octets);
    assert.match(text, /^A certs-only CMS message \(p7c\) with 2 certificates\.$/m);
    assert.match(text, /^ {2}certificate 2 of 2$/m);
  }
});

test('--json has the same under stable names', async () => {
  const { source, form, contents } = await inspectAsJson(await maker.response({ status: 'good' }));
  assert.deepEqual([source, form], ['thing', 'DER']);
  const [content] = contents as Record<string, unknown>[];
  assert.deepEqual(Object.keys(content ?? {}), [
    'kind',
    'summary',
    'status',
    'responderName',
    'producedAt',
    'signatureAlgorithm',
    'signatureOctets',
    'answers',
    'certificates',
    'octets',
  ]);
  const { producedAt } = content ?? {};
  assert.deepEqual(producedAt, { at: '2026-11-25T11:00:00Z', inSeconds: -3600 });
});

test('control characters of names never reach the terminal', async () => {
  const leaf = await maker.leaf('a\u001b[31m\u009b\u202e\r\nb');
  const dangerous = /(?!\n)[\p{Cc}\p{Cf}]/u;
  assert.doesNotMatch(await inspectOctets(leaf), dangerous);
  assert.doesNotMatch(await inspectOctets(leaf, '--json'), dangerous);
});
