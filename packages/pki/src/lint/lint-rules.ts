import type { LintProfile, LintRequirement, LintSeverity } from './lint-finding.ts';

/** One lint: how bad its findings are in each profile (undefined: none there), and where it comes from. */
export interface LintRule {
  readonly severities: Readonly<Record<LintProfile, LintSeverity | undefined>>;
  readonly requirement: LintRequirement | undefined;
  readonly clause: string;
}

/** The lints of CRLs by their ids, which are stable. */
export type CrlLintId = keyof typeof ROWS;

/** The rule of an id. */
export function lintRule(id: CrlLintId): LintRule {
  const [rfc5280, cabf, requirement, clause]: Row = ROWS[id];
  return Object.freeze({
    severities: { rfc5280: known(rfc5280), cabf: known(cabf) },
    requirement: known(requirement),
    clause,
  });
}

type Row = readonly [
  rfc5280: LintSeverity | 'none',
  cabf: LintSeverity | 'none',
  requirement: LintRequirement | 'none',
  clause: string,
];

function known<T extends string>(value: T | 'none'): T | undefined {
  return value === 'none' ? undefined : value;
}

const ROWS = {
  // What cannot be decoded.
  der_invalid: ['error', 'error', 'T-45', 'X.690 10'],
  default_encoded: ['error', 'error', 'T-45', 'X.690 11.5'],
  time_invalid: ['error', 'error', 'CRL-03', 'RFC 5280 5.1.2.4'],
  extension_malformed: ['error', 'error', 'CRL-07', 'RFC 5280 4.2'],
  extension_duplicate: ['error', 'error', 'CRL-07', 'RFC 5280 4.2'],
  entry_extension_invalid: ['error', 'error', 'CRL-13', 'RFC 5280 5.3'],
  serial_not_minimal: ['error', 'error', 'CRL-10', 'X.690 8.3.2'],
  signature_algorithm_mismatch: ['error', 'error', 'CRL-01', 'RFC 5280 5.1.1.2'],
  version_field_invalid: ['error', 'error', 'CRL-01', 'RFC 5280 5.1.2.1'],
  part_too_large: ['error', 'error', 'CRL-29', 'RFC 5280 5.1'],

  // Version, algorithm, signature.
  version_not_2: ['error', 'error', 'CRL-01', 'RFC 5280 5.1.2.1'],
  signature_algorithm_not_canonical: ['error', 'error', 'CRL-19', 'RFC 4055 5, RFC 5758 3.2'],
  signature_algorithm_unknown: ['warning', 'error', 'CRL-19', 'BR 7.1.3.2'],
  signature_algorithm_not_allowed: ['none', 'error', 'CRL-19', 'BR 7.1.3.2'],
  signature_algorithm_curve: ['none', 'error', 'CRL-19', 'BR 7.1.3.2.2'],
  signature_sha1: ['warning', 'error', 'T-27', 'BR 7.1.3.2.1'],
  signature_invalid: ['error', 'error', 'CRL-28', 'RFC 5280 6.3.3 (g)'],
  signature_unsupported: ['warning', 'warning', 'CRL-28', 'RFC 5280 6.3.3 (g)'],

  // Issuer.
  issuer_empty: ['error', 'error', 'CRL-02', 'RFC 5280 5.1.2.3'],
  issuer_mismatch: ['error', 'error', 'CRL-02', 'RFC 5280 6.3.3 (b)'],
  issuer_encoding: ['error', 'error', 'T-16', 'BR 7.2'],
  issuer_without_crl_sign: ['error', 'error', 'CRL-20', 'RFC 5280 6.3.3 (f)'],

  // Times.
  time_form: ['error', 'error', 'CRL-03', 'RFC 5280 5.1.2.4'],
  next_update_missing: ['error', 'error', 'CRL-04', 'RFC 5280 5.1.2.5'],
  next_update_not_later: ['error', 'error', 'CRL-04', 'RFC 5280 5.1.2.5'],
  validity_too_long: ['none', 'error', 'CRL-04', 'BR 7.2'],
  validity_at_limit: ['none', 'warning', 'T-18', 'BR 7.2'],
  validity_long_for_subscribers: ['none', 'notice', 'CRL-04', 'BR 7.2'],
  expired: ['error', 'error', 'CRL-04', 'RFC 5280 5.1.2.5'],
  not_yet_valid: ['error', 'error', 'CRL-03', 'RFC 5280 5.1.2.4'],

  // Extensions of the list.
  authority_key_identifier_missing: ['error', 'error', 'CRL-07', 'RFC 5280 5.2.1'],
  authority_key_identifier_critical: ['error', 'error', 'CRL-07', 'RFC 5280 4.2.1.1'],
  authority_key_identifier_without_key: ['error', 'error', 'CRL-07', 'RFC 5280 5.2.1'],
  authority_key_identifier_issuer_serial: ['notice', 'error', 'CRL-07', 'BR 7.1.2.11.1'],
  authority_key_identifier_mismatch: ['error', 'error', 'CRL-07', 'RFC 5280 5.2.1'],
  crl_number_missing: ['error', 'error', 'CRL-08', 'RFC 5280 5.2.3'],
  crl_number_critical: ['error', 'error', 'CRL-07', 'RFC 5280 5.2.3'],
  crl_number_negative: ['error', 'error', 'CRL-08', 'RFC 5280 5.2.3'],
  crl_number_too_big: ['error', 'error', 'CRL-08', 'RFC 5280 5.2.3'],
  critical_extension_unknown: ['error', 'error', 'CRL-07', 'RFC 5280 5.2'],
  extension_not_recommended: ['none', 'warning', 'CRL-07', 'BR 7.2.2'],
  next_crl_publish: ['notice', 'warning', 'CRL-26', 'BR 7.2.2'],

  // issuingDistributionPoint.
  idp_not_critical: ['error', 'error', 'SHD-02', 'RFC 5280 5.2.5'],
  idp_empty: ['error', 'error', 'SHD-03', 'RFC 5280 5.2.5'],
  idp_default_encoded: ['error', 'error', 'SHD-03', 'X.690 11.5'],
  idp_scopes_conflict: ['error', 'error', 'SHD-03', 'RFC 5280 5.2.5'],
  idp_attribute_certificates: ['error', 'error', 'SHD-03', 'RFC 5280 5.2.5'],
  idp_indirect: ['notice', 'error', 'CRL-16', 'BR 7.2.2.1'],
  idp_some_reasons: ['notice', 'warning', 'SHD-04', 'BR 7.2.2.1'],
  idp_without_distribution_point: ['none', 'warning', 'CRL-17', 'BR 7.2.2.1'],
  idp_name_relative: ['warning', 'error', 'SHD-02', 'RFC 5280 4.2.1.13'],
  idp_name_not_uri: ['notice', 'error', 'SHD-02', 'BR 7.2.2.1'],
  idp_uri_not_http: ['none', 'warning', 'SHD-02', 'BR 7.1.2.11.2'],
  idp_url_mismatch: ['warning', 'error', 'SHD-14', 'RFC 5280 6.3.3 (b)'],
  idp_scope_mismatch: ['warning', 'error', 'CRL-17', 'RFC 5280 6.3.3 (b)'],
  url_double_slash: ['warning', 'warning', 'SHD-08', 'RFC 3986 6.2.1'],

  // Deltas.
  delta_not_critical: ['error', 'error', 'SHD-16', 'RFC 5280 5.2.4'],
  delta_base_invalid: ['error', 'error', 'SHD-16', 'RFC 5280 5.2.4'],
  delta_base_not_below: ['error', 'error', 'SHD-17', 'RFC 5280 5.2.4'],
  delta_not_recommended: ['none', 'warning', 'SHD-20', 'BR 7.2.2'],
  freshest_crl_critical: ['error', 'error', 'SHD-19', 'RFC 5280 5.2.6'],
  freshest_crl_in_delta: ['error', 'error', 'SHD-19', 'RFC 5280 5.2.6'],
  freshest_crl_fields: ['error', 'error', 'SHD-19', 'RFC 5280 5.2.6'],

  // Entries.
  revoked_certificates_empty: ['error', 'error', 'CRL-06', 'RFC 5280 5.1.2.6'],
  serial_zero: ['warning', 'error', 'CRL-10', 'RFC 5280 4.1.2.2'],
  serial_negative: ['warning', 'error', 'CRL-10', 'RFC 5280 4.1.2.2'],
  serial_too_long: ['warning', 'error', 'CRL-10', 'RFC 5280 4.1.2.2'],
  serial_duplicate: ['error', 'error', 'CRL-10', 'RFC 5280 5.1.2.6'],
  serial_duplicates_unchecked: ['notice', 'notice', 'T-32', 'RFC 5280 5.1.2.6'],
  revocation_date_form: ['error', 'error', 'CRL-11', 'RFC 5280 5.1.2.6'],
  revocation_date_zero: ['error', 'error', 'CRL-11', 'RFC 5280 5.1.2.6'],
  revocation_date_later: ['warning', 'error', 'CRL-11', 'RFC 5280 5.1.2.6'],
  reason_critical: ['error', 'error', 'CRL-12', 'RFC 5280 5.3.1'],
  reason_unspecified: ['warning', 'error', 'CRL-12', 'RFC 5280 5.3.1'],
  reason_hold: ['none', 'error', 'CRL-13', 'BR 7.2.2'],
  reason_not_allowed: ['none', 'error', 'CRL-12', 'BR 7.2.2'],
  reason_missing: ['none', 'error', 'CRL-14', 'BR 7.2.2'],
  reason_remove_from_crl: ['error', 'error', 'CRL-13', 'RFC 5280 5.3.1'],
  invalidity_date_critical: ['error', 'error', 'CRL-15', 'RFC 5280 5.3.2'],
  invalidity_date_form: ['error', 'error', 'CRL-15', 'RFC 5280 5.3.2'],
  entry_extension_not_recommended: ['none', 'warning', 'CRL-15', 'BR 7.2.2'],
  entry_critical_extension_unknown: ['error', 'error', 'none', 'RFC 5280 5.3'],
  entry_extensions_empty: ['error', 'error', 'T-45', 'RFC 5280 5.1'],
  certificate_issuer: ['none', 'error', 'CRL-16', 'BR 7.2'],
  certificate_issuer_unannounced: ['error', 'error', 'CRL-16', 'RFC 5280 5.3.3'],

  // Size and transport.
  size_chromium: ['notice', 'warning', 'CRL-25', 'Chromium: 5 MiB'],
  size_microsoft: ['notice', 'warning', 'CRL-25', 'Microsoft 3.1.10: 10 MB'],
  size_openssl: ['warning', 'warning', 'CRL-25', 'OpenSSL: 32 MiB'],
  pem_at_url: ['error', 'error', 'T-12', 'RFC 5280 4.2.1.13'],
  media_type_wrong: ['warning', 'error', 'T-13', 'RFC 5280 4.2.1.13'],
} as const;

/** The ids of all lints. */
export const CRL_LINT_IDS: readonly CrlLintId[] = Object.freeze(Object.keys(ROWS).filter(isLintId));

function isLintId(text: string): text is CrlLintId {
  return Object.hasOwn(ROWS, text);
}
