import { encodeDer } from '../encoding/der-writer.ts';
import { encodeHex } from '../encoding/hex.ts';
import { type ExtensionHolder, encodeExtension, readExtensionValue } from './extension.ts';
import { EXTENSION_OIDS } from './extension-oids.ts';

/** The CRL on which a revoked certificate was found (RFC 6960 4.4.2): any of the three, or none. */
export interface CrlId {
  readonly url?: string | undefined;
  /** The CRL number. */
  readonly number?: bigint | undefined;
  /** The CRL's thisUpdate. */
  readonly time?: Date | undefined;
}

/** The extension that names a CRL: not critical, among the singleExtensions (RFC 6960 4.4.2). */
export function encodeCrlId({ url, number, time }: CrlId): Uint8Array {
  const value = encodeDer((writer) =>
    writer.sequence((crlId) => {
      if (url !== undefined) crlId.context(0, (explicit) => explicit.ia5String(url));
      if (number !== undefined) crlId.context(1, (explicit) => explicit.integer(number));
      if (time !== undefined) crlId.context(2, (explicit) => explicit.generalizedTime(time));
    }),
  );
  return encodeExtension(EXTENSION_OIDS.ocspCrlId, 'non-critical', value);
}

/** The CRL that a SingleResponse names, or undefined. @throws PkiError der_* */
export function crlIdOf(holder: ExtensionHolder): CrlId | undefined {
  return readExtensionValue(holder, EXTENSION_OIDS.ocspCrlId, 'CrlID', (reader) =>
    reader.sequence('CrlID', (crlId) =>
      Object.freeze({
        url: crlId.optionalContext(0, 'crlUrl', (explicit) => explicit.string('crlUrl')),
        number: crlId.optionalContext(1, 'crlNum', (explicit) =>
          BigInt(`0x${encodeHex(explicit.unsignedInteger('crlNum'))}`),
        ),
        time: crlId.optionalContext(2, 'crlTime', (explicit) => explicit.generalizedTime('crlTime')),
      }),
    ),
  );
}
