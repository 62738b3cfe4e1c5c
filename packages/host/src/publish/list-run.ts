import { subjectKeyIdentifierOf } from '@lancre/pki/certificate';
import type { Signer, StreamingCryptoProvider } from '@lancre/pki/crypto';
import { LancreError } from '../errors/lancre-error.ts';
import type { Issuer } from '../issuer/issuer.ts';
import type { PublicAddress } from '../issuer/public-address.ts';
import type { RevokedSnapshot } from '../status/revoked-snapshot.ts';
import type { SignerSet } from '../status/signer-set.ts';
import type { StatusView } from '../status/status-view.ts';
import type { ArtifactStore, ObjectName, StagedArtifact } from './artifact-store.ts';
import { buildCrlHeader, type CrlHeader, type CrlIdentity, sizeOf, totalsOf } from './crl-content.ts';
import { CrlEncoder } from './crl-encoder.ts';
import { checkStagedCrl } from './crl-gate.ts';
import type { PublishOutcome } from './crl-publisher.ts';
import { crlTermsOf, fingerprintOf } from './crl-terms.ts';
import { type DeltaChanges, deltaChanges } from './delta-changes.ts';
import { type EncodingWork, feedShard, groupByShard, shardsToWalk, type Work } from './list-work.ts';
import { type PlannedList, revisionsOf } from './publication-plan.ts';
import type { Publication, PublicationStore } from './publication-store.ts';
import { describeScope, pathOfScope } from './scope.ts';
import { orDiscard } from './staged-cleanup.ts';

/** What a {@link ListRun} works with. */
export interface ListRunOptions {
  readonly publications: PublicationStore;
  readonly artifacts: ArtifactStore;
  readonly signers: SignerSet;
  readonly address: PublicAddress;
  readonly crypto: StreamingCryptoProvider;
  readonly statuses: StatusView;
  readonly now: () => Date;
  /** `new` = lists may name other URLs than those published now. Default `kept`. */
  readonly addresses?: 'kept' | 'new';
}

/** Makes planned lists of one issuer out of one picture of its revoked certificates. */
export class ListRun {
  readonly #options: ListRunOptions;
  readonly #issuer: Issuer;
  readonly #snapshot: RevokedSnapshot;
  /** By shard: complete and delta lists of a scope that are made together are of one number and time (CRL-09). */
  readonly #identities = new Map<number, CrlIdentity>();
  readonly #changes = new Map<PlannedList, DeltaChanges>();
  readonly #revisions: ReadonlyMap<number, number>;

  constructor(options: ListRunOptions, issuer: Issuer, snapshot: RevokedSnapshot) {
    this.#options = options;
    this.#issuer = issuer;
    this.#snapshot = snapshot;
    this.#revisions = revisionsOf(snapshot.shards);
  }

  /**
   * Walks over the shards once. The full list is open all the way; a shard's lists are begun when the walk
   * comes to it and completed while it goes on, so that few files are open, however many shards there are.
   */
  async make(lists: readonly PlannedList[]): Promise<readonly PublishOutcome[]> {
    const outcomes = new Map<PlannedList, Promise<PublishOutcome>>();
    const running = new Set<Promise<PublishOutcome>>();
    const complete = (work: Work): void => {
      const outcome = work.kind === 'encoding' ? this.#complete(work) : Promise.resolve(work);
      outcomes.set(work.list, outcome);
      running.add(outcome);
      void outcome.then(() => running.delete(outcome));
    };
    const planned = groupByShard(lists);
    const full = await this.#beginAll(planned.get(0) ?? []);
    const held = new Set(this.#snapshot.shards.map(({ shard }) => shard));
    for (const shard of shardsToWalk(planned, held)) {
      const own = shard === 0 ? [] : await this.#beginAll(planned.get(shard) ?? []);
      if (held.has(shard)) await feedShard([...full, ...own], this.#snapshot, shard);
      for (const work of own) complete(work);
      while (running.size >= mostCompleting) await Promise.race(running);
    }
    for (const work of full) complete(work);
    return Promise.all(lists.flatMap((list) => outcomes.get(list) ?? []));
  }

  async #beginAll(lists: readonly PlannedList[]): Promise<readonly Work[]> {
    const works: Work[] = [];
    for (const list of lists) works.push(await this.#begin(list));
    return works;
  }

  async #begin(list: PlannedList): Promise<Work> {
    try {
      return await this.#beginEncoding(list);
    } catch (cause) {
      return { kind: 'failed', list, error: publishError(list, cause) };
    }
  }

  async #beginEncoding(list: PlannedList): Promise<EncodingWork> {
    const { artifacts } = this.#options;
    const signer = this.#requireSigner();
    // Read before the number is taken: whoever swaps the pointer of a later number has seen the earlier's (T-17).
    const expected = artifacts.resolve(pathOfScope(list.scope, list.kind));
    const header = await this.#headerOf(list, expected);
    const staged = await artifacts.stage();
    const encoder = await orDiscard(staged, async () => {
      const begun = await CrlEncoder.begin(header, signer, staged);
      if (list.kind === 'delta') await addAll(begun, this.#changesOf(list).entriesDer);
      return begun;
    });
    return { kind: 'encoding', list, encoder, expected, fault: undefined };
  }

  async #headerOf(list: PlannedList, expected: ObjectName | undefined): Promise<CrlHeader> {
    const { scope, kind, base } = list;
    return buildCrlHeader({
      scope,
      issuer: this.#issuer,
      terms: crlTermsOf(this.#issuer, this.#options.address, scope.shard, kind),
      signatureAlgorithmDer: this.#requireSigner().algorithm.der,
      authorityKeyIdentifier: await this.#keyIdentifier(),
      identity: await this.#identityOf(list, expected),
      ...(base === undefined ? {} : { deltaBase: base.crlNumber }),
      latestNextUpdate: list.previous?.nextUpdate,
      size: kind === 'delta' ? this.#changesOf(list) : sizeOf(this.#snapshot, scope.shard),
    });
  }

  async #identityOf(list: PlannedList, expected: ObjectName | undefined): Promise<CrlIdentity> {
    const { shard } = list.scope;
    const known = this.#identities.get(shard);
    const thisUpdate = known?.thisUpdate ?? this.#thisUpdateOf(list);
    await this.#requireNewer(list, expected, thisUpdate);
    // The clock is only the floor, so that a store set back to a backup does not repeat numbers.
    const floor = BigInt(Math.floor(thisUpdate.getTime() / 1000));
    const crlNumber = known?.crlNumber ?? (await this.#options.publications.takeCrlNumber(list.scope, floor));
    const identity = { crlNumber, thisUpdate };
    this.#identities.set(shard, identity);
    return identity;
  }

  /** Asks what is published itself: a record of it may be lost, or be a moment behind another publisher's. */
  async #requireNewer(list: PlannedList, expected: ObjectName | undefined, thisUpdate: Date): Promise<void> {
    if (expected === undefined) return;
    // A pointer to an object that is gone does not stand in the way of the list that mends it.
    const published = await this.#options.artifacts.open(expected).catch(() => undefined);
    if (published && thisUpdate <= published.lastModified) throw clockBehind(list, published.lastModified);
  }

  #requireSigner(): Signer {
    const signer = this.#options.signers.signerOf(this.#issuer.id);
    if (signer !== undefined) return signer;
    throw new LancreError('signer_unavailable', `issuer ${this.#issuer.name} has no key to sign with`);
  }

  #thisUpdateOf(list: PlannedList): Date {
    const now = this.#options.now();
    if (now < list.notBefore) throw clockBehind(list, list.previous?.thisUpdate);
    return new Date(Math.floor(now.getTime() / 1000) * 1000);
  }

  async #keyIdentifier(): Promise<Uint8Array> {
    const [certificate] = this.#issuer.certificates;
    // RFC 5280 4.2.1.2 (1), for a CA certificate without the extension.
    return (
      subjectKeyIdentifierOf(certificate) ??
      (await this.#options.crypto.digest('SHA-1', certificate.subjectPublicKeyInfo.publicKey))
    );
  }

  #changesOf(list: PlannedList): DeltaChanges {
    const known = this.#changes.get(list);
    if (known !== undefined) return known;
    const changes = deltaChanges(this.#snapshot, list.scope.shard, list.base?.revision ?? 0);
    this.#changes.set(list, changes);
    return changes;
  }

  async #complete(work: EncodingWork): Promise<PublishOutcome> {
    const { list } = work;
    try {
      return await this.#publish(work, await this.#finish(work));
    } catch (cause) {
      return { kind: 'failed', list, error: publishError(list, cause) };
    }
  }

  /** Signs; makes the list again while the signature does not fit the room kept for it. */
  async #finish(work: EncodingWork): Promise<CrlEncoder> {
    let { encoder } = work;
    for (let attempt = 0; attempt < finishAttempts; attempt += 1) {
      const { staged } = encoder;
      const outcome = await orDiscard(staged, () => finishOrFail(encoder, work.fault));
      if (outcome === 'complete') return encoder;
      await staged.discard();
      encoder = await this.#repeat(work.list, encoder.header);
    }
    await encoder.staged.discard();
    throw new LancreError('internal', `${describeScope(work.list.scope)}: no signature fits its frame`);
  }

  async #repeat(list: PlannedList, header: CrlHeader): Promise<CrlEncoder> {
    const staged = await this.#options.artifacts.stage();
    return orDiscard(staged, async () => {
      const encoder = await CrlEncoder.begin(header, this.#requireSigner(), staged);
      if (list.kind === 'delta') await addAll(encoder, this.#changesOf(list).entriesDer);
      else {
        for (const { shard } of totalsOf(this.#snapshot, header.scope.shard)) {
          for (const batch of this.#snapshot.batches(shard)) await encoder.add(batch.entriesDer);
        }
      }
      return encoder;
    });
  }

  async #publish({ list, expected }: EncodingWork, { header, staged }: CrlEncoder): Promise<PublishOutcome> {
    const { artifacts, publications } = this.#options;
    const { scope, kind, base } = list;
    await orDiscard(staged, () => this.#requireSound(list, header, staged));
    const object = await orDiscard(staged, () => staged.seal({ lastModified: header.thisUpdate }));
    if ((await artifacts.point(pathOfScope(scope, kind), object, expected)) === 'conflict') {
      return { kind: 'superseded', list };
    }
    const publication: Publication = {
      object,
      crlNumber: header.extensions.crlNumber,
      thisUpdate: header.thisUpdate,
      nextUpdate: header.nextUpdate,
      revision: this.#revisions.get(scope.shard) ?? 0,
      entryCount: header.entryCount,
      length: staged.length,
      terms: this.#termsOf(list),
      distributionPoints: urisOf(header),
    };
    if (base === undefined) await publications.savePublication(scope, publication);
    else await publications.saveDelta(scope, { ...publication, baseNumber: base.crlNumber });
    return { kind: 'published', list, publication };
  }

  #termsOf({ scope, kind }: PlannedList): string {
    return fingerprintOf(crlTermsOf(this.#issuer, this.#options.address, scope.shard, kind));
  }

  async #requireSound(list: PlannedList, header: CrlHeader, staged: StagedArtifact): Promise<void> {
    const { artifacts, statuses, crypto, addresses } = this.#options;
    const { previous } = list;
    const fault = await checkStagedCrl({
      staged,
      header,
      terms: this.#termsOf(list),
      issuer: this.#issuer,
      previous: previous && addresses === 'new' ? withoutAddresses(previous) : previous,
      artifacts,
      statuses,
      crypto,
    });
    if (fault === undefined) return;
    throw new LancreError(
      'artifact_refused',
      `${describeScope(list.scope, list.kind)} is not published: ${fault.message}`,
    );
  }
}

/** Any URL may follow one that is not known. */
function withoutAddresses({ distributionPoints: _, ...publication }: Publication): Publication {
  return publication;
}

function urisOf({ extensions }: CrlHeader): readonly string[] {
  const names = extensions.issuingDistributionPoint?.distributionPoint ?? [];
  return names.flatMap((name) => (name.type === 'uri' ? [name.uri] : []));
}

async function addAll(encoder: CrlEncoder, entries: readonly Uint8Array[]): Promise<void> {
  for (const entry of entries) await encoder.add(entry);
}

async function finishOrFail(encoder: CrlEncoder, fault: unknown): Promise<'complete' | 'repeat'> {
  if (fault !== undefined) throw fault;
  return encoder.finish();
}

function clockBehind({ scope, kind }: PlannedList, published: Date | undefined): LancreError {
  return new LancreError(
    'artifact_refused',
    `${describeScope(scope, kind)}: the published list is dated ${published?.toISOString()}; is the clock behind?`,
  );
}

function publishError({ scope, kind }: PlannedList, cause: unknown): LancreError {
  if (cause instanceof LancreError) return cause;
  return new LancreError('internal', `${describeScope(scope, kind)}: ${String(cause)}`, { cause });
}

const finishAttempts = 20;
/** Lists that are signed, checked and published at the same time; each has a file open, or two. */
const mostCompleting = 8;
