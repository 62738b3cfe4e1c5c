import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import type { Certificate } from '@lancre/pki/certificate';
import { crlEntries, decodeCrl } from '@lancre/pki/crl';
import { createNodeCrypto } from '@lancre/pki/crypto-node';
import { checkCrl } from '@lancre/pki/verify';

/** What a witness is told of certificates. */
export interface ListWitnessOptions {
  /** The issuer of the lists. */
  readonly issuer: Certificate;
  /** A certificate that the list is for, and that is never revoked. */
  readonly certificate: Certificate;
  /** Of any serial that may be listed. */
  readonly notAfterOf: (serialNumber: string) => Date;
}

/** Follows one list as a client does, and fails as soon as it is not what a client must get. */
export class ListWitness {
  /** How many issues it has seen. */
  issues = 0;
  /** How many entries it has seen go. */
  gone = 0;
  readonly #options: ListWitnessOptions;
  readonly #crypto = createNodeCrypto();
  /** The thisUpdate of the last list with an entry, in ms, by serial. */
  readonly #lastSeen = new Map<string, number>();
  #etag: string | undefined;
  #number = 0n;
  #thisUpdate = new Date(0);
  #nextUpdate = new Date(0);
  #serials: ReadonlySet<string> = new Set();

  constructor(options: ListWitnessOptions) {
    this.#options = options;
  }

  get serials(): ReadonlySet<string> {
    return this.#serials;
  }

  /** Takes a response. @param at the true time */
  async take(response: Response, at: Date): Promise<void> {
    assert.equal(response.status, 200);
    const etag = response.headers.get('etag') ?? '';
    // The same octets are judged once; as time goes by, they can only expire.
    if (etag !== this.#etag) await this.#takeIssue(new Uint8Array(await response.arrayBuffer()), etag, at);
    assert.ok(this.#nextUpdate > at, 'nextUpdate is in the future');
    assert.ok(freshUntil(response, at) < this.#nextUpdate.getTime(), 'no cache keeps it to its nextUpdate');
    assert.equal(response.headers.get('last-modified'), this.#thisUpdate.toUTCString());
  }

  async #takeIssue(crl: Uint8Array, etag: string, at: Date): Promise<void> {
    assert.equal(etag, `"${createHash('sha256').update(crl).digest('hex')}"`);
    const { issuer, certificate } = this.#options;
    const crypto = this.#crypto;
    const verdict = await checkCrl({ crl, certificate, issuer, at, crypto, clockSkewSeconds: 0 });
    assert.ok(verdict.kind === 'good', JSON.stringify(verdict, ['kind', 'reason', 'message']));
    const { thisUpdate, nextUpdate, crlNumber = 0n } = verdict;
    assert.ok(crlNumber > this.#number, `number ${crlNumber} after ${this.#number}`);
    assert.ok(thisUpdate > this.#thisUpdate, 'thisUpdate goes forward');
    this.#follow(crl, thisUpdate);
    this.#etag = etag;
    this.#number = crlNumber;
    this.#thisUpdate = thisUpdate;
    this.#nextUpdate = nextUpdate;
  }

  /** Whether a certificate has ever been listed. */
  hasSeen(serialNumber: string): boolean {
    return this.#lastSeen.has(serialNumber);
  }

  #follow(crl: Uint8Array, thisUpdate: Date): void {
    const serials = new Set(Array.from(crlEntries(decodeCrl(crl)), ({ serialNumber }) => serialNumber));
    for (const serialNumber of this.#serials) {
      if (serials.has(serialNumber)) continue;
      this.gone += 1;
      assert.ok(this.#wasListedAfterExpiry(serialNumber), `${serialNumber} left before its time`);
    }
    for (const serialNumber of serials) this.#lastSeen.set(serialNumber, thisUpdate.getTime());
    this.#serials = serials;
    this.issues += 1;
  }

  /** RFC 5280 3.3. */
  #wasListedAfterExpiry(serialNumber: string): boolean {
    const lastSeen = this.#lastSeen.get(serialNumber);
    return lastSeen !== undefined && lastSeen > this.#options.notAfterOf(serialNumber).getTime();
  }
}

/** In ms since 1970. */
function freshUntil(response: Response, at: Date): number {
  const maxAge = /^max-age=(\d+),/.exec(response.headers.get('cache-control') ?? '')?.[1];
  return at.getTime() + Number(maxAge) * 1000;
}
