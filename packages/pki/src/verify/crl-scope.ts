import { equalBytes } from '../encoding/bytes.ts';
import type { Certificate } from '../pki/certificate.ts';
import { basicConstraintsOf } from '../pki/constraint-extensions.ts';
import type { Crl } from '../pki/crl.ts';
import { type IssuingDistributionPoint, issuingDistributionPointOf } from '../pki/crl-extensions.ts';
import { crlDistributionPointsOf } from '../pki/distribution-points.ts';
import type { GeneralName } from '../pki/general-name.ts';

/**
 * How far a list speaks about a certificate: `partial` when only for some reasons of revocation, so that
 * being on it counts and not being on it does not.
 */
export type CrlScope =
  | { readonly kind: 'whole' }
  | { readonly kind: 'partial' }
  | {
      readonly kind: 'none';
      readonly reason: 'out_of_scope' | 'indirect_crl_unsupported';
      readonly message: string;
    };

/**
 * The scope of a complete list of the certificate's own issuer (RFC 5280 6.3.3 (b)(2) and (d); VER-16,
 * VER-17, T-25, T-26). Lists of other issuers, and so distribution points with a cRLIssuer, are not read yet.
 *
 * @throws PkiError der_*, extension_invalid
 */
export function crlScope(crl: Crl, certificate: Certificate): CrlScope {
  const idp = issuingDistributionPointOf(crl);
  if (idp === undefined) return WHOLE;
  if (idp.indirectCrl) {
    return { kind: 'none', reason: 'indirect_crl_unsupported', message: 'indirect lists are not read yet' };
  }
  const mismatch = kindMismatch(idp, certificate);
  if (mismatch !== undefined) return outOfScope(mismatch);
  const point = matchingPoint(idp, certificate);
  if (point === undefined) return outOfScope('its distribution point is none of the certificate');
  return idp.onlySomeReasons === undefined && point === 'all-reasons' ? WHOLE : { kind: 'partial' };
}

/** (b)(2)(ii) to (iv). */
function kindMismatch(idp: IssuingDistributionPoint, certificate: Certificate): string | undefined {
  const isCa = basicConstraintsOf(certificate)?.isCa === true;
  if (idp.onlyContainsAttributeCerts) return 'it is for attribute certificates';
  if (idp.onlyContainsUserCerts && isCa) return 'it is for user certificates';
  if (idp.onlyContainsCACerts && !isCa) return 'it is for CA certificates';
  return undefined;
}

/** (b)(2)(i): names are compared octet by octet, as URLs of shards differ in one. */
function matchingPoint(
  idp: IssuingDistributionPoint,
  certificate: Certificate,
): 'all-reasons' | 'some-reasons' | undefined {
  const { distributionPoint: names } = idp;
  if (names === undefined) return 'all-reasons';
  const matching = (crlDistributionPointsOf(certificate) ?? []).filter(
    (point) => point.crlIssuer === undefined && shareName(names, point.distributionPoint ?? []),
  );
  if (matching.length === 0) return undefined;
  return matching.some(({ reasons }) => reasons === undefined) ? 'all-reasons' : 'some-reasons';
}

function shareName(left: readonly GeneralName[], right: readonly GeneralName[]): boolean {
  return left.some((one) => right.some((other) => equalBytes(one.der, other.der)));
}

function outOfScope(message: string): CrlScope {
  return { kind: 'none', reason: 'out_of_scope', message };
}

const WHOLE: CrlScope = { kind: 'whole' };
