import { encodeDer } from '../encoding/der-writer.ts';
import { encodeExtension } from './extension.ts';
import { EXTENSION_OIDS } from './extension-oids.ts';

/**
 * The extension by which a responder says that "revoked" may also mean "never issued" (RFC 6960
 * 4.4.8): NULL, not critical, among the responseExtensions.
 */
export function encodeExtendedRevoke(): Uint8Array {
  return encodeExtension(
    EXTENSION_OIDS.ocspExtendedRevoke,
    'non-critical',
    encodeDer((writer) => writer.null()),
  );
}
