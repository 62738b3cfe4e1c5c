import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CrlScanner, decodeCrl } from '@lancre/pki/crl';
import { createNodeCrypto } from '@lancre/pki/crypto-node';
import { concatBytes } from '@lancre/pki/der';
import { PkiError } from '@lancre/pki/errors';
import {
  CRL_LINT_IDS,
  CrlLinter,
  type CrlLintId,
  type CrlLintRun,
  type LintFinding,
  lintCrl,
  lintCrlTransport,
  lintRule,
} from '@lancre/pki/lint';
import fc from 'fast-check';
import { newCa } from '../support/test-pki.ts';
import { dateCases, entryExtensionCases, malformedCases, reasonCases, serialCases } from './entry-cases.ts';
import type { LintCase } from './lint-case.ts';
import { anyEntry, crlNumber, keyIdentifier, makeList, THIS_UPDATE } from './lint-list.ts';
import {
  algorithmCases,
  deltaCases,
  emptinessCases,
  issuerCases,
  keyIdentifierCases,
  numberCases,
  otherExtensionCases,
  pointCases,
  timeCases,
} from './list-cases.ts';

const ca = await newCa('P-256', 'Lint CA');
const other = await newCa('P-256', 'Lint CA');
const base = [keyIdentifier(ca), crlNumber(5n)];
const options: CrlLintRun = {
  profile: 'cabf',
  scope: 'subscriber',
  issuerCertificate: ca.certificate,
  now: new Date(THIS_UPDATE.getTime() + 3_600_000),
  crypto: createNodeCrypto(),
};
const cases = {
  algorithms: algorithmCases(ca, other),
  issuers: issuerCases(ca),
  times: timeCases(),
  emptiness: emptinessCases(),
  keyIdentifiers: keyIdentifierCases(ca, other),
  numbers: numberCases(ca),
  otherExtensions: otherExtensionCases(ca),
  points: pointCases(base),
  deltas: deltaCases(base),
  serials: serialCases(),
  dates: dateCases(),
  reasons: reasonCases(),
  entryExtensions: entryExtensionCases(),
  malformed: malformedCases(base),
};

test('a list without fault has no findings', async () => {
  const list = await makeList(ca);
  for (const profile of ['rfc5280', 'cabf'] as const) {
    for (const scope of ['subscriber', 'ca', 'unknown'] as const) {
      assert.deepEqual(await lintCrl(list, { ...options, profile, scope }), []);
    }
  }
});

test('CRL-01, CRL-19, CRL-28, T-27, T-32: lints of version, algorithm and signature', () =>
  play(cases.algorithms));

test('CRL-02, CRL-20, T-15, T-16: lints of the issuer, octet by octet, and of its certificate', () =>
  play(cases.issuers));

test('CRL-03, CRL-04, T-18: lints of times, at the last second and one beyond', () => play(cases.times));

test('CRL-06: lints of a list without entries', () => play(cases.emptiness));

test('CRL-07: lints of authorityKeyIdentifier', () => play(cases.keyIdentifiers));

test('CRL-08: lints of cRLNumber', () => play(cases.numbers));

test('CRL-26: lints of extensions that are not known, or not recommended', () => play(cases.otherExtensions));

test('SHD-02, SHD-03, SHD-04, SHD-08, SHD-14, CRL-16, CRL-17, T-45: lints of issuingDistributionPoint', () =>
  play(cases.points));

test('SHD-16, SHD-17, SHD-19, SHD-20: lints of deltas', () => play(cases.deltas));

test('CRL-10, T-32: lints of serial numbers, in lists of any order', () => play(cases.serials));

test('CRL-11: lints of revocationDate', () => play(cases.dates));

test('CRL-12, CRL-13, CRL-14, T-20: lints of reasons', () => play(cases.reasons));

test('CRL-15: lints of other extensions of entries', () => play(cases.entryExtensions));

test('CRL-27, T-45: what cannot be decoded is a finding like any other', () => play(cases.malformed));

test('every lint has a list here that breaks it', () => {
  const found = Object.values(cases).flatMap((list) => list.flatMap(({ finds }) => finds));
  const elsewhere: readonly CrlLintId[] = [
    'size_chromium',
    'size_microsoft',
    'size_openssl',
    'pem_at_url',
    'media_type_wrong',
  ];
  assert.deepEqual([...new Set([...found, ...elsewhere])].sort(), [...CRL_LINT_IDS].sort());
});

test('CRL-25: a list beyond what clients read has a finding for each of them', async () => {
  const found = async (length: number) => {
    const { linter, scanner } = begin(options);
    scanner.push(await makeList(ca));
    return linter.finish({ ...scanner.finish(), length }).map(({ id }) => id);
  };
  assert.deepEqual(await found(5 * 1024 * 1024), []);
  assert.deepEqual(await found(5 * 1024 * 1024 + 1), ['size_chromium']);
  assert.deepEqual(await found(10_000_001), ['size_chromium', 'size_microsoft']);
  assert.deepEqual(await found(32 * 1024 * 1024 + 1), ['size_chromium', 'size_microsoft', 'size_openssl']);
});

test('T-12, T-13: PEM at a URL and any media type but application/pkix-crl are findings', () => {
  const found = (form: 'DER' | 'PEM', mediaType: string | undefined) =>
    lintCrlTransport({ form, mediaType }, 'cabf').map(({ id, severity }) => `${severity} ${id}`);
  assert.deepEqual(found('DER', 'application/pkix-crl'), []);
  assert.deepEqual(found('DER', 'Application/PKIX-CRL; a=b'), []);
  assert.deepEqual(found('DER', undefined), ['error media_type_wrong']);
  assert.deepEqual(found('DER', 'application/x-pkcs7-crl'), ['error media_type_wrong']);
  assert.deepEqual(found('PEM', 'application/pkix-crl'), ['error pem_at_url']);
});

test('a list linted in chunks has the findings of the list linted at once', async () => {
  for (const { options: more, parts } of Object.values(cases).flat()) {
    const list = await makeList(ca, parts);
    const run = { ...options, ...more, crypto: undefined };
    const whole = await lintCrl(list, run);
    for (const lengths of [[1], [7, 30, 11], [200]])
      assert.deepEqual(lintInChunks(list, lengths, run), whole);
  }
});

test('what decodeCrl refuses has an error, and no octets make it throw', async () => {
  const list = await makeList(ca);
  await fc.assert(
    fc.asyncProperty(fc.nat(list.length - 1), fc.nat(255), fc.boolean(), async (at, octet, isCut) => {
      const mutated = isCut ? list.slice(0, at) : list.with(at, octet);
      const findings = await lintCrl(mutated, options);
      if (isDecodable(mutated)) return;
      assert.ok(findings.some(({ severity }) => severity === 'error'));
    }),
    { numRuns: 500 },
  );
  await fc.assert(
    fc.asyncProperty(fc.uint8Array({ maxLength: 100 }), async (octets) => {
      assert.notDeepEqual(await lintCrl(octets, options), []);
    }),
  );
});

test('a lint that hits many entries names the first and counts all', async () => {
  const entries = (...serials: readonly string[]) => ({
    entries: concatBytes(...serials.map((serial) => anyEntry(serial))),
  });
  const message = async (...serials: readonly string[]) =>
    (await lintCrl(await makeList(ca, entries(...serials)), options)).map((finding) => finding.message);
  assert.deepEqual(await message('81'), ['the serial number is negative: entry 81']);
  assert.deepEqual(await message('81', '82'), ['the serial number is negative: 2 entries, 81, 82']);
  assert.deepEqual(await message('81', '82', '83', '84', '01'), [
    'the serial number is negative: 4 entries, 81, 82, 83 and more',
  ]);
});

test('findings say their rule, and the worst come first', async () => {
  const list = await makeList(ca, { extensions: [keyIdentifier(ca)], entries: anyEntry('00') });
  const findings = await lintCrl(list, { ...options, profile: 'rfc5280' });
  assert.deepEqual(findings, [
    {
      id: 'crl_number_missing',
      severity: 'error',
      requirement: 'CRL-08',
      clause: 'RFC 5280 5.2.3',
      message: 'there is no cRLNumber',
    },
    {
      id: 'serial_zero',
      severity: 'warning',
      requirement: 'CRL-10',
      clause: 'RFC 5280 4.1.2.2',
      message: 'the serial number is zero: entry 00',
    },
  ]);
});

test('no lint is milder under cabf than under rfc5280', () => {
  const rank = { notice: 1, warning: 2, error: 3 };
  for (const id of CRL_LINT_IDS) {
    const { clause, severities } = lintRule(id);
    const [mild = 0, strict = 0] = [severities.rfc5280, severities.cabf].map((each) => each && rank[each]);
    assert.ok(strict >= mild && strict > 0, id);
    assert.match(clause, /^(?:RFC|BR|X\.690|Chromium|Microsoft|OpenSSL)\b/, id);
  }
});

test('T-32: in a list of thousands in no order every serial number that is there twice is seen', () => {
  fc.assert(
    fc.property(
      fc.array(fc.uint8Array({ minLength: 1, maxLength: 3 }), { minLength: 1, maxLength: 3000, size: 'max' }),
      (serials) => {
        const linter = new CrlLinter({ profile: 'rfc5280', scope: 'unknown' });
        const hexes = serials.map((serial) =>
          Buffer.from(serial.map((octet) => octet & 0x7f)).toString('hex'),
        );
        for (const serial of hexes) {
          const entry = anyEntry(serial);
          linter.entry(entry, 0, entry.length);
        }
        const expected = hexes.length - new Set(hexes).size;
        const finding = linter
          .refuse(new PkiError('der_truncated', 'the end'), 'entries')
          .find(({ id }) => id === 'serial_duplicate');
        const counted = /(\d+) entries/.exec(finding?.message ?? '')?.[1] ?? (finding === undefined ? 0 : 1);
        assert.equal(Number(counted), expected);
      },
    ),
    { numRuns: 30 },
  );
});

async function play(list: readonly LintCase[]): Promise<void> {
  for (const { finds, findsUnderRfc5280 = finds, options: more, parts, what } of list) {
    const der = await makeList(ca, parts);
    const cabf = await lintCrl(der, { ...options, ...more });
    assert.deepEqual(idsOf(cabf), [...finds].sort(), `${what}, under cabf: ${JSON.stringify(cabf)}`);
    const rfc5280 = await lintCrl(der, { ...options, ...more, profile: 'rfc5280' });
    const expected = [...findsUnderRfc5280].sort();
    assert.deepEqual(idsOf(rfc5280), expected, `${what}, under rfc5280: ${JSON.stringify(rfc5280)}`);
  }
}

function idsOf(findings: readonly LintFinding[]): string[] {
  return findings.map(({ id }) => id).sort();
}

interface Scanning {
  readonly linter: CrlLinter;
  readonly scanner: CrlScanner;
}

function begin(run: CrlLintRun): Scanning {
  const linter = new CrlLinter(run);
  const scanner = new CrlScanner({
    onEntry: (octets, start, end) => linter.entry(octets, start, end),
    onTbs: () => undefined,
  });
  return { linter, scanner };
}

function lintInChunks(der: Uint8Array, lengths: readonly number[], run: CrlLintRun): readonly LintFinding[] {
  const { linter, scanner } = begin(run);
  try {
    for (let position = 0, i = 0; position < der.length; i++) {
      const end = position + (lengths[i % lengths.length] ?? 1);
      scanner.push(der.slice(position, end));
      position = end;
    }
    return linter.finish(scanner.finish());
  } catch (error) {
    if (error instanceof PkiError) return linter.refuse(error, scanner.part);
    throw error;
  }
}

function isDecodable(der: Uint8Array): boolean {
  try {
    decodeCrl(der);
    return true;
  } catch (error) {
    if (error instanceof PkiError) return false;
    throw error;
  }
}
