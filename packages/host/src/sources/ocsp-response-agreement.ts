import type { CertStatus } from '@lancre/pki/ocsp';
import type { CertificateStatus } from '../status/certificate-record.ts';
import { type CertificateStanding, standingOf } from '../status/certificate-standing.ts';
import type { StatusVersion, StatusView } from '../status/status-view.ts';
import { type OcspResponseRefusal, refuseAnswer } from './ocsp-response-refusal.ts';
import type { OcspResponseSubject } from './ocsp-response-subject.ts';

/** The record that an answer agrees with. */
export interface OcspResponseAgreement {
  readonly kind: 'agreement';
  /** Undefined = there is no record: the answer alone speaks for the certificate. */
  readonly version: StatusVersion | undefined;
  /** Until when the certificate is answered for; undefined = its end is not known here. */
  readonly answeredUntil: Date | undefined;
}

/**
 * Checks that an answer says what the record of its certificate says, where there is one: OCSP and the
 * lists tell the same (ORSP-26).
 */
export function checkOcspResponseAgreement(
  { issuer, serialOctets, single: { certStatus } }: OcspResponseSubject,
  { now, view }: { readonly now: Date; readonly view: StatusView },
): OcspResponseAgreement | OcspResponseRefusal {
  if (certStatus.status === 'unknown')
    return refuseAnswer('status_unknown', 'certStatus', 'it is "unknown", which is nothing worth keeping');
  const standing = standingOf(view, issuer, serialOctets, now);
  if (standing.kind === 'known') return agreeWith(standing, certStatus);
  if (standing.kind === 'refused' && standing.cause === 'certificate_expired')
    return refuseAnswer('certificate_expired', 'certID', 'the certificate has expired');
  // RFC 6960 2.7: then every certificate is revoked, also one without a record.
  if (issuer.compromise !== undefined && certStatus.status === 'good')
    return refuseAnswer(
      'issuer_compromised',
      'certStatus',
      `it is "good", and the key of ${issuer.name} is not`,
    );
  return { kind: 'agreement', version: undefined, answeredUntil: undefined };
}

function agreeWith(
  { status, version, answeredUntil }: Extract<CertificateStanding, { kind: 'known' }>,
  certStatus: CertStatus,
): OcspResponseAgreement | OcspResponseRefusal {
  const recorded = wordsOf(status);
  const said = wordsOf(
    certStatus.status === 'revoked' ? { kind: 'revoked', ...certStatus } : { kind: 'assigned' },
  );
  if (recorded === said) return { kind: 'agreement', version, answeredUntil };
  return refuseAnswer('record_disagrees', 'certStatus', `it says ${said}; the record here says ${recorded}`);
}

/** A status as OCSP tells it; one that is held is revoked there, and no reason is "unspecified". */
function wordsOf(
  status:
    | CertificateStatus
    | { readonly kind: 'revoked'; readonly revocationTime: Date; readonly reason?: string | undefined },
): string {
  if (status.kind === 'assigned') return 'good';
  return `revoked ${status.revocationTime.toISOString()} (${status.reason ?? 'unspecified'})`;
}
