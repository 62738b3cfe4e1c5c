import type { CryptoProvider } from '@lancre/pki/crypto';
import { createIssuerRegistry, type IssuerRegistry } from '../../issuer/issuer-registry.ts';
import type { IssuerView } from '../../issuer/issuer-store.ts';

/** The issuers as the store has them now; made anew when they change there. */
export class IssuerDirectory {
  readonly #view: IssuerView;
  readonly #crypto: CryptoProvider;
  #registry: IssuerRegistry;
  #revision: number;

  private constructor(view: IssuerView, crypto: CryptoProvider, registry: IssuerRegistry, revision: number) {
    this.#view = view;
    this.#crypto = crypto;
    this.#registry = registry;
    this.#revision = revision;
  }

  static async open(view: IssuerView, crypto: CryptoProvider): Promise<IssuerDirectory> {
    const revision = view.issuersRevision();
    return new IssuerDirectory(
      view,
      crypto,
      await createIssuerRegistry(view.listIssuers(), crypto),
      revision,
    );
  }

  get registry(): IssuerRegistry {
    return this.#registry;
  }

  /** Looks whether the issuers have changed. Returns what it has become. */
  async refresh(): Promise<'changed' | 'unchanged'> {
    const revision = this.#view.issuersRevision();
    if (revision === this.#revision) return 'unchanged';
    const registry = await createIssuerRegistry(this.#view.listIssuers(), this.#crypto);
    // Another look may have come in between, and have seen more.
    if (revision > this.#revision) {
      this.#registry = registry;
      this.#revision = revision;
    }
    return 'changed';
  }
}
