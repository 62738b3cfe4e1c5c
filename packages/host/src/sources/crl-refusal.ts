/** Why a CRL that was signed elsewhere is not taken in; stable. */
export type CrlRefusalCode =
  | 'crl_malformed'
  | 'not_one_list'
  | 'delta_unsupported'
  | 'critical_extension_unsupported'
  | 'issuer_unknown'
  | 'issuer_mismatch'
  | 'issuer_has_key'
  | 'key_identifier_missing'
  | 'key_identifier_mismatch'
  | 'signature_invalid'
  | 'signature_unsupported'
  | 'not_yet_valid'
  | 'next_update_missing'
  | 'times_disordered'
  | 'stale'
  | 'number_missing'
  | 'indirect'
  | 'some_reasons_only'
  | 'scope_mismatch'
  | 'distribution_point_mismatch'
  | 'number_not_higher'
  | 'older'
  | 'entry_invalid'
  | 'hold_not_allowed'
  | 'serial_invalid'
  | 'serial_duplicate'
  | 'revocation_in_future'
  | 'entry_lost'
  /** The last check before publication found a fault. */
  | 'gate_refused'
  /** Another list was published at the same moment. */
  | 'overtaken';

/** A CRL that is not taken in: a value, since files from elsewhere are expected to be wrong. */
export interface CrlRefusal {
  readonly kind: 'refused';
  readonly code: CrlRefusalCode;
  /** The field at fault, by its name in RFC 5280. */
  readonly field: string;
  readonly message: string;
}

/** Refuses a list for a field of it. */
export function refuseCrl(code: CrlRefusalCode, field: string, message: string): CrlRefusal {
  return { kind: 'refused', code, field, message };
}
