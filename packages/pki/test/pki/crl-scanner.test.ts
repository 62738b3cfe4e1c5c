import assert from 'node:assert/strict';
import { test } from 'node:test';
import { encodeExtension, encodeName } from '@lancre/pki/certificate';
import {
  assembleSigned,
  type Crl,
  CrlScanner,
  crlEntries,
  decodeCrl,
  encodeCrlEntry,
  encodeTbsCrl,
  REVOCATION_REASONS,
  type ScannedCrl,
} from '@lancre/pki/crl';
import { concatBytes, encodeDer } from '@lancre/pki/der';
import { PkiError } from '@lancre/pki/errors';
import fc from 'fast-check';
import { bytes, hex } from '../support/hex.ts';
import { throwsCode } from '../support/throws-code.ts';

const ALGORITHM = bytes('300a06082a8648ce3d040302');

interface Scan {
  readonly crl: ScannedCrl;
  readonly tbs: Uint8Array;
  readonly entries: readonly string[];
}

/** Scans a list that comes in chunks of these lengths, over and over. */
function scan(der: Uint8Array, lengths: readonly number[]): Scan {
  const entries: string[] = [];
  const tbs: Uint8Array[] = [];
  const scanner = new CrlScanner({
    onEntry: (octets, start, end) => entries.push(hex(octets.subarray(start, end))),
    onTbs: (octets) => tbs.push(octets.slice()),
  });
  for (let position = 0, i = 0; position < der.length; i++) {
    const length = lengths[i % lengths.length] ?? 1;
    // A chunk is gone when the call returns, as when a file is read into one buffer again and again.
    const chunk = der.slice(position, position + length);
    scanner.push(chunk);
    chunk.fill(0xee);
    position += length;
  }
  return { crl: scanner.finish(), tbs: concatBytes(...tbs), entries };
}

function outcome<T>(act: () => T): T | PkiError {
  try {
    return act();
  } catch (error) {
    if (error instanceof PkiError) return error;
    throw error;
  }
}

function assertSame({ crl, tbs, entries }: Scan, whole: Crl): void {
  const { der, tbsDer, entriesDer, ...fields } = whole;
  const { thisUpdateForm, nextUpdateForm, revokedCertificates, entriesLength, length, ...scanned } = crl;
  assert.deepEqual(scanned, fields);
  assert.deepEqual(tbs, tbsDer);
  assert.deepEqual(
    entries,
    Array.from(crlEntries(whole), (entry) => hex(entry.der)),
  );
  assert.equal(entriesLength, entriesDer.length);
  assert.equal(length, der.length);
  assert.equal(thisUpdateForm, whole.thisUpdate.getUTCFullYear() < 2050 ? 'utcTime' : 'generalizedTime');
  assert.equal(nextUpdateForm === undefined, whole.nextUpdate === undefined);
  if (whole.entryCount > 0) assert.equal(revokedCertificates, 'present');
}

const seconds = (from: string, to: string) =>
  fc
    .integer({ min: Date.parse(from) / 1000, max: Date.parse(to) / 1000 })
    .map((second) => new Date(second * 1000));

const entryBytes = fc.oneof(
  fc
    .record({
      serialNumber: fc.uint8Array({ minLength: 1, maxLength: 20 }),
      revocationDate: seconds('2020-01-01T00:00:00Z', '2055-01-01T00:00:00Z'),
      reason: fc.option(fc.constantFrom(...REVOCATION_REASONS), { nil: undefined }),
      invalidityDate: fc.option(seconds('2020-01-01T00:00:00Z', '2030-01-01T00:00:00Z'), { nil: undefined }),
    })
    .map(encodeCrlEntry),
  fc.integer({ min: 100, max: 2000 }).map(bigEntry),
);

/** An entry with an extension that nobody knows, of so many octets. */
function bigEntry(octets: number): Uint8Array {
  const value = encodeDer((writer) => writer.octetString(new Uint8Array(octets)));
  return encodeDer((writer) =>
    writer.sequence((entry) => {
      entry.integer(octets);
      entry.time(new Date('2026-11-20T10:00:00Z'));
      entry.sequence((list) => list.raw(encodeExtension('1.3.6.1.4.1.99999.1', 'critical', value)));
    }),
  );
}

const list = fc
  .record({
    entries: fc.array(entryBytes, { maxLength: 30 }),
    thisUpdate: seconds('2026-01-01T00:00:00Z', '2060-01-01T00:00:00Z'),
    isScoped: fc.boolean(),
    name: fc.string({ minLength: 1, maxLength: 300, unit: fc.constantFrom('a', 'b', ' c') }),
    signatureOctets: fc.integer({ min: 1, max: 400 }),
  })
  .map(({ entries, thisUpdate, isScoped, name, signatureOctets }) => {
    const tbs = encodeTbsCrl({
      issuerDer: encodeName([{ type: 'CN', value: name }]),
      signatureAlgorithmDer: ALGORITHM,
      thisUpdate,
      nextUpdate: new Date(thisUpdate.getTime() + 86_400_000),
      entries,
      extensions: {
        authorityKeyIdentifier: new Uint8Array(20),
        crlNumber: 7n,
        ...(isScoped ? { issuingDistributionPoint: { onlyContainsUserCerts: true } } : {}),
      },
    });
    return assembleSigned(tbs, ALGORITHM, new Uint8Array(signatureOctets));
  });
const chunkLengths = fc.oneof(
  fc.constant([1]),
  fc.array(fc.integer({ min: 1, max: 100 }), { minLength: 1, maxLength: 10 }),
  fc.constant([1_000_000]),
);

test('CRL-29: a list read in chunks of any size is the list read at once, entry by entry', () => {
  fc.assert(
    fc.property(list, chunkLengths, (der, lengths) => {
      assertSame(scan(der, lengths), decodeCrl(der));
    }),
    { numRuns: 300 },
  );
});

test('a list with a fault is refused in chunks exactly when it is refused at once', () => {
  const octets = fc.oneof(fc.constantFrom(0, 0x30, 0x80, 0xff, 0x17, 0x18, 0x02), fc.nat(255));
  const change = fc.tuple(fc.constantFrom('set', 'drop', 'add', 'cut'), fc.nat(), octets);
  let refused = 0;
  fc.assert(
    fc.property(
      list,
      fc.array(change, { minLength: 1, maxLength: 2 }),
      chunkLengths,
      (der, changes, lengths) => {
        const mutated = changes.reduce(mutate, der);
        const whole = outcome(() => decodeCrl(mutated));
        const chunked = outcome(() => scan(mutated, lengths));
        if (whole instanceof PkiError) {
          refused += 1;
          assert.ok(chunked instanceof PkiError, `at once: ${whole.message}; in chunks it is taken`);
          return;
        }
        if (chunked instanceof PkiError) assert.fail(`at once it is taken; in chunks: ${chunked.message}`);
        assertSame(chunked, whole);
      },
    ),
    { numRuns: 2000 },
  );
  assert.ok(refused > 100, 'hardly any change was a fault');
});

type Change = readonly [kind: string, place: number, octet: number];

function mutate(der: Uint8Array, [kind, place, octet]: Change): Uint8Array {
  const at = place % Math.max(1, der.length);
  if (kind === 'cut') return der.slice(0, at);
  const rest = kind === 'add' ? at : at + 1;
  const put = kind === 'drop' ? new Uint8Array(0) : Uint8Array.of(octet);
  return concatBytes(der.subarray(0, at), put, der.subarray(rest));
}

test('the code and the octet of an error are those of decodeCrl, wherever a chunk ends', () => {
  const good = encodeCrlEntry({
    serialNumber: bytes('0a'),
    revocationDate: new Date('2026-11-20T10:00:00Z'),
  });
  const faults: readonly Uint8Array[] = [
    bytes('3013 0202 0001 170d3236313132303130303030305a'), // a serial number that is not minimal
    bytes('3012 0201 01 170d3236313333303130303030305a'), // month 13
    bytes('3020 0201 01 170d3236313132303130303030305a 300c 300a 0603551d95 0403 0a0101'), // an OID cut off
    bytes('3012 0201 01 170d3236313132303130303030305a 00'), // one octet between two entries
    bytes('3020 0201 01 170d3236313132303130303030305a 300c 300a 0603551d15 0403 0a0107'), // reason 7
    bytes('3050 0201'), // longer than the list of entries
  ];
  for (const fault of faults) {
    const tbs = encodeTbsCrl({
      issuerDer: encodeName([{ type: 'CN', value: 'E1' }]),
      signatureAlgorithmDer: ALGORITHM,
      thisUpdate: new Date('2026-11-25T00:00:00Z'),
      nextUpdate: new Date('2026-12-03T23:59:59Z'),
      entries: [good, fault],
      extensions: { authorityKeyIdentifier: new Uint8Array(20), crlNumber: 1n },
    });
    const der = assembleSigned(tbs, ALGORITHM, new Uint8Array(64));
    const whole = outcome(() => decodeCrl(der));
    if (!(whole instanceof PkiError)) return assert.fail('decodeCrl takes it');
    for (const length of [1, 2, 3, 7, 1000]) throwsCode(() => scan(der, [length]), whole.code, whole.offset);
  }
});

test('an entry above 64 KiB is refused by its header, before its octets come', () => {
  const scanner = new CrlScanner({ onEntry: () => undefined, onTbs: () => undefined });
  const name = hex(encodeName([{ type: 'CN', value: 'E1' }]));
  const time = '170d3236313132303130303030305a';
  const tbsContent = `020101${hex(ALGORITHM)}${name}${time}${time}3084400000003083010001`;
  scanner.push(bytes('3084700000003084600000'));
  scanner.push(bytes('00'));
  throwsCode(() => scanner.push(bytes(tbsContent)), 'size_exceeded');
});

test('fields that claim more than 1 MiB are refused, and take no memory', () => {
  const scanner = new CrlScanner({ onEntry: () => undefined, onTbs: () => undefined });
  throwsCode(
    () => scanner.push(bytes(`308470000000 308460000000 020101 ${hex(ALGORITHM)} 308450000000`)),
    'size_exceeded',
  );
});

test('a scan tells in which part it stands', () => {
  const tbs = encodeTbsCrl({
    issuerDer: encodeName([{ type: 'CN', value: 'E1' }]),
    signatureAlgorithmDer: ALGORITHM,
    thisUpdate: new Date('2026-11-25T00:00:00Z'),
    nextUpdate: new Date('2026-12-03T23:59:59Z'),
    entries: [bigEntry(200)],
    extensions: { authorityKeyIdentifier: new Uint8Array(20), crlNumber: 1n },
  });
  const der = assembleSigned(tbs, ALGORITHM, new Uint8Array(64));
  const scanner = new CrlScanner({ onEntry: () => undefined, onTbs: () => undefined });
  const parts = Array.from(der, (octet) => {
    const { part } = scanner;
    scanner.push(Uint8Array.of(octet));
    return part;
  });
  assert.deepEqual([...new Set(parts)], ['head', 'entries', 'extensions', 'signature']);
  assert.equal(scanner.part, 'end');
  throwsCode(() => scanner.push(Uint8Array.of(0)), 'der_trailing_data', der.length);
});

test('an empty revokedCertificates is told from an absent one', () => {
  const name = hex(encodeName([{ type: 'CN', value: 'E1' }]));
  const time = '170d3236313132303130303030305a';
  for (const [field, expected] of [
    ['', 'absent'],
    ['3000', 'present'],
  ] as const) {
    const content = bytes(`020101${hex(ALGORITHM)}${name}${time}${time}${field}`);
    const tbs = encodeDer((writer) => writer.sequence((fields) => fields.raw(content)));
    const der = assembleSigned(tbs, ALGORITHM, Uint8Array.of(1));
    for (const length of [1, 5, 1000]) {
      const scanned = scan(der, [length]);
      assert.equal(scanned.crl.revokedCertificates, expected);
      assertSame(scanned, decodeCrl(der));
    }
  }
});

test('entries that were scanned before are passed without a look, and the list comes out the same', () => {
  const der = fc.sample(list, { numRuns: 40, seed: 7 }).find((each) => decodeCrl(each).entryCount > 3);
  assert.ok(der);
  const crl = decodeCrl(der);
  const places = Array.from(crlEntries(crl), ({ der: entry }) => entry);
  const start = crl.entriesDer.byteOffset - crl.der.byteOffset;
  const seen: string[] = [];
  const tbs: Uint8Array[] = [];
  const scanner = new CrlScanner({
    onEntry: (octets, from, to) => void seen.push(Buffer.from(octets.subarray(from, to)).toString('hex')),
    onTbs: (octets) => void tbs.push(Uint8Array.from(octets)),
  });
  scanner.push(der.subarray(0, start));
  const [first = new Uint8Array(), ...others] = places;
  scanner.push(first);
  scanner.pass(concatBytes(...others), others.length);
  scanner.push(der.subarray(start + crl.entriesDer.length));
  assert.equal(scanner.finish().entryCount, places.length);
  assert.deepEqual(seen, [Buffer.from(first).toString('hex')]);
  assert.deepEqual(Buffer.concat(tbs), Buffer.from(crl.tbsDer));
});

test('nothing is passed in the middle of an entry, before the first or beyond the last', () => {
  const der = fc.sample(list, { numRuns: 40, seed: 7 }).find((each) => decodeCrl(each).entryCount > 3);
  assert.ok(der);
  const crl = decodeCrl(der);
  const start = crl.entriesDer.byteOffset - crl.der.byteOffset;
  for (const pushed of [0, start + 1, start + crl.entriesDer.length]) {
    const scanner = new CrlScanner({ onEntry: () => undefined, onTbs: () => undefined });
    scanner.push(der.subarray(0, pushed));
    throwsCode(() => scanner.pass(crl.entriesDer, crl.entryCount), 'crl_invalid');
  }
});
