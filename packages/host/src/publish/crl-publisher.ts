import type { StreamingCryptoProvider } from '@lancre/pki/crypto';
import type { LancreError } from '../errors/lancre-error.ts';
import type { Issuer } from '../issuer/issuer.ts';
import type { PublicAddress } from '../issuer/public-address.ts';
import type { RevokedSnapshot } from '../status/revoked-snapshot.ts';
import type { SignerSet } from '../status/signer-set.ts';
import type { StatusStore } from '../status/status-store.ts';
import type { ArtifactStore } from './artifact-store.ts';
import { crlTermsOf, fingerprintOf } from './crl-terms.ts';
import { ListRun } from './list-run.ts';
import { OldEntries } from './old-entries.ts';
import { type IssuerState, type PlannedList, planPublication, scopesOf } from './publication-plan.ts';
import type { Publication, PublicationStore } from './publication-store.ts';
import { pathOfScope } from './scope.ts';

/** What a publisher works with. */
export interface CrlPublisherOptions {
  readonly statuses: StatusStore;
  readonly publications: PublicationStore;
  readonly artifacts: ArtifactStore;
  readonly signers: SignerSet;
  readonly address: PublicAddress;
  readonly crypto: StreamingCryptoProvider;
  readonly now: () => Date;
  /**
   * `new` = lists may name other URLs than those that are published now, which certificates may name.
   * Default `kept`: such lists are refused.
   */
  readonly addresses?: 'kept' | 'new';
}

/** What became of one planned list. */
export type PublishOutcome =
  | { readonly kind: 'published'; readonly list: PlannedList; readonly publication: Publication }
  /** Another publisher was faster: a newer list than the planned one's predecessor is there. */
  | { readonly kind: 'superseded'; readonly list: PlannedList }
  | { readonly kind: 'failed'; readonly list: PlannedList; readonly error: LancreError };

/** Plans and makes the CRLs of issuers. */
export class CrlPublisher {
  readonly #options: CrlPublisherOptions;
  readonly #oldEntries: OldEntries;

  constructor(options: CrlPublisherOptions) {
    this.#options = options;
    this.#oldEntries = new OldEntries(options);
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
    await this.#oldEntries.drop(issuer, lists);
    const snapshot = this.#options.statuses.openRevoked(issuer.id);
    try {
      const outcomes = await new ListRun(this.#options, issuer, snapshot).make(lists);
      await this.#oldEntries.forgetReleases(issuer, lists);
      return outcomes;
    } finally {
      snapshot.close();
    }
  }

  /**
   * Takes lists off the public side that the issuer's settings do not want any more: deltas, and the
   * full list. They would expire there.
   *
   * @returns their paths
   */
  async retire(issuer: Issuer): Promise<readonly string[]> {
    const snapshot = this.#options.statuses.openRevoked(issuer.id);
    const state = this.#stateOf(issuer, snapshot);
    snapshot.close();
    const retired: string[] = [];
    const wanted = new Set(scopesOf(state));
    for (const [shard, { complete, delta }] of state.published) {
      const scope = { issuerId: issuer.id, issuerName: issuer.name, shard };
      if (delta !== undefined && (issuer.policy.crl.delta === 'omit' || !wanted.has(shard))) {
        await this.#options.artifacts.withdraw(pathOfScope(scope, 'delta'));
        await this.#options.publications.removeDelta(scope);
        retired.push(pathOfScope(scope, 'delta'));
      }
      if (complete !== undefined && !wanted.has(shard)) {
        await this.#options.artifacts.withdraw(pathOfScope(scope));
        await this.#options.publications.removePublication(scope);
        retired.push(pathOfScope(scope));
      }
    }
    return retired;
  }

  #stateOf(issuer: Issuer, snapshot: RevokedSnapshot): IssuerState {
    const { publications, address } = this.#options;
    const published = publications.publishedScopes(issuer.id);
    const termsOf: IssuerState['termsOf'] = (shard, kind) =>
      fingerprintOf(crlTermsOf(issuer, address, shard, kind));
    return { issuer, totals: snapshot.shards, published, termsOf };
  }
}
