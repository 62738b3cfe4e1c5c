import { PkiError } from '../errors/pki-error.ts';
import { authorityInfoAccessOf } from '../pki/access-extensions.ts';
import type { Certificate } from '../pki/certificate.ts';
import { basicConstraintsOf, hasNoRevAvail } from '../pki/constraint-extensions.ts';
import { findExtension } from '../pki/extension.ts';
import { EXTENSION_OIDS } from '../pki/extension-oids.ts';

/**
 * True when the issuer says that it publishes no revocation information about an end-entity certificate, and
 * nothing else in the certificate speaks against it: revocation is not checked (RFC 9608 4). Never throws.
 */
export function isRevocationUnavailable(certificate: Certificate): boolean {
  try {
    return hasNoRevAvail(certificate) && findNoRevAvailConflict(certificate) === undefined;
  } catch (error) {
    if (error instanceof PkiError) return false;
    throw error;
  }
}

/**
 * What makes noRevAvail in this certificate a contradiction (RFC 9608 2, 3); undefined when nothing does, or
 * noRevAvail is absent.
 *
 * @throws PkiError der_*, extension_invalid
 */
export function findNoRevAvailConflict(certificate: Certificate): string | undefined {
  if (!hasNoRevAvail(certificate)) return undefined;
  if (basicConstraintsOf(certificate)?.isCa === true) return 'noRevAvail in a CA certificate';
  for (const [oid, what] of POINTERS) {
    if (findExtension(certificate, oid) !== undefined) return `noRevAvail and ${what}`;
  }
  const access = authorityInfoAccessOf(certificate) ?? [];
  return access.some(({ method }) => method === 'ocsp')
    ? 'noRevAvail and the address of a responder'
    : undefined;
}

const POINTERS: readonly (readonly [string, string])[] = [
  [EXTENSION_OIDS.cRLDistributionPoints, 'cRLDistributionPoints'],
  [EXTENSION_OIDS.freshestCRL, 'freshestCRL'],
];
