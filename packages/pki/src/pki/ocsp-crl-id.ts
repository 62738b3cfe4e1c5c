import type { DerReader } from '../encoding/der-reader.ts';
import { encodeDer } from '../encoding/der-writer.ts';
import { encodeHex } from '../encoding/hex.ts';
import { type ExtensionHolder, encodeExtension, readExtensionValue } from './extension.ts';
import { EXTENSION_OIDS } from './extension-oids.ts';

/** The CRL on which a revoked certificate was found (RFC 6960 4.4.2): any of the three, or none. */
export interface CrlId {
  readonly url?: string | undefined;
  /** The CRL number, not negative and of at most 20 octets (RFC 5280 5.2.3). */
  readonly number?: bigint | undefined;
  /** The CRL's thisUpdate. */
  readonly time?: Date | undefined;
}

/**
 * The extension that names a CRL: not critical, among the singleExtensions (RFC 6960 4.4.2).
 *
 * @throws PkiError der_string_invalid (the URL is not ASCII), der_integer_negative, der_time_invalid
 */
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

/**
 * The CRL that a SingleResponse names, or undefined.
 *
 * @throws PkiError ocsp_response_invalid (the URL is no IA5String, the number is too long), der_*
 */
export function crlIdOf(holder: ExtensionHolder): CrlId | undefined {
  return readExtensionValue(holder, EXTENSION_OIDS.ocspCrlId, 'CrlID', (reader) =>
    reader.sequence('CrlID', (crlId) =>
      Object.freeze({
        url: crlId.optionalContext(0, 'crlUrl', readUrl),
        number: crlId.optionalContext(1, 'crlNum', readNumber),
        time: crlId.optionalContext(2, 'crlTime', (explicit) => explicit.generalizedTime('crlTime')),
      }),
    ),
  );
}

function readUrl(reader: DerReader): string {
  if (!reader.is('ia5String')) reader.fail('ocsp_response_invalid', 'crlUrl is no IA5String');
  return reader.string('crlUrl');
}

function readNumber(reader: DerReader): bigint {
  const magnitude = reader.unsignedInteger('crlNum');
  if (magnitude.length > MAX_NUMBER_OCTETS)
    reader.fail('ocsp_response_invalid', `crlNum has more than ${MAX_NUMBER_OCTETS} octets`);
  return BigInt(`0x${encodeHex(magnitude)}`);
}

const MAX_NUMBER_OCTETS = 20;
