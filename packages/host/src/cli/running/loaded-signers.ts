import type { CryptoProvider, Signer } from '@lancre/pki/crypto';
import { LancreError } from '../../errors/lancre-error.ts';
import { describeKey, type Issuer, type KeyReference, type ResponderReference } from '../../issuer/issuer.ts';
import { responderFaultOf } from '../../issuer/responder-admission.ts';
import type { OcspResponder, ResponderSet } from '../../status/responder.ts';
import type { SignerSet } from '../../status/signer-set.ts';
import { loadSigner } from '../../storage/signer-loader.ts';
import { WatchedSigner } from './watched-signer.ts';

/** A key that cannot be used. */
export interface KeyProblem {
  readonly issuer: string;
  readonly message: string;
}

/** What {@link LoadedSigners} work with. */
export interface LoadedSignersOptions {
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly crypto: CryptoProvider;
  readonly now: () => Date;
}

/** The keys of the issuers and of their delegated responders, in the one process that may hold them. */
export class LoadedSigners implements SignerSet, ResponderSet {
  readonly #options: LoadedSignersOptions;
  #keys: ReadonlyMap<string, WatchedSigner> = new Map();
  #loaded: ReadonlyMap<number, LoadedIssuer> = new Map();
  #problems: readonly KeyProblem[] = [];
  /** Keys whose pass phrase or PIN was wrong. */
  #refused: ReadonlyMap<string, LancreError> = new Map();

  constructor(options: LoadedSignersOptions) {
    this.#options = options;
  }

  signerOf(issuerId: number): Signer | undefined {
    return this.#loaded.get(issuerId)?.signer;
  }

  respondersOf(issuerId: number, instant: Date): readonly OcspResponder[] {
    const responders = this.#loaded.get(issuerId)?.responders ?? [];
    return responders.filter(({ notBefore, notAfter }) => notBefore <= instant && instant < notAfter);
  }

  /** What went wrong at the last load, and the keys whose last signature failed. */
  get problems(): readonly KeyProblem[] {
    const failing = [...this.#loaded.values()].flatMap(({ issuer, watched }) =>
      watched.flatMap(({ failure }) =>
        failure === undefined ? [] : [{ issuer: issuer.name, message: failure }],
      ),
    );
    return [...this.#problems, ...failing];
  }

  /**
   * Loads the keys of these issuers; one that cannot be loaded does not stop the others, and one that is
   * loaded already is not loaded again.
   */
  async load(issuers: readonly Issuer[]): Promise<void> {
    await this.#run(issuers, new Map());
  }

  /**
   * Loads once more what could not be loaded: a token may be back, a file mounted. A wrong PIN is not
   * tried again by itself, since three of them lock a token.
   */
  async retry(issuers: readonly Issuer[]): Promise<void> {
    if (this.#problems.length > this.#refused.size) await this.#run(issuers, this.#refused);
  }

  async #run(issuers: readonly Issuer[], refused: ReadonlyMap<string, LancreError>): Promise<void> {
    const run = new LoadRun(this.#options, this.#keys, refused);
    const loaded = new Map<number, LoadedIssuer>();
    for (const issuer of issuers) loaded.set(issuer.id, await run.load(issuer));
    this.#keys = run.keys;
    this.#loaded = loaded;
    this.#problems = run.problems;
    this.#refused = run.refused;
  }
}

interface LoadedIssuer {
  readonly issuer: Issuer;
  readonly signer: Signer | undefined;
  /** The preferred one first. */
  readonly responders: readonly OcspResponder[];
  readonly watched: readonly WatchedSigner[];
}

/** One load: what it has found so far. */
class LoadRun {
  readonly keys = new Map<string, WatchedSigner>();
  readonly problems: KeyProblem[] = [];
  readonly refused: Map<string, LancreError>;
  readonly #options: LoadedSignersOptions;
  readonly #known: ReadonlyMap<string, WatchedSigner>;

  constructor(
    options: LoadedSignersOptions,
    known: ReadonlyMap<string, WatchedSigner>,
    refused: ReadonlyMap<string, LancreError>,
  ) {
    this.#options = options;
    this.#known = known;
    this.refused = new Map(refused);
  }

  async load(issuer: Issuer): Promise<LoadedIssuer> {
    const own = issuer.key && (await this.#attempt(issuer, issuer.key, () => this.#loadOwn(issuer)));
    const delegates: { readonly responder: OcspResponder; readonly signer: WatchedSigner }[] = [];
    // Of two of the same second the one that was added later comes first.
    for (const reference of (issuer.responders ?? []).toReversed()) {
      const signer = await this.#attempt(issuer, reference.key, () => this.#loadDelegate(issuer, reference));
      if (signer !== undefined)
        delegates.push({ signer, responder: await this.#delegateOf(issuer, reference, signer) });
    }
    // The newest first: a successor takes over the moment it is usable.
    delegates.sort((a, b) => b.responder.notBefore.getTime() - a.responder.notBefore.getTime());
    return {
      issuer,
      signer: own,
      responders: [
        ...delegates.map(({ responder }) => responder),
        ...(own === undefined ? [] : [await this.#ownResponderOf(issuer, own)]),
      ],
      watched: [...(own === undefined ? [] : [own]), ...delegates.map(({ signer }) => signer)],
    };
  }

  async #attempt(
    issuer: Issuer,
    key: KeyReference,
    load: () => Promise<WatchedSigner>,
  ): Promise<WatchedSigner | undefined> {
    try {
      return await load();
    } catch (error) {
      if (!(error instanceof LancreError)) throw error;
      this.problems.push({ issuer: issuer.name, message: error.message });
      // What was loaded before is worth nothing if it may not be used now.
      this.keys.delete(JSON.stringify(key));
      if (error.code === 'key_passphrase') this.refused.set(JSON.stringify(key), error);
      return undefined;
    }
  }

  async #loadOwn(issuer: Issuer): Promise<WatchedSigner> {
    const key = requireKey(issuer);
    const signer = await this.#loadKey(key);
    // The file may have been exchanged since the issuer was added.
    const certified = issuer.certificates[0].subjectPublicKeyInfo.der;
    if (Buffer.compare(signer.subjectPublicKeyInfoDer, certified) === 0) return signer;
    throw new LancreError('key_mismatch', `the key ${describeKey(key)} is not that of issuer ${issuer.name}`);
  }

  async #loadDelegate(issuer: Issuer, { certificate, key }: ResponderReference): Promise<WatchedSigner> {
    const signer = await this.#loadKey(key);
    const now = this.#options.now();
    const fault = await responderFaultOf({
      issuer,
      certificate,
      signer,
      // One that is not valid yet waits for its turn.
      at: laterOf(certificate.notBefore, now),
      crypto: this.#options.crypto,
    });
    if (fault === undefined) return signer;
    throw new LancreError(
      'certificate_unsuitable',
      `the responder certificate ${certificate.serialNumber} cannot be used: ${fault}`,
    );
  }

  async #loadKey(key: KeyReference): Promise<WatchedSigner> {
    const name = JSON.stringify(key);
    const refusal = this.refused.get(name);
    if (refusal !== undefined) throw refusal;
    const known = this.keys.get(name) ?? this.#known.get(name);
    const signer =
      known ?? new WatchedSigner(await loadSigner(key, this.#options.environment), describeKey(key));
    this.keys.set(name, signer);
    return signer;
  }

  async #ownResponderOf(issuer: Issuer, signer: Signer): Promise<OcspResponder> {
    const [certificate] = issuer.certificates;
    // Of several cross-certificates the last to expire counts, since the key is the same.
    const ends = Math.max(...issuer.certificates.map(({ notAfter }) => notAfter.getTime()));
    return {
      signer,
      responderId: await this.#responderIdOf(issuer, certificate),
      certificates: [],
      notBefore: new Date(0),
      notAfter: new Date(ends),
    };
  }

  async #delegateOf(
    issuer: Issuer,
    { certificate }: ResponderReference,
    signer: Signer,
  ): Promise<OcspResponder> {
    const { notBefore, notAfter, der } = certificate;
    const responderId = await this.#responderIdOf(issuer, certificate);
    return { signer, responderId, certificates: [der], notBefore, notAfter };
  }

  /** byKey is SHA-1 of the key, whatever hash the CertID uses (ORSP-07). */
  async #responderIdOf(
    issuer: Issuer,
    certificate: ResponderReference['certificate'],
  ): Promise<OcspResponder['responderId']> {
    if (issuer.policy.ocsp.responderId === 'byName') return { by: 'name', name: certificate.subject };
    const keyHash = await this.#options.crypto.digest('SHA-1', certificate.subjectPublicKeyInfo.publicKey);
    return { by: 'key', keyHash };
  }
}

function requireKey({ key, name }: Issuer): KeyReference {
  if (key === undefined) throw new LancreError('internal', `issuer ${name} has no key`);
  return key;
}

function laterOf(a: Date, b: Date): Date {
  return new Date(Math.max(a.getTime(), b.getTime()));
}
