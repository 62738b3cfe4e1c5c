import type { EvidenceAddresses } from '@lancre/pki/client';
import { encodeHex } from '@lancre/pki/text';
import { shardOfSerial } from '../../issuer/issuer-policy.ts';
import { formatFields } from '../command-tools.ts';
import { type CertificateUrls, shardPlaceholder } from './certificate-urls.ts';
import type { ShardOfCertificate } from './shard-of-certificate.ts';

/** The URLs of an issuer for people; of one certificate too, if one was named. */
export function urlsText(urls: CertificateUrls, one: ShardOfCertificate | undefined): readonly string[] {
  return [
    `${urls.name}: ${urls.subject}`,
    ...formatFields([
      ['  AIA OCSP', urls.ocsp],
      ['  AIA caIssuers', urls.caIssuers],
      ['  CDP', urls.crl],
      ...(urls.deltaCrl === undefined ? [] : [['  freshestCRL', urls.deltaCrl] as const]),
      ['  all CRL URLs', urls.disclosure],
    ]),
    ...(urls.shards === 0 ? [] : ['', ...ruleLines(urls)]),
    ...(one === undefined ? [] : ['', ...oneLines(one)]),
  ];
}

/** Where a certificate names other URLs than those that it should. */
export function differences(
  urls: CertificateUrls,
  one: ShardOfCertificate,
  own: EvidenceAddresses,
): readonly string[] {
  return [
    ...difference('AIA OCSP', own.ocsp, [urls.ocsp]),
    ...difference('AIA caIssuers', own.caIssuers, [urls.caIssuers]),
    ...difference('CDP', own.crl, [one.crl]),
  ];
}

/** The rule by which any CA can compute the URL before it signs (SHD-06, SHD-07). */
export function shardRule(shards: number): string {
  return `serial mod ${shards} + 1`;
}

function ruleLines({ shards, crl }: CertificateUrls): readonly string[] {
  const shard = shardOfSerial(exampleSerial, shards);
  const serial = encodeHex(exampleSerial);
  return [
    `  ${shardPlaceholder} is ${shardRule(shards)}, with the serial number as an integer.`,
    `  For the serial ${serial} (hex): ${Number.parseInt(serial, 16)} mod ${shards} = ${shard - 1}, so`,
    `  ${crl.replace(`/${shardPlaceholder}.`, `/${shard}.`)}`,
    '  A certificate stays in the shard that it was taken in with.',
  ];
}

function oneLines({ serialNumber, shard, decidedBy, crl, deltaCrl }: ShardOfCertificate): readonly string[] {
  const where = shard === 0 ? 'the full list' : `shard ${shard}`;
  const why = decidedBy === 'records' ? 'as recorded here' : 'by the rule; it is not recorded here yet';
  return [
    `  The serial ${serialNumber} is on ${where}, ${why}:`,
    `  ${crl}`,
    ...(deltaCrl === undefined ? [] : [`  ${deltaCrl}`]),
  ];
}

function difference(what: string, own: readonly string[], wanted: readonly string[]): readonly string[] {
  const missing = wanted.filter((url) => !own.includes(url));
  const other = own.filter((url) => !wanted.includes(url));
  if (missing.length === 0 && other.length === 0) return [];
  return [`${what}: it has ${own.join(', ') || 'none'}, not ${wanted.join(', ')}`];
}

const exampleSerial = Uint8Array.of(0x10, 0x07);
