import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { parseOpensslIndexLine } from '#host/sources/openssl-index.js';
import { parseLine, summarize } from './parse-line.ts';

const notAfter = new Date('2027-01-31T12:34:56Z');
const revocationTime = new Date('2026-11-02T10:00:00Z');
const tail = 'unknown\t/CN=www.example.net';

function lineOf(fields: { status?: string; expiry?: string; revocation?: string; serial?: string }): string {
  const { status = 'V', expiry = '270131123456Z', revocation = '', serial = '04A1' } = fields;
  return `${status}\t${expiry}\t${revocation}\t${serial}\t${tail}`;
}

function parsed(line: string | Uint8Array): unknown {
  return summarize(parseLine(parseOpensslIndexLine, line));
}

const good = { serial: '04a1', notAfter, status: { kind: 'assigned' } };

const readable: readonly (readonly [string, string, unknown])[] = [
  ['a valid certificate', lineOf({}), good],
  ['an expired certificate', lineOf({ status: 'E' }), good],
  ['an expiry with four digits of the year', lineOf({ expiry: '20270131123456Z' }), good],
  [
    'year 49 as 2049',
    lineOf({ expiry: '491231235959Z' }),
    { ...good, notAfter: new Date('2049-12-31T23:59:59Z') },
  ],
  ['year 70 as 1970', lineOf({ expiry: '700101000000Z' }), { ...good, notAfter: new Date(0) }],
  [
    'year 2050 in four digits',
    lineOf({ expiry: '20500101000000Z' }),
    { ...good, notAfter: new Date('2050-01-01T00:00:00Z') },
  ],
  [
    'the year 9999',
    lineOf({ expiry: '99991231235959Z' }),
    { ...good, notAfter: new Date('9999-12-31T23:59:59Z') },
  ],
  [
    '29 February of a leap year',
    lineOf({ expiry: '280229000000Z' }),
    { ...good, notAfter: new Date('2028-02-29T00:00:00Z') },
  ],
  ['a serial in lower case', lineOf({ serial: '04a1' }), good],
  ['a serial with leading zeros', lineOf({ serial: '000004A1' }), good],
  ['a serial with an odd number of digits', lineOf({ serial: '4A1' }), good],
  ['a serial of one digit', lineOf({ serial: '1' }), { ...good, serial: '01' }],
  ['a serial of 20 octets', lineOf({ serial: 'FF'.repeat(20) }), { ...good, serial: 'ff'.repeat(20) }],
  ['a subject with tabs in it', `${lineOf({})}\tOU=x`, good],
  ['a subject in UTF-8', lineOf({}).replace('www', 'ünï'), good],
  ['an empty line', '', 'empty'],
  ['a comment', '# made by hand', 'empty'],
];

for (const [what, line, expected] of readable) {
  test(`it reads ${what}`, () => assert.deepEqual(parsed(line), expected));
}

const date = '261102100000Z';
const revocations: readonly (readonly [string, unknown])[] = [
  [date, { kind: 'revoked', revocationTime }],
  ['20261102100000Z', { kind: 'revoked', revocationTime }],
  [`${date},`, { kind: 'revoked', revocationTime }],
  [`${date},unspecified`, { kind: 'revoked', revocationTime }],
  [`${date},keyCompromise`, { kind: 'revoked', revocationTime, reason: 'keyCompromise' }],
  [`${date},CACompromise`, { kind: 'revoked', revocationTime, reason: 'cACompromise' }],
  [`${date},affiliationChanged`, { kind: 'revoked', revocationTime, reason: 'affiliationChanged' }],
  [`${date},superseded`, { kind: 'revoked', revocationTime, reason: 'superseded' }],
  [`${date},cessationOfOperation`, { kind: 'revoked', revocationTime, reason: 'cessationOfOperation' }],
  [`${date},privilegeWithdrawn`, { kind: 'revoked', revocationTime, reason: 'privilegeWithdrawn' }],
  [`${date},AACompromise`, { kind: 'revoked', revocationTime, reason: 'aACompromise' }],
  [`${date},KEYCOMPROMISE`, { kind: 'revoked', revocationTime, reason: 'keyCompromise' }],
  [`${date},certificateHold`, { kind: 'held', revocationTime, reason: 'certificateHold' }],
  [
    `${date},holdInstruction,holdInstructionReject`,
    { kind: 'held', revocationTime, reason: 'certificateHold' },
  ],
  [`${date},holdInstruction,1.2.840.10040.2.3`, { kind: 'held', revocationTime, reason: 'certificateHold' }],
  [
    `${date},keyTime,20261001000000Z`,
    {
      kind: 'revoked',
      revocationTime,
      reason: 'keyCompromise',
      invalidityDate: new Date('2026-10-01T00:00:00Z'),
    },
  ],
  [
    `${date},CAkeyTime,20261001000000Z`,
    {
      kind: 'revoked',
      revocationTime,
      reason: 'cACompromise',
      invalidityDate: new Date('2026-10-01T00:00:00Z'),
    },
  ],
];

for (const [revocation, status] of revocations) {
  test(`it reads the revocation "${revocation}"`, () =>
    assert.deepEqual(parsed(lineOf({ status: 'R', revocation })), { ...good, status }));
}

const refused: readonly (readonly [string, string, string])[] = [
  ['another letter than V, R and E', lineOf({ status: 'X' }), 'status'],
  ['a status in lower case', lineOf({ status: 'v' }), 'status'],
  ['a status of two letters', lineOf({ status: 'VV' }), 'status'],
  ['no status', lineOf({ status: '' }), 'status'],
  ['a line without tabs', 'V 270131123456Z 04A1', 'line'],
  ['a line cut off in its serial', 'V\t270131123456Z\t\t04A', 'line'],
  ['a line cut off in its revocation', 'R\t270131123456Z\t2611', 'line'],
  ['a CSV line', 'serial,notAfter,status', 'line'],
  ['a lone tab', '\t', 'line'],
  ['an expiry without Z', lineOf({ expiry: '270131123456' }), 'expiry'],
  ['an expiry with an offset', lineOf({ expiry: '270131123456+0100' }), 'expiry'],
  ['an expiry without seconds', lineOf({ expiry: '2701311234Z' }), 'expiry'],
  ['no expiry', lineOf({ expiry: '' }), 'expiry'],
  ['month 13', lineOf({ expiry: '271331123456Z' }), 'expiry'],
  ['month 0', lineOf({ expiry: '270031123456Z' }), 'expiry'],
  ['day 0', lineOf({ expiry: '270100123456Z' }), 'expiry'],
  ['31 June', lineOf({ expiry: '270631123456Z' }), 'expiry'],
  ['29 February of a common year', lineOf({ expiry: '270229123456Z' }), 'expiry'],
  ['29 February 2100', lineOf({ expiry: '21000229123456Z' }), 'expiry'],
  ['hour 24', lineOf({ expiry: '270131240000Z' }), 'expiry'],
  ['minute 60', lineOf({ expiry: '270131236000Z' }), 'expiry'],
  ['second 60', lineOf({ expiry: '270131235960Z' }), 'expiry'],
  ['letters in a date', lineOf({ expiry: '27013112345aZ' }), 'expiry'],
  ['a space in a date', lineOf({ expiry: '27013112345 Z' }), 'expiry'],
  ['year 50, which is 1950', lineOf({ expiry: '500101000000Z' }), 'expiry'],
  ['year 69, which is 1969', lineOf({ expiry: '691231235959Z' }), 'expiry'],
  ['the year 0000', lineOf({ expiry: '00000101000000Z' }), 'expiry'],
  ['no serial', lineOf({ serial: '' }), 'serial'],
  ['serial 0', lineOf({ serial: '00' }), 'serial'],
  ['a negative serial', lineOf({ serial: '-01' }), 'serial'],
  ['a serial that is not hex', lineOf({ serial: '04G1' }), 'serial'],
  ['a serial with colons', lineOf({ serial: '04:A1' }), 'serial'],
  ['a serial with 0x', lineOf({ serial: '0x04A1' }), 'serial'],
  ['a serial of 21 octets', lineOf({ serial: '01'.repeat(21) }), 'serial'],
  ['a revoked certificate without a date', lineOf({ status: 'R' }), 'revocation'],
  ['a date of revocation that is none', lineOf({ status: 'R', revocation: '261302100000Z' }), 'revocation'],
  ['an unknown reason', lineOf({ status: 'R', revocation: `${date},lost` }), 'revocation'],
  ['removeFromCRL', lineOf({ status: 'R', revocation: `${date},removeFromCRL` }), 'revocation'],
  ['keyTime without its date', lineOf({ status: 'R', revocation: `${date},keyTime` }), 'revocation'],
  [
    'keyTime with a date that is none',
    lineOf({ status: 'R', revocation: `${date},keyTime,soon` }),
    'revocation',
  ],
  ['a revocation on a valid certificate', lineOf({ revocation: date }), 'revocation'],
  ['a revocation on an expired certificate', lineOf({ status: 'E', revocation: date }), 'revocation'],
];

for (const [what, line, field] of refused) {
  test(`it refuses ${what} and names the field ${field}`, () =>
    assert.equal(parsed(line), `refused: ${field}`));
}

test('a refusal is printable and short, whatever the line holds', () => {
  const line = Buffer.concat([
    Buffer.from('V\t\u0001\u001b[31m'),
    Buffer.alloc(5000, 0xff),
    Buffer.from('\t\t01\tx\ty'),
  ]);
  const result = parseLine(parseOpensslIndexLine, line);
  assert.ok(result.kind === 'refused');
  assert.match(result.reason, /^[\x20-\x7e]{1,80}$/);
});

test('no octets make it throw, and what it takes in is a certificate', () => {
  const piece = fc.constantFrom(
    'V',
    'R',
    'E',
    '\t',
    '\t\t',
    '270131123456Z',
    '20270131123456Z',
    ',keyTime',
    ',20261001000000Z',
    '04A1',
    '0',
    'x',
    '\r',
    '\0',
    'ÿ',
    '-',
  );
  const line = fc.oneof(
    fc.array(piece, { maxLength: 12 }).map((pieces) => Buffer.from(pieces.join(''), 'latin1')),
    fc.uint8Array({ maxLength: 80 }).map((octets) => Buffer.from(octets).filter((octet) => octet !== 10)),
  );
  fc.assert(
    fc.property(line, (octets) => {
      const result = parseLine(parseOpensslIndexLine, octets);
      if (result.kind !== 'certificate') return;
      assert.ok(
        result.serialNumber.length >= 1 && result.serialNumber.length <= 20 && result.serialNumber[0] !== 0,
      );
      assert.ok(result.notAfter.getTime() >= 0);
    }),
    { numRuns: 500 },
  );
});

test('a large file without tabs is refused at the speed of reading it', () => {
  const octets = Buffer.from('not an index of openssl ca\n'.repeat(80_000));
  const started = process.hrtime.bigint();
  for (let start = 0; start < octets.length; start += 27) {
    assert.equal(parseOpensslIndexLine(octets, start, start + 26).kind, 'refused');
  }
  assert.ok(Number(process.hrtime.bigint() - started) < 2e9);
});
