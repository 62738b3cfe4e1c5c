import type { DerReader } from '../encoding/der-reader.ts';
import { encodeDer } from '../encoding/der-writer.ts';
import { readDer } from '../encoding/read-der.ts';
import { type ExtensionHolder, readExtensionValue } from './extension.ts';
import { EXTENSION_OIDS } from './extension-oids.ts';
import { type GeneralName, readGeneralNames, writeGeneralName } from './general-name.ts';
import { extendName, type Name } from './name.ts';
import type { RevocationReason } from './revocation-reason.ts';

/** One DistributionPoint (RFC 5280 4.2.1.13). */
export interface DistributionPoint {
  /**
   * The names where the CRL is, which are the ones that its issuingDistributionPoint repeats. A
   * nameRelativeToCRLIssuer stands here as the full directoryName it means.
   */
  readonly distributionPoint: readonly GeneralName[] | undefined;
  /** The reasons that this CRL covers; undefined for all. */
  readonly reasons: ReadonlySet<RevocationReason> | undefined;
  /** Who signs the CRL where it is not the certificate's issuer. */
  readonly crlIssuer: readonly GeneralName[] | undefined;
}

/**
 * cRLDistributionPoints of a certificate; undefined when absent.
 *
 * @throws PkiError der_*, extension_invalid
 */
export function crlDistributionPointsOf(
  certificate: ExtensionHolder & { readonly issuer: Name },
): readonly DistributionPoint[] | undefined {
  return readPoints(certificate, EXTENSION_OIDS.cRLDistributionPoints, 'cRLDistributionPoints');
}

/**
 * freshestCRL of a certificate or a complete CRL (RFC 5280 4.2.1.15, 5.2.6): where deltas are.
 *
 * @throws PkiError der_*, extension_invalid
 */
export function freshestCrlOf(
  holder: ExtensionHolder & { readonly issuer: Name },
): readonly DistributionPoint[] | undefined {
  return readPoints(holder, EXTENSION_OIDS.freshestCRL, 'freshestCRL');
}

/** Reads what is inside `[0]` of a DistributionPoint or an issuingDistributionPoint. */
export function readDistributionPointName(reader: DerReader, base: Name): readonly GeneralName[] {
  const fullName = reader.optionalContext(0, 'fullName', (names) => readGeneralNames(names, 'fullName'));
  if (fullName !== undefined) return fullName;
  const rdn = reader.context(1, 'nameRelativeToCRLIssuer', (relative) => {
    const start = relative.offset;
    while (!relative.isAtEnd) relative.element('attribute');
    return relative.since(start);
  });
  const name = extendName(base, rdn);
  const der = encodeDer((writer) => writeGeneralName(writer, { type: 'directoryName', name }));
  return Object.freeze([Object.freeze({ type: 'directoryName', name, der })]);
}

/** The reasons of ReasonFlags (RFC 5280 4.2.1.13): bit 0 is not used. Bits that have no reason are passed over. */
export function reasonsFromFlags(bits: readonly number[]): ReadonlySet<RevocationReason> {
  return new Set(bits.flatMap((bit) => REASON_OF_FLAG[bit] ?? []));
}

/** The bit of each reason in ReasonFlags; undefined for those without one. */
export function reasonFlag(reason: RevocationReason): number | undefined {
  const bit = REASON_OF_FLAG.indexOf(reason);
  return bit < 0 ? undefined : bit;
}

function readPoints(
  holder: ExtensionHolder & { readonly issuer: Name },
  oid: string,
  what: string,
): readonly DistributionPoint[] | undefined {
  return readExtensionValue(holder, oid, what, (reader) =>
    reader.sequenceOf(what, (item) =>
      item.sequence('DistributionPoint', (point) => readPoint(point, holder.issuer)),
    ),
  );
}

function readPoint(reader: DerReader, certificateIssuer: Name): DistributionPoint {
  const nameStart = reader.offset;
  // The name comes first but may be relative to cRLIssuer, which comes last: look ahead.
  const nameDer = reader.isContext(0) ? reader.element('distributionPoint') : undefined;
  const reasons = reader.isContext(1) ? reasonsFromFlags(reader.contextNamedBits(1, 'reasons')) : undefined;
  const crlIssuer = reader.optionalContext(2, 'cRLIssuer', (names) => readGeneralNames(names, 'cRLIssuer'));
  const base = crlIssuer?.find((name) => name.type === 'directoryName')?.name ?? certificateIssuer;
  const distributionPoint = nameDer === undefined ? undefined : readNameElement(nameDer, nameStart, base);
  if (distributionPoint === undefined && crlIssuer === undefined) {
    reader.fail('extension_invalid', 'a DistributionPoint with neither name nor cRLIssuer');
  }
  return Object.freeze({ distributionPoint, reasons, crlIssuer });
}

function readNameElement(der: Uint8Array, offset: number, base: Name): readonly GeneralName[] {
  return readDer(
    der,
    'distributionPoint',
    (reader) => reader.context(0, 'distributionPoint', (name) => readDistributionPointName(name, base)),
    { offset },
  );
}

const REASON_OF_FLAG: readonly (RevocationReason | undefined)[] = [
  undefined,
  'keyCompromise',
  'cACompromise',
  'affiliationChanged',
  'superseded',
  'cessationOfOperation',
  'certificateHold',
  'privilegeWithdrawn',
  'aACompromise',
];
