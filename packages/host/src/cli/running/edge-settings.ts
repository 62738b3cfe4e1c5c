import type { PublicAddress } from '../../issuer/public-address.ts';
import type { ListenAddress } from '../config.ts';

/** What control tells an edge at its start; there is no key in it, nor the way to one. */
export interface EdgeSettings {
  readonly storeFolder: string;
  readonly publicFolder: string;
  readonly controlSocket: string;
  readonly siteFolder: string | undefined;
  readonly address: PublicAddress;
  readonly listen: ListenAddress;
  readonly ocspErrorStatuses: 'mapped' | 'always-200';
  readonly surrogateKeyField: string | undefined;
}
