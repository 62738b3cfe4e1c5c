import type { OcspUndeterminedReason } from '@lancre/pki/verify';

/** Why an OCSP answer that was signed elsewhere is not taken in; stable. */
export type OcspResponseRefusalCode =
  | 'not_der'
  | 'too_short'
  | 'several_certificates'
  | 'serial_invalid'
  | 'issuer_unknown'
  | 'nonce_present'
  | 'status_unknown'
  | 'times_disordered'
  | 'revocation_in_future'
  | 'outlives_certificate'
  | 'certificate_expired'
  | 'record_disagrees'
  | 'issuer_compromised'
  | 'revoked_before'
  | 'older'
  | OcspUndeterminedReason;

/** An answer that is not taken in: a value, since files from elsewhere are expected to be wrong. */
export interface OcspResponseRefusal {
  readonly kind: 'refused';
  readonly code: OcspResponseRefusalCode;
  /** The field at fault, by its name in RFC 6960. */
  readonly field: string;
  readonly message: string;
}

/** Refuses an answer for a field of it. */
export function refuseAnswer(
  code: OcspResponseRefusalCode,
  field: string,
  message: string,
): OcspResponseRefusal {
  return { kind: 'refused', code, field, message };
}
