import assert from 'node:assert/strict';
import { test } from 'node:test';
import { encodeName } from '@lancre/pki/certificate';
import {
  assembleSigned,
  crlAuthorityKeyIdentifierOf,
  crlEntries,
  crlNumberOf,
  decodeCrl,
  decodeCrlEntry,
  deltaCrlIndicatorOf,
  encodeCrlEntry,
  encodeTbsCrl,
  findCrlEntry,
  frameCrl,
  frameSigned,
  freshestCrlOf,
  issuingDistributionPointOf,
  MAX_CRL_ENTRY_OCTETS,
  peekCrl,
  REVOCATION_REASONS,
  type RevocationReason,
  reasonCode,
  reasonFromCode,
  writeCrlEntry,
} from '@lancre/pki/crl';
import { concatBytes } from '@lancre/pki/der';
import { serialNumberFromBytes } from '@lancre/pki/text';
import fc from 'fast-check';
import { bytes, hex } from '../support/hex.ts';
import { newCa, signCrl } from '../support/test-pki.ts';
import { throwsCode } from '../support/throws-code.ts';

const ca = await newCa('P-384', 'E1');
const revokedAt = new Date('2026-11-20T10:00:00Z');

function entry(serial: string, reason?: RevocationReason): Uint8Array {
  return encodeCrlEntry({ serialNumber: bytes(serial), revocationDate: revokedAt, reason });
}

/** An unsigned version 2 CRL with these entries, whatever they are; lengths below 128 only in the entries. */
function crlWith(entriesHex: string, extensionsHex = '', versionHex = '020101'): Uint8Array {
  const wrap = (tag: string, content: string) => {
    const length = content.length / 2;
    const head = length < 128 ? [length] : length < 256 ? [0x81, length] : [0x82, length >> 8, length & 255];
    return tag + hex(Uint8Array.from(head)) + content;
  };
  const algorithm = '300a06082a8648ce3d040302';
  const name = hex(encodeName([{ type: 'CN', value: 'E1' }]));
  const entries = entriesHex === '' ? '' : wrap('30', entriesHex.replaceAll(' ', ''));
  const extensions = extensionsHex === '' ? '' : wrap('a0', wrap('30', extensionsHex.replaceAll(' ', '')));
  const date = `170d${Buffer.from('261125000000Z').toString('hex')}`;
  const tbs = wrap('30', versionHex + algorithm + name + date + date + entries + extensions);
  return bytes(wrap('30', `${tbs}${algorithm}030200aa`));
}

const DATE = `170d${Buffer.from('261120100000Z').toString('hex')}`;

const extensions = (content: string): string => {
  const wrap = (each: string) => `30${hex(Uint8Array.of(each.length / 2))}${each}`;
  return wrap(`020101${DATE}${wrap(content)}`);
};
const REASON = '300a0603551d1504030a0101';

test('CRL: what was written is what is read', async () => {
  const der = await signCrl(ca, [entry('04a1', 'keyCompromise'), entry('ff')], {
    issuingDistributionPoint: {
      distributionPoint: [{ type: 'uri', uri: 'http://e1.c.example.net/7.crl' }],
      onlyContainsUserCerts: true,
    },
    freshestCrl: ['http://e1.c.example.net/7.delta.crl'],
  });
  const crl = decodeCrl(der);
  assert.equal(crl.version, 2);
  assert.deepEqual(crl.issuer.der, ca.certificate.subject.der);
  assert.deepEqual(crl.thisUpdate, new Date('2026-11-25T00:00:00Z'));
  assert.deepEqual(crl.nextUpdate, new Date('2026-12-03T23:59:59Z'));
  assert.equal(crl.entryCount, 2);
  assert.equal(crlNumberOf(crl), 42n);
  assert.equal(deltaCrlIndicatorOf(crl), undefined);
  assert.deepEqual(crlAuthorityKeyIdentifierOf(crl)?.keyIdentifier, ca.keyIdentifier);
  const point = issuingDistributionPointOf(crl);
  assert.deepEqual(
    point?.distributionPoint?.map((name) => name.type === 'uri' && name.uri),
    ['http://e1.c.example.net/7.crl'],
  );
  assert.equal(point?.onlyContainsUserCerts, true);
  assert.equal(point?.onlyContainsCACerts, false);
  assert.equal(freshestCrlOf(crl)?.length, 1);
  assert.deepEqual(
    [...crlEntries(crl)].map(({ serialNumber, reason }) => [serialNumber, reason]),
    [
      ['04a1', 'keyCompromise'],
      ['ff', undefined],
    ],
  );
});

test('CRL: the signature is over tbsDer', async () => {
  const crl = decodeCrl(await signCrl(ca, []));
  const again = assembleSigned(crl.tbsDer, crl.signatureAlgorithm.der, crl.signature);
  assert.deepEqual(again, crl.der);
});

test('CRL-06: revokedCertificates is absent when there are no entries', async () => {
  const der = await signCrl(ca, []);
  const crl = decodeCrl(der);
  assert.equal(crl.entryCount, 0);
  assert.equal(crl.entriesDer.length, 0);
  assert.ok(!hex(der).includes(`5a3000a0`), 'an empty SEQUENCE stands where entries would');
});

test('CRL-10: serial numbers keep their sign octet, in entries and look-ups', async () => {
  assert.equal(hex(entry('ff')).slice(0, 12), '3013020200ff');
  const crl = decodeCrl(await signCrl(ca, [entry('7f'), entry('ff'), entry('0100')]));
  for (const serial of ['7f', 'ff', '0100']) assert.equal(findCrlEntry(crl, serial)?.serialNumber, serial);
  for (const serial of ['00', '01', '-01', 'ff00', '7fff'])
    assert.equal(findCrlEntry(crl, serial), undefined);
});

test('CRL-12, T-20: unspecified is never written, every other reason has its code', () => {
  const plain = hex(entry('01'));
  assert.equal(hex(entry('01', 'unspecified')), plain);
  for (const reason of REVOCATION_REASONS) {
    assert.equal(reasonFromCode(reasonCode(reason)), reason);
    if (reason === 'unspecified') continue;
    const der = entry('01', reason);
    assert.ok(hex(der).endsWith(`300c300a0603551d1504030a01${hex(Uint8Array.of(reasonCode(reason)))}`));
    assert.equal(decodeCrlEntry(der).reason, reason);
  }
  assert.deepEqual([reasonFromCode(7), reasonFromCode(11)], [undefined, undefined]);
});

test('CRL-25: an 18-octet serial number makes an entry of 37 octets, 51 with a reason', () => {
  const serial = `04${'ab'.repeat(17)}`;
  assert.equal(entry(serial).length, 37);
  assert.equal(entry(serial, 'superseded').length, 51);
});

test('CRL-15: invalidityDate is a GeneralizedTime and not critical', () => {
  const invalidityDate = new Date('2026-11-01T00:00:00Z');
  const input = { serialNumber: bytes('01'), revocationDate: revokedAt, invalidityDate };
  for (const reason of [undefined, 'keyCompromise'] as const) {
    const decoded = decodeCrlEntry(encodeCrlEntry({ ...input, reason }));
    assert.deepEqual([decoded.reason, decoded.invalidityDate], [reason, invalidityDate]);
    assert.ok(decoded.extensions.every((extension) => !extension.critical));
  }
});

test('CRL entry: the longest there is fits the room that is asked for', () => {
  const room = new Uint8Array(MAX_CRL_ENTRY_OCTETS);
  const input = {
    serialNumber: new Uint8Array(20).fill(255),
    revocationDate: new Date('2050-01-01T00:00:00Z'),
    reason: 'aACompromise',
    invalidityDate: revokedAt,
  } as const;
  const end = writeCrlEntry(room, 0, input);
  assert.equal(decodeCrlEntry(room.subarray(0, end)).reason, 'aACompromise');
  throwsCode(() => writeCrlEntry(room, 1, input), 'size_exceeded');
  throwsCode(() => encodeCrlEntry({ ...input, serialNumber: new Uint8Array(21) }), 'serial_number_invalid');
});

test('CRL entry: what is written is read back', () => {
  const times = fc.date({
    min: new Date('1950-01-01T00:00:00Z'),
    max: new Date('2100-01-01T00:00:00Z'),
    noInvalidDate: true,
  });
  const reasons = fc.option(fc.constantFrom(...REVOCATION_REASONS), { nil: undefined });
  fc.assert(
    fc.property(
      fc.uint8Array({ minLength: 1, maxLength: 20 }),
      times,
      reasons,
      fc.option(times, { nil: undefined }),
      (serialNumber, revocationDate, reason, invalidityDate) => {
        const decoded = decodeCrlEntry(
          encodeCrlEntry({ serialNumber, revocationDate, reason, invalidityDate }),
        );
        const seconds = (time: Date | undefined) => time && Math.floor(time.getTime() / 1000);
        assert.equal(decoded.serialNumber, serialNumberFromBytes(serialNumber));
        assert.equal(decoded.revocationDate.getTime() / 1000, seconds(revocationDate));
        assert.equal(decoded.reason, reason === 'unspecified' ? undefined : reason);
        assert.equal(seconds(decoded.invalidityDate), seconds(invalidityDate));
      },
    ),
    { numRuns: 1000 },
  );
});

test('CRL-29: a list framed in parts is the list made whole, at every size of length', async () => {
  for (const count of [0, 1, 3, 5, 30, 1500, 400_000]) {
    const one = entry('01', 'superseded');
    const entries = new Uint8Array(one.length * count);
    for (let i = 0; i < count; i++) entries.set(one, i * one.length);
    const input = {
      issuerDer: ca.certificate.subject.der,
      signatureAlgorithmDer: ca.signer.algorithm.der,
      thisUpdate: revokedAt,
      nextUpdate: new Date('2026-11-21T10:00:00Z'),
      extensions: { authorityKeyIdentifier: ca.keyIdentifier, crlNumber: 1n },
    };
    const frame = frameCrl({ ...input, entriesLength: entries.length });
    const tbs = concatBytes(frame.tbsHead, entries, frame.tbsTail);
    assert.equal(tbs.length, frame.tbsLength);
    assert.deepEqual(tbs, encodeTbsCrl({ ...input, entries: [entries] }));
    const signature = new Uint8Array(71).fill(1);
    const { head, tail } = frameSigned(frame.tbsLength, ca.signer.algorithm.der, signature);
    const der = concatBytes(head, tbs, tail);
    assert.deepEqual(der, assembleSigned(tbs, ca.signer.algorithm.der, signature));
    assert.equal(decodeCrl(der).entryCount, count);
  }
});

test('CRL-08: a CRL number is below 2^159', async () => {
  const largest = (1n << 159n) - 1n;
  assert.equal(crlNumberOf(decodeCrl(await signCrl(ca, [], { crlNumber: largest }))), largest);
  await assert.rejects(signCrl(ca, [], { crlNumber: largest + 1n }), { code: 'crl_invalid' });
  await assert.rejects(signCrl(ca, [], { crlNumber: -1n }), { code: 'crl_invalid' });
});

test('SHD-02, SHD-03: issuingDistributionPoint is critical, has no FALSE in it and is never empty', async () => {
  const point = { distributionPoint: [{ type: 'uri', uri: 'http://c/1' }] } as const;
  const der = hex(await signCrl(ca, [], { issuingDistributionPoint: point }));
  assert.ok(
    der.includes(
      `0603551d1c0101ff0412 3010 a00e a00c 860a ${Buffer.from('http://c/1').toString('hex')}`.replaceAll(
        ' ',
        '',
      ),
    ),
  );
  await assert.rejects(signCrl(ca, [], { issuingDistributionPoint: {} }), { code: 'crl_invalid' });
  const both = { onlyContainsUserCerts: true, onlyContainsCACerts: true };
  await assert.rejects(signCrl(ca, [], { issuingDistributionPoint: both }), { code: 'crl_invalid' });
});

test('issuingDistributionPoint: all its fields are written and read', async () => {
  const der = await signCrl(ca, [], {
    issuingDistributionPoint: {
      distributionPoint: [{ type: 'directoryName', name: ca.certificate.subject }],
      onlyContainsCACerts: true,
      onlySomeReasons: ['keyCompromise', 'aACompromise'],
      indirectCrl: true,
    },
  });
  const point = issuingDistributionPointOf(decodeCrl(der));
  assert.deepEqual([...(point?.onlySomeReasons ?? [])], ['keyCompromise', 'aACompromise']);
  assert.deepEqual(
    [point?.onlyContainsCACerts, point?.indirectCrl, point?.onlyContainsAttributeCerts],
    [true, true, false],
  );
  assert.equal(point?.distributionPoint?.[0]?.type, 'directoryName');
});

test('issuingDistributionPoint: a name relative to the issuer stands there in full', () => {
  const rdn = '300906035504030c025831';
  const value = `300fa00da10b${rdn}`;
  const crl = decodeCrl(crlWith('', `301b0603551d1c0101ff0411${value}`));
  const [name] = issuingDistributionPointOf(crl)?.distributionPoint ?? [];
  assert.ok(name?.type === 'directoryName');
  const expected = encodeName([
    { type: 'CN', value: 'E1' },
    { type: 'CN', value: 'X1' },
  ]);
  assert.equal(hex(name.name.der), hex(expected));
});

test('SHD-16: a delta CRL has a critical deltaCRLIndicator with its base', async () => {
  const crl = decodeCrl(await signCrl(ca, [entry('01', 'removeFromCRL')], { deltaBase: 40n }));
  assert.equal(deltaCrlIndicatorOf(crl), 40n);
  assert.equal(crl.extensions.find((extension) => extension.oid === '2.5.29.27')?.critical, true);
});

test('CRL: the head of a file says its issuer, times and length', async () => {
  const der = await signCrl(
    ca,
    Array.from({ length: 5000 }, () => entry('0102030405')),
  );
  const head = peekCrl(der.slice(0, 300));
  assert.deepEqual(head.issuer.der, ca.certificate.subject.der);
  assert.deepEqual(head.nextUpdate, new Date('2026-12-03T23:59:59Z'));
  assert.equal(head.totalLength, der.length);
  throwsCode(() => peekCrl(der.slice(0, 40)), 'der_truncated');
  const small = await signCrl(ca, []);
  assert.equal(peekCrl(small).totalLength, small.length);
});

test('VER-18: unknown critical extensions of entries are told for the whole list', () => {
  const crl = decodeCrl(crlWith(extensions('300b06032a03040101ff040100')));
  assert.deepEqual(crl.criticalEntryExtensions, ['1.2.3.4']);
});

test('VER-21: certificateIssuer holds for the entries after it', () => {
  const names = (name: Uint8Array) => hex(name);
  const other = encodeName([{ type: 'CN', value: 'E2' }]);
  const inner = `a4${hex(Uint8Array.of(other.length))}${names(other)}`;
  const value = `30${hex(Uint8Array.of(inner.length / 2))}${inner}`;
  const extension = `0603551d1d0101ff04${hex(Uint8Array.of(value.length / 2))}${value}`;
  const list = `30${hex(Uint8Array.of(extension.length / 2))}${extension}`;
  const wrap = (content: string) => `30${hex(Uint8Array.of(content.length / 2))}${content}`;
  const first = wrap(`020101${DATE}`);
  const second = wrap(`020102${DATE}${wrap(list)}`);
  const third = wrap(`020103${DATE}`);
  const crl = decodeCrl(crlWith(first + second + third));
  assert.deepEqual(
    [...crlEntries(crl)].map((each) => each.certificateIssuer?.length),
    [undefined, 1, 1],
  );
  const [e1, e2] = [encodeName([{ type: 'CN', value: 'E1' }]), other].map((der) => ({ der, rdns: [] }));
  assert.equal(findCrlEntry(crl, '01', e1)?.serialNumber, '01');
  assert.equal(findCrlEntry(crl, '01', e2), undefined);
  assert.equal(findCrlEntry(crl, '03'), undefined);
  assert.equal(findCrlEntry(crl, '03', e2)?.serialNumber, '03');
});

test('T-07: an entry of another issuer is not found by its serial number', async () => {
  const crl = decodeCrl(await signCrl(ca, [entry('01')]));
  const stranger = { der: encodeName([{ type: 'CN', value: 'E2' }]), rdns: [] };
  assert.equal(findCrlEntry(crl, '01', stranger), undefined);
  assert.equal(findCrlEntry(crl, '01', crl.issuer)?.serialNumber, '01');
});

for (const [name, entries, code] of [
  ['an empty entry', '3000', 'der_truncated'],
  ['an entry without a time', '3003020101', 'der_truncated'],
  ['a padded serial number', `301302020001${DATE}`, 'der_integer_not_minimal'],
  [
    'a time that does not exist',
    `3012020101170d${Buffer.from('261320100000Z').toString('hex')}`,
    'der_time_invalid',
  ],
  [
    'a time of another type',
    `3012020101040d${Buffer.from('261120100000Z').toString('hex')}`,
    'der_unexpected_tag',
  ],
  ['data after the extensions', `3022020101${DATE}300c${REASON}0500`, 'der_trailing_data'],
  ['a reason twice', extensions(REASON + REASON), 'extension_duplicate'],
  ['a reason 7', extensions('300a0603551d1504030a0107'), 'extension_invalid'],
  ['a reason that is no ENUMERATED', extensions('300a0603551d150403020101'), 'extension_invalid'],
  ['critical FALSE', extensions('300d0603551d1501010004030a0101'), 'der_default_encoded'],
  [
    'an invalidityDate that is no time',
    extensions('30090603551d18040218 00'.replace(' ', '')),
    'der_time_invalid',
  ],
  ['an unknown extension twice', extensions('300706032a03040400300706032a03040400'), 'extension_duplicate'],
  [
    'a ninth extension that is there twice',
    extensions(`${Array.from({ length: 9 }, (_, i) => `300706032a030${i}0400`).join('')}300706032a03080400`),
    'extension_duplicate',
  ],
  ['an object identifier that is none', extensions('300606022a860400'), 'der_oid_invalid'],
  [
    'a certificateIssuer that is not critical',
    extensions(`301906 03551d1d 0412 3010a40e300c310a300806035504030c0158`.replaceAll(' ', '')),
    'extension_invalid',
  ],
  ['an entry that is no SEQUENCE', '0500', 'der_unexpected_tag'],
] as const) {
  test(`CRL entry: ${name} is refused when the list is decoded`, () => {
    throwsCode(() => decodeCrl(crlWith(entries)), code);
  });
}

test('CRL entry: an empty list of extensions and an invalidityDate of the wrong type of time are passed over', () => {
  const utcTime = `30160603551d18040f${DATE}`;
  const crl = decodeCrl(crlWith(`3014020101${DATE}3000${extensions(utcTime)}`));
  const [first, second] = [...crlEntries(crl)];
  assert.deepEqual(first?.extensions, []);
  assert.deepEqual(second?.invalidityDate, revokedAt);
});

test('CRL: version 1 has no extensions, neither on the list nor on entries', () => {
  assert.equal(decodeCrl(crlWith(`3012020101${DATE}`, '', '')).version, 1);
  throwsCode(() => decodeCrl(crlWith(extensions(REASON), '', '')), 'crl_invalid');
  throwsCode(() => decodeCrl(crlWith('', '300a0603551d140403020101', '')), 'crl_invalid');
  throwsCode(() => decodeCrl(crlWith('', '', '020100')), 'crl_invalid');
  throwsCode(() => decodeCrl(crlWith('', '', '020102')), 'crl_invalid');
});

test('CRL: limits on size are kept', async () => {
  const der = await signCrl(ca, []);
  throwsCode(() => decodeCrl(der, { maxBytes: der.length - 1 }), 'size_exceeded');
  assert.equal(decodeCrl(der, { maxBytes: der.length }).entryCount, 0);
});
