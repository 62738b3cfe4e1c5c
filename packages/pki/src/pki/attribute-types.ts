/** The attribute types of names that have a short name (RFC 4514 3, RFC 5280 A.1). */
export type AttributeName = keyof typeof OIDS;

/** The object identifier of an attribute type. */
export function attributeOid(name: AttributeName): string {
  return OIDS[name];
}

/** The short name of an attribute type; undefined for others. */
export function attributeName(oid: string): string | undefined {
  return NAMES.get(oid);
}

const OIDS = {
  CN: '2.5.4.3',
  SN: '2.5.4.4',
  serialNumber: '2.5.4.5',
  C: '2.5.4.6',
  L: '2.5.4.7',
  ST: '2.5.4.8',
  street: '2.5.4.9',
  O: '2.5.4.10',
  OU: '2.5.4.11',
  title: '2.5.4.12',
  GN: '2.5.4.42',
  dnQualifier: '2.5.4.46',
  organizationIdentifier: '2.5.4.97',
  DC: '0.9.2342.19200300.100.1.25',
  UID: '0.9.2342.19200300.100.1.1',
  emailAddress: '1.2.840.113549.1.9.1',
} as const;

const NAMES: ReadonlyMap<string, string> = new Map(Object.entries(OIDS).map(([name, oid]) => [oid, name]));
