import { formatName, subjectKeyIdentifierOf } from '@lancre/pki/certificate';
import type { CryptoProvider } from '@lancre/pki/crypto';
import { encodeHex } from '@lancre/pki/text';
import { crlUrlListPath, crlUrlListUrl, crlUrls, issuerListPath } from '../issuer/disclosure-address.ts';
import type { Issuer } from '../issuer/issuer.ts';
import { crlUrl, issuerUrl, ocspUrl, type PublicAddress } from '../issuer/public-address.ts';
import type { StatusStore } from '../status/status-store.ts';
import type { ArtifactStore, ObjectName } from './artifact-store.ts';
import type { PublicationView } from './publication-store.ts';
import { publishWanted } from './wanted-artifact.ts';

/** What a {@link DisclosurePublisher} works with. */
export interface DisclosurePublisherOptions {
  readonly artifacts: ArtifactStore;
  readonly statuses: Pick<StatusStore, 'count' | 'certificatesAfter' | 'keyOf' | 'decode'>;
  readonly publications: PublicationView;
  readonly address: PublicAddress;
  readonly crypto: Pick<CryptoProvider, 'digest'>;
  readonly now: () => Date;
}

/**
 * Publishes what root programs and monitors want to be told, as JSON under `c/`:
 *
 * - for each issuer the array of all distinct CRL URLs in its certificates, octet for octet as in their
 *   CDP and in the lists' issuingDistributionPoint, `[""]` while it has issued nothing (CCADB 6.2, SHD-10);
 * - the list of all issuers.
 *
 * A URL is in the array from the moment that a list is published there, never before (T-14).
 */
export class DisclosurePublisher {
  readonly #options: DisclosurePublisherOptions;
  readonly #arrays = new Map<string, PublishedArray>();

  constructor(options: DisclosurePublisherOptions) {
    this.#options = options;
  }

  /**
   * Makes what is disclosed as it has to be now. What is so already is left alone.
   *
   * @param issuers all that there are
   * @throws LancreError `artifact_conflict`
   */
  async publish(issuers: readonly Issuer[]): Promise<void> {
    await this.#withdrawAllBut(issuers);
    for (const issuer of issuers) await this.#publishArray(issuer);
    const entries = await Promise.all(issuers.map((issuer) => this.#describe(issuer)));
    await this.#save(issuerListPath, entries);
  }

  /** A host that ran while an issuer was removed may have published its array once more. */
  async #withdrawAllBut(issuers: readonly Issuer[]): Promise<void> {
    const names = new Set(issuers.map(({ name }) => name));
    for (const name of this.#arrays.keys()) {
      if (names.has(name)) continue;
      this.#arrays.delete(name);
      await this.#options.artifacts.withdraw(crlUrlListPath(name));
    }
  }

  async #publishArray(issuer: Issuer): Promise<void> {
    const urls = await this.#urlsOf(issuer);
    if (urls === undefined) return;
    const object = await this.#save(crlUrlListPath(issuer.name), urls);
    this.#arrays.set(issuer.name, { object, urls });
  }

  /** Undefined where certificates are known and no list is: those CRLs are published by somebody else. */
  async #urlsOf(issuer: Issuer): Promise<readonly string[] | undefined> {
    const { publications, address } = this.#options;
    const published = publications.publishedShards(issuer.id);
    if (this.#hasIssuedNothing(issuer, published)) return nothingIssued;
    const shards = published.filter((shard) => shard > 0);
    const full = published.includes(0) && (await this.#namesFullList(issuer, shards)) ? [0] : [];
    const urls = crlUrls(address, issuer.name, [...full, ...shards]);
    return urls.length === 0 ? undefined : urls;
  }

  /** A list that was signed elsewhere may have entries of certificates without a record here. */
  #hasIssuedNothing({ id }: Issuer, published: readonly number[]): boolean {
    const { statuses, publications } = this.#options;
    if (statuses.count(id).assigned > 0) return false;
    return published.every((shard) => publications.findPublication(id, shard)?.entryCount === 0);
  }

  /**
   * Whether certificates have the URL of the full list: those from before there were shards. What was
   * disclosed once stays so, since such a certificate may have been the only one looked at.
   */
  async #namesFullList(issuer: Issuer, shards: readonly number[]): Promise<boolean> {
    if (issuer.policy.crl.shards === 0 || shards.length === 0) return true;
    const { statuses, address } = this.#options;
    const url = crlUrl(address, issuer.name, 0);
    if ((await this.#disclosed(issuer.name)).includes(url)) return true;
    return statuses.certificatesAfter(issuer.id, undefined, sampleSize).some(({ serialNumber, version }) => {
      return statuses.decode(statuses.keyOf(issuer.id, serialNumber), version).shard === 0;
    });
  }

  /** What the published array says, by whomever it was published. */
  async #disclosed(issuerName: string): Promise<readonly string[]> {
    const { artifacts } = this.#options;
    const object = artifacts.resolve(crlUrlListPath(issuerName));
    if (object === undefined) return [];
    const known = this.#arrays.get(issuerName);
    if (known?.object === object) return known.urls;
    return readArray(await (await artifacts.open(object)).bytes());
  }

  async #describe(issuer: Issuer): Promise<Record<string, unknown>> {
    const { artifacts, publications, address } = this.#options;
    const { name, certificates } = issuer;
    const published = publications.publishedShards(issuer.id);
    const isDisclosed = artifacts.resolve(crlUrlListPath(name)) !== undefined;
    return {
      name,
      subject: formatName(certificates[0].subject),
      keyIdentifier: encodeHex(await this.#keyIdentifierOf(issuer)),
      certificates: await Promise.all(
        certificates.map(async ({ der }) => ({
          sha256: encodeHex(await this.#options.crypto.digest('SHA-256', der)),
        })),
      ),
      urls: {
        ocsp: ocspUrl(address, name),
        issuer: issuerUrl(address, name),
        ...(published.includes(0) ? { fullCrl: crlUrl(address, name, 0) } : {}),
        ...(isDisclosed ? { crlUrls: crlUrlListUrl(address, name) } : {}),
      },
    };
  }

  async #keyIdentifierOf({ certificates: [certificate] }: Issuer): Promise<Uint8Array> {
    // RFC 5280 4.2.1.2 (1), for a CA certificate without the extension; as on its lists.
    return (
      subjectKeyIdentifierOf(certificate) ??
      (await this.#options.crypto.digest('SHA-1', certificate.subjectPublicKeyInfo.publicKey))
    );
  }

  /** Compares before it writes: this is looked at every second. */
  async #save(path: string, value: unknown): Promise<ObjectName> {
    const { artifacts, crypto, now } = this.#options;
    const content = new TextEncoder().encode(`${JSON.stringify(value)}\n`);
    const object = encodeHex(await crypto.digest('SHA-256', content));
    if (artifacts.resolve(path) === object) return object;
    return publishWanted(artifacts, path, content, now());
  }
}

interface PublishedArray {
  readonly object: ObjectName;
  readonly urls: readonly string[];
}

function readArray(bytes: Uint8Array): readonly string[] {
  const value: unknown = JSON.parse(new TextDecoder().decode(bytes));
  return Array.isArray(value) ? value.filter((url) => typeof url === 'string') : [];
}

/** What CCADB 6.2 wants of a CA that has issued nothing. */
const nothingIssued: readonly string[] = [''];
/**
 * A walk over all certificates would be too long for every second. Among so many with random serials, or
 * with the oldest first, one without a shard is found unless they are few; and a host that ran before the
 * shards came has disclosed their URL then.
 */
const sampleSize = 256;
