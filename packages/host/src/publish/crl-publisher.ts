import { subjectKeyIdentifierOf } from '@lancre/pki/certificate';
import type { CryptoProvider, Signer } from '@lancre/pki/crypto';
import { LancreError } from '../errors/lancre-error.ts';
import type { Issuer } from '../issuer/issuer.ts';
import type { PublicAddress } from '../issuer/public-address.ts';
import type { RevokedSnapshot } from '../status/revoked-snapshot.ts';
import type { SignerSet } from '../status/signer-set.ts';
import type { StatusStore } from '../status/status-store.ts';
import type { ArtifactStore, ObjectName, StagedArtifact } from './artifact-store.ts';
import { buildCrlHeader, type CrlHeader, totalsOf } from './crl-content.ts';
import { CrlEncoder } from './crl-encoder.ts';
import { checkStagedCrl } from './crl-gate.ts';
import { type IssuerState, type PlannedList, planPublication, revisionOf } from './publication-plan.ts';
import type { Publication, PublicationStore } from './publication-store.ts';
import { describeScope, pathOfScope } from './scope.ts';

/** What a publisher works with. */
export interface CrlPublisherOptions {
  readonly statuses: StatusStore;
  readonly publications: PublicationStore;
  readonly artifacts: ArtifactStore;
  readonly signers: SignerSet;
  readonly address: PublicAddress;
  readonly crypto: CryptoProvider;
  readonly now: () => Date;
}

/** What became of one planned list. */
export type PublishOutcome =
  | { readonly kind: 'published'; readonly list: PlannedList; readonly publication: Publication }
  | { readonly kind: 'failed'; readonly list: PlannedList; readonly error: LancreError };

/** Plans and makes the CRLs of issuers. */
export class CrlPublisher {
  readonly #options: CrlPublisherOptions;

  constructor(options: CrlPublisherOptions) {
    this.#options = options;
  }

  /** The lists of an issuer that are due; changes nothing. */
  plan(issuer: Issuer): readonly PlannedList[] {
    const snapshot = this.#options.statuses.openRevoked(issuer.id);
    try {
      return planPublication(this.#stateOf(issuer, snapshot), this.#options.now());
    } finally {
      snapshot.close();
    }
  }

  /**
   * Makes planned lists of one issuer in one walk over its revoked certificates. A list that fails
   * does not stop the others, and what was published before it stays.
   */
  async execute(issuer: Issuer, lists: readonly PlannedList[]): Promise<readonly PublishOutcome[]> {
    await this.#dropExpired(issuer, lists);
    const snapshot = this.#options.statuses.openRevoked(issuer.id);
    try {
      const works = await this.#begin(issuer, lists, snapshot);
      await feed(works, snapshot);
      return await Promise.all(works.map((work) => this.#complete(issuer, work, snapshot)));
    } finally {
      snapshot.close();
    }
  }

  #stateOf(issuer: Issuer, snapshot: RevokedSnapshot): IssuerState {
    const { publications } = this.#options;
    const shards = new Set([0, ...publications.publishedShards(issuer.id)]);
    for (let shard = 1; shard <= issuer.policy.crl.shards; shard += 1) shards.add(shard);
    const published = new Map<number, Publication | undefined>();
    for (const shard of shards) published.set(shard, publications.findPublication(issuer.id, shard));
    return { issuer, totals: snapshot.shards, published };
  }

  /**
   * A revoked certificate stays on the lists until it has been on one issued after its notAfter
   * (CRL-18, T-19): on every scope that covers it, so the oldest of their thisUpdates and revisions
   * counts.
   */
  async #dropExpired(issuer: Issuer, lists: readonly PlannedList[]): Promise<void> {
    const { statuses, publications } = this.#options;
    const shards = new Set(lists.map(({ scope }) => scope.shard));
    if (shards.has(0)) {
      const snapshot = statuses.openRevoked(issuer.id);
      for (const { shard } of snapshot.shards) shards.add(shard);
      snapshot.close();
    }
    for (const shard of shards) {
      const covering = shard === 0 ? [0] : issuer.policy.crl.full === 'publish' ? [0, shard] : [shard];
      const issued = covering.flatMap((scope) => publications.findPublication(issuer.id, scope) ?? []);
      if (issued.length < covering.length) continue;
      const oldest = Math.min(...issued.map(({ thisUpdate }) => thisUpdate.getTime()));
      const revision = Math.min(...issued.map((publication) => publication.revision));
      await statuses.expireRevoked(issuer.id, shard, new Date(oldest), revision);
    }
  }

  async #begin(
    issuer: Issuer,
    lists: readonly PlannedList[],
    snapshot: RevokedSnapshot,
  ): Promise<readonly Work[]> {
    const works: Work[] = [];
    for (const list of lists) {
      try {
        works.push(await this.#beginOne(issuer, list, snapshot));
      } catch (cause) {
        works.push({ kind: 'failed', list, error: publishError(list, cause) });
      }
    }
    return works;
  }

  async #beginOne(issuer: Issuer, list: PlannedList, snapshot: RevokedSnapshot): Promise<EncodingWork> {
    const { artifacts, publications, address } = this.#options;
    const signer = this.#signerOf(issuer);
    // Read before the number is taken: whoever swaps the pointer of a later number has seen the earlier's (T-17).
    const expected = artifacts.resolve(pathOfScope(list.scope));
    const thisUpdate = this.#thisUpdateOf(list);
    await this.#requireNewer(list, expected, thisUpdate);
    const header = buildCrlHeader({
      scope: list.scope,
      issuer,
      address,
      authorityKeyIdentifier: await this.#keyIdentifierOf(issuer),
      snapshot,
      // The clock is only the floor, so that a store set back to a backup does not repeat numbers.
      crlNumber: await publications.takeCrlNumber(
        list.scope,
        BigInt(Math.floor(thisUpdate.getTime() / 1000)),
      ),
      thisUpdate,
    });
    const staged = await artifacts.stage();
    const encoder = await orDiscard(staged, () => CrlEncoder.begin(header, signer, staged));
    return { kind: 'encoding', list, encoder, expected, fault: undefined };
  }

  /** Asks what is published itself: a record of it may be lost, or be a moment behind another publisher's. */
  async #requireNewer(list: PlannedList, expected: ObjectName | undefined, thisUpdate: Date): Promise<void> {
    if (expected === undefined) return;
    // A pointer to an object that is gone does not stand in the way of the list that mends it.
    const published = await this.#options.artifacts.open(expected).catch(() => undefined);
    if (published && thisUpdate <= published.lastModified) throw clockBehind(list, published.lastModified);
  }

  #signerOf(issuer: Issuer): Signer {
    const signer = this.#options.signers.signerOf(issuer.id);
    if (signer !== undefined) return signer;
    throw new LancreError('signer_unavailable', `issuer ${issuer.name} has no key to sign with`);
  }

  #thisUpdateOf(list: PlannedList): Date {
    const now = this.#options.now();
    if (now < list.notBefore) throw clockBehind(list, list.previous?.thisUpdate);
    return new Date(Math.floor(now.getTime() / 1000) * 1000);
  }

  async #keyIdentifierOf(issuer: Issuer): Promise<Uint8Array> {
    const [certificate] = issuer.certificates;
    // RFC 5280 4.2.1.2 (1), for a CA certificate without the extension.
    return (
      subjectKeyIdentifierOf(certificate) ??
      (await this.#options.crypto.digest('SHA-1', certificate.subjectPublicKeyInfo.publicKey))
    );
  }

  async #complete(issuer: Issuer, work: Work, snapshot: RevokedSnapshot): Promise<PublishOutcome> {
    if (work.kind === 'failed') return work;
    const { list } = work;
    try {
      const finished = await this.#finish(issuer, work, snapshot);
      const publication = await this.#publish(issuer, work, finished, snapshot);
      return { kind: 'published', list, publication };
    } catch (cause) {
      return { kind: 'failed', list, error: publishError(list, cause) };
    }
  }

  /** Signs; makes the list again while the signature does not fit the room kept for it. */
  async #finish(issuer: Issuer, work: EncodingWork, snapshot: RevokedSnapshot): Promise<CrlEncoder> {
    let { encoder } = work;
    for (let attempt = 0; attempt < finishAttempts; attempt += 1) {
      const { staged } = encoder;
      const outcome = await orDiscard(staged, () => finishOrFail(encoder, work.fault));
      if (outcome === 'complete') return encoder;
      await staged.discard();
      encoder = await this.#repeat(issuer, encoder.header, snapshot);
    }
    await encoder.staged.discard();
    throw new LancreError('internal', `${describeScope(work.list.scope)}: no signature fits its frame`);
  }

  async #repeat(issuer: Issuer, header: CrlHeader, snapshot: RevokedSnapshot): Promise<CrlEncoder> {
    const staged = await this.#options.artifacts.stage();
    return orDiscard(staged, async () => {
      const encoder = await CrlEncoder.begin(header, this.#signerOf(issuer), staged);
      for (const { shard } of totalsOf(snapshot, header.scope.shard)) {
        for (const batch of snapshot.batches(shard)) await encoder.add(batch.entriesDer);
      }
      return encoder;
    });
  }

  async #publish(
    issuer: Issuer,
    { list, expected }: EncodingWork,
    { header, staged }: CrlEncoder,
    snapshot: RevokedSnapshot,
  ): Promise<Publication> {
    const { artifacts, publications } = this.#options;
    await orDiscard(staged, () => this.#requireSound(issuer, list, header, staged));
    const object = await staged.seal({ lastModified: header.thisUpdate });
    if ((await artifacts.point(pathOfScope(list.scope), object, expected)) === 'conflict') {
      throw new LancreError(
        'artifact_conflict',
        `${describeScope(list.scope)}: somebody else published it meanwhile`,
      );
    }
    const publication: Publication = {
      object,
      crlNumber: header.extensions.crlNumber,
      thisUpdate: header.thisUpdate,
      nextUpdate: header.nextUpdate,
      revision: revisionOf(snapshot.shards, list.scope.shard),
      entryCount: header.entryCount,
      length: staged.length,
    };
    await publications.savePublication(list.scope, publication);
    return publication;
  }

  async #requireSound(
    issuer: Issuer,
    list: PlannedList,
    header: CrlHeader,
    staged: StagedArtifact,
  ): Promise<void> {
    const fault = await checkStagedCrl({
      staged,
      header,
      issuerCertificate: issuer.certificates[0],
      previous: list.previous,
      crypto: this.#options.crypto,
    });
    if (fault === undefined) return;
    throw new LancreError(
      'artifact_refused',
      `${describeScope(list.scope)} is not published: ${fault.message}`,
    );
  }
}

interface EncodingWork {
  readonly kind: 'encoding';
  readonly list: PlannedList;
  readonly encoder: CrlEncoder;
  /** What the list's URL named before its number was taken. */
  readonly expected: ObjectName | undefined;
  /** Why the list cannot be completed. */
  fault: unknown;
}

type Work = EncodingWork | Extract<PublishOutcome, { kind: 'failed' }>;

/** One walk: each batch goes to the list of its shard and to the full list. A fault is theirs only. */
async function feed(works: readonly Work[], snapshot: RevokedSnapshot): Promise<void> {
  const encoding = works.filter((work) => work.kind === 'encoding');
  for (const { shard } of snapshot.shards) {
    const takers = encoding.filter(({ list }) => list.scope.shard === 0 || list.scope.shard === shard);
    if (takers.length === 0) continue;
    try {
      for (const { entriesDer } of snapshot.batches(shard)) {
        for (const { encoder } of takers) await encoder.add(entriesDer);
      }
    } catch (cause) {
      for (const taker of takers) taker.fault ??= cause;
    }
  }
}

async function finishOrFail(encoder: CrlEncoder, fault: unknown): Promise<'complete' | 'repeat'> {
  if (fault !== undefined) throw fault;
  return encoder.finish();
}

/** What is staged is thrown away when `action` fails: an open file and its octets would stay. */
async function orDiscard<T>(staged: StagedArtifact, action: () => Promise<T>): Promise<T> {
  try {
    return await action();
  } catch (error) {
    await staged.discard();
    throw error;
  }
}

function clockBehind(list: PlannedList, published: Date | undefined): LancreError {
  return new LancreError(
    'artifact_refused',
    `${describeScope(list.scope)}: the published list is dated ${published?.toISOString()}; is the clock behind?`,
  );
}

function publishError(list: PlannedList, cause: unknown): LancreError {
  if (cause instanceof LancreError) return cause;
  return new LancreError('internal', `${describeScope(list.scope)}: ${String(cause)}`, { cause });
}

const finishAttempts = 20;
