import { encodeHex } from '../encoding/hex.ts';
import { encodeUtf8 } from '../encoding/text.ts';
import { attributeName } from './attribute-types.ts';
import type { Name, NameAttribute } from './name.ts';

/**
 * A name as text in the order and with the escapes of RFC 4514: the last RDN first.
 *
 * @example
 * formatName(certificate.subject) // 'CN=E1,O=Example,C=NL'
 */
export function formatName(name: Name): string {
  return name.rdns
    .toReversed()
    .map((rdn) => rdn.map(formatAttribute).join('+'))
    .join(',');
}

function formatAttribute(attribute: NameAttribute): string {
  const name = attributeName(attribute.oid);
  // RFC 4514 2.4: an attribute type without a name gets the hexadecimal form of its value.
  if (name === undefined) return `${attribute.oid}=#${encodeHex(attribute.valueDer)}`;
  const isEncoded = attribute.value === `#${encodeHex(attribute.valueDer)}`;
  return `${name}=${isEncoded ? attribute.value : escapeValue(attribute.value)}`;
}

/** Beyond what RFC 4514 2.4 asks for, control characters are written in hexadecimal: names end in terminals and logs. */
function escapeValue(value: string): string {
  const escaped = value
    .replace(/["+,;<>\\]/g, '\\$&')
    .replace(/\p{C}/gu, hexPairs)
    .replace(/^[ #]/, '\\$&');
  return value.length > 1 && value.endsWith(' ') ? `${escaped.slice(0, -1)}\\ ` : escaped;
}

function hexPairs(character: string): string {
  return Array.from(encodeUtf8(character), (octet) => `\\${encodeHex(Uint8Array.of(octet))}`).join('');
}
