/** Octets of a stream that are kept until enough of them have come. The memory grows with what came, not with what is announced. */
export class HeldOctets {
  #memory = new Uint8Array(INITIAL_OCTETS);
  #length = 0;

  get length(): number {
    return this.#length;
  }

  /** What is held, valid until the next call of {@link fill} or {@link take}. */
  get octets(): Uint8Array {
    return this.#memory.subarray(0, this.#length);
  }

  /**
   * Takes octets from `chunk` until `wanted` are held, or `stop` is reached.
   *
   * @returns the position in `chunk` after the last one taken
   */
  fill(chunk: Uint8Array, position: number, stop: number, wanted: number): number {
    const end = Math.min(stop, position + Math.max(0, wanted - this.#length));
    this.#reserve(this.#length + end - position);
    this.#memory.set(chunk.subarray(position, end), this.#length);
    this.#length += end - position;
    return end;
  }

  /** The first `count` octets in memory of their own; those after them stay. */
  take(count: number): Uint8Array {
    const taken = this.#memory.slice(0, count);
    this.#memory.copyWithin(0, count, this.#length);
    this.#length -= count;
    return taken;
  }

  clear(): void {
    this.#length = 0;
  }

  #reserve(length: number): void {
    if (length <= this.#memory.length) return;
    const larger = new Uint8Array(Math.max(length, this.#memory.length * 2));
    larger.set(this.#memory.subarray(0, this.#length));
    this.#memory = larger;
  }
}

const INITIAL_OCTETS = 1024;
