import type { DerReader } from '../encoding/der-reader.ts';
import { encodeDer } from '../encoding/der-writer.ts';
import { readDer } from '../encoding/read-der.ts';

/** One extension of a certificate, CRL, CRL entry, OCSP request or OCSP answer (RFC 5280 4.2). */
export interface Extension {
  readonly oid: string;
  readonly critical: boolean;
  /** The contents of extnValue: what the extension says, as DER. */
  readonly value: Uint8Array;
  readonly der: Uint8Array;
}

/** Something that has extensions. */
export interface ExtensionHolder {
  /** Absent where the octets were read and not kept; an error's offset then counts from the extension's value. */
  readonly der?: Uint8Array;
  readonly extensions: readonly Extension[];
}

/** Whether an extension that is not understood forbids the use of what holds it. */
export type Criticality = 'critical' | 'non-critical';

/** The extension of this type, or undefined. */
export function findExtension(
  holder: Pick<ExtensionHolder, 'extensions'>,
  oid: string,
): Extension | undefined {
  return holder.extensions.find((extension) => extension.oid === oid);
}

/**
 * Reads the value of the extension of this type.
 *
 * @returns undefined when there is none
 * @throws PkiError der_*; `offset` counts from the start of the holder's `der`
 */
export function readExtensionValue<T>(
  holder: ExtensionHolder,
  oid: string,
  what: string,
  read: (reader: DerReader) => T,
): T | undefined {
  const extension = findExtension(holder, oid);
  if (extension === undefined) return undefined;
  return readDer(extension.value, what, read, { offset: placeOf(extension.value, holder.der) });
}

/** Where a part stands in the whole; 0 when it is no part of it. */
function placeOf(part: Uint8Array, whole: Uint8Array | undefined): number {
  if (whole === undefined) return 0;
  const place = part.byteOffset - whole.byteOffset;
  return part.buffer === whole.buffer && place >= 0 && place < whole.length ? place : 0;
}

/**
 * Reads the next element as Extensions: not empty, no type twice (RFC 5280 4.2).
 *
 * @throws PkiError der_empty_sequence, extension_duplicate, der_*
 */
export function readExtensions(reader: DerReader, what: string): readonly Extension[] {
  const extensions = readExtensionList(reader, what);
  return extensions.length > 0 ? extensions : reader.fail('der_empty_sequence', `${what} is empty`);
}

/** The same where an empty list is tolerated. */
export function readExtensionList(reader: DerReader, what: string): readonly Extension[] {
  const extensions: Extension[] = [];
  const seen = new Set<string>();
  reader.sequence(what, (list) => {
    while (!list.isAtEnd) {
      const extension = readExtension(list, what);
      if (seen.has(extension.oid)) list.fail('extension_duplicate', `${what} holds ${extension.oid} twice`);
      seen.add(extension.oid);
      extensions.push(extension);
    }
  });
  return Object.freeze(extensions);
}

/** One Extension. `value` is the DER that goes into extnValue. */
export function encodeExtension(oid: string, criticality: Criticality, value: Uint8Array): Uint8Array {
  return encodeDer((writer) =>
    writer.sequence((extension) => {
      extension.oid(oid);
      if (criticality === 'critical') extension.boolean(true);
      extension.octetString(value);
    }),
  );
}

function readExtension(reader: DerReader, what: string): Extension {
  const start = reader.offset;
  let oid = '';
  let critical = false;
  const value = reader.sequence(what, (extension) => {
    oid = extension.oid(what);
    critical = extension.defaultFalse(what);
    return extension.octetString(what);
  });
  return Object.freeze({ oid, critical, value, der: reader.since(start) });
}
