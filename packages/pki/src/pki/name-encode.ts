import { encodeDer } from '../encoding/der-writer.ts';
import { PkiError } from '../errors/pki-error.ts';
import { type AttributeName, attributeOid } from './attribute-types.ts';

/** One attribute of a name that is to be written. */
export interface NameAttributeInput {
  readonly type: AttributeName;
  readonly value: string;
}

/**
 * Encodes a name with one attribute per RDN, in the given order. Country, serialNumber and
 * dnQualifier become PrintableString, DC and emailAddress IA5String, all others UTF8String
 * (RFC 5280 4.1.2.4 and A.1).
 *
 * @throws PkiError name_invalid for a country that is not two letters, der_string_invalid
 *
 * @example
 * encodeName([{ type: 'C', value: 'NL' }, { type: 'O', value: 'Example' }, { type: 'CN', value: 'E1' }])
 */
export function encodeName(attributes: readonly NameAttributeInput[]): Uint8Array {
  return encodeDer((writer) =>
    writer.sequence((name) => {
      for (const attribute of attributes) name.setOf([encodeAttribute(attribute)]);
    }),
  );
}

function encodeAttribute({ type, value }: NameAttributeInput): Uint8Array {
  if (type === 'C' && !/^[A-Za-z]{2}$/.test(value))
    throw new PkiError('name_invalid', `not a country code: ${value}`);
  return encodeDer((writer) =>
    writer.sequence((attribute) => {
      attribute.oid(attributeOid(type));
      if (PRINTABLE.has(type)) attribute.printableString(value);
      else if (IA5.has(type)) attribute.ia5String(value);
      else attribute.utf8String(value);
    }),
  );
}

const PRINTABLE: ReadonlySet<AttributeName> = new Set(['C', 'serialNumber', 'dnQualifier']);
const IA5: ReadonlySet<AttributeName> = new Set(['DC', 'emailAddress']);
