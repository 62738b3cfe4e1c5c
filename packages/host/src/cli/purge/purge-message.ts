import { type CryptoProvider, hashIssuer, type IssuerHashes } from '@lancre/pki/crypto';
import type { HashName } from '@lancre/pki/ocsp';
import { encodeHex } from '@lancre/pki/text';
import type { Issuer } from '../../issuer/issuer.ts';
import { certIdHashes } from '../../issuer/issuer-registry.ts';
import type { PublicAddress } from '../../issuer/public-address.ts';
import { ocspGetUrls } from '../../status/ocsp-get-urls.ts';
import { surrogateKeysOf } from '../../status/surrogate-keys.ts';

/** A certificate whose status is another one now. */
export interface StatusChange {
  readonly issuer: Issuer;
  /** Magnitude octets. */
  readonly serialNumber: Uint8Array;
}

/** What a purge hook is told, as JSON. */
export interface PurgeMessage {
  readonly certificates: readonly PurgedCertificate[];
}

/** One certificate whose answers are to be forgotten: by its keys, or by all of the URLs. */
export interface PurgedCertificate {
  /** Name. */
  readonly issuer: string;
  /** Hex. */
  readonly serialNumber: string;
  /** The certificate's own; that of its issuer would empty a cache. */
  readonly surrogateKeys: readonly string[];
  readonly urls: readonly string[];
}

/** Builds messages; hashes each issuer once. */
export class PurgeMessageBuilder {
  readonly #crypto: Pick<CryptoProvider, 'digest'>;
  readonly #address: PublicAddress;
  readonly #hashes = new Map<number, ReadonlyMap<HashName, IssuerHashes>>();

  constructor(crypto: Pick<CryptoProvider, 'digest'>, address: PublicAddress) {
    this.#crypto = crypto;
    this.#address = address;
  }

  async build(changes: readonly StatusChange[]): Promise<PurgeMessage> {
    const certificates: PurgedCertificate[] = [];
    for (const { issuer, serialNumber } of changes) {
      certificates.push({
        issuer: issuer.name,
        serialNumber: encodeHex(serialNumber),
        surrogateKeys: [surrogateKeysOf(issuer.name, serialNumber).certificate],
        urls: ocspGetUrls({
          address: this.#address,
          issuerName: issuer.name,
          issuerHashes: await this.#hashesOf(issuer),
          serialNumber,
        }),
      });
    }
    return { certificates };
  }

  async #hashesOf(issuer: Issuer): Promise<ReadonlyMap<HashName, IssuerHashes>> {
    const known = this.#hashes.get(issuer.id);
    if (known !== undefined) return known;
    const hashes = new Map<HashName, IssuerHashes>();
    for (const hash of certIdHashes)
      hashes.set(hash, await hashIssuer(this.#crypto, hash, issuer.certificates[0]));
    this.#hashes.set(issuer.id, hashes);
    return hashes;
  }
}
