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
  /** One block is filled while the other is written; each is made when it is first needed. */
  readonly #blockOctets: number;
  #block: Buffer | undefined;
  #otherBlock: Buffer | undefined;
  #filled = 0;
  #writing: Promise<void> = Promise.resolve();
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
    this.#blockOctets = Math.min(largestBlockOctets, this.#frame.tbsLength);
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
    await this.#flush();
    const signature = await this.#signing.finish();
    await this.#writing;
    const outer = frameSigned(this.#frame.tbsLength, this.#signer.algorithm.der, signature);
    if (outer.head.length !== this.#outerLength) return 'repeat';
    await this.staged.append(outer.tail);
    await this.staged.overwrite(0, outer.head);
    this.staged.settle();
    return 'complete';
  }

  /** At once as long as there is room in the block, which is nearly always. */
  #write(bytes: Uint8Array): Promise<void> | undefined {
    if (bytes.length > this.#blockOctets - this.#filled) return this.#writeLong(bytes);
    this.#fill(bytes);
    return undefined;
  }

  async #writeLong(bytes: Uint8Array): Promise<void> {
    // Copied, since the caller's memory is valid now and not later.
    const copy = Uint8Array.from(bytes);
    for (let start = 0; start < copy.length; ) {
      if (this.#filled === this.#blockOctets) await this.#flush();
      const end = Math.min(copy.length, start + this.#blockOctets - this.#filled);
      this.#fill(copy.subarray(start, end));
      start = end;
    }
  }

  #fill(bytes: Uint8Array): void {
    this.#block ??= Buffer.allocUnsafe(this.#blockOctets);
    this.#block.set(bytes, this.#filled);
    this.#filled += bytes.length;
  }

  async #flush(): Promise<void> {
    if (this.#block === undefined) return;
    const full = this.#block.subarray(0, this.#filled);
    this.#signing.update(full);
    await this.#writing;
    this.#writing = this.staged.append(full);
    // Looked at with the next block, or at the end.
    this.#writing.catch(() => undefined);
    [this.#block, this.#otherBlock] = [this.#otherBlock, this.#block];
    this.#filled = 0;
  }

  #outerHead(signature: Uint8Array): Uint8Array {
    return frameSigned(this.#frame.tbsLength, this.#signer.algorithm.der, signature).head;
  }
}

/** Large enough that system calls cost nothing, small enough that memory does not. */
const largestBlockOctets = 1 << 20;
