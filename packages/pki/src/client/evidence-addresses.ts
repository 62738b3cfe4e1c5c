import { PkiError } from '../errors/pki-error.ts';
import { authorityInfoAccessOf } from '../pki/access-extensions.ts';
import type { Certificate } from '../pki/certificate.ts';
import {
  crlDistributionPointsOf,
  type DistributionPoint,
  freshestCrlOf,
} from '../pki/distribution-points.ts';
import type { GeneralName } from '../pki/general-name.ts';

/** Where a certificate says that evidence about it is: http only, in its order, each address once. */
export interface EvidenceAddresses {
  readonly ocsp: readonly string[];
  readonly crl: readonly string[];
  /** freshestCRL: deltas of the lists in `crl` (RFC 5280 4.2.1.15). */
  readonly deltaCrl: readonly string[];
  readonly caIssuers: readonly string[];
  /** Those that are not asked: of other schemes (ldap, https), or beyond the first 8 of their kind. */
  readonly skipped: readonly string[];
}

/** The addresses in authorityInfoAccess, cRLDistributionPoints and freshestCRL. An extension that cannot be read has none. */
export function evidenceAddressesOf(certificate: Certificate): EvidenceAddresses {
  const access = readOrNone(() => authorityInfoAccessOf(certificate));
  const points = readOrNone(() => crlDistributionPointsOf(certificate));
  const locations = (method: string) =>
    uris(access.filter((description) => description.method === method).map(({ location }) => location));
  const found = {
    ocsp: locations('ocsp'),
    crl: urisOfPoints(points),
    deltaCrl: urisOfPoints(readOrNone(() => freshestCrlOf(certificate))),
    caIssuers: locations('caIssuers'),
  };
  const taken = {
    ocsp: take(found.ocsp),
    crl: take(found.crl),
    deltaCrl: take(found.deltaCrl),
    caIssuers: take(found.caIssuers),
  };
  const asked = new Set(Object.values(taken).flat());
  const skipped = Object.values(found)
    .flat()
    .filter((uri) => !asked.has(uri));
  return Object.freeze({ ...taken, skipped });
}

/**
 * Where the deltas of a complete CRL are: what the certificate says, then what the list says
 * (RFC 5280 6.3.3 (a)); http only, each once, 8 at most.
 *
 * @param freshestCrl that of the list, once its issuer is known to have signed it
 */
export function deltaAddressesOf(
  { deltaCrl }: Pick<EvidenceAddresses, 'deltaCrl'>,
  freshestCrl: readonly DistributionPoint[],
): readonly string[] {
  return take([...new Set([...deltaCrl, ...urisOfPoints(freshestCrl)])]);
}

function urisOfPoints(points: readonly DistributionPoint[]): readonly string[] {
  return uris(points.flatMap(({ distributionPoint }) => distributionPoint ?? []));
}

function take(found: readonly string[]): readonly string[] {
  return found.filter((uri) => /^http:/i.test(uri)).slice(0, MAX_ADDRESSES);
}

function uris(names: readonly GeneralName[]): readonly string[] {
  return [...new Set(names.flatMap((name) => (name.type === 'uri' ? [name.uri] : [])))];
}

function readOrNone<T>(read: () => readonly T[] | undefined): readonly T[] {
  try {
    return read() ?? [];
  } catch (error) {
    if (error instanceof PkiError) return [];
    throw error;
  }
}

/** A certificate could name thousands to have them asked; public ones name one or two. */
const MAX_ADDRESSES = 8;
