import type { Issuer } from '../issuer/issuer.ts';
import type { CertificateStatus } from './certificate-record.ts';
import type { RefusalCause } from './ocsp-source.ts';
import type { StatusVersion, StatusView } from './status-view.ts';

/** What there is to say of a certificate at an instant. */
export type CertificateStanding =
  | {
      readonly kind: 'known';
      readonly status: CertificateStatus;
      readonly version: StatusVersion;
      readonly notAfter: Date;
    }
  | {
      /** Never assigned, and the issuer's policy is to sign that. */
      readonly kind: 'unassigned';
      readonly as: 'unknown' | 'extended-revoke';
      readonly version: undefined;
      readonly notAfter: undefined;
    }
  | {
      readonly kind: 'refused';
      readonly cause: Extract<RefusalCause, 'serial_unassigned' | 'certificate_expired'>;
      readonly version: undefined;
      readonly notAfter: undefined;
    };

/**
 * Looks a certificate up. One without a record is never good (OREQ-16), and one past its notAfter
 * is no longer answered for (RFC 9919 3.2.3; ORSP-29).
 *
 * @param serialNumber magnitude octets
 */
export function standingOf(
  view: StatusView,
  issuer: Issuer,
  serialNumber: Uint8Array,
  now: Date,
): CertificateStanding {
  const key = view.keyOf(issuer.id, serialNumber);
  const version = view.read(key);
  if (version === undefined) return unassigned(issuer);
  const { status, notAfter } = view.decode(key, version);
  if (notAfter < now)
    return { kind: 'refused', cause: 'certificate_expired', version: undefined, notAfter: undefined };
  return { kind: 'known', status, version, notAfter };
}

function unassigned(issuer: Issuer): CertificateStanding {
  const as = issuer.policy.ocsp.unknownSerial;
  if (as === 'unauthorized') {
    return { kind: 'refused', cause: 'serial_unassigned', version: undefined, notAfter: undefined };
  }
  return { kind: 'unassigned', as, version: undefined, notAfter: undefined };
}
