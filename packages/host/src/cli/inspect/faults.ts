import { PkiError } from '@lancre/pki/errors';

/** What could not be read in something that otherwise could. */
export class Faults {
  readonly #messages: string[] = [];

  /** What `read` returns; undefined when it cannot be read, and then the reason is kept. */
  attempt<T>(what: string, read: () => T): T | undefined {
    try {
      return read();
    } catch (error) {
      if (!(error instanceof PkiError)) throw error;
      this.#messages.push(`${what}: ${error.message}`);
      return undefined;
    }
  }

  /** The reasons; undefined when there are none. */
  get messages(): readonly string[] | undefined {
    return this.#messages.length === 0 ? undefined : this.#messages;
  }
}
