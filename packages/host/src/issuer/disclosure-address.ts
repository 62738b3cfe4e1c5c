import { crlUrl, type PublicAddress } from './public-address.ts';

/** The name that no issuer can have: `issuers.json` stands beside the files of the issuers. */
export const issuerListName = 'issuers';

/** The path of an issuer's list of CRL URLs in the tree of published artifacts, without a leading slash. */
export function crlUrlListPath(issuerName: string): string {
  return `c/${issuerName}.json`;
}

/** The URL of the JSON array of all CRL URLs in the certificates of an issuer (CCADB 6.2, SHD-10). */
export function crlUrlListUrl(address: PublicAddress, issuerName: string): string {
  if (address.routing === 'path') return `${address.base}/${crlUrlListPath(issuerName)}`;
  return `http://${issuerName}.c.${address.zone}/${issuerName}.json`;
}

/** The path of the list of issuers. */
export const issuerListPath: string = `c/${issuerListName}.json`;

/** The URL of the list of issuers. */
export function issuerListUrl(address: PublicAddress): string {
  if (address.routing === 'path') return `${address.base}/${issuerListPath}`;
  return `http://c.${address.zone}/${issuerListName}.json`;
}

/**
 * The CRL URLs of an issuer for these shards, the full list first, then by number.
 *
 * @param shards 0 = the full list
 */
export function crlUrls(
  address: PublicAddress,
  issuerName: string,
  shards: Iterable<number>,
): readonly string[] {
  return [...new Set(shards)].sort((a, b) => a - b).map((shard) => crlUrl(address, issuerName, shard));
}
