import { subjectAltNameOf } from '../pki/access-extensions.ts';
import type { Certificate } from '../pki/certificate.ts';
import { extendedKeyUsageOf, keyUsageOf } from '../pki/constraint-extensions.ts';
import { EXTENSION_OIDS } from '../pki/extension-oids.ts';
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
 * which purpose and which name are wanted is for the caller to compare.
 *
 * @returns undefined when there is nothing
 * @throws PkiError der_*, extension_invalid, extension_duplicate
 */
export function checkPathExtensions(certificate: Certificate, role: PathRole): PathFault | undefined {
  for (const { oid, critical } of certificate.extensions) {
    if (critical && !isProcessed(oid, certificate, role)) {
      return { code: 'critical_extension_unsupported', message: `the critical extension ${oid}` };
    }
    if (NOT_TO_BE_IGNORED.has(oid)) {
      return { code: 'extension_unsupported', message: `the extension ${oid} is not processed yet` };
    }
  }
  return undefined;
}

function isProcessed(oid: string, certificate: Certificate, role: PathRole): boolean {
  switch (oid) {
    case EXTENSION_OIDS.basicConstraints:
      return true;
    case EXTENSION_OIDS.keyUsage:
      return keyUsageOf(certificate) !== undefined;
    case EXTENSION_OIDS.certificatePolicies:
      return arePoliciesUnderstood(certificate);
    case EXTENSION_OIDS.subjectAltName:
      // No name can be outside of constraints: a path that has any fails.
      return subjectAltNameOf(certificate) !== undefined;
    case EXTENSION_OIDS.extendedKeyUsage:
      return role === 'target' && extendedKeyUsageOf(certificate) !== undefined;
    default:
      return false;
  }
}

/**
 * RFC 5280 6.1.3 (b) and (c), 6.1.4 (a), (g) and (i): each of these can fail a path by itself, critical or
 * not. A non-critical inhibitAnyPolicy cannot, see `policy-extensions.ts`.
 */
const NOT_TO_BE_IGNORED: ReadonlySet<string> = new Set([
  EXTENSION_OIDS.nameConstraints,
  EXTENSION_OIDS.policyConstraints,
  EXTENSION_OIDS.policyMappings,
]);
