import assert from 'node:assert/strict';
import { generateKeyPairSync } from 'node:crypto';
import { test } from 'node:test';
import {
  assembleSigned,
  buildTbsCertificate,
  decodeCertificate,
  encodeAuthorityKeyIdentifier,
  encodeCaBasicConstraints,
  encodeCrlDistributionPoints,
  encodeExtension,
  encodeFreshestCrl,
  encodeKeyUsage,
  encodeName,
  encodeSubjectKeyIdentifier,
} from '@lancre/pki/certificate';
import { checkCertificate } from '@lancre/pki/client';
import { encodeCrlEntry, encodeTbsCrl, type RevocationReason } from '@lancre/pki/crl';
import { createNodeCrypto, createNodeSigner } from '@lancre/pki/crypto-node';
import { describeReport, reportJson } from '#host/cli/check-report-text.js';

const AT = new Date('2026-11-25T12:00:00Z');
const HOUR = 3_600_000;
const CRL = 'http://c.example.test/e1.crl';
const DELTA = 'http://c.example.test/e1.delta.crl';

const crypto = createNodeCrypto();
const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
const signer = createNodeSigner({ pkcs8: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString() });
const keyIdentifier = await crypto.digest('SHA-1', signer.subjectPublicKeyInfoDer);
const ca = encodeName([{ type: 'CN', value: 'E1' }]);
const root = await makeCertificate(ca, [
  encodeCaBasicConstraints(),
  encodeKeyUsage(['keyCertSign', 'cRLSign']),
  encodeSubjectKeyIdentifier(keyIdentifier),
]);
const leaf = await makeCertificate(encodeName([{ type: 'CN', value: 'www.example.test' }]), [
  encodeCrlDistributionPoints([CRL]),
  encodeFreshestCrl([DELTA]),
]);

test('lancre check tells the delta that was applied, and upon which list', async () => {
  const report = await check({
    [CRL]: await makeCrl('certificateHold'),
    [DELTA]: await makeCrl('removeFromCRL', 40n),
  });
  assert.equal(report.verdict, 'good');
  const lines = describeReport(report).join('\n');
  assert.match(
    lines,
    /^CRL {7}good until 2026-11-25T13:00:00Z\n {10}http:\/\/c\.example\.test\/e1\.crl {2}\d+ ms$/m,
  );
  assert.match(
    lines,
    /^ {2}delta {3}applied: CRL 42 upon 40\n {10}http:\/\/c\.example\.test\/e1\.delta\.crl {2}\d+ ms$/m,
  );
  const [delta] = deltasIn(reportJson(report));
  assert.deepEqual(
    [delta?.url, delta?.applied, delta?.crlNumber, delta?.deltaBase, delta?.refusal],
    [DELTA, true, '42', '40', undefined],
  );
});

test('lancre check tells why a delta was not applied, and judges without it', async () => {
  const report = await check({ [CRL]: await makeCrl('certificateHold') });
  assert.equal(report.verdict, 'revoked');
  const lines = describeReport(report).join('\n');
  assert.match(lines, /^ {2}delta {3}not applied: HTTP status 404 \(http_status\)$/m);
  const [delta] = deltasIn(reportJson(report));
  assert.deepEqual(
    [delta?.applied, delta?.refusal],
    [false, { reason: 'http_status', message: 'HTTP status 404' }],
  );
  const wrong = await check({
    [CRL]: await makeCrl('certificateHold'),
    [DELTA]: await makeCrl('removeFromCRL', 42n),
  });
  assert.equal(wrong.verdict, 'revoked');
  assert.match(describeReport(wrong).join('\n'), /^ {2}delta {3}not applied: .* \(base_too_old\)$/m);
});

test('VER-28: lancre check says of a certificate with noRevAvail that nobody was asked, and judges it good', async () => {
  const noRevAvail = encodeExtension('2.5.29.56', 'non-critical', Uint8Array.of(5, 0));
  const shortLived = await makeCertificate(encodeName([{ type: 'CN', value: 'short.example.test' }]), [
    noRevAvail,
  ]);
  const report = await check({}, shortLived);
  assert.equal(report.verdict, 'good');
  assert.match(describeReport(report).join('\n'), /^not checked for revocation: .*noRevAvail/m);
});

function check(web: Readonly<Record<string, Uint8Array>>, certificate = leaf) {
  return checkCertificate({
    certificate,
    intermediates: [],
    trustAnchors: [root],
    at: AT,
    crypto,
    fetch: async (url) => {
      const body = web[url];
      const headers = { 'content-type': 'application/pkix-crl' };
      return body === undefined
        ? new Response(null, { status: 404 })
        : new Response(body.slice(), { headers });
    },
    clock: { now: () => 0, deadline: () => new AbortController().signal },
  });
}

/** Number 41; a delta is number 42. The one entry is the leaf's. */
async function makeCrl(reason: RevocationReason, deltaBase?: bigint): Promise<Uint8Array> {
  const tbs = encodeTbsCrl({
    issuerDer: ca,
    signatureAlgorithmDer: signer.algorithm.der,
    thisUpdate: new Date(AT.getTime() - HOUR),
    nextUpdate: new Date(AT.getTime() + HOUR),
    entries: [encodeCrlEntry({ serialNumber: Uint8Array.of(1), revocationDate: AT, reason })],
    extensions: {
      authorityKeyIdentifier: keyIdentifier,
      crlNumber: deltaBase === undefined ? 41n : 42n,
      deltaBase,
    },
  });
  return assembleSigned(tbs, signer.algorithm.der, await signer.sign(tbs));
}

async function makeCertificate(subjectDer: Uint8Array, extensions: readonly Uint8Array[]) {
  const tbs = buildTbsCertificate({
    serialNumber: '01',
    signatureAlgorithmDer: signer.algorithm.der,
    issuerDer: ca,
    notBefore: new Date(AT.getTime() - 24 * HOUR),
    notAfter: new Date(AT.getTime() + 24 * HOUR),
    subjectDer,
    subjectPublicKeyInfoDer: signer.subjectPublicKeyInfoDer,
    extensions: [...extensions, encodeAuthorityKeyIdentifier(keyIdentifier)],
  });
  return decodeCertificate(assembleSigned(tbs, signer.algorithm.der, await signer.sign(tbs)));
}

/** What `--json` says of a delta. */
interface DeltaLine {
  readonly url: string;
  readonly applied: boolean;
  readonly crlNumber?: string;
  readonly deltaBase?: string;
  readonly refusal?: unknown;
}

function deltasIn(json: Record<string, unknown>): readonly DeltaLine[] {
  const { chain } = json as {
    chain: { revocation?: { evidence: { deltas?: DeltaLine[] }[] } }[];
  };
  return chain.flatMap(({ revocation }) => revocation?.evidence.flatMap(({ deltas = [] }) => deltas) ?? []);
}
