import { encodeDer } from '../encoding/der-writer.ts';
import { encodeExtension } from './extension.ts';
import { EXTENSION_OIDS } from './extension-oids.ts';

/**
 * The extension that tells from when on a revoked certificate is known, or feared, to have been invalid
 * (RFC 5280 5.3.2): of CRL entries, and as a singleExtension of OCSP answers (RFC 6960 4.4.5). Not critical.
 */
export function encodeInvalidityDate(date: Date): Uint8Array {
  return encodeExtension(
    EXTENSION_OIDS.invalidityDate,
    'non-critical',
    encodeDer((writer) => writer.generalizedTime(date)),
  );
}
