import type { Signer, SigningStream } from '@lancre/pki/crypto';

/** A signer that remembers whether its last signature failed, so that health can tell (a token that is gone). */
export class WatchedSigner implements Signer {
  readonly algorithm: Signer['algorithm'];
  readonly subjectPublicKeyInfoDer: Uint8Array;
  readonly #signer: Signer;
  readonly #name: string;
  #failure: string | undefined;

  /** @param name how messages name the key */
  constructor(signer: Signer, name: string) {
    this.algorithm = signer.algorithm;
    this.subjectPublicKeyInfoDer = signer.subjectPublicKeyInfoDer;
    this.#signer = signer;
    this.#name = name;
  }

  /** Why the last signature failed; undefined when it did not. */
  get failure(): string | undefined {
    return this.#failure;
  }

  sign(message: Uint8Array): Promise<Uint8Array> {
    return this.#watch(this.#signer.sign(message));
  }

  begin(): SigningStream {
    const stream = this.#signer.begin();
    return {
      update: (bytes) => stream.update(bytes),
      finish: () => this.#watch(stream.finish()),
    };
  }

  async #watch(signature: Promise<Uint8Array>): Promise<Uint8Array> {
    try {
      const made = await signature;
      this.#failure = undefined;
      return made;
    } catch (error) {
      this.#failure = `the key ${this.#name} does not sign: ${error instanceof Error ? error.message : error}`;
      throw error;
    }
  }
}
