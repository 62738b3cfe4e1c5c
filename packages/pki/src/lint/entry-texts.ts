import type { LintScope } from './lint-finding.ts';
import type { CrlLintId } from './lint-rules.ts';

/** What has to be known of a list to judge its entries. */
export interface ListContext {
  /** `unknown` of a list that could not be read to its end. */
  readonly kind: 'complete' | 'delta' | 'unknown';
  readonly isIndirect: boolean;
  readonly scope: LintScope;
  readonly thisUpdate: Date | undefined;
}

/**
 * What is said about entries, of the lints that apply to such a list.
 *
 * @param issuers whether all entries are of one issuer
 */
export function entryTexts(
  list: ListContext,
  issuers: 'one' | 'several',
): Partial<Readonly<Record<CrlLintId, string>>> {
  return {
    ...TEXTS,
    // In an indirect list equal numbers are of different issuers.
    ...(issuers === 'one' ? DUPLICATE : {}),
    ...(list.kind === 'complete' ? COMPLETE : {}),
    ...(list.kind !== 'unknown' && !list.isIndirect ? NOT_INDIRECT : {}),
    ...(list.scope === 'subscriber' ? SUBSCRIBER : {}),
    ...(list.scope === 'ca' ? CA : {}),
  };
}

type Texts = Partial<Readonly<Record<CrlLintId, string>>>;

const TEXTS: Texts = {
  serial_zero: 'the serial number is zero',
  serial_negative: 'the serial number is negative',
  serial_too_long: 'the serial number is longer than 20 octets',
  revocation_date_form: 'revocationDate is a GeneralizedTime before 2050',
  revocation_date_zero: 'revocationDate is the zero of some clock',
  reason_critical: 'reasonCode is critical',
  reason_unspecified: 'reasonCode says unspecified (0), where it is to be left out',
  reason_hold: 'certificateHold (6) cannot be a reason under the Baseline Requirements',
  invalidity_date_critical: 'invalidityDate is critical',
  invalidity_date_form: 'invalidityDate is no GeneralizedTime',
  entry_extension_not_recommended: 'there is an extension other than reasonCode',
  entry_critical_extension_unknown: 'a critical extension is not known, which forbids the use of the list',
  entry_extensions_empty: 'crlEntryExtensions is there and empty',
  certificate_issuer: 'certificateIssuer makes the list an indirect one',
};
const DUPLICATE: Texts = { serial_duplicate: 'the serial number was there before' };
const COMPLETE: Texts = { reason_remove_from_crl: 'removeFromCRL (8) is for delta lists only' };
const NOT_INDIRECT: Texts = {
  certificate_issuer_unannounced:
    'certificateIssuer, and yet the issuingDistributionPoint does not say indirectCRL',
};
const SUBSCRIBER: Texts = {
  reason_not_allowed: 'the reason is none for subscriber certificates, which have 1, 3, 4, 5 and 9',
};
const CA: Texts = { reason_missing: 'a revoked CA certificate has to have a reason' };
