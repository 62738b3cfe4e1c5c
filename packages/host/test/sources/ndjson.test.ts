import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { parseNdjsonLine } from '#host/sources/ndjson.js';
import { parseLine, summarize } from './parse-line.ts';

const base = { serial: '04a1', notAfter: '2027-01-31T00:00:00Z' };
const good = { serial: '04a1', notAfter: new Date('2027-01-31T00:00:00Z'), status: { kind: 'assigned' } };
const gone = { status: 'revoked', revocationTime: '2026-11-02T10:00:00Z' };
const revocationTime = new Date('2026-11-02T10:00:00Z');

function parsed(fields: object | string): unknown {
  return summarize(parseLine(parseNdjsonLine, typeof fields === 'string' ? fields : JSON.stringify(fields)));
}

const readable: readonly (readonly [string, object | string, unknown])[] = [
  ['a serial and a notAfter', base, good],
  ['the status "assigned"', { ...base, status: 'assigned' }, good],
  ['a serial in upper case with leading zeros', { ...base, serial: '0004A1' }, good],
  ['a serial with an odd number of digits', { ...base, serial: '4a1' }, good],
  ['an issuer and a shard', { ...base, issuer: 'e1', shard: 3 }, { ...good, issuerName: 'e1', shard: 3 }],
  ['the last shard', { ...base, shard: 65_535 }, { ...good, shard: 65_535 }],
  ['parts of a second, cut off', { ...base, notAfter: '2027-01-31T00:00:00.999Z' }, good],
  [
    '29 February of a leap year',
    { ...base, notAfter: '2028-02-29T00:00:00Z' },
    { ...good, notAfter: new Date('2028-02-29T00:00:00Z') },
  ],
  ['a revocation', { ...base, ...gone }, { ...good, status: { kind: 'revoked', revocationTime } }],
  [
    'a reason',
    { ...base, ...gone, reason: 'keyCompromise' },
    { ...good, status: { kind: 'revoked', revocationTime, reason: 'keyCompromise' } },
  ],
  [
    'the reason "unspecified" as none',
    { ...base, ...gone, reason: 'unspecified' },
    { ...good, status: { kind: 'revoked', revocationTime } },
  ],
  [
    'an invalidity date',
    { ...base, ...gone, invalidityDate: '2026-10-01T00:00:00Z' },
    {
      ...good,
      status: { kind: 'revoked', revocationTime, invalidityDate: new Date('2026-10-01T00:00:00Z') },
    },
  ],
  [
    'a hold',
    { ...base, ...gone, status: 'held' },
    { ...good, status: { kind: 'held', revocationTime, reason: 'certificateHold' } },
  ],
  [
    'a hold with its reason',
    { ...base, ...gone, status: 'held', reason: 'certificateHold' },
    { ...good, status: { kind: 'held', revocationTime, reason: 'certificateHold' } },
  ],
  ['spaces around', ` ${JSON.stringify(base)} `, good],
  ['an empty line', '', 'empty'],
];

for (const [what, line, expected] of readable) {
  test(`it reads ${what}`, () => assert.deepEqual(parsed(line), expected));
}

const refused: readonly (readonly [string, object | string, string])[] = [
  ['what is not JSON', '{"serial":', 'line'],
  ['two objects on a line', `${JSON.stringify(base)}${JSON.stringify(base)}`, 'line'],
  ['an array', '[]', 'line'],
  ['null', 'null', 'line'],
  ['a number', '7', 'line'],
  ['a text', '"04a1"', 'line'],
  ['a line of spaces', '   ', 'line'],
  ['a byte order mark', `\ufeff${JSON.stringify(base)}`, 'line'],
  ['an unknown field', { ...base, resaon: 'keyCompromise' }, 'resaon'],
  ['a field in another case', { ...base, Status: 'revoked' }, 'Status'],
  [
    '__proto__',
    '{"__proto__":{"status":"revoked"},"serial":"01","notAfter":"2027-01-31T00:00:00Z"}',
    '__proto__',
  ],
  ['no serial', { notAfter: base.notAfter }, 'serial'],
  ['a serial that is a number', { ...base, serial: 1185 }, 'serial'],
  ['an empty serial', { ...base, serial: '' }, 'serial'],
  ['serial 0', { ...base, serial: '00' }, 'serial'],
  ['a negative serial', { ...base, serial: '-04a1' }, 'serial'],
  ['a serial of 21 octets', { ...base, serial: '01'.repeat(21) }, 'serial'],
  ['a serial with a letter beyond Latin-1 that ends like a digit', { ...base, serial: '04\u0361' }, 'serial'],
  ['no notAfter', { serial: '01' }, 'notAfter'],
  ['a notAfter that is a number', { ...base, notAfter: 1_800_000_000 }, 'notAfter'],
  ['a notAfter without Z', { ...base, notAfter: '2027-01-31T00:00:00' }, 'notAfter'],
  ['a notAfter with an offset', { ...base, notAfter: '2027-01-31T00:00:00+01:00' }, 'notAfter'],
  ['a day without a time', { ...base, notAfter: '2027-01-31' }, 'notAfter'],
  ['month 13', { ...base, notAfter: '2027-13-01T00:00:00Z' }, 'notAfter'],
  ['31 June', { ...base, notAfter: '2027-06-31T00:00:00Z' }, 'notAfter'],
  ['29 February of a common year', { ...base, notAfter: '2027-02-29T00:00:00Z' }, 'notAfter'],
  ['hour 24', { ...base, notAfter: '2027-01-31T24:00:00Z' }, 'notAfter'],
  ['second 60', { ...base, notAfter: '2027-01-31T23:59:60Z' }, 'notAfter'],
  ['a date before 1970', { ...base, notAfter: '1969-12-31T23:59:59Z' }, 'notAfter'],
  ['shard 0', { ...base, shard: 0 }, 'shard'],
  ['shard 65,536', { ...base, shard: 65_536 }, 'shard'],
  ['half a shard', { ...base, shard: 1.5 }, 'shard'],
  ['a shard in quotes', { ...base, shard: '3' }, 'shard'],
  ['a shard that is null', { ...base, shard: null }, 'shard'],
  ['an issuer that is no text', { ...base, issuer: 7 }, 'issuer'],
  ['an unknown status', { ...base, status: 'good' }, 'status'],
  ['a revocation without a time', { ...base, status: 'revoked' }, 'revocationTime'],
  [
    'a time of revocation that is none',
    { ...base, status: 'revoked', revocationTime: 'now' },
    'revocationTime',
  ],
  ['an unknown reason', { ...base, ...gone, reason: 'lost' }, 'reason'],
  ['a reason by its number', { ...base, ...gone, reason: 1 }, 'reason'],
  ['removeFromCRL', { ...base, ...gone, reason: 'removeFromCRL' }, 'reason'],
  ['a hold for another reason', { ...base, ...gone, status: 'held', reason: 'superseded' }, 'reason'],
  ['certificateHold on what is revoked', { ...base, ...gone, reason: 'certificateHold' }, 'reason'],
  ['an invalidity date that is none', { ...base, ...gone, invalidityDate: 'then' }, 'invalidityDate'],
  [
    'a revocation time on a good certificate',
    { ...base, revocationTime: gone.revocationTime },
    'revocationTime',
  ],
  ['a reason on a good certificate', { ...base, status: 'assigned', reason: 'superseded' }, 'reason'],
];

for (const [what, line, field] of refused) {
  test(`it refuses ${what} and names the field ${field}`, () =>
    assert.equal(parsed(line), `refused: ${field}`));
}

test('no octets make it throw', () => {
  const line = fc.oneof(
    fc.json().map((text) => Buffer.from(text.replaceAll('\n', ' '))),
    fc.uint8Array({ maxLength: 80 }).map((octets) => Buffer.from(octets)),
    fc.constant(Buffer.from('['.repeat(60_000))),
    fc.constant(Buffer.from('{"a":'.repeat(12_000))),
  );
  fc.assert(fc.property(line, (octets) => void parseLine(parseNdjsonLine, octets)));
});
