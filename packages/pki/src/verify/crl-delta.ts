import { equalBytes } from '../encoding/bytes.ts';
import type { SerialNumber } from '../encoding/serial-number.ts';
import type { Crl } from '../pki/crl.ts';
import type { CrlEntry } from '../pki/crl-entry.ts';
import {
  crlNumberOf,
  deltaCrlIndicatorOf,
  type IssuingDistributionPoint,
  issuingDistributionPointOf,
} from '../pki/crl-extensions.ts';
import { crlEntries, findCrlEntry } from '../pki/crl-lookup.ts';
import { CrlSerialIndex } from '../pki/crl-serial-index.ts';
import { findExtension } from '../pki/extension.ts';
import { EXTENSION_OIDS } from '../pki/extension-oids.ts';
import { type Name, namesEqualBytes } from '../pki/name.ts';

/**
 * A complete CRL and a delta, seen as the complete CRL of the delta's day (RFC 5280 5.2.4). A view: both
 * lists stay as they are, and nothing is made for any entry.
 */
export interface CombinedCrl {
  readonly kind: 'combined';
  readonly complete: Crl;
  readonly delta: Crl;
  readonly issuer: Name;
  /** The four that follow are those of the delta. */
  readonly crlNumber: bigint;
  readonly thisUpdate: Date;
  readonly nextUpdate: Date | undefined;
  readonly issuingDistributionPoint: IssuingDistributionPoint | undefined;
  /** BaseCRLNumber of the delta: the oldest complete CRL that it can be added to. */
  readonly deltaBase: bigint;
}

/**
 * Why two lists cannot be combined:
 *
 * - `base_is_delta`, `not_a_delta`: they are not a complete CRL and a delta
 * - `indicator_not_critical`: deltaCRLIndicator has to be critical (5.2.4)
 * - `issuer_differs`: condition (a)
 * - `scope_differs`: condition (b), issuingDistributionPoint
 * - `key_differs`: authorityKeyIdentifier (6.3.3 (c)(3))
 * - `number_missing`: one of them has no cRLNumber
 * - `base_too_old`: condition (c), the complete CRL is older than the delta's base
 * - `delta_not_newer`: condition (d), the complete CRL knows all that the delta does
 */
export type CombinationFault =
  | 'base_is_delta'
  | 'not_a_delta'
  | 'indicator_not_critical'
  | 'issuer_differs'
  | 'scope_differs'
  | 'key_differs'
  | 'number_missing'
  | 'base_too_old'
  | 'delta_not_newer';

/** Two lists that cannot be combined. */
export interface CombinationRefusal {
  readonly kind: 'refused';
  readonly reason: CombinationFault;
  readonly message: string;
}

/**
 * Combines a complete CRL with a delta where RFC 5280 5.2.4 (a) to (d) and 6.3.3 (c) allow it. Costs no walk
 * over entries. Signatures and times are not looked at: `checkCrl` does that.
 *
 * @throws PkiError der_*, extension_invalid where an extension that decides about it cannot be read
 *
 * @example
 * const combined = combineCrls(decodeCrl(complete), decodeCrl(delta));
 * if (combined.kind === 'combined') console.log(findCombinedEntry(combined, certificate.serialNumber));
 * else console.error(combined.reason);
 */
export function combineCrls(complete: Crl, delta: Crl): CombinedCrl | CombinationRefusal {
  const kindFault = findKindFault(complete, delta) ?? findOriginFault(complete, delta);
  if (kindFault !== undefined) return kindFault;
  const deltaBase = deltaCrlIndicatorOf(delta);
  const completeNumber = crlNumberOf(complete);
  const crlNumber = crlNumberOf(delta);
  if (deltaBase === undefined || completeNumber === undefined || crlNumber === undefined)
    return refused('number_missing', 'a list without a cRLNumber cannot be combined');
  if (completeNumber < deltaBase)
    return refused('base_too_old', `the delta adds to ${deltaBase}, and the list is ${completeNumber}`);
  if (completeNumber >= crlNumber)
    return refused('delta_not_newer', `the list is ${completeNumber}, and the delta ${crlNumber}`);
  const { issuer, thisUpdate, nextUpdate } = delta;
  const issuingDistributionPoint = issuingDistributionPointOf(delta);
  const fields = { crlNumber, thisUpdate, nextUpdate, issuingDistributionPoint, deltaBase };
  return Object.freeze({ kind: 'combined', complete, delta, issuer, ...fields });
}

/**
 * The entry of one certificate in a combination: that of the delta, or else that of the complete CRL
 * (RFC 5280 6.3.3 (i) to (k)).
 *
 * @param certificateIssuer the issuer of the certificate; default: the CRLs' issuer
 * @returns undefined when it is on neither, or when the delta says removeFromCRL
 * @throws PkiError serial_number_invalid when the text is not in canonical form
 */
export function findCombinedEntry(
  { complete, delta }: CombinedCrl,
  serialNumber: SerialNumber,
  certificateIssuer?: Name,
): CrlEntry | undefined {
  const changed = findCrlEntry(delta, serialNumber, certificateIssuer);
  if (changed === undefined) return findCrlEntry(complete, serialNumber, certificateIssuer);
  return changed.reason === 'removeFromCRL' ? undefined : changed;
}

/**
 * The entries of a combination, each made when it is asked for: those of the delta in its order but for
 * removeFromCRL, then those of the complete CRL in its order that the delta does not speak of. Keeps
 * 4 octets for each entry of the delta, nothing for those of the complete CRL.
 */
export function* combinedEntries({ complete, delta }: CombinedCrl): Generator<CrlEntry, void, undefined> {
  for (const entry of crlEntries(delta)) if (entry.reason !== 'removeFromCRL') yield entry;
  const changed = new CrlSerialIndex(delta.entriesDer, delta.entryCount);
  for (const entry of crlEntries(complete)) {
    if (!(changed.hasSerialOf(entry.der) && speaksOf(delta, entry))) yield entry;
  }
}

function findKindFault(complete: Crl, delta: Crl): CombinationRefusal | undefined {
  if (findExtension(complete, EXTENSION_OIDS.deltaCRLIndicator) !== undefined)
    return refused('base_is_delta', 'the list that the delta is to be added to is a delta itself');
  const indicator = findExtension(delta, EXTENSION_OIDS.deltaCRLIndicator);
  if (indicator === undefined) return refused('not_a_delta', 'the list is complete, and no delta');
  return indicator.critical
    ? undefined
    : refused('indicator_not_critical', 'deltaCRLIndicator is not critical');
}

function findOriginFault(complete: Crl, delta: Crl): CombinationRefusal | undefined {
  if (!namesEqualBytes(complete.issuer, delta.issuer))
    return refused('issuer_differs', 'the delta is of another issuer');
  if (!haveEqual(complete, delta, EXTENSION_OIDS.issuingDistributionPoint))
    return refused('scope_differs', 'the delta has another issuingDistributionPoint');
  if (!haveEqual(complete, delta, EXTENSION_OIDS.authorityKeyIdentifier))
    return refused('key_differs', 'the delta has another authorityKeyIdentifier');
  return undefined;
}

/** Both without it, or with the same octets: in DER, one value has one form. */
function haveEqual(left: Crl, right: Crl, oid: string): boolean {
  const [one, other] = [findExtension(left, oid), findExtension(right, oid)];
  if (one === undefined || other === undefined) return one === other;
  return equalBytes(one.value, other.value);
}

/** In an indirect CRL a serial number alone names no certificate (RFC 5280 5.3.3). */
function speaksOf(delta: Crl, { serialNumber, certificateIssuer }: CrlEntry): boolean {
  const isIndirect = delta.criticalEntryExtensions.includes(EXTENSION_OIDS.certificateIssuer);
  if (certificateIssuer === undefined) return !isIndirect || findCrlEntry(delta, serialNumber) !== undefined;
  const issuer = certificateIssuer.find((name) => name.type === 'directoryName')?.name;
  return issuer !== undefined && findCrlEntry(delta, serialNumber, issuer) !== undefined;
}

function refused(reason: CombinationFault, message: string): CombinationRefusal {
  return Object.freeze({ kind: 'refused', reason, message });
}
