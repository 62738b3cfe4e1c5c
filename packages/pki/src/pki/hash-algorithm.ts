/** The hash functions of CertIDs and signatures. */
export type HashName = 'SHA-1' | 'SHA-256' | 'SHA-384' | 'SHA-512';

/** What is known about one hash function. */
export interface HashAlgorithm {
  readonly name: HashName;
  readonly oid: string;
  /** Octets of a digest. */
  readonly length: number;
}

/** The row of a hash function. */
export function hashAlgorithm(name: HashName): HashAlgorithm {
  return HASH_ALGORITHMS[name];
}

/** The hash function of an object identifier; undefined for others. */
export function hashNameFromOid(oid: string): HashName | undefined {
  return NAMES_BY_OID.get(oid);
}

const HASH_ALGORITHMS: Readonly<Record<HashName, HashAlgorithm>> = {
  'SHA-1': { name: 'SHA-1', oid: '1.3.14.3.2.26', length: 20 },
  'SHA-256': { name: 'SHA-256', oid: '2.16.840.1.101.3.4.2.1', length: 32 },
  'SHA-384': { name: 'SHA-384', oid: '2.16.840.1.101.3.4.2.2', length: 48 },
  'SHA-512': { name: 'SHA-512', oid: '2.16.840.1.101.3.4.2.3', length: 64 },
};

const NAMES_BY_OID: ReadonlyMap<string, HashName> = new Map(
  Object.values(HASH_ALGORITHMS).map((row) => [row.oid, row.name]),
);
