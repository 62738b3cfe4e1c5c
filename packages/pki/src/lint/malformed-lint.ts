import type { PkiError, PkiErrorCode } from '../errors/pki-error.ts';
import type { CrlPart } from '../pki/crl-scanner.ts';
import type { CrlLintId } from './lint-rules.ts';

/** The lint that stands for an error of decoding, by the part of the list where it is. */
export function malformedLint(error: PkiError, part: CrlPart): CrlLintId {
  return BY_PART[part]?.[error.code] ?? BY_CODE[error.code] ?? 'der_invalid';
}

type Lints = Partial<Readonly<Record<PkiErrorCode, CrlLintId>>>;

const BY_CODE: Lints = {
  der_default_encoded: 'default_encoded',
  der_time_invalid: 'time_invalid',
  der_empty_sequence: 'extension_malformed',
  extension_duplicate: 'extension_duplicate',
  size_exceeded: 'part_too_large',
};

/** Codes of which the part tells what is meant. */
const BY_PART: Partial<Readonly<Record<CrlPart, Lints>>> = {
  head: { crl_invalid: 'version_field_invalid' },
  entries: {
    crl_invalid: 'version_not_2',
    der_integer_not_minimal: 'serial_not_minimal',
    der_integer_too_large: 'serial_too_long',
    extension_invalid: 'entry_extension_invalid',
  },
  extensions: { crl_invalid: 'version_not_2' },
  signature: { crl_invalid: 'signature_algorithm_mismatch' },
};
