import { putSequenceHeader, putTime, putUnsignedInteger } from '../encoding/der-put.ts';
import { encodeDer } from '../encoding/der-writer.ts';
import { MAX_SERIAL_NUMBER_OCTETS } from '../encoding/serial-number.ts';
import { timeFormOf, wholeSeconds } from '../encoding/time.ts';
import { PkiError } from '../errors/pki-error.ts';
import { encodeExtension } from './extension.ts';
import { EXTENSION_OIDS } from './extension-oids.ts';
import { encodeInvalidityDate } from './invalidity-date.ts';
import { REVOCATION_REASONS, type RevocationReason, reasonCode } from './revocation-reason.ts';

/** What goes into a CRL entry. */
export interface CrlEntryInput {
  /** The magnitude, unsigned and big-endian, at most 20 octets. */
  readonly serialNumber: Uint8Array;
  readonly revocationDate: Date;
  /** `unspecified` is never written (RFC 5280 5.3.1, T-20). */
  readonly reason?: RevocationReason | undefined;
  readonly invalidityDate?: Date | undefined;
}

/** No entry that {@link writeCrlEntry} writes is longer, in octets. */
export const MAX_CRL_ENTRY_OCTETS = 96;

/**
 * Encodes one CRL entry: 37 octets for an 18-octet serial number, 51 with a reason.
 *
 * @throws PkiError der_time_invalid, serial_number_invalid above 20 octets
 */
export function encodeCrlEntry(entry: CrlEntryInput): Uint8Array {
  const room = new Uint8Array(MAX_CRL_ENTRY_OCTETS);
  return room.slice(0, writeCrlEntry(room, 0, entry));
}

/**
 * Writes one CRL entry into memory of the caller, for lists of millions.
 *
 * @param target has {@link MAX_CRL_ENTRY_OCTETS} octets left at `at`
 * @returns the place after the entry
 * @throws PkiError der_time_invalid, serial_number_invalid above 20 octets, size_exceeded when there is no room
 */
export function writeCrlEntry(target: Uint8Array, at: number, entry: CrlEntryInput): number {
  const { serialNumber, revocationDate, reason = 'unspecified', invalidityDate } = entry;
  if (target.length - at < MAX_CRL_ENTRY_OCTETS)
    throw new PkiError('size_exceeded', 'no room for a CRL entry');
  if (serialNumber.length > MAX_SERIAL_NUMBER_OCTETS) {
    throw new PkiError('serial_number_invalid', 'the serial number is longer than 20 octets');
  }
  const seconds = wholeSeconds(revocationDate);
  // The contents are always shorter than 128 octets, so that the length takes one.
  const start = at + 2;
  let position = putUnsignedInteger(target, start, serialNumber);
  position = putTime(target, position, seconds, timeFormOf(seconds));
  if (invalidityDate !== undefined)
    position = put(target, position, encodeExtensions(reason, invalidityDate));
  else if (reason !== 'unspecified') position = put(target, position, REASON_EXTENSIONS.get(reason) ?? EMPTY);
  putSequenceHeader(target, at, position - start);
  return position;
}

function encodeExtensions(reason: RevocationReason, invalidityDate: Date | undefined): Uint8Array {
  return encodeDer((writer) =>
    writer.sequence((list) => {
      if (reason !== 'unspecified') {
        const value = encodeDer((code) => code.enumerated(reasonCode(reason)));
        list.raw(encodeExtension(EXTENSION_OIDS.reasonCode, 'non-critical', value));
      }
      if (invalidityDate !== undefined) list.raw(encodeInvalidityDate(invalidityDate));
    }),
  );
}

function put(target: Uint8Array, at: number, bytes: Uint8Array): number {
  for (let i = 0; i < bytes.length; i++) target[at + i] = bytes[i] ?? 0;
  return at + bytes.length;
}

const EMPTY = new Uint8Array(0);
/** crlEntryExtensions with a reason and nothing else, made once. */
const REASON_EXTENSIONS: ReadonlyMap<RevocationReason, Uint8Array> = new Map(
  REVOCATION_REASONS.filter((reason) => reason !== 'unspecified').map((reason) => [
    reason,
    encodeExtensions(reason, undefined),
  ]),
);
