import { concatBytes } from '@lancre/pki/der';
import { bytes } from '../support/hex.ts';
import type { LintCase } from './lint-case.ts';
import { anyEntry, DATE, type ListParts, revoked } from './lint-list.ts';

const REASON = (code: string) => `300a0603551d1504030a01${code}`;

function entries(...list: readonly Uint8Array[]): Pick<ListParts, 'entries'> {
  return { entries: concatBytes(...list) };
}

export function serialCases(): readonly LintCase[] {
  const twenty = '7f'.repeat(20);
  return [
    { what: 'the longest serial number', parts: entries(anyEntry(twenty)), finds: [] },
    {
      what: 'a serial number of 20 octets and a sign',
      parts: entries(anyEntry(`00ff${'7f'.repeat(19)}`)),
      finds: ['serial_too_long'],
    },
    { what: 'the serial number zero', parts: entries(anyEntry('00')), finds: ['serial_zero'] },
    { what: 'a negative serial number', parts: entries(anyEntry('80')), finds: ['serial_negative'] },
    {
      what: 'a serial number twice in a row',
      parts: entries(anyEntry('01'), anyEntry('01')),
      finds: ['serial_duplicate'],
    },
    {
      what: 'a serial number twice, far apart, in no order',
      parts: entries(anyEntry('05'), anyEntry('02'), anyEntry('0100'), anyEntry('03'), anyEntry('05')),
      finds: ['serial_duplicate'],
    },
    {
      what: 'a list in no order without a serial number twice',
      parts: entries(anyEntry('05'), anyEntry('02'), anyEntry('0500'), anyEntry('0205'), anyEntry('0502')),
      finds: [],
    },
    {
      what: 'a list too long to know all serial numbers again',
      parts: entries(anyEntry('05'), anyEntry('02'), anyEntry('04'), anyEntry('03'), anyEntry('04')),
      options: { maximumTrackedSerials: 2 },
      finds: ['serial_duplicates_unchecked'],
    },
  ];
}

export function dateCases(): readonly LintCase[] {
  const later = '170d3236313132303130303030315a';
  const general = '180f32303236313131393130303030305a';
  const early = '180f30303031303130313030303030305a';
  return [
    {
      what: 'a revocationDate after thisUpdate',
      parts: entries(anyEntry('01', later), anyEntry('02')),
      finds: ['revocation_date_later'],
    },
    {
      what: 'a revocationDate at thisUpdate',
      parts: entries(anyEntry('01', '170d3236313132303130303030305a')),
      finds: [],
    },
    {
      what: 'a revocationDate of 2050, after thisUpdate',
      parts: entries(anyEntry('01', '180f32303530303130313030303030305a')),
      finds: ['revocation_date_later'],
    },
    {
      what: 'a GeneralizedTime as revocationDate',
      parts: entries(anyEntry('01', general)),
      finds: ['revocation_date_form'],
    },
    {
      what: 'a revocationDate of 1970',
      parts: entries(anyEntry('01', '170d3730303130313030303030305a')),
      finds: ['revocation_date_zero'],
    },
    {
      what: 'a revocationDate of the year 1',
      parts: entries(anyEntry('01', early)),
      finds: ['revocation_date_zero'],
    },
    {
      what: 'a revocationDate of 1999 before one of 2026',
      parts: entries(anyEntry('01', '170d3939303130313030303030305a'), anyEntry('02', later)),
      finds: ['revocation_date_later'],
    },
  ];
}

export function reasonCases(): readonly LintCase[] {
  return [
    {
      what: 'the reason 0',
      parts: entries(anyEntry('01', DATE, REASON('00'))),
      finds: ['reason_unspecified'],
    },
    {
      what: 'certificateHold',
      parts: entries(revoked('01', 'certificateHold')),
      finds: ['reason_hold'],
      findsUnderRfc5280: [],
    },
    {
      what: 'removeFromCRL in a complete list',
      parts: entries(revoked('01', 'removeFromCRL')),
      finds: ['reason_remove_from_crl'],
    },
    {
      what: 'cACompromise of a subscriber',
      parts: entries(revoked('01', 'cACompromise')),
      finds: ['reason_not_allowed'],
      findsUnderRfc5280: [],
    },
    {
      what: 'aACompromise of a subscriber',
      parts: entries(revoked('01', 'aACompromise')),
      finds: ['reason_not_allowed'],
      findsUnderRfc5280: [],
    },
    {
      what: 'cACompromise of a CA',
      parts: entries(revoked('01', 'cACompromise')),
      options: { scope: 'ca' },
      finds: [],
    },
    ...(
      [
        'keyCompromise',
        'affiliationChanged',
        'superseded',
        'cessationOfOperation',
        'privilegeWithdrawn',
      ] as const
    ).map((reason) => ({
      what: `${reason} of a subscriber`,
      parts: entries(revoked('01', reason)),
      finds: [],
    })),
    { what: 'no reason for a subscriber', parts: entries(revoked('01')), finds: [] },
    {
      what: 'no reason for a CA',
      parts: entries(revoked('01')),
      options: { scope: 'ca' },
      finds: ['reason_missing'],
      findsUnderRfc5280: [],
    },
    {
      what: 'a critical reason',
      parts: entries(anyEntry('01', DATE, '300d0603551d150101ff04030a0101')),
      finds: ['reason_critical'],
    },
  ];
}

export function entryExtensionCases(): readonly LintCase[] {
  const general = '180f32303236313131393130303030305a';
  const otherIssuer = '3015 0603551d1d 0101ff 040b 3009 8207 612e746573 7421';
  const invalidity = (hex: string, critical = '') => {
    const content = `0603551d18${critical}04${(hex.length / 2).toString(16).padStart(2, '0')}${hex}`;
    return `30${(content.length / 2).toString(16).padStart(2, '0')}${content}`;
  };
  return [
    {
      what: 'an invalidityDate',
      parts: entries(anyEntry('01', DATE, REASON('01') + invalidity(general))),
      finds: ['entry_extension_not_recommended'],
      findsUnderRfc5280: [],
    },
    {
      what: 'an invalidityDate that is a UTCTime',
      parts: entries(anyEntry('01', DATE, invalidity(DATE))),
      finds: ['invalidity_date_form', 'entry_extension_not_recommended'],
      findsUnderRfc5280: ['invalidity_date_form'],
    },
    {
      what: 'a critical invalidityDate',
      parts: entries(anyEntry('01', DATE, invalidity(general, '0101ff'))),
      finds: ['invalidity_date_critical', 'entry_extension_not_recommended'],
      findsUnderRfc5280: ['invalidity_date_critical'],
    },
    {
      what: 'a critical entry extension that nobody knows',
      parts: entries(anyEntry('01', DATE, '300c06032a03040101ff04020500')),
      finds: ['entry_critical_extension_unknown', 'entry_extension_not_recommended'],
      findsUnderRfc5280: ['entry_critical_extension_unknown'],
    },
    {
      what: 'crlEntryExtensions without any',
      parts: { entries: bytes(`3014020101${DATE}3000`) },
      finds: ['entry_extensions_empty'],
    },
    {
      what: 'certificateIssuer in a list that is not indirect',
      parts: entries(anyEntry('01', DATE, otherIssuer), anyEntry('01')),
      finds: ['certificate_issuer', 'certificate_issuer_unannounced'],
      findsUnderRfc5280: ['certificate_issuer_unannounced'],
    },
  ];
}

/** What the decoder refuses is a finding like any other. */
export function malformedCases(base: readonly Uint8Array[]): readonly LintCase[] {
  const entries = (entry: Uint8Array) => ({ entries: concatBytes(anyEntry('00'), entry) });
  const number = base[1] ?? bytes('');
  const other = bytes('300a06082a8648ce3d040303');
  return [
    { what: 'two algorithms', parts: { outerAlgorithm: other }, finds: ['signature_algorithm_mismatch'] },
    {
      what: 'a version field that says v1',
      parts: { version: bytes('020100') },
      finds: ['version_field_invalid'],
    },
    {
      what: 'version 1 with extensions',
      parts: { version: bytes(''), entries: 'absent' },
      finds: ['version_not_2'],
    },
    { what: 'version 1 with a reason', parts: { version: bytes('') }, finds: ['version_not_2'] },
    {
      what: 'a time with a fraction',
      parts: { thisUpdate: bytes(`1811${Buffer.from('20261120100000.5Z').toString('hex')}`) },
      finds: ['time_invalid'],
    },
    { what: 'an extension twice', parts: { extensions: [number, number] }, finds: ['extension_duplicate'] },
    {
      what: 'an extension with critical FALSE',
      parts: { extensions: [bytes('300d0603551d1401010004030201 05')] },
      finds: ['default_encoded'],
    },
    { what: 'crlExtensions without any', parts: { extensions: [bytes('')] }, finds: ['extension_malformed'] },
    {
      what: 'a padded serial number',
      parts: entries(anyEntry('0001')),
      finds: ['serial_not_minimal', 'serial_zero'],
    },
    {
      what: 'a serial number of 22 octets',
      parts: entries(anyEntry('01'.repeat(22))),
      finds: ['serial_too_long', 'serial_zero'],
    },
    {
      what: 'the reason 7',
      parts: entries(anyEntry('01', DATE, REASON('07'))),
      finds: ['entry_extension_invalid', 'serial_zero'],
    },
    {
      what: 'an entry above 64 KiB',
      parts: entries(concatBytes(bytes('3083010001'), new Uint8Array(0x10001))),
      finds: ['part_too_large', 'serial_zero'],
    },
    {
      what: 'an entry that is longer than it says',
      parts: entries(anyEntry('01', DATE, '30820100')),
      finds: ['der_invalid', 'serial_zero'],
    },
    {
      what: 'an entry that is an INTEGER',
      parts: entries(bytes('020101')),
      finds: ['der_invalid', 'serial_zero'],
    },
  ];
}
