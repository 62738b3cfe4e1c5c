import { formatName } from '@lancre/pki/certificate';
import { describeKey, type Issuer } from '../../issuer/issuer.ts';
import type { CrlPolicy } from '../../issuer/issuer-policy.ts';
import { crlUrl, issuerUrl, ocspUrl, type PublicAddress } from '../../issuer/public-address.ts';
import { formatFields } from '../command-tools.ts';
import { formatDuration } from '../duration.ts';
import type { HostStore } from '../host-store.ts';
import { formatInstant } from '../instant.ts';

/** The addresses that certificates of an issuer are to carry. */
export function issuerUrlLines(issuer: Issuer, address: PublicAddress): string[] {
  const { shards } = issuer.policy.crl;
  return formatFields([
    ['  AIA OCSP', ocspUrl(address, issuer.name)],
    ['  AIA caIssuers', issuerUrl(address, issuer.name)],
    ...(shards === 0
      ? ([['  CDP', crlUrl(address, issuer.name, 0)]] as const)
      : ([
          [
            '  CDP',
            `${crlUrl(address, issuer.name, shards).replace(`${shards}.crl`, 'SHARD.crl')} (SHARD = serial mod ${shards} + 1)`,
          ],
        ] as const)),
  ]);
}

/** An issuer for people. */
export function issuerLines(issuer: Issuer, store: HostStore): string[] {
  const { assigned, listed } = store.statuses.count(issuer.id);
  const { profile, issues, crl } = issuer.policy;
  return formatFields([
    ['name', issuer.name],
    ...issuer.certificates.map(
      (each, index) =>
        [
          index === 0 ? 'certificate' : 'cross-sign',
          `${formatName(each.subject)}, issued by ${formatName(each.issuer)}, until ${formatInstant(each.notAfter)}`,
        ] as const,
    ),
    ['key', issuer.key === undefined ? keylessText(issuer) : describeKey(issuer.key)],
    ...(issuer.crlSource === undefined ? [] : [['CRL source', issuer.crlSource.location] as const]),
    ...(issuer.responders ?? []).map(
      ({ certificate, key }) =>
        [
          'responder',
          `${certificate.serialNumber}, until ${formatInstant(certificate.notAfter)}, ${describeKey(key)}`,
        ] as const,
    ),
    ...compromiseFields(issuer),
    ['certificates', `${assigned}, of which ${listed} revoked`],
    ['profile', profile],
    ...(issues === 'any' ? [] : ([['issues', `${issues} certificates only`]] as const)),
    ['OCSP', ocspText(issuer)],
    ['CRL', crlText(crl)],
  ]);
}

/** An issuer for programs. */
export function issuerJson(
  issuer: Issuer,
  store: HostStore,
  address: PublicAddress,
): Record<string, unknown> {
  const { compromise, requestSigners, crlSource, responders = [] } = issuer;
  const shards = Array.from({ length: issuer.policy.crl.shards }, (_, index) =>
    crlUrl(address, issuer.name, index + 1),
  );
  return {
    id: issuer.id,
    name: issuer.name,
    subject: formatName(issuer.certificates[0].subject),
    certificates: issuer.certificates.map((each) => ({
      issuer: formatName(each.issuer),
      serialNumber: each.serialNumber,
      notAfter: formatInstant(each.notAfter),
    })),
    key: issuer.key && describeKey(issuer.key),
    crlSource: crlSource?.location,
    responders: respondersJson(responders),
    requestSigners: requestSigners?.map(({ subject }) => formatName(subject)),
    compromisedSince: compromise && formatInstant(compromise.since),
    policy: issuer.policy,
    counts: store.statuses.count(issuer.id),
    urls: {
      ocsp: ocspUrl(address, issuer.name),
      issuer: issuerUrl(address, issuer.name),
      crl: issuer.policy.crl.full === 'publish' ? crlUrl(address, issuer.name, 0) : undefined,
      shards,
    },
  };
}

/** Delegated responders for programs. */
export function respondersJson(responders: NonNullable<Issuer['responders']>): readonly unknown[] {
  return responders.map(({ certificate, key }) => ({
    serialNumber: certificate.serialNumber,
    subject: formatName(certificate.subject),
    notBefore: formatInstant(certificate.notBefore),
    notAfter: formatInstant(certificate.notAfter),
    key: describeKey(key),
  }));
}

function keylessText({ responders = [] }: Issuer): string {
  return responders.length === 0 ? 'none: statuses are signed elsewhere' : 'none: CRLs are signed elsewhere';
}

function compromiseFields({ compromise }: Issuer): readonly (readonly [string, string])[] {
  if (compromise === undefined) return [];
  return [
    ['compromised', `since ${formatInstant(compromise.since)}: every certificate is answered for as revoked`],
  ];
}

function ocspText({ policy: { ocsp }, requestSigners }: Issuer): string {
  const settings = [
    `valid ${formatDuration(ocsp.validitySeconds + 1)}`,
    `unknown serials: ${ocsp.unknownSerial}`,
    `nonces: ${ocsp.nonce}`,
    ...(ocsp.responderId === 'byKey' ? [] : ['signer by name']),
    ...(ocsp.presign.length === 0 ? [] : [`signed ahead for ${ocsp.presign.join(', ')}`]),
    ...(ocsp.retentionSeconds === 0 ? [] : [`kept ${formatDuration(ocsp.retentionSeconds)} after notAfter`]),
    ...(ocsp.invalidityDate === 'omit' ? [] : ['invalidity dates']),
    ...(ocsp.crlId === 'omit' ? [] : ['CrlID']),
    ...(requestSigners === undefined ? [] : ['requests must be signed']),
  ];
  return settings.join('; ');
}

function crlText({ validitySeconds, periodSeconds, shards, full, delta }: CrlPolicy): string {
  const deltas =
    delta === 'omit'
      ? ''
      : `; deltas valid ${formatDuration(delta.validitySeconds + 1)}, anew every ${formatDuration(delta.periodSeconds)}`;
  return (
    `valid ${formatDuration(validitySeconds + 1)}; anew every ${formatDuration(periodSeconds)}; ` +
    `${shards} shards; full list: ${full}${deltas}`
  );
}
