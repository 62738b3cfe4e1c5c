import { encodeDer } from '../encoding/der-writer.ts';
import { type ExtensionHolder, encodeExtension, readExtensionValue } from './extension.ts';
import { EXTENSION_OIDS } from './extension-oids.ts';

/**
 * The extension by which a responder says back to which date it answers for expired certificates (RFC
 * 6960 4.4.4): a GeneralizedTime, not critical, among the singleExtensions. It is producedAt less the time
 * for which the responder remembers.
 */
export function encodeArchiveCutoff(cutoff: Date): Uint8Array {
  return encodeExtension(
    EXTENSION_OIDS.ocspArchiveCutoff,
    'non-critical',
    encodeDer((writer) => writer.generalizedTime(cutoff)),
  );
}

/** The archive cutoff of a SingleResponse, or undefined. @throws PkiError der_* */
export function archiveCutoffOf(holder: ExtensionHolder): Date | undefined {
  return readExtensionValue(holder, EXTENSION_OIDS.ocspArchiveCutoff, 'archiveCutoff', (reader) =>
    reader.generalizedTime('archiveCutoff'),
  );
}
