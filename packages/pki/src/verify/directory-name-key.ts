import { isDerString } from '../encoding/der-strings.ts';
import { encodeHex } from '../encoding/hex.ts';
import type { Name, NameAttribute } from '../pki/name.ts';

/**
 * A text for comparing names by RFC 5280 7.1: two names are equal when their keys are, and one begins with
 * the RDNs of another when its key begins with the other's.
 *
 * Character strings of every type are compared by their text, without regard to case and to the amount
 * of white space. For PrintableString and UTF8String the RFC asks for it; with the other types, a name
 * could be spelt past an exclusion.
 */
export function directoryNameKey({ rdns }: Pick<Name, 'rdns'>): string {
  return rdns.map((rdn) => `${rdn.map(attributeKey).toSorted().join(ATTRIBUTE_END)}${RDN_END}`).join('');
}

function attributeKey({ oid, value, valueDer }: NameAttribute): string {
  return isDerString(valueDer[0] ?? 0) ? `${oid}=${foldText(value)}` : `${oid}#${encodeHex(valueDer)}`;
}

/** String preparation (RFC 4518 2): map, normalise, and handle insignificant spaces. */
function foldText(text: string): string {
  return (PRINTABLE_ASCII.test(text) ? text : mapText(text)).toLowerCase().replace(SPACES, ' ').trim();
}

function mapText(text: string): string {
  return text.replace(SPACE, ' ').replace(MAPPED_TO_NOTHING, '').normalize('NFKC');
}

/** Nothing of this is mapped or normalised, which takes long. */
const PRINTABLE_ASCII = /^[\x20-\x7e]*$/;
const SPACE = /[\t\n\v\f\r\u0085\p{Z}]/gu;
const MAPPED_TO_NOTHING = /[\p{Cc}\p{Cf}\p{Default_Ignorable_Code_Point}\uFFFC]/gu;
const SPACES = / {2,}/g;

// No prepared text has control characters.
const ATTRIBUTE_END = '\u0001';
const RDN_END = '\u0000';
