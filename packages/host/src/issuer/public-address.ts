/**
 * How the public side is reached (DESIGN 4): one host with paths, or a zone with a host name for
 * each issuer and kind.
 */
export type PublicAddress =
  | { readonly routing: 'path' /** origin without a trailing slash */; readonly base: string }
  | { readonly routing: 'host' /** such as `example.net` */; readonly zone: string };

/** The OCSP URL for the AIA extension of an issuer's certificates. */
export function ocspUrl(address: PublicAddress, issuerName: string): string {
  // No trailing slash: clients append "/" and the base64, and every octet is in every handshake.
  return address.routing === 'path' ? `${address.base}/o` : `http://${issuerName}.o.${address.zone}`;
}

/** The caIssuers URL for the AIA extension. */
export function issuerUrl(address: PublicAddress, issuerName: string): string {
  return address.routing === 'path'
    ? `${address.base}/i/${issuerName}`
    : `http://${issuerName}.i.${address.zone}/`;
}

/**
 * The CDP URL. It stands byte for byte in the certificate, in the list's issuingDistributionPoint
 * and in the request (SHD-02).
 *
 * @param shard 1 and up; 0 is the full list
 */
export function crlUrl(address: PublicAddress, issuerName: string, shard: number): string {
  const path = crlPath(issuerName, shard);
  if (address.routing === 'path') return `${address.base}/${path}`;
  const host = `http://${issuerName}.c.${address.zone}`;
  return shard === 0 ? `${host}/` : `${host}/${shard}.crl`;
}

/**
 * The URL of a delta CRL, for freshestCRL (RFC 5280 4.2.1.15, 5.2.6).
 *
 * @param shard 1 and up; 0 is the delta of the full list
 */
export function deltaCrlUrl(address: PublicAddress, issuerName: string, shard: number): string {
  if (address.routing === 'path') return `${address.base}/${deltaCrlPath(issuerName, shard)}`;
  return `http://${issuerName}.c.${address.zone}/${shard === 0 ? issuerName : shard}.delta.crl`;
}

/** The path of a CRL in the tree of published artifacts, without a leading slash. */
export function crlPath(issuerName: string, shard: number): string {
  return shard === 0 ? `c/${issuerName}.crl` : `c/${issuerName}/${shard}.crl`;
}

/** The path of a delta CRL in the tree of published artifacts, without a leading slash. */
export function deltaCrlPath(issuerName: string, shard: number): string {
  return shard === 0 ? `c/${issuerName}.delta.crl` : `c/${issuerName}/${shard}.delta.crl`;
}

/** The file name extensions under which an issuer's certificate is published; '' is the bare URL. */
export const issuerExtensions = ['', '.der', '.cer', '.crt', '.p7c', '.pem'] as const;

/** One of {@link issuerExtensions}. */
export type IssuerExtension = (typeof issuerExtensions)[number];

/** The path of an issuer's certificate in the tree of published artifacts. */
export function issuerPath(issuerName: string, extension: IssuerExtension): string {
  return `i/${issuerName}${extension}`;
}

/** The address of the apex page: where a person looks. */
export function publicBase(address: PublicAddress): string {
  return address.routing === 'path' ? `${address.base}/` : `http://${address.zone}/`;
}
