import { encodeHex } from '@lancre/pki/text';

/** The keys under which a cache between us and the clients files the answers for a certificate. */
export interface SurrogateKeys {
  /** `ocsp.NAME.SERIAL`: the answers for this certificate, whatever URL they were fetched by. */
  readonly certificate: string;
  /** `ocsp.NAME`: the answers for all certificates of the issuer, for the day when all of them change. */
  readonly issuer: string;
}

/** A response field that tells a cache its keys. */
export interface SurrogateKeyField {
  /** Such as `Surrogate-Key`, `Cache-Tag`, `Edge-Cache-Tag`. */
  readonly field: string;
  readonly value: string;
}

/**
 * The keys of one certificate (HTTP-36). They never change, are told apart by the dots, which no issuer's
 * name has, and are in the part of RFC 9110's `token` that every known CDN takes. The longest has 109
 * octets: 5, a name of 63, a dot, a serial of 40 digits; CDNs take 120 and more.
 *
 * @param serialNumber magnitude octets
 * @example
 * surrogateKeysOf('e1', Uint8Array.of(4, 0xa1)).certificate // 'ocsp.e1.04a1'
 */
export function surrogateKeysOf(issuerName: string, serialNumber: Uint8Array): SurrogateKeys {
  const issuer = `ocsp.${issuerName}`;
  return { certificate: `${issuer}.${encodeHex(serialNumber)}`, issuer };
}

/**
 * The field of an answer: the key of each certificate that it is about, then that of their issuer.
 *
 * @param serialNumbers magnitude octets; one or more
 */
export function buildSurrogateKeyField(
  field: string,
  issuerName: string,
  serialNumbers: readonly Uint8Array[],
): SurrogateKeyField {
  const keys = serialNumbers.map((serialNumber) => surrogateKeysOf(issuerName, serialNumber));
  const texts = new Set([...keys.map(({ certificate }) => certificate), ...keys.map(({ issuer }) => issuer)]);
  return { field, value: [...texts].join(separatorOf(field)) };
}

/** Fastly's field is a list with spaces, and would take a comma as part of a key; all others have commas. */
function separatorOf(field: string): ' ' | ',' {
  return field.toLowerCase() === 'surrogate-key' ? ' ' : ',';
}
