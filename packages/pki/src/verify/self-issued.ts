import type { Certificate } from '../pki/certificate.ts';
import { namesEqualBytes } from '../pki/name.ts';

/** True when issuer and subject are one name (RFC 5280 3.2), as where a CA moves to a new key. */
export function isSelfIssued(certificate: Certificate): boolean {
  return namesEqualBytes(certificate.issuer, certificate.subject);
}
