/** The universal types of DER that PKIX structures use, by name. */
export type DerType = keyof typeof IDENTIFIERS;

/** The identifier octet of a universal type. */
export function identifierOf(type: DerType): number {
  return IDENTIFIERS[type];
}

/** How an identifier octet is named in a message. */
export function describeIdentifier(identifier: number): string {
  for (const [type, octet] of Object.entries(IDENTIFIERS)) if (octet === identifier) return type;
  const form = (identifier & CONSTRUCTED) === 0 ? 'primitive' : 'constructed';
  return (identifier & 0xc0) === CONTEXT
    ? `[${identifier & 0x1f}] (${form})`
    : `tag 0x${identifier.toString(16)}`;
}

export const CONTEXT: number = 0x80;
export const CONSTRUCTED: number = 0x20;

const IDENTIFIERS = {
  boolean: 0x01,
  integer: 0x02,
  bitString: 0x03,
  octetString: 0x04,
  null: 0x05,
  oid: 0x06,
  enumerated: 0x0a,
  utf8String: 0x0c,
  sequence: 0x30,
  set: 0x31,
  numericString: 0x12,
  printableString: 0x13,
  teletexString: 0x14,
  ia5String: 0x16,
  utcTime: 0x17,
  generalizedTime: 0x18,
  visibleString: 0x1a,
  universalString: 0x1c,
  bmpString: 0x1e,
} as const;
