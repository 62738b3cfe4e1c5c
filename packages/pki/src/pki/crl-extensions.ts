import type { DerReader } from '../encoding/der-reader.ts';
import { encodeHex } from '../encoding/hex.ts';
import type { Crl } from './crl.ts';
import { readDistributionPointName, reasonsFromFlags } from './distribution-points.ts';
import { type ExtensionHolder, readExtensionValue } from './extension.ts';
import { EXTENSION_OIDS } from './extension-oids.ts';
import type { GeneralName } from './general-name.ts';
import { type AuthorityKeyIdentifier, authorityKeyIdentifierOf } from './key-identifier-extensions.ts';
import type { Name } from './name.ts';
import type { RevocationReason } from './revocation-reason.ts';

/** issuingDistributionPoint (RFC 5280 5.2.5): which certificates a CRL speaks of. */
export interface IssuingDistributionPoint {
  /** The names of the CRL; a name relative to its issuer stands here in full. */
  readonly distributionPoint: readonly GeneralName[] | undefined;
  readonly onlyContainsUserCerts: boolean;
  readonly onlyContainsCACerts: boolean;
  /** The reasons that the CRL covers; undefined for all. */
  readonly onlySomeReasons: ReadonlySet<RevocationReason> | undefined;
  readonly indirectCrl: boolean;
  readonly onlyContainsAttributeCerts: boolean;
}

/** A CRL as decoded, or as scanned. */
export type CrlFields = ExtensionHolder & Pick<Crl, 'extensions'>;

/**
 * cRLNumber (RFC 5280 5.2.3); undefined when absent.
 *
 * @throws PkiError der_*, der_integer_too_large above 20 octets
 */
export function crlNumberOf(crl: CrlFields): bigint | undefined {
  return readExtensionValue(crl, EXTENSION_OIDS.cRLNumber, 'cRLNumber', readCrlNumber);
}

/**
 * BaseCRLNumber of a delta CRL (RFC 5280 5.2.4); undefined for a complete one.
 *
 * @throws PkiError der_*, der_integer_too_large above 20 octets
 */
export function deltaCrlIndicatorOf(crl: CrlFields): bigint | undefined {
  return readExtensionValue(crl, EXTENSION_OIDS.deltaCRLIndicator, 'deltaCRLIndicator', readCrlNumber);
}

/** authorityKeyIdentifier of a CRL; undefined when absent. Throws der_*. */
export function crlAuthorityKeyIdentifierOf(crl: CrlFields): AuthorityKeyIdentifier | undefined {
  return authorityKeyIdentifierOf(crl);
}

/**
 * issuingDistributionPoint; undefined when absent.
 *
 * @throws PkiError der_*, extension_invalid (more than one `onlyContains…` is TRUE)
 */
export function issuingDistributionPointOf(
  crl: CrlFields & Pick<Crl, 'issuer'>,
): IssuingDistributionPoint | undefined {
  return readExtensionValue(
    crl,
    EXTENSION_OIDS.issuingDistributionPoint,
    'issuingDistributionPoint',
    (reader) => reader.sequence('issuingDistributionPoint', (point) => readPoint(point, crl.issuer)),
  );
}

function readPoint(reader: DerReader, issuer: Name): IssuingDistributionPoint {
  const point = {
    distributionPoint: reader.optionalContext(0, 'distributionPoint', (name) =>
      readDistributionPointName(name, issuer),
    ),
    onlyContainsUserCerts: reader.contextDefaultFalse(1, 'onlyContainsUserCerts'),
    onlyContainsCACerts: reader.contextDefaultFalse(2, 'onlyContainsCACerts'),
    onlySomeReasons: reader.isContext(3)
      ? reasonsFromFlags(reader.contextNamedBits(3, 'onlySomeReasons'))
      : undefined,
    indirectCrl: reader.contextDefaultFalse(4, 'indirectCRL'),
    onlyContainsAttributeCerts: reader.contextDefaultFalse(5, 'onlyContainsAttributeCerts'),
  };
  const scopes = [point.onlyContainsUserCerts, point.onlyContainsCACerts, point.onlyContainsAttributeCerts];
  if (scopes.filter(Boolean).length > 1)
    reader.fail('extension_invalid', 'more than one onlyContains… is TRUE');
  return Object.freeze(point);
}

function readCrlNumber(reader: DerReader): bigint {
  const magnitude = reader.unsignedInteger('CRLNumber');
  if (magnitude.length > 20) reader.fail('der_integer_too_large', 'CRLNumber is longer than 20 octets');
  return BigInt(`0x${encodeHex(magnitude)}`);
}
