import { formatName } from '@lancre/pki/certificate';
import { crlUrlListUrl, crlUrls } from '../../issuer/disclosure-address.ts';
import type { Issuer } from '../../issuer/issuer.ts';
import { crlUrl, deltaCrlUrl, issuerUrl, ocspUrl, type PublicAddress } from '../../issuer/public-address.ts';

/** The URLs that the certificates of one issuer are to carry. */
export interface CertificateUrls {
  readonly name: string;
  readonly subject: string;
  /** For authorityInfoAccess. */
  readonly ocsp: string;
  readonly caIssuers: string;
  /** For cRLDistributionPoints. With shards it holds {@link shardPlaceholder} in the place of the number. */
  readonly crl: string;
  /** For freshestCRL, with the same placeholder; undefined where there are no deltas. */
  readonly deltaCrl: string | undefined;
  /** 0 = none: every certificate has the same CRL URL. */
  readonly shards: number;
  /** The distinct values of `crl`. */
  readonly crlUrls: readonly string[];
  /** Where the JSON array of all of them is. */
  readonly disclosure: string;
}

/** Stands for the number of the shard. */
export const shardPlaceholder = 'SHARD';

/** The URLs of an issuer's certificates. */
export function certificateUrls(issuer: Issuer, address: PublicAddress): CertificateUrls {
  const { name, policy, certificates } = issuer;
  const { shards, delta } = policy.crl;
  const numbers = shards === 0 ? [0] : Array.from({ length: shards }, (_, index) => index + 1);
  return {
    name,
    subject: formatName(certificates[0].subject),
    ocsp: ocspUrl(address, name),
    caIssuers: issuerUrl(address, name),
    crl: withPlaceholder(crlUrl(address, name, shards), `${shards}.crl`),
    deltaCrl:
      delta === 'omit'
        ? undefined
        : withPlaceholder(deltaCrlUrl(address, name, shards), `${shards}.delta.crl`),
    shards,
    crlUrls: crlUrls(address, name, numbers),
    disclosure: crlUrlListUrl(address, name),
  };
}

/** The number is at the end of the path; the same digits may well be in the host's name too. */
function withPlaceholder(url: string, numbered: string): string {
  if (!url.endsWith(`/${numbered}`) || numbered.startsWith('0')) return url;
  return `${url.slice(0, -numbered.length)}${shardPlaceholder}${numbered.slice(numbered.indexOf('.'))}`;
}
