import { crlPath, deltaCrlPath } from '../issuer/public-address.ts';

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

/** Whether a list has all entries of its scope, or the changes since an earlier one (RFC 5280 5.2.4). */
export type CrlKind = 'complete' | 'delta';

/** The public path of a scope's list. */
export function pathOfScope(scope: CrlScope, kind: CrlKind = 'complete'): string {
  return kind === 'delta'
    ? deltaCrlPath(scope.issuerName, scope.shard)
    : crlPath(scope.issuerName, scope.shard);
}

/** For messages: `e1 (full)`, `e1 shard 7` or `e1 shard 7, delta`. */
export function describeScope(
  scope: Pick<CrlScope, 'issuerName' | 'shard'>,
  kind: CrlKind = 'complete',
): string {
  const name = scope.shard === 0 ? `${scope.issuerName} (full)` : `${scope.issuerName} shard ${scope.shard}`;
  return kind === 'delta' ? `${name}, delta` : name;
}
