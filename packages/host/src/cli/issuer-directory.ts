import type { CryptoProvider, Signer } from '@lancre/pki/crypto';
import { LancreError } from '../errors/lancre-error.ts';
import { describeKey, type Issuer } from '../issuer/issuer.ts';
import { createIssuerRegistry, type IssuerRegistry } from '../issuer/issuer-registry.ts';
import type { IssuerView } from '../issuer/issuer-store.ts';
import type { SignerSet } from '../status/signer-set.ts';
import { loadSigner } from '../storage/signer-loader.ts';

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
    this.#registry = await createIssuerRegistry(this.#view.listIssuers(), this.#crypto);
    this.#revision = revision;
    return 'changed';
  }
}

/** A key that could not be loaded. */
export interface KeyProblem {
  readonly issuer: string;
  readonly message: string;
}

/** The keys of the issuers, in the one process that may hold them. */
export class LoadedSigners implements SignerSet {
  readonly #environment: Readonly<Record<string, string | undefined>>;
  #signers: ReadonlyMap<number, Signer> = new Map();
  #problems: readonly KeyProblem[] = [];

  constructor(environment: Readonly<Record<string, string | undefined>>) {
    this.#environment = environment;
  }

  signerOf(issuerId: number): Signer | undefined {
    return this.#signers.get(issuerId);
  }

  /** What went wrong at the last load. */
  get problems(): readonly KeyProblem[] {
    return this.#problems;
  }

  /** Loads the keys of these issuers; one that cannot be loaded does not stop the others. */
  async load(issuers: readonly Issuer[]): Promise<void> {
    const signers = new Map<number, Signer>();
    const problems: KeyProblem[] = [];
    for (const issuer of issuers) {
      if (issuer.key === undefined) continue;
      try {
        signers.set(issuer.id, await this.#loadOne(issuer, describeKey(issuer.key)));
      } catch (error) {
        if (!(error instanceof LancreError)) throw error;
        problems.push({ issuer: issuer.name, message: error.message });
      }
    }
    this.#signers = signers;
    this.#problems = problems;
  }

  async #loadOne(issuer: Issuer, where: string): Promise<Signer> {
    const signer = issuer.key && (await loadSigner(issuer.key, this.#environment));
    const own = issuer.certificates[0].subjectPublicKeyInfo.der;
    // The file may have been exchanged since the issuer was added.
    if (signer !== undefined && Buffer.compare(signer.subjectPublicKeyInfoDer, own) === 0) return signer;
    throw new LancreError('key_mismatch', `the key ${where} is not that of issuer ${issuer.name}`);
  }
}
