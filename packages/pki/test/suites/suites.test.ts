import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { test } from 'node:test';
import {
  crlEntries,
  crlNumberOf,
  decodeCrl,
  issuingDistributionPointOf,
  reasonFromCode,
} from '@lancre/pki/crl';
import { type CertStatus, decodeOcspRequest, decodeOcspResponse } from '@lancre/pki/ocsp';
import { decodePem } from '@lancre/pki/text';
import { hex } from '../support/hex.ts';
import { valueOrPkiError } from '../support/throws-code.ts';

/** The suites lie beside the project and are not part of it: suites/README.md says what they are. */
const SUITES = new URL('../../../../../shared/suites/', import.meta.url);
const skip = existsSync(SUITES) ? false : 'the folder ../shared/suites is not here';

const JUDGED_LATER = 'well-formed: whether it may be used is the verifier’s to say';

/** Cases whose expectation we do not share, each with the reason. The bytes were looked at. */
const EXCEPTIONS: ReadonlyMap<string, string> = new Map([
  [
    'ocspparse-pyca__req-duplicate-ext',
    'RFC 5280 4.2: an extension may not be there twice; the other library finds out later',
  ],
  [
    'ocspparse-pyca__resp-response-type-unknown-oid',
    'only id-pkix-ocsp-basic can be read (the note of the case says: reject)',
  ],
  [
    'ocspparse-pyca__resp-successful-no-response-bytes',
    'successful without an answer says nothing (the note says: reject)',
  ],
  [
    'ocspparse-pyhanko__ocsp-resp-alice',
    'producedAt has a fraction of a second, which RFC 5280 4.1.2.5.2 forbids',
  ],
  [
    'ocspparse-pyhanko__ocsp-resp-interm',
    'producedAt has a fraction of a second, which RFC 5280 4.1.2.5.2 forbids',
  ],
  [
    'crlparse-pyca-crl_all_reasons.pem',
    'a certificateIssuer that is not critical, which RFC 5280 5.3.3 wants it to be',
  ],
  ['crlparse-pyca-crl_dup_entry_ext.pem', 'an entry has a reason twice; the other library finds out later'],
  [
    'crlparse-pyca-crl_inval_cert_issuer_entry_ext.pem',
    'a certificateIssuer that is no GeneralNames; the other library finds out later',
  ],
  [
    'crlparse-pyca-crl_unsupported_reason.pem',
    'a reason that does not exist; the other library finds out later',
  ],
  [
    'mbed-crlparse-17-parse_input__crl-malformed-trailing-spaces.pem',
    'spaces after the END line are no fault (RFC 7468 2)',
  ],
  ['mbed-crlparse-18-parse_input__crl-idp.pem', 'issuingDistributionPoint is understood here'],
  ['mbed-crlhex-17', 'the version says v1, which is its absence (RFC 5280 5.1.2.1)'],
  ['mbed-crlhex-26', 'the version says v1, which is its absence (RFC 5280 5.1.2.1)'],
  ['webpki-crlparse-parse_bad_this_update_crl', 'the year 1 can be written; a list as old as that is stale'],
  ['webpki-crlparse-parse_missing_next_update_crl', JUDGED_LATER],
  ['webpki-crlparse-parse_missing_exts_crl', JUDGED_LATER],
  ['webpki-crlparse-parse_unknown_crit_ext_crl', JUDGED_LATER],
  ['webpki-crlparse-parse_entry_unknown_crit_ext_crl', JUDGED_LATER],
  ['webpki-crlparse-parse_delta_crl', 'delta CRLs are understood here'],
  ['mbed-crlhex-34', 'critical FALSE is written out, which is no DER (X.690 11.5)'],
]);

interface Case {
  readonly id: string;
  readonly kind: string;
  readonly file?: string;
  readonly crl?: string;
  readonly expected: Expected;
}

interface Expected {
  readonly parse: 'ok' | 'reject';
  readonly requests?: readonly { readonly certId: ExpectedCertId }[];
  readonly extensions?: unknown;
  readonly responseStatus?: string;
  readonly producedAt?: string;
  readonly certs?: number;
  readonly responses?: readonly ExpectedSingle[];
  readonly thisUpdate?: string;
  readonly nextUpdate?: string | null;
  readonly entries?: number;
  readonly signatureAlgorithm?: string;
  readonly firstEntries?: readonly { readonly serial: string; readonly date: string }[];
}

interface ExpectedCertId {
  readonly hashAlgorithm: string;
  readonly issuerNameHash: string;
  readonly issuerKeyHash: string;
  readonly serialHex: string;
}

interface ExpectedSingle {
  readonly certId: ExpectedCertId;
  readonly status: CertStatus['status'];
  readonly thisUpdate: string;
  readonly nextUpdate: string | null;
}

const READERS: Readonly<Record<string, (der: Uint8Array, expected: Expected) => void>> = {
  'ocsp-request-parse': (der, expected) => {
    const decoded = decodeOcspRequest(der);
    assert.deepEqual(
      decoded.requests.map(({ certId }) => plain(certId)),
      expected.requests?.map(({ certId }) => expectedCertId(certId)),
    );
    if (Array.isArray(expected.extensions))
      assert.equal(decoded.extensions.length, expected.extensions.length);
  },
  'ocsp-response-parse': (der, expected) => {
    const decoded = decodeOcspResponse(der);
    if (decoded.status !== 'successful') return;
    const { basic } = decoded;
    assert.equal(seconds(basic.producedAt), expected.producedAt);
    assert.equal(basic.certificates.length, expected.certs);
    assert.equal(basic.signatureAlgorithm.oid, expected.signatureAlgorithm);
    assert.deepEqual(
      basic.responses.map((single) => [
        plain(single.certId),
        single.certStatus.status,
        seconds(single.thisUpdate),
        seconds(single.nextUpdate),
      ]),
      expected.responses?.map((single) => [
        expectedCertId(single.certId),
        single.status,
        single.thisUpdate,
        single.nextUpdate,
      ]),
    );
  },
  'crl-parse': (der, expected) => {
    const crl = decodeCrl(der);
    const entries = [...crlEntries(crl)];
    crlNumberOf(crl);
    issuingDistributionPointOf(crl);
    if (expected.entries === undefined) return;
    assert.equal(entries.length, expected.entries);
    assert.equal(seconds(crl.thisUpdate), expected.thisUpdate);
    assert.equal(seconds(crl.nextUpdate), expected.nextUpdate);
    assert.equal(crl.signatureAlgorithm.oid, expected.signatureAlgorithm);
    for (const [i, { serial, date }] of (expected.firstEntries ?? []).entries()) {
      assert.equal(BigInt(`0x${entries[i]?.serialNumber}`), BigInt(serial));
      assert.equal(seconds(entries[i]?.revocationDate), date);
    }
  },
};

for (const suite of ['ocsp-parse', 'crl-parse', 'mbedtls-crl', 'webpki-crl']) {
  const folder = new URL(`${suite}/`, SUITES);
  for (const each of skip === false ? casesOf(folder) : []) {
    const read = READERS[each.kind];
    if (read === undefined) continue;
    const reason = EXCEPTIONS.get(each.id);
    const title =
      reason === undefined
        ? `${suite}: ${each.id} is ${each.expected.parse}`
        : `${suite}: ${each.id}: ${reason}`;
    test(title, () => run(folder, each, read, reason !== undefined));
  }
}

test('suites: they are here', { skip }, () => assert.equal(reasonFromCode(1), 'keyCompromise'));

function run(
  folder: URL,
  each: Case,
  read: (der: Uint8Array, expected: Expected) => void,
  isException: boolean,
): void {
  const der = derOf(readFileSync(new URL(each.file ?? each.crl ?? '', folder)));
  const wasRead = valueOrPkiError(() => {
    read(der, each.expected);
    return true;
  });
  const isExpected = (wasRead === true) === (each.expected.parse === 'ok');
  assert.equal(isExpected, !isException);
}

function casesOf(folder: URL): readonly Case[] {
  return JSON.parse(readFileSync(new URL('cases.json', folder), 'utf8')).cases;
}

function derOf(file: Buffer): Uint8Array {
  if (!file.includes('-----BEGIN')) return new Uint8Array(file);
  return (
    valueOrPkiError(() => decodePem(file.toString('latin1')))?.find(({ label }) => /CRL|OCSP/.test(label))
      ?.der ?? new Uint8Array(0)
  );
}

function plain(certId: {
  hashAlgorithm: { oid: string };
  issuerNameHash: Uint8Array;
  issuerKeyHash: Uint8Array;
  serialNumber: string;
}) {
  const { hashAlgorithm, issuerNameHash, issuerKeyHash, serialNumber } = certId;
  return [hashAlgorithm.oid, hex(issuerNameHash), hex(issuerKeyHash), serialNumber];
}

function expectedCertId({ hashAlgorithm, issuerNameHash, issuerKeyHash, serialHex }: ExpectedCertId) {
  return [hashAlgorithm, issuerNameHash, issuerKeyHash, serialHex.replace(/^00(?=.)/, '')];
}

function seconds(time: Date | undefined): string | null {
  return time === undefined ? null : time.toISOString().replace('.000', '');
}
