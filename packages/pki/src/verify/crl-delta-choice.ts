import { PkiError } from '../errors/pki-error.ts';
import { type Crl, decodeCrl } from '../pki/crl.ts';
import { type CrlAcceptanceReason, type CrlSource, findAcceptanceFault } from './crl-acceptance.ts';
import { type CombinationFault, type CombinedCrl, combineCrls } from './crl-delta.ts';
import { checkTimes, type TimeFault } from './evidence-times.ts';

/** Why a delta is not applied; `superseded`: another one with a later thisUpdate is. */
export type DeltaRefusalReason =
  | 'crl_malformed'
  | 'superseded'
  | CombinationFault
  | CrlAcceptanceReason
  | TimeFault['reason'];

/** A delta that was given and is not applied. The complete CRL counts as if it were not there. */
export interface DeltaRefusal {
  /** Which of those given, from 0. */
  readonly index: number;
  readonly reason: DeltaRefusalReason;
  readonly message: string;
}

/** What deltas come to. */
export interface DeltaChoice {
  readonly combined: CombinedCrl | undefined;
  readonly refused: readonly DeltaRefusal[];
}

/** What deltas are judged by. */
export interface DeltasToCheck extends CrlSource {
  readonly at: Date;
  readonly clockSkewSeconds: number;
  readonly limits: { readonly maxBytes?: number };
}

/**
 * Combines a complete CRL with the delta that is current, signed by the same key and can be added to it; of
 * several, the one with the latest thisUpdate (RFC 5280 5.2.4). Never rejects on any bytes.
 *
 * @param complete a list that was accepted
 * @param deltas in DER
 */
export async function chooseDelta(
  complete: Crl,
  deltas: readonly Uint8Array[],
  check: DeltasToCheck,
): Promise<DeltaChoice> {
  const refused: DeltaRefusal[] = [];
  let best: { readonly index: number; readonly combined: CombinedCrl } | undefined;
  for (const [index, delta] of deltas.entries()) {
    const outcome = await applySafely(complete, delta, check);
    if (outcome.kind === 'refused') {
      refused.push({ index, reason: outcome.reason, message: outcome.message });
    } else if (best === undefined || outcome.thisUpdate > best.combined.thisUpdate) {
      if (best !== undefined) refused.push(superseded(best.index));
      best = { index, combined: outcome };
    } else {
      refused.push(superseded(index));
    }
  }
  return { combined: best?.combined, refused };
}

interface Refused {
  readonly kind: 'refused';
  readonly reason: DeltaRefusalReason;
  readonly message: string;
}

async function applySafely(
  complete: Crl,
  der: Uint8Array,
  check: DeltasToCheck,
): Promise<CombinedCrl | Refused> {
  try {
    return await apply(complete, decodeCrl(der, check.limits), check);
  } catch (error) {
    if (!(error instanceof PkiError)) throw error;
    return { kind: 'refused', reason: 'crl_malformed', message: error.message };
  }
}

async function apply(complete: Crl, delta: Crl, check: DeltasToCheck): Promise<CombinedCrl | Refused> {
  const fault = await findAcceptanceFault(delta, check);
  if (fault !== undefined) return { kind: 'refused', ...fault };
  const combined = combineCrls(complete, delta);
  if (combined.kind === 'refused') return combined;
  const times = checkTimes(delta, check.at, check.clockSkewSeconds);
  return 'reason' in times ? { kind: 'refused', ...times } : combined;
}

function superseded(index: number): DeltaRefusal {
  return { index, reason: 'superseded', message: 'another delta is newer' };
}
