import type { CrlExtensionsInput } from '@lancre/pki/crl';
import type { Issuer } from '../issuer/issuer.ts';
import { longestCrlValiditySeconds } from '../issuer/issuer-profile.ts';
import type { RevokedSnapshot, RevokedTotals } from '../status/revoked-snapshot.ts';
import type { CrlTerms } from './crl-terms.ts';
import type { CrlKind, CrlScope } from './scope.ts';

/** Everything a CRL says but its entries. */
export interface CrlHeader {
  readonly scope: CrlScope;
  readonly kind: CrlKind;
  readonly issuerDer: Uint8Array;
  /** The signer's AlgorithmIdentifier. */
  readonly signatureAlgorithmDer: Uint8Array;
  readonly thisUpdate: Date;
  readonly nextUpdate: Date;
  readonly extensions: CrlExtensionsInput;
  readonly entryCount: number;
  /** Octets of all entries. */
  readonly entriesLength: number;
}

/** What makes a list one of its kind: complete and delta lists issued together share it (CRL-09). */
export interface CrlIdentity {
  readonly crlNumber: bigint;
  readonly thisUpdate: Date;
}

/**
 * The header of a scope's list.
 *
 * @param input.authorityKeyIdentifier the issuer's subject key identifier
 * @param input.deltaBase BaseCRLNumber, of a delta
 * @param input.latestNextUpdate the nextUpdate of the list before it
 */
export function buildCrlHeader(input: {
  readonly scope: CrlScope;
  readonly issuer: Issuer;
  readonly terms: CrlTerms;
  readonly signatureAlgorithmDer: Uint8Array;
  readonly authorityKeyIdentifier: Uint8Array;
  readonly identity: CrlIdentity;
  readonly deltaBase?: bigint;
  readonly latestNextUpdate?: Date | undefined;
  readonly size: Pick<CrlHeader, 'entryCount' | 'entriesLength'>;
}): CrlHeader {
  const { scope, issuer, terms, identity, deltaBase, size } = input;
  return {
    scope,
    kind: deltaBase === undefined ? 'complete' : 'delta',
    issuerDer: issuer.certificates[0].subject.der,
    signatureAlgorithmDer: input.signatureAlgorithmDer,
    thisUpdate: identity.thisUpdate,
    nextUpdate: nextUpdateOf(issuer, terms, identity.thisUpdate, input.latestNextUpdate),
    extensions: {
      authorityKeyIdentifier: input.authorityKeyIdentifier,
      crlNumber: identity.crlNumber,
      ...terms.extensions,
      ...(deltaBase === undefined ? {} : { deltaBase }),
    },
    ...size,
  };
}

/** What the entries of a complete list come to. */
export function sizeOf(
  snapshot: RevokedSnapshot,
  shard: number,
): Pick<CrlHeader, 'entryCount' | 'entriesLength'> {
  const totals = totalsOf(snapshot, shard);
  return {
    entryCount: sum(totals, (entry) => entry.entryCount),
    entriesLength: sum(totals, (entry) => entry.octets),
  };
}

/** The shards whose entries are on a scope's list: its own, or all of them for the full one. */
export function totalsOf(snapshot: RevokedSnapshot, shard: number): readonly RevokedTotals[] {
  return shard === 0 ? snapshot.shards : snapshot.shards.filter((entry) => entry.shard === shard);
}

/** Never before that of the list before (RFC 5280 5.1.2.5, CRL-05), as far as the profile lets a list live so long. */
function nextUpdateOf(
  { policy }: Issuer,
  { validitySeconds }: CrlTerms,
  thisUpdate: Date,
  latest: Date | undefined,
): Date {
  const own = thisUpdate.getTime() + validitySeconds * 1000;
  const limit = thisUpdate.getTime() + longestCrlValiditySeconds(policy) * 1000;
  return new Date(Math.max(own, Math.min(latest?.getTime() ?? 0, limit)));
}

function sum(totals: readonly RevokedTotals[], field: (entry: RevokedTotals) => number): number {
  return totals.reduce((total, entry) => total + field(entry), 0);
}
