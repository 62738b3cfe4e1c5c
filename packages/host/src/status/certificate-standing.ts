import type { Issuer } from '../issuer/issuer.ts';
import type { CertificateStatus } from './certificate-record.ts';
import type { RefusalCause } from './ocsp-source.ts';
import type { StatusVersion, StatusView } from './status-view.ts';

/** What there is to say of a certificate at an instant. */
export type CertificateStanding =
  | {
      readonly kind: 'known';
      readonly status: CertificateStatus;
      readonly shard: number;
      readonly version: StatusVersion;
      /** The certificate's notAfter, or later where expired ones are still answered for. */
      readonly answeredUntil: Date;
    }
  | {
      /** Never assigned, and the issuer's policy is to sign that. */
      readonly kind: 'unassigned';
      readonly as: 'unknown' | 'extended-revoke';
      readonly version: undefined;
      readonly answeredUntil: undefined;
    }
  | {
      readonly kind: 'refused';
      readonly cause: Extract<RefusalCause, 'serial_unassigned' | 'certificate_expired'>;
      readonly version: undefined;
      readonly answeredUntil: undefined;
    };

/**
 * Looks a certificate up. One without a record is never good (OREQ-16), and one past its notAfter is no
 * longer answered for (RFC 9919 3.2.3; ORSP-29), unless the issuer keeps answering for a while (RFC 6960 4.4.4).
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
  const { status, notAfter, shard } = view.decode(key, version);
  const answeredUntil = new Date(notAfter.getTime() + issuer.policy.ocsp.retentionSeconds * 1000);
  if (answeredUntil < now)
    return { kind: 'refused', cause: 'certificate_expired', version: undefined, answeredUntil: undefined };
  return { kind: 'known', status: statusUnder(issuer, status), shard, version, answeredUntil };
}

/** RFC 6960 2.7: of a CA whose key is compromised every certificate is revoked; an earlier revocation stays. */
function statusUnder({ compromise, policy }: Issuer, status: CertificateStatus): CertificateStatus {
  if (compromise === undefined || status.kind === 'revoked') return status;
  const revoked = { kind: 'revoked', revocationTime: compromise.since } as const;
  // BR 7.2.2 has no such reason for certificates of subscribers, and BR 7.3 wants one for those of CAs.
  const hasReason = policy.profile === 'private' || policy.issues === 'ca';
  return hasReason ? { ...revoked, reason: 'cACompromise' } : revoked;
}

function unassigned(issuer: Issuer): CertificateStanding {
  const as = issuer.policy.ocsp.unknownSerial;
  if (as === 'unauthorized') {
    return { kind: 'refused', cause: 'serial_unassigned', version: undefined, answeredUntil: undefined };
  }
  return { kind: 'unassigned', as, version: undefined, answeredUntil: undefined };
}
