import { crlPath } from '../issuer/public-address.ts';

/**
 * The scope of a CRL (RFC 5280 5): all certificates of an issuer, or those of one shard. CRL numbers
 * and publication times are kept for each scope.
 */
export interface CrlScope {
  readonly issuerId: number;
  readonly issuerName: string;
  /** 1 and up; 0 = all certificates of the issuer. */
  readonly shard: number;
}

/** The public path of a scope's list. */
export function pathOfScope(scope: CrlScope): string {
  return crlPath(scope.issuerName, scope.shard);
}

/** For messages: `e1 (full)` or `e1 shard 7`. */
export function describeScope(scope: CrlScope): string {
  return scope.shard === 0 ? `${scope.issuerName} (full)` : `${scope.issuerName} shard ${scope.shard}`;
}
