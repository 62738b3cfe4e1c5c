import type { StreamingCryptoProvider } from '@lancre/pki/crypto';
import type { Issuer } from '../../issuer/issuer.ts';
import type { Config } from '../config.ts';
import type { HostStore } from '../host-store.ts';
import type { ListFreshness } from '../running/list-freshness.ts';
import type { PublicAccess } from './public-client.ts';

/** What the checks look at, at one moment. */
export interface Scene {
  readonly config: Config;
  readonly store: Pick<HostStore, 'statuses' | 'publications' | 'artifacts'>;
  readonly issuers: readonly Issuer[];
  /** What is recorded as published: complete lists and deltas. */
  readonly lists: readonly ListFreshness[];
  readonly now: Date;
  /** Where pass phrases are looked up. */
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly crypto: StreamingCryptoProvider;
  readonly client: PublicAccess;
}
