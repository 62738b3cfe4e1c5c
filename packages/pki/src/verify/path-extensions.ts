import { subjectAltNameOf } from '../pki/access-extensions.ts';
import type { Certificate } from '../pki/certificate.ts';
import { extendedKeyUsageOf, keyUsageOf } from '../pki/constraint-extensions.ts';
import { EXTENSION_OIDS } from '../pki/extension-oids.ts';
import { findPurposeExclusion } from './extended-key-usage.ts';
import { findNoRevAvailConflict } from './no-rev-avail.ts';
import type { PathFailureCode } from './path.ts';
import { arePoliciesUnderstood } from './policy-extensions.ts';

/** Where a certificate stands in a path. */
export type PathRole = 'target' | 'authority';

/** What is wrong with one certificate of a path. */
export interface PathFault {
  readonly code: PathFailureCode;
  readonly message: string;
}

/**
 * Checks that nothing in the extensions is passed over that bears on the path (RFC 5280 4.2, 6.1.4 (o),
 * 6.1.5 (f)).
 *
 * Of a target, keyUsage, extendedKeyUsage and subjectAltName are taken as processed when they can be read:
 * which name is wanted is for the caller to compare. What policies say is for `policy-check.ts`.
 *
 * @param purpose what extendedKeyUsage, where there is one, has to allow; without it, a critical one on an
 * authority fails
 * @returns undefined when there is nothing
 * @throws PkiError der_*, extension_invalid, extension_duplicate
 */
export function checkPathExtensions(
  certificate: Certificate,
  role: PathRole,
  purpose: string | undefined,
): PathFault | undefined {
  for (const { oid, critical } of certificate.extensions) {
    if (critical && !isProcessed(oid, certificate, role, purpose)) {
      return { code: 'critical_extension_unsupported', message: `the critical extension ${oid}` };
    }
  }
  return checkPurpose(certificate, purpose) ?? checkNoRevAvail(certificate);
}

function checkPurpose(certificate: Certificate, purpose: string | undefined): PathFault | undefined {
  const message = purpose === undefined ? undefined : findPurposeExclusion(certificate, purpose);
  return message === undefined ? undefined : { code: 'extended_key_usage_excludes_purpose', message };
}

function checkNoRevAvail(certificate: Certificate): PathFault | undefined {
  const message = findNoRevAvailConflict(certificate);
  return message === undefined ? undefined : { code: 'no_rev_avail_conflict', message };
}

function isProcessed(
  oid: string,
  certificate: Certificate,
  role: PathRole,
  purpose: string | undefined,
): boolean {
  switch (oid) {
    case EXTENSION_OIDS.basicConstraints:
    case EXTENSION_OIDS.nameConstraints:
    case EXTENSION_OIDS.policyMappings:
    case EXTENSION_OIDS.policyConstraints:
    case EXTENSION_OIDS.inhibitAnyPolicy:
    case EXTENSION_OIDS.noRevAvail:
      // Read from every certificate, critical or not.
      return true;
    case EXTENSION_OIDS.keyUsage:
      return keyUsageOf(certificate) !== undefined;
    case EXTENSION_OIDS.certificatePolicies:
      return arePoliciesUnderstood(certificate);
    case EXTENSION_OIDS.subjectAltName:
      return subjectAltNameOf(certificate) !== undefined;
    case EXTENSION_OIDS.extendedKeyUsage:
      return (role === 'target' || purpose !== undefined) && extendedKeyUsageOf(certificate) !== undefined;
    default:
      return false;
  }
}
