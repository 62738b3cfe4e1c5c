import type { CrlExtensionsInput } from '@lancre/pki/crl';
import type { Issuer } from '../issuer/issuer.ts';
import { crlUrl, type PublicAddress } from '../issuer/public-address.ts';
import type { RevokedSnapshot, RevokedTotals } from '../status/revoked-snapshot.ts';
import type { CrlScope } from './scope.ts';

/** Everything a CRL says but its entries. */
export interface CrlHeader {
  readonly scope: CrlScope;
  readonly issuerDer: Uint8Array;
  readonly thisUpdate: Date;
  readonly nextUpdate: Date;
  readonly extensions: CrlExtensionsInput;
  readonly entryCount: number;
  /** Octets of all entries. */
  readonly entriesLength: number;
}

/**
 * The header of a scope's list.
 *
 * @param authorityKeyIdentifier the issuer's subject key identifier
 */
export function buildCrlHeader(input: {
  readonly scope: CrlScope;
  readonly issuer: Issuer;
  readonly address: PublicAddress;
  readonly authorityKeyIdentifier: Uint8Array;
  readonly snapshot: RevokedSnapshot;
  readonly crlNumber: bigint;
  readonly thisUpdate: Date;
}): CrlHeader {
  const { scope, issuer, thisUpdate, snapshot } = input;
  const totals = totalsOf(snapshot, scope.shard);
  return {
    scope,
    issuerDer: issuer.certificates[0].subject.der,
    thisUpdate,
    nextUpdate: crlNextUpdate(issuer, thisUpdate),
    extensions: {
      authorityKeyIdentifier: input.authorityKeyIdentifier,
      crlNumber: input.crlNumber,
      ...distributionPointOf(input.address, scope),
    },
    entryCount: sum(totals, (entry) => entry.entryCount),
    entriesLength: sum(totals, (entry) => entry.octets),
  };
}

/** The shards whose entries are on a scope's list: its own, or all of them for the full one. */
export function totalsOf(snapshot: RevokedSnapshot, shard: number): readonly RevokedTotals[] {
  return shard === 0 ? snapshot.shards : snapshot.shards.filter((entry) => entry.shard === shard);
}

/**
 * A shard's list carries the critical issuingDistributionPoint with the URL of its certificates'
 * CDP, byte for byte (SHD-02); a full list carries none (CRL-17).
 */
function distributionPointOf(
  address: PublicAddress,
  scope: CrlScope,
): Pick<CrlExtensionsInput, 'issuingDistributionPoint'> {
  if (scope.shard === 0) return {};
  const url = crlUrl(address, scope.issuerName, scope.shard);
  return { issuingDistributionPoint: { distributionPoint: [{ type: 'uri', uri: url }] } };
}

function crlNextUpdate(issuer: Issuer, thisUpdate: Date): Date {
  return new Date(thisUpdate.getTime() + issuer.policy.crl.validitySeconds * 1000);
}

function sum(totals: readonly RevokedTotals[], field: (entry: RevokedTotals) => number): number {
  return totals.reduce((total, entry) => total + field(entry), 0);
}
