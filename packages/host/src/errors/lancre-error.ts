/**
 * Every failure the host can name. Programs branch on the code; people read the message, which
 * names the thing at fault (file, line, field, issuer, serial).
 */
export type LancreErrorCode =
  | 'config_missing'
  | 'config_invalid'
  | 'file_missing'
  | 'file_unreadable'
  | 'input_invalid'
  | 'key_invalid'
  | 'key_mismatch'
  | 'key_passphrase'
  | 'certificate_unsuitable'
  | 'issuer_exists'
  | 'issuer_unknown'
  | 'serial_unknown'
  | 'transition_refused'
  | 'store_busy'
  | 'store_corrupt'
  | 'store_version'
  | 'artifact_conflict'
  | 'artifact_refused'
  | 'already_running'
  | 'signer_unavailable'
  | 'address_in_use'
  | 'internal';

/**
 * The host's only error class. Expected outcomes (an unknown serial, a stale list) are return
 * values; this is for broken input, broken storage and refused configuration.
 *
 * @example
 * throw new LancreError('file_missing', 'no such file: ca.pem');
 */
export class LancreError extends Error {
  readonly code: LancreErrorCode;

  constructor(code: LancreErrorCode, message: string, options?: { readonly cause?: unknown }) {
    super(message, options);
    this.name = 'LancreError';
    this.code = code;
  }
}
