import { frameCrl, frameSigned } from '@lancre/pki/crl';
import type { Signer, SigningStream } from '@lancre/pki/crypto';
import { LancreError } from '../errors/lancre-error.ts';
import type { StagedArtifact } from './artifact-store.ts';
import type { CrlHeader } from './crl-content.ts';
import { maximumSignatureOctets } from './signature-length.ts';

/**
 * Writes one list while its entries come by: into the hash and the file, never as a whole in memory.
 *
 * The order of the file is not the order of knowledge. DER wants lengths first, so the totals of the
 * entries must be known; the length of an ECDSA signature is known only at the end, so the outermost
 * header is written last, over the room kept for it.
 *
 * @example
 * const encoder = await CrlEncoder.begin(header, signer, await store.stage());
 * for (const batch of snapshot.batches(7)) await encoder.add(batch.entriesDer);
 * await encoder.finish();
 */
export class CrlEncoder {
  readonly header: CrlHeader;
  readonly staged: StagedArtifact;
  readonly #signer: Signer;
  readonly #signing: SigningStream;
  readonly #frame: ReturnType<typeof frameCrl>;
  readonly #outerLength: number;
  #pending: Uint8Array[] = [];
  #pendingOctets = 0;
  #entriesOctets = 0;

  private constructor(header: CrlHeader, signer: Signer, staged: StagedArtifact) {
    this.header = header;
    this.staged = staged;
    this.#signer = signer;
    this.#signing = signer.begin();
    this.#frame = frameCrl({
      issuerDer: header.issuerDer,
      signatureAlgorithmDer: signer.algorithm.der,
      thisUpdate: header.thisUpdate,
      nextUpdate: header.nextUpdate,
      entriesLength: header.entriesLength,
      extensions: header.extensions,
    });
    this.#outerLength = this.#outerHead(
      new Uint8Array(maximumSignatureOctets(signer.subjectPublicKeyInfoDer)),
    ).length;
  }

  /** Starts a list in an empty staged object. */
  static async begin(header: CrlHeader, signer: Signer, staged: StagedArtifact): Promise<CrlEncoder> {
    const encoder = new CrlEncoder(header, signer, staged);
    await staged.append(new Uint8Array(encoder.#outerLength));
    await encoder.#write(encoder.#frame.tbsHead);
    return encoder;
  }

  /** Takes in encoded entries, in the order they are to stand in. The octets are copied at once. */
  add(entriesDer: Uint8Array): Promise<void> | undefined {
    this.#entriesOctets += entriesDer.length;
    return this.#write(entriesDer);
  }

  /**
   * Signs and completes the list.
   *
   * @returns `complete`, or `repeat` in the rare case that the signature came out so short that the
   *   outermost header does not fit the room kept for it: then the list must be made again
   * @throws LancreError `store_corrupt` when the entries were not those the header announced
   */
  async finish(): Promise<'complete' | 'repeat'> {
    if (this.#entriesOctets !== this.header.entriesLength) {
      throw new LancreError(
        'store_corrupt',
        `the revoked index of ${this.header.scope.issuerName} announces ${this.header.entriesLength} octets and holds ${this.#entriesOctets}`,
      );
    }
    await this.#write(this.#frame.tbsTail);
    const signature = await this.#signing.finish();
    await this.#flush();
    const outer = frameSigned(this.#frame.tbsLength, this.#signer.algorithm.der, signature);
    if (outer.head.length !== this.#outerLength) return 'repeat';
    await this.staged.append(outer.tail);
    await this.staged.overwrite(0, outer.head);
    return 'complete';
  }

  #write(bytes: Uint8Array): Promise<void> | undefined {
    // Not slice: of a Buffer that is no copy.
    const copy = Uint8Array.from(bytes);
    this.#signing.update(copy);
    this.#pending.push(copy);
    this.#pendingOctets += bytes.length;
    return this.#pendingOctets < flushOctets ? undefined : this.#flush();
  }

  async #flush(): Promise<void> {
    const octets = Buffer.concat(this.#pending);
    this.#pending = [];
    this.#pendingOctets = 0;
    await this.staged.append(octets);
  }

  #outerHead(signature: Uint8Array): Uint8Array {
    return frameSigned(this.#frame.tbsLength, this.#signer.algorithm.der, signature).head;
  }
}

/** Large enough that system calls cost nothing, small enough that memory does not. */
const flushOctets = 1 << 20;
