/** Lets a number of pieces of work run at once; what is more waits its turn, first come, first served. */
export class Pkcs11Turns {
  readonly #waiting: (() => void)[] = [];
  #free: number;

  /** @param atOnce how many run at once, at least 1 */
  constructor(atOnce: number) {
    this.#free = atOnce;
  }

  /** What `work` gives, once it was its turn. */
  async run<T>(work: () => Promise<T>): Promise<T> {
    if (this.#free > 0) this.#free -= 1;
    else await new Promise<void>((resolve) => this.#waiting.push(resolve));
    try {
      return await work();
    } finally {
      // A turn goes straight to the next in line, so that nobody slips in between.
      const next = this.#waiting.shift();
      if (next === undefined) this.#free += 1;
      else next();
    }
  }
}
