import { equalBytes } from '../encoding/bytes.ts';
import type { DerReader } from '../encoding/der-reader.ts';
import { encodeDer } from '../encoding/der-writer.ts';
import { encodeHex } from '../encoding/hex.ts';
import { readDer } from '../encoding/read-der.ts';

/** One attribute of a name: its type and value. */
export interface NameAttribute {
  readonly oid: string;
  /** The text of the value; for types that are no character string, `#` and the hexadecimal of its DER. */
  readonly value: string;
  readonly valueDer: Uint8Array;
}

/** A distinguished name (RFC 5280 4.1.2.4), in the order of the encoding. */
export interface Name {
  readonly der: Uint8Array;
  readonly rdns: readonly (readonly NameAttribute[])[];
}

/**
 * Decodes a Name.
 *
 * @throws PkiError der_*
 */
export function decodeName(der: Uint8Array): Name {
  return readDer(der, 'Name', (reader) => readName(reader, 'Name'));
}

/** Reads the next element as a Name. */
export function readName(reader: DerReader, what: string): Name {
  const start = reader.offset;
  const rdns = reader.sequence(what, (sequence) => {
    const list: (readonly NameAttribute[])[] = [];
    while (!sequence.isAtEnd) list.push(sequence.setOf(`${what}.rdn`, (set) => readAttribute(set, what)));
    return Object.freeze(list);
  });
  return Object.freeze({ der: reader.since(start), rdns });
}

/**
 * True when two names have the same encoding. That is how issuer and subject are compared here
 * (T-16): a CA has to copy the name octet by octet.
 */
export function namesEqualBytes(left: Name, right: Name): boolean {
  return equalBytes(left.der, right.der);
}

/** The Name that `nameRelativeToCRLIssuer` means (RFC 5280 4.2.1.13): the issuer's name and one RDN more. */
export function extendName(base: Name, attributesContent: Uint8Array): Name {
  const der = encodeDer((writer) =>
    writer.sequence((name) => {
      name.raw(readDer(base.der, 'Name', (reader) => reader.sequenceContent('Name')));
      name.setOf(readElements(attributesContent));
    }),
  );
  return decodeName(der);
}

function readElements(content: Uint8Array): readonly Uint8Array[] {
  const elements: Uint8Array[] = [];
  readDer(content, 'RelativeDistinguishedName', (reader) => {
    while (!reader.isAtEnd) elements.push(reader.element('attribute'));
  });
  return elements;
}

function readAttribute(reader: DerReader, what: string): NameAttribute {
  return reader.sequence(`${what}.attribute`, (attribute) => {
    const oid = attribute.oid(`${what}.type`);
    const start = attribute.offset;
    const text = attribute.isString ? attribute.string(`${what}.value`) : undefined;
    const valueDer = text === undefined ? attribute.element(`${what}.value`) : attribute.since(start);
    return Object.freeze({ oid, value: text ?? `#${encodeHex(valueDer)}`, valueDer });
  });
}
