import { encodeKeyUsage, encodeName } from '@lancre/pki/certificate';
import { encodeDer } from '@lancre/pki/der';
import type { CrlLintId } from '@lancre/pki/lint';
import { bytes } from '../support/hex.ts';
import type { TestCa } from '../support/test-pki.ts';
import type { LintCase } from './lint-case.ts';
import {
  anyEntry,
  crlNumber,
  DATE,
  extension,
  issuingPoint,
  keyIdentifier,
  NEXT_UPDATE,
  pointName,
  revoked,
  THIS_UPDATE,
  time,
  URL_OF_LIST,
  withoutExtension,
} from './lint-list.ts';

const secondsAfter = (seconds: number) => time(new Date(THIS_UPDATE.getTime() + seconds * 1000));
const DAY = 86_400;
const RSA_SHA256 = '2a864886f70d01010b';

export function algorithmCases(ca: TestCa, other: TestCa): readonly LintCase[] {
  const algorithm = (hex: string) => ({ innerAlgorithm: bytes(hex), outerAlgorithm: bytes(hex) });
  return [
    {
      what: 'an ECDSA algorithm with NULL parameters',
      parts: algorithm('300c06082a8648ce3d0403020500'),
      finds: ['signature_algorithm_not_canonical', 'signature_unsupported'],
    },
    {
      what: 'an RSA algorithm without NULL parameters',
      parts: algorithm(`300b0609${RSA_SHA256}`),
      finds: ['signature_algorithm_not_canonical', 'signature_unsupported'],
    },
    {
      what: 'an algorithm that nobody knows',
      parts: algorithm('300606042a030405'),
      finds: ['signature_algorithm_unknown', 'signature_unsupported'],
    },
    {
      what: 'SHA-1',
      parts: algorithm('300d06092a864886f70d0101050500'),
      finds: ['signature_sha1', 'signature_unsupported'],
    },
    {
      what: 'Ed25519',
      parts: algorithm('300506032b6570'),
      finds: ['signature_algorithm_not_allowed', 'signature_unsupported'],
      findsUnderRfc5280: ['signature_unsupported'],
    },
    {
      what: 'SHA-384 by a P-256 key',
      parts: algorithm('300a06082a8648ce3d040303'),
      finds: ['signature_algorithm_curve', 'signature_invalid'],
      findsUnderRfc5280: ['signature_invalid'],
    },
    {
      what: 'a signature by another key',
      parts: { extensions: [keyIdentifier(other), crlNumber(5n)] },
      options: { issuerCertificate: { ...other.certificate, subject: ca.certificate.subject } },
      finds: ['signature_invalid'],
    },
    {
      what: 'version 1',
      parts: { version: bytes(''), extensions: [], entries: anyEntry('01') },
      finds: ['version_not_2', 'authority_key_identifier_missing', 'crl_number_missing'],
    },
  ];
}

export function issuerCases(ca: TestCa): readonly LintCase[] {
  const recoded = encodeName([
    { type: 'C', value: 'NL' },
    { type: 'O', value: 'Lancre' },
    { type: 'CN', value: 'Lint CA' },
  ]);
  // UTF8String and PrintableString have the tags 0c and 13.
  const otherTags = recoded.map((octet, at) => (octet === 0x0c && recoded[at - 1] !== 0x0c ? 0x13 : octet));
  const cannotSign = withoutExtension(ca.certificate, '2.5.29.15');
  const usage = { oid: '2.5.29.15', critical: true, value: bytes('03020780'), der: encodeKeyUsage([]) };
  return [
    { what: 'an empty issuer', parts: { issuer: bytes('3000') }, finds: ['issuer_empty', 'issuer_mismatch'] },
    {
      what: 'another issuer',
      parts: { issuer: encodeName([{ type: 'CN', value: 'X' }]) },
      finds: ['issuer_mismatch'],
    },
    {
      what: 'the issuer in other string types',
      parts: { issuer: otherTags },
      finds: ['issuer_encoding'],
    },
    {
      what: 'an issuer that may not sign lists',
      parts: {},
      options: { issuerCertificate: { ...cannotSign, extensions: [...cannotSign.extensions, usage] } },
      finds: ['issuer_without_crl_sign'],
    },
  ];
}

export function timeCases(): readonly LintCase[] {
  const generalized = (text: string) => bytes(`180f${Buffer.from(text).toString('hex')}`);
  return [
    { what: 'no nextUpdate', parts: { nextUpdate: bytes('') }, finds: ['next_update_missing'] },
    {
      what: 'nextUpdate at thisUpdate',
      parts: { nextUpdate: time(THIS_UPDATE) },
      options: { now: THIS_UPDATE },
      finds: ['next_update_not_later'],
    },
    {
      what: 'a GeneralizedTime in 2026',
      parts: { thisUpdate: generalized('20261120100000Z') },
      finds: ['time_form'],
    },
    {
      what: 'both times in the wrong form',
      parts: { thisUpdate: generalized('20261120100000Z'), nextUpdate: generalized('20261121100000Z') },
      finds: ['time_form', 'time_form'],
    },
    {
      what: 'ten days less a second',
      parts: { nextUpdate: secondsAfter(10 * DAY - 1) },
      finds: [],
    },
    {
      what: 'ten days to the second',
      parts: { nextUpdate: secondsAfter(10 * DAY) },
      finds: ['validity_at_limit'],
      findsUnderRfc5280: [],
    },
    {
      what: 'ten days and a second',
      parts: { nextUpdate: secondsAfter(10 * DAY + 1) },
      finds: ['validity_too_long'],
      findsUnderRfc5280: [],
    },
    {
      what: 'ten days and a second, of certificates that nobody names',
      parts: { nextUpdate: secondsAfter(10 * DAY + 1) },
      options: { scope: 'unknown' },
      finds: ['validity_long_for_subscribers'],
      findsUnderRfc5280: [],
    },
    {
      what: 'twelve months less a second, for CAs',
      parts: { nextUpdate: time(new Date('2027-11-20T09:59:59Z')) },
      options: { scope: 'ca' },
      finds: [],
    },
    {
      what: 'twelve months to the second, for CAs',
      parts: { nextUpdate: time(new Date('2027-11-20T10:00:00Z')) },
      options: { scope: 'ca' },
      finds: ['validity_at_limit'],
      findsUnderRfc5280: [],
    },
    {
      what: 'twelve months and a second, for CAs',
      parts: { nextUpdate: time(new Date('2027-11-20T10:00:01Z')) },
      options: { scope: 'ca' },
      finds: ['validity_too_long'],
      findsUnderRfc5280: [],
    },
    {
      what: 'twelve months from a leap day to the last of February, and a second',
      parts: {
        thisUpdate: time(new Date('2028-02-29T10:00:00Z')),
        nextUpdate: time(new Date('2029-02-28T10:00:01Z')),
      },
      options: { scope: 'ca', now: new Date('2028-03-01T00:00:00Z') },
      finds: ['validity_too_long'],
      findsUnderRfc5280: [],
    },
    {
      what: 'nextUpdate in the past',
      parts: {},
      options: { now: new Date(NEXT_UPDATE.getTime() + 1000) },
      finds: ['expired'],
    },
    { what: 'the last second', parts: {}, options: { now: NEXT_UPDATE }, finds: [] },
    {
      what: 'thisUpdate to come',
      parts: {},
      options: { now: new Date(THIS_UPDATE.getTime() - 1000) },
      finds: ['not_yet_valid'],
    },
  ];
}

export function emptinessCases(): readonly LintCase[] {
  return [
    {
      what: 'an empty revokedCertificates',
      parts: { entries: bytes('') },
      finds: ['revoked_certificates_empty'],
    },
    { what: 'no entries', parts: { entries: 'absent' }, finds: [] },
  ];
}

export function keyIdentifierCases(ca: TestCa, other: TestCa): readonly LintCase[] {
  const number = crlNumber(5n);
  const content = Buffer.from(ca.keyIdentifier).toString('hex');
  const aki = (hex: string, criticality?: 'critical') => [extension('2.5.29.35', hex, criticality), number];
  return [
    {
      what: 'no authorityKeyIdentifier',
      parts: { extensions: [number] },
      finds: ['authority_key_identifier_missing'],
    },
    {
      what: 'a critical authorityKeyIdentifier',
      parts: { extensions: aki(`30168014${content}`, 'critical') },
      finds: ['authority_key_identifier_critical'],
    },
    {
      what: 'an authorityKeyIdentifier that says nothing',
      parts: { extensions: aki('3000') },
      finds: ['authority_key_identifier_without_key'],
    },
    {
      what: 'an authorityKeyIdentifier with a serial number',
      parts: { extensions: aki(`30198014${content}820107`) },
      finds: ['authority_key_identifier_issuer_serial'],
    },
    {
      what: 'the key identifier of another',
      parts: { extensions: [keyIdentifier(other), number] },
      finds: ['authority_key_identifier_mismatch'],
    },
    {
      what: 'an authorityKeyIdentifier that is no SEQUENCE',
      parts: { extensions: aki('0500') },
      finds: ['extension_malformed'],
    },
  ];
}

export function numberCases(ca: TestCa): readonly LintCase[] {
  const key = keyIdentifier(ca);
  const number = (hex: string, criticality?: 'critical') => [key, extension('2.5.29.20', hex, criticality)];
  const limit = (1n << 159n) - 1n;
  return [
    { what: 'no cRLNumber', parts: { extensions: [key] }, finds: ['crl_number_missing'] },
    {
      what: 'a critical cRLNumber',
      parts: { extensions: number('020105', 'critical') },
      finds: ['crl_number_critical'],
    },
    { what: 'a negative cRLNumber', parts: { extensions: number('0201ff') }, finds: ['crl_number_negative'] },
    { what: 'the largest cRLNumber', parts: { extensions: [key, crlNumber(limit)] }, finds: [] },
    {
      what: 'a cRLNumber above it',
      parts: { extensions: [key, crlNumber(limit + 1n)] },
      finds: ['crl_number_too_big'],
    },
    { what: 'a padded cRLNumber', parts: { extensions: number('02020005') }, finds: ['extension_malformed'] },
  ];
}

export function otherExtensionCases(ca: TestCa): readonly LintCase[] {
  const key = keyIdentifier(ca);
  return [
    {
      what: 'a critical extension that nobody knows',
      parts: { extensions: [key, crlNumber(5n), extension('1.2.3.4', '0500', 'critical')] },
      finds: ['critical_extension_unknown', 'extension_not_recommended'],
      findsUnderRfc5280: ['critical_extension_unknown'],
    },
    {
      what: 'issuerAltName',
      parts: { extensions: [key, crlNumber(5n), extension('2.5.29.18', '30038201 61')] },
      finds: ['extension_not_recommended'],
      findsUnderRfc5280: [],
    },
    {
      what: 'Next CRL Publish',
      parts: { extensions: [key, crlNumber(5n), extension('1.3.6.1.4.1.311.21.4', DATE)] },
      finds: ['next_crl_publish'],
    },
  ];
}

export function pointCases(base: readonly Uint8Array[]): readonly LintCase[] {
  const name = pointName(URL_OF_LIST);
  const point = (hex: string, criticality?: 'non-critical') => ({
    extensions: [...base, issuingPoint(hex, criticality)],
  });
  const dns = 'a00ca00a8208652e6578616d706c';
  return [
    { what: 'a shard without fault', parts: point(name), options: { url: URL_OF_LIST }, finds: [] },
    { what: 'a shard for user certificates', parts: point(`${name}8101ff`), finds: [] },
    { what: 'an IDP that is not critical', parts: point(name, 'non-critical'), finds: ['idp_not_critical'] },
    { what: 'an empty IDP', parts: point(''), finds: ['idp_empty'] },
    { what: 'an IDP with FALSE in it', parts: point(`${name}810100`), finds: ['idp_default_encoded'] },
    {
      what: 'an IDP with nothing but FALSE in it',
      parts: point('840100'),
      finds: ['idp_default_encoded', 'idp_empty'],
    },
    {
      what: 'an IDP for users and for CAs',
      parts: point(`${name}8101ff8201ff`),
      finds: ['idp_scopes_conflict'],
    },
    {
      what: 'an IDP for attribute certificates',
      parts: point(`${name}8501ff`),
      finds: ['idp_attribute_certificates'],
    },
    { what: 'an indirect list', parts: point(`${name}8401ff`), finds: ['idp_indirect'] },
    { what: 'an IDP with some reasons', parts: point(`${name}83020640`), finds: ['idp_some_reasons'] },
    {
      what: 'an IDP without a name',
      parts: point('8101ff'),
      finds: ['idp_without_distribution_point'],
      findsUnderRfc5280: [],
    },
    {
      what: 'a relative name',
      parts: point('a00da10b300906035504030c02 6161'),
      finds: ['idp_name_relative'],
    },
    { what: 'a name that is no URI beside one', parts: point(dns), finds: ['idp_name_not_uri'] },
    {
      what: 'an LDAP address alone',
      parts: point(pointName('ldap://c.example.net/cn=e1')),
      finds: ['idp_uri_not_http'],
      findsUnderRfc5280: [],
    },
    {
      what: 'the list of another address',
      parts: point(name),
      options: { url: 'http://c.example.net/e1/8.crl' },
      finds: ['idp_url_mismatch'],
    },
    {
      what: 'an address that differs in one letter case',
      parts: point(name),
      options: { url: 'http://c.example.net/E1/7.crl' },
      finds: ['idp_url_mismatch'],
    },
    {
      what: 'a list for CAs where one for subscribers is expected',
      parts: point(`${name}8201ff`),
      finds: ['idp_scope_mismatch'],
    },
    {
      what: 'two slashes in the address of the IDP',
      parts: point(pointName('http://c.example.net//7.crl')),
      finds: ['url_double_slash'],
    },
    {
      what: 'two slashes in the address of the list',
      parts: {},
      options: { url: 'http://c.example.net/e1//7.crl' },
      finds: ['url_double_slash'],
    },
    {
      what: 'an IDP that is no SEQUENCE',
      parts: { extensions: [...base, extension('2.5.29.28', '0500', 'critical')] },
      finds: ['extension_malformed'],
    },
    { what: 'a BOOLEAN of 01 in the IDP', parts: point(`${name}810101`), finds: ['extension_malformed'] },
  ];
}

export function deltaCases(base: readonly Uint8Array[]): readonly LintCase[] {
  const indicator = (hex: string, criticality: 'critical' | 'non-critical' = 'critical') =>
    extension('2.5.29.27', hex, criticality);
  const freshest = (hex: string, criticality?: 'critical') => extension('2.5.29.46', hex, criticality);
  const address = pointName('http://c.example.net/d.crl');
  const sequence = (hex: string) =>
    Buffer.from(encodeDer((w) => w.sequence((s) => s.raw(bytes(hex))))).toString('hex');
  const points = sequence(sequence(address));
  const withReasons = sequence(sequence(`${address}81020640`));
  const list = (...more: readonly Uint8Array[]) => ({ extensions: [...base, ...more] });
  const both = (...ids: readonly CrlLintId[]) => ({
    finds: [...ids, 'delta_not_recommended'] as const,
    findsUnderRfc5280: ids,
  });
  return [
    { what: 'a delta', parts: list(indicator('020104')), ...both() },
    {
      what: 'a delta with removeFromCRL',
      parts: { ...list(indicator('020104')), entries: revoked('01', 'removeFromCRL') },
      ...both(),
    },
    {
      what: 'a delta that is not critical',
      parts: list(indicator('020104', 'non-critical')),
      ...both('delta_not_critical'),
    },
    { what: 'a delta on itself', parts: list(indicator('020105')), ...both('delta_base_not_below') },
    { what: 'a delta on a later list', parts: list(indicator('020106')), ...both('delta_base_not_below') },
    { what: 'a negative base', parts: list(indicator('0201ff')), ...both('delta_base_invalid') },
    { what: 'a base that is no number', parts: list(indicator('0500')), ...both('extension_malformed') },
    { what: 'a list with a freshestCRL', parts: list(freshest(points)), ...both() },
    {
      what: 'a critical freshestCRL',
      parts: list(freshest(points, 'critical')),
      ...both('freshest_crl_critical'),
    },
    {
      what: 'a freshestCRL with reasons',
      parts: list(freshest(withReasons)),
      ...both('freshest_crl_fields'),
    },
    {
      what: 'a freshestCRL in a delta',
      parts: list(indicator('020104'), freshest(points)),
      ...both('freshest_crl_in_delta'),
    },
    { what: 'an empty freshestCRL', parts: list(freshest('3000')), ...both('extension_malformed') },
  ];
}
