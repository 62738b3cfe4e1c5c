import { type CryptoProvider, hashIssuer, type IssuerHashes } from '@lancre/pki/crypto';
import type { HashName } from '@lancre/pki/ocsp';
import type { Issuer } from './issuer.ts';

/** The hashes a CertID may use here (DESIGN 7; RFC 9919 3.1.1 wants SHA-256, RFC 5019 SHA-1). */
export const certIdHashes: readonly HashName[] = ['SHA-1', 'SHA-256', 'SHA-384', 'SHA-512'];

/**
 * Finds issuers by CertID and by name; immutable, made anew when the issuers change.
 *
 * A CertID names an issuer by the hash of its name and the hash of its key together: one matching
 * without the other is no match (OREQ-14).
 *
 * @example
 * const registry = await createIssuerRegistry(store.listIssuers(), createNodeCrypto());
 * registry.byName('e1')?.id
 */
export interface IssuerRegistry {
  byName(name: string): Issuer | undefined;
  byId(id: number): Issuer | undefined;
  /** @param hash the function that both hashes of the CertID are by */
  byCertId(hash: HashName, issuerNameHash: Uint8Array, issuerKeyHash: Uint8Array): Issuer | undefined;
  /** The CertID hashes of an issuer: what control needs to build a CertID of its own. */
  certIdHashesOf(issuerId: number, hash: HashName): IssuerHashes | undefined;
  readonly issuers: readonly Issuer[];
}

/** Builds the registry; hashing is asynchronous where the crypto is. */
export async function createIssuerRegistry(
  issuers: readonly Issuer[],
  crypto: CryptoProvider,
): Promise<IssuerRegistry> {
  const byCertId = new Map<string, Issuer>();
  const hashesOf = new Map<string, IssuerHashes>();
  for (const issuer of issuers) {
    for (const hash of certIdHashes) {
      const hashes = await hashIssuer(crypto, hash, issuer.certificates[0]);
      byCertId.set(certIdKey(hash, hashes.issuerNameHash, hashes.issuerKeyHash), issuer);
      hashesOf.set(`${issuer.id}/${hash}`, hashes);
    }
  }
  return new Registry(issuers, byCertId, hashesOf);
}

class Registry implements IssuerRegistry {
  readonly issuers: readonly Issuer[];
  readonly #byName: ReadonlyMap<string, Issuer>;
  readonly #byId: ReadonlyMap<number, Issuer>;
  readonly #byCertId: ReadonlyMap<string, Issuer>;
  readonly #hashesOf: ReadonlyMap<string, IssuerHashes>;

  constructor(
    issuers: readonly Issuer[],
    byCertId: ReadonlyMap<string, Issuer>,
    hashesOf: ReadonlyMap<string, IssuerHashes>,
  ) {
    this.issuers = issuers;
    this.#byName = new Map(issuers.map((issuer) => [issuer.name, issuer]));
    this.#byId = new Map(issuers.map((issuer) => [issuer.id, issuer]));
    this.#byCertId = byCertId;
    this.#hashesOf = hashesOf;
  }

  byName(name: string): Issuer | undefined {
    return this.#byName.get(name);
  }

  byId(id: number): Issuer | undefined {
    return this.#byId.get(id);
  }

  byCertId(hash: HashName, issuerNameHash: Uint8Array, issuerKeyHash: Uint8Array): Issuer | undefined {
    return this.#byCertId.get(certIdKey(hash, issuerNameHash, issuerKeyHash));
  }

  certIdHashesOf(issuerId: number, hash: HashName): IssuerHashes | undefined {
    return this.#hashesOf.get(`${issuerId}/${hash}`);
  }
}

function certIdKey(hash: HashName, issuerNameHash: Uint8Array, issuerKeyHash: Uint8Array): string {
  return `${hash}/${latin1(issuerNameHash)}/${latin1(issuerKeyHash)}`;
}

function latin1(bytes: Uint8Array): string {
  return String.fromCharCode(...bytes);
}
