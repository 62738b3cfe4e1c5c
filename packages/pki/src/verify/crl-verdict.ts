import type { CryptoProvider } from '../crypto/crypto-provider.ts';
import { PkiError } from '../errors/pki-error.ts';
import type { Certificate } from '../pki/certificate.ts';
import { type Crl, decodeCrl } from '../pki/crl.ts';
import type { CrlEntry } from '../pki/crl-entry.ts';
import { crlNumberOf } from '../pki/crl-extensions.ts';
import { findCrlEntry } from '../pki/crl-lookup.ts';
import { type DistributionPoint, freshestCrlOf } from '../pki/distribution-points.ts';
import { findExtension } from '../pki/extension.ts';
import { EXTENSION_OIDS } from '../pki/extension-oids.ts';
import type { RevocationReason } from '../pki/revocation-reason.ts';
import { type CrlAcceptanceReason, findAcceptanceFault } from './crl-acceptance.ts';
import { type CombinedCrl, findCombinedEntry } from './crl-delta.ts';
import { chooseDelta, type DeltaRefusal, type DeltasToCheck } from './crl-delta-choice.ts';
import { type CrlScope, crlScope } from './crl-scope.ts';
import {
  type CurrentTimes,
  checkTimes,
  DEFAULT_CLOCK_SKEW_SECONDS,
  type TimeFault,
} from './evidence-times.ts';

/** A CRL to judge a certificate by. */
export interface CrlToCheck {
  /** The list in DER; a complete one. */
  readonly crl: Uint8Array;
  /**
   * Deltas to add to it, in DER (RFC 5280 5.2.4). The newest that is current and fits is applied; one that is
   * not is told in the verdict and does no harm. A delta makes a list count that is past its own nextUpdate.
   */
  readonly deltas?: readonly Uint8Array[];
  readonly certificate: Certificate;
  /** Its issuer in a path that holds: only this key may have signed the lists. */
  readonly issuer: Certificate;
  readonly at: Date;
  readonly crypto: Pick<CryptoProvider, 'verify'>;
  /** How far the issuer's clock may be ahead. Default 300. */
  readonly clockSkewSeconds?: number;
  /** The longest list read, in octets. Default 1 GiB. */
  readonly maxBytes?: number;
}

/** The delta that a verdict rests on. */
export interface AppliedDelta {
  readonly crlNumber: bigint;
  /** BaseCRLNumber: the oldest complete CRL that it can be added to. */
  readonly deltaBase: bigint;
  readonly entryCount: number;
}

/** What is told about deltas, and where they are, with every verdict. */
export interface DeltaFindings {
  /** The delta that was applied; undefined when none was. */
  readonly delta: AppliedDelta | undefined;
  /** Deltas that were given and not applied. */
  readonly refusedDeltas: readonly DeltaRefusal[];
  /** Where the list itself says that its deltas are (RFC 5280 5.2.6); empty where its issuer did not sign it. */
  readonly freshestCrl: readonly DistributionPoint[];
}

/** What an accepted list rests on. With a delta, times and number are those of the delta (RFC 5280 5.2.4). */
export interface CrlEvidence extends DeltaFindings {
  readonly thisUpdate: Date;
  readonly nextUpdate: Date;
  readonly crlNumber: bigint | undefined;
  /** Of the complete list. */
  readonly entryCount: number;
  readonly signer: Certificate;
}

/** Why a list says nothing about the certificate. */
export type CrlUndeterminedReason =
  | 'crl_malformed'
  | 'delta_crl_alone'
  | 'some_reasons_only'
  | 'entry_not_understood'
  | CrlAcceptanceReason
  | Extract<CrlScope, { readonly kind: 'none' }>['reason']
  | TimeFault['reason'];

/** A list that says nothing: neither good nor revoked. */
export interface CrlUndetermined extends DeltaFindings {
  readonly kind: 'undetermined';
  readonly reason: CrlUndeterminedReason;
  readonly message: string;
}

/** What a CRL says about a certificate. */
export type CrlVerdict =
  | ({ readonly kind: 'good' } & CrlEvidence)
  | ({
      readonly kind: 'revoked';
      readonly revocationTime: Date;
      readonly reason: RevocationReason | undefined;
      readonly invalidityDate: Date | undefined;
    } & CrlEvidence)
  | CrlUndetermined;

/**
 * Judges a certificate by one complete CRL of its own issuer, with a delta where one is given (RFC 5280 6.3.3
 * (a) to (d), (f) to (k)). Never rejects on any bytes. Indirect lists, and lists that together cover all
 * reasons, are not read yet.
 *
 * @example
 * const verdict = await checkCrl({ crl: body, certificate, issuer, at: new Date(), crypto });
 * if (verdict.kind === 'revoked') console.log(verdict.revocationTime, verdict.reason);
 */
export async function checkCrl(check: CrlToCheck): Promise<CrlVerdict> {
  try {
    return await judge(decodeCrl(check.crl, limitsOf(check)), check);
  } catch (error) {
    if (!(error instanceof PkiError)) throw error;
    return undetermined('crl_malformed', error.message);
  }
}

async function judge(complete: Crl, check: CrlToCheck): Promise<CrlVerdict> {
  const fault = await findAcceptanceFault(complete, check);
  if (fault !== undefined) return undetermined(fault.reason, fault.message);
  if (findExtension(complete, EXTENSION_OIDS.deltaCRLIndicator) !== undefined) {
    return undetermined('delta_crl_alone', 'a delta list says nothing without a complete one');
  }
  const settings = settingsOf(check);
  const { combined, refused } = await chooseDelta(complete, check.deltas ?? [], settings);
  const findings = {
    delta: combined && appliedDelta(combined),
    refusedDeltas: refused,
    freshestCrl: freshestPoints(complete),
  };
  const times = checkAllTimes(complete, combined, settings);
  if ('reason' in times) return undetermined(times.reason, times.message, findings);
  return judgeCurrent({ complete, combined, times, findings }, check);
}

/** A list that is accepted and current, by itself or by its delta. */
interface CurrentList {
  readonly complete: Crl;
  readonly combined: CombinedCrl | undefined;
  readonly times: CurrentTimes;
  readonly findings: DeltaFindings;
}

function judgeCurrent({ complete, combined, times, findings }: CurrentList, check: CrlToCheck): CrlVerdict {
  const { certificate, issuer: signer } = check;
  const scope = crlScope(complete, certificate);
  if (scope.kind === 'none') return undetermined(scope.reason, scope.message, findings);
  const { thisUpdate } = combined ?? complete;
  const crlNumber = combined === undefined ? crlNumberOf(complete) : combined.crlNumber;
  const { entryCount } = complete;
  const evidence = { thisUpdate, ...times, crlNumber, entryCount, signer, ...findings };
  const entry =
    combined === undefined
      ? findCrlEntry(complete, certificate.serialNumber)
      : findCombinedEntry(combined, certificate.serialNumber);
  if (entry !== undefined) return entryVerdict(entry, evidence);
  return scope.kind === 'whole'
    ? Object.freeze({ kind: 'good', ...evidence })
    : undetermined('some_reasons_only', 'it is not listed, but the list covers some reasons only', findings);
}

/**
 * A combination has the times of its delta, which `chooseDelta` has found current (RFC 5280 5.2.4). The
 * complete list may then have ended (6.3.3 (a)(1)(i)), but no other fault of its times is mended.
 */
function checkAllTimes(
  complete: Crl,
  combined: CombinedCrl | undefined,
  { at, clockSkewSeconds }: DeltasToCheck,
): CurrentTimes | TimeFault {
  const times = checkTimes(complete, at, clockSkewSeconds);
  const isMended = 'reason' in times && times.reason === 'stale';
  return combined === undefined || ('reason' in times && !isMended)
    ? times
    : checkTimes(combined, at, clockSkewSeconds);
}

function appliedDelta({ crlNumber, deltaBase, delta }: CombinedCrl): AppliedDelta {
  return Object.freeze({ crlNumber, deltaBase, entryCount: delta.entryCount });
}

/** An address is a hint: one that cannot be read is none, and the list counts as before. */
function freshestPoints(complete: Crl): readonly DistributionPoint[] {
  try {
    return freshestCrlOf(complete) ?? [];
  } catch (error) {
    if (error instanceof PkiError) return [];
    throw error;
  }
}

function settingsOf(check: CrlToCheck): DeltasToCheck {
  const { certificate, issuer, crypto, at, clockSkewSeconds = DEFAULT_CLOCK_SKEW_SECONDS } = check;
  return { certificate, issuer, crypto, at, clockSkewSeconds, limits: limitsOf(check) };
}

function limitsOf({ maxBytes }: CrlToCheck): { readonly maxBytes?: number } {
  return maxBytes === undefined ? {} : { maxBytes };
}

function entryVerdict(entry: CrlEntry, evidence: CrlEvidence): CrlVerdict {
  const { revocationDate: revocationTime, reason, invalidityDate } = entry;
  // It belongs on deltas only (RFC 5280 5.3.1); on a complete list it may not pass for good.
  if (reason === 'removeFromCRL') {
    return undetermined('entry_not_understood', 'its entry is one of a delta list', evidence);
  }
  return Object.freeze({ kind: 'revoked', revocationTime, reason, invalidityDate, ...evidence });
}

function undetermined(
  reason: CrlUndeterminedReason,
  message: string,
  { delta, refusedDeltas, freshestCrl }: DeltaFindings = NO_FINDINGS,
): CrlUndetermined {
  return Object.freeze({ kind: 'undetermined', reason, message, delta, refusedDeltas, freshestCrl });
}

const NO_FINDINGS: DeltaFindings = { delta: undefined, refusedDeltas: [], freshestCrl: [] };
