import type { Certificate } from '../pki/certificate.ts';
import { EXTENDED_KEY_USAGE_OIDS, extendedKeyUsageOf } from '../pki/constraint-extensions.ts';

/**
 * Why this certificate is not for a purpose; undefined when it is. Without an extendedKeyUsage it is for all of
 * them (RFC 5280 4.2.1.12).
 *
 * Of an authority, the RFC says nothing; verifiers in practice, and BR 7.1.2.2.3, take the purposes of an issuer for
 * a bound of what it issues.
 *
 * @throws PkiError der_*
 */
export function findPurposeExclusion(certificate: Certificate, purpose: string): string | undefined {
  const purposes = extendedKeyUsageOf(certificate);
  if (purposes === undefined || purposes.has(purpose) || purposes.has(ANY_PURPOSE)) return undefined;
  return `its extendedKeyUsage has no ${purpose}`;
}

const ANY_PURPOSE = EXTENDED_KEY_USAGE_OIDS.anyExtendedKeyUsage;
