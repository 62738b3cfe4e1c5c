import type { Issuer } from '../issuer/issuer.ts';
import type { StatusStore } from '../status/status-store.ts';
import type { PlannedList } from './publication-plan.ts';
import type { PublicationView } from './publication-store.ts';

/** What {@link OldEntries} work with. */
export interface OldEntriesOptions {
  readonly statuses: StatusStore;
  readonly publications: PublicationView;
}

/** Takes out of the store what no list has to say any more. */
export class OldEntries {
  readonly #options: OldEntriesOptions;

  constructor(options: OldEntriesOptions) {
    this.#options = options;
  }

  /**
   * A revoked certificate stays on the lists until it has been on one issued after its notAfter
   * (CRL-18, T-19): on every scope that covers it, so the oldest of their thisUpdates and revisions
   * counts. Only complete lists count, so that none goes that was on deltas alone (SHD-18).
   */
  async drop(issuer: Issuer, lists: readonly PlannedList[]): Promise<void> {
    const { statuses, publications } = this.#options;
    for (const shard of this.#shardsOf(issuer, lists)) {
      const covering = this.#scopesOver(issuer, shard);
      const issued = covering.flatMap((scope) => publications.findPublication(issuer.id, scope) ?? []);
      if (issued.length < covering.length) continue;
      const oldest = Math.min(...issued.map(({ thisUpdate }) => thisUpdate.getTime()));
      const revision = Math.min(...issued.map((publication) => publication.revision));
      await statuses.expireRevoked(issuer.id, shard, new Date(oldest), revision);
    }
  }

  /** The next deltas are made against the complete list before the present one, or against that: never an older one. */
  async forgetReleases(issuer: Issuer, lists: readonly PlannedList[]): Promise<void> {
    const { statuses, publications } = this.#options;
    const complete = lists.filter(({ kind }) => kind === 'complete');
    for (const shard of this.#shardsOf(issuer, complete)) {
      const covering = this.#scopesOver(issuer, shard);
      const bases = covering.flatMap((scope) => publications.findPrevious(issuer.id, scope) ?? []);
      if (bases.length < covering.length) continue;
      await statuses.forgetReleased(issuer.id, shard, Math.min(...bases.map(({ revision }) => revision)));
    }
  }

  /** The scopes of the lists on which a shard's certificates are. */
  #scopesOver({ id, policy }: Issuer, shard: number): readonly number[] {
    if (shard === 0) return [0];
    const hasFull =
      policy.crl.full === 'publish' || this.#options.publications.findPublication(id, 0) !== undefined;
    return hasFull ? [0, shard] : [shard];
  }

  /** The shards whose entries are on any of the lists. */
  #shardsOf(issuer: Issuer, lists: readonly PlannedList[]): ReadonlySet<number> {
    const shards = new Set(lists.map(({ scope }) => scope.shard));
    if (!shards.has(0)) return shards;
    const snapshot = this.#options.statuses.openRevoked(issuer.id);
    for (const { shard } of snapshot.shards) shards.add(shard);
    snapshot.close();
    return shards;
  }
}
