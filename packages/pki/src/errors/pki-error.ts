/**
 * Every reason for which this package throws. The codes are stable: branch on them, not on messages.
 *
 * `der_*` say that bytes are no DER; `*_invalid` without that prefix say that the DER is not the
 * structure that was asked for.
 */
export type PkiErrorCode =
  | 'der_truncated'
  | 'der_trailing_data'
  | 'der_indefinite_length'
  | 'der_length_not_minimal'
  | 'der_length_too_large'
  | 'der_unexpected_tag'
  | 'der_high_tag'
  | 'der_depth_exceeded'
  | 'der_integer_not_minimal'
  | 'der_integer_negative'
  | 'der_integer_too_large'
  | 'der_boolean_invalid'
  | 'der_bit_string_invalid'
  | 'der_null_invalid'
  | 'der_oid_invalid'
  | 'der_time_invalid'
  | 'der_string_invalid'
  | 'der_default_encoded'
  | 'der_set_order'
  | 'der_empty_sequence'
  | 'size_exceeded'
  | 'pem_invalid'
  | 'base64_invalid'
  | 'hex_invalid'
  | 'serial_number_invalid'
  | 'name_invalid'
  | 'certificate_invalid'
  | 'crl_invalid'
  | 'ocsp_request_invalid'
  | 'ocsp_response_invalid'
  | 'cms_invalid'
  | 'extension_invalid'
  | 'extension_duplicate'
  | 'algorithm_unsupported'
  | 'key_invalid'
  | 'key_passphrase_wrong'
  | 'signature_self_check_failed';

/** What a {@link PkiError} may carry beside its code and message. */
export interface PkiErrorDetails {
  /** Octets from the start of the outermost buffer that the caller passed. */
  readonly offset?: number | undefined;
  /** The error of a lower layer, as it was. */
  readonly cause?: unknown;
}

/**
 * The only error that this package throws on any input; `switch` on its `code`.
 *
 * @example
 * try {
 *   decodeCertificate(bytes);
 * } catch (error) {
 *   if (error instanceof PkiError) console.error(error.code, error.offset);
 * }
 */
export class PkiError extends Error {
  override readonly name: string = 'PkiError';
  readonly code: PkiErrorCode;
  /** Octets from the start of the outermost buffer that the caller passed; undefined where no octet is to blame. */
  readonly offset: number | undefined;

  constructor(code: PkiErrorCode, message: string, details: PkiErrorDetails = {}) {
    super(
      details.offset === undefined ? message : `${message} (at octet ${details.offset})`,
      details.cause === undefined ? undefined : { cause: details.cause },
    );
    this.code = code;
    this.offset = details.offset;
  }
}
