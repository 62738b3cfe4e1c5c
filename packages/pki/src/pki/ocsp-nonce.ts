import { encodeDer } from '../encoding/der-writer.ts';
import { readDer } from '../encoding/read-der.ts';
import { PkiError, type PkiErrorCode } from '../errors/pki-error.ts';
import { type Extension, encodeExtension, findExtension } from './extension.ts';
import { EXTENSION_OIDS } from './extension-oids.ts';

/** How a nonce stands in its extension. */
export type NonceForm = 'absent' | 'wrapped' | 'unwrapped';

/** A nonce and the form in which it came. */
export interface Nonce {
  readonly nonce: Uint8Array | undefined;
  readonly nonceForm: NonceForm;
}

/**
 * The nonce among these extensions (RFC 9654 2.1).
 *
 * @param offset where the extensions begin, for errors
 * @throws PkiError `code` when it has no octet or more than 128
 */
export function nonceOf(extensions: readonly Extension[], code: PkiErrorCode, offset: number): Nonce {
  const extension = findExtension({ extensions }, EXTENSION_OIDS.ocspNonce);
  if (extension === undefined) return { nonce: undefined, nonceForm: 'absent' };
  const nonce = unwrap(extension.value);
  const length = nonce?.length ?? extension.value.length;
  if (length === 0 || (nonce !== undefined && length > 128)) {
    throw new PkiError(code, `a nonce of ${length} octets`, { offset });
  }
  return { nonce, nonceForm: nonce === undefined ? 'unwrapped' : 'wrapped' };
}

/** The extension of a nonce, not critical, for requests and answers (RFC 9654 2.1: 32 octets are best). */
export function encodeNonce(nonce: Uint8Array): Uint8Array {
  return encodeExtension(
    EXTENSION_OIDS.ocspNonce,
    'non-critical',
    encodeDer((writer) => writer.octetString(nonce)),
  );
}

function unwrap(value: Uint8Array): Uint8Array | undefined {
  try {
    return readDer(value, 'nonce', (reader) => reader.octetString('nonce'));
  } catch {
    return undefined;
  }
}
