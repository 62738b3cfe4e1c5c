import type { OcspAnswer, OcspQuestion, OcspSource } from '../../status/ocsp-source.ts';
import type { IssuerDirectory } from './issuer-directory.ts';

/**
 * Looks at the issuers before each question. An edge that has seen new settings asks anew, and keeps what it
 * gets as said under them: so they have to be known here by then, whoever looked first.
 */
export class CurrentIssuersSource implements OcspSource {
  readonly #directory: IssuerDirectory;
  readonly #source: OcspSource;

  constructor(directory: IssuerDirectory, source: OcspSource) {
    this.#directory = directory;
    this.#source = source;
  }

  async answer(question: OcspQuestion): Promise<OcspAnswer> {
    await this.#directory.refresh();
    return this.#source.answer(question);
  }
}
