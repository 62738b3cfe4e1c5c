import type { CryptoProvider } from '../crypto/crypto-provider.ts';
import { PkiError } from '../errors/pki-error.ts';
import type { Certificate } from '../pki/certificate.ts';
import { keyUsageOf } from '../pki/constraint-extensions.ts';
import { type Crl, decodeCrl } from '../pki/crl.ts';
import type { CrlEntry } from '../pki/crl-entry.ts';
import { crlNumberOf } from '../pki/crl-extensions.ts';
import { findCrlEntry } from '../pki/crl-lookup.ts';
import { findExtension } from '../pki/extension.ts';
import { EXTENSION_OIDS } from '../pki/extension-oids.ts';
import { namesEqualBytes } from '../pki/name.ts';
import type { RevocationReason } from '../pki/revocation-reason.ts';
import { type CrlScope, crlScope } from './crl-scope.ts';
import { checkTimes, DEFAULT_CLOCK_SKEW_SECONDS, type TimeFault } from './evidence-times.ts';

/** A CRL to judge a certificate by. */
export interface CrlToCheck {
  /** The list in DER. */
  readonly crl: Uint8Array;
  readonly certificate: Certificate;
  /** Its issuer in a path that holds: only this key may have signed the list. */
  readonly issuer: Certificate;
  readonly at: Date;
  readonly crypto: Pick<CryptoProvider, 'verify'>;
  /** How far the issuer's clock may be ahead. Default 300. */
  readonly clockSkewSeconds?: number;
  /** The longest list read, in octets. Default 1 GiB. */
  readonly maxBytes?: number;
}

/** What an accepted list rests on. */
export interface CrlEvidence {
  readonly thisUpdate: Date;
  readonly nextUpdate: Date;
  readonly crlNumber: bigint | undefined;
  readonly entryCount: number;
  readonly signer: Certificate;
}

/** Why a list says nothing about the certificate. */
export type CrlUndeterminedReason =
  | 'crl_malformed'
  | 'issuer_mismatch'
  | 'key_usage_forbids_crl_signing'
  | 'signature_invalid'
  | 'signature_unsupported'
  | 'critical_extension_unsupported'
  | 'delta_crl_unsupported'
  | 'some_reasons_only'
  | 'entry_not_understood'
  | Extract<CrlScope, { readonly kind: 'none' }>['reason']
  | TimeFault['reason'];

/** A list that says nothing: neither good nor revoked. */
export interface CrlUndetermined {
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
 * Judges a certificate by one complete CRL of its own issuer (RFC 5280 6.3.3 (a), (b), (f), (g), (j)). Never
 * rejects on any bytes. Delta and indirect lists, and lists that together cover all reasons, are not read yet.
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

async function judge(crl: Crl, check: CrlToCheck): Promise<CrlVerdict> {
  const { at, certificate, clockSkewSeconds = DEFAULT_CLOCK_SKEW_SECONDS } = check;
  // Who signed comes first, so that every other reason is a fact that the issuer stands for.
  const fault = checkIssuer(crl, check) ?? (await checkSignature(crl, check)) ?? checkExtensions(crl);
  if (fault !== undefined) return fault;
  const times = checkTimes(crl, at, clockSkewSeconds);
  if ('reason' in times) return undetermined(times.reason, times.message);
  const scope = crlScope(crl, certificate);
  if (scope.kind === 'none') return undetermined(scope.reason, scope.message);
  const { thisUpdate, entryCount } = crl;
  const evidence = { thisUpdate, ...times, crlNumber: crlNumberOf(crl), entryCount, signer: check.issuer };
  const entry = findCrlEntry(crl, certificate.serialNumber);
  if (entry !== undefined) return entryVerdict(entry, evidence);
  return scope.kind === 'whole'
    ? Object.freeze({ kind: 'good', ...evidence })
    : undetermined('some_reasons_only', 'it is not listed, but the list covers some reasons only');
}

function limitsOf({ maxBytes }: CrlToCheck): { readonly maxBytes?: number } {
  return maxBytes === undefined ? {} : { maxBytes };
}

/** 6.3.3 (b)(1) and (f). Names octet by octet (T-16). */
function checkIssuer(crl: Crl, { certificate, issuer }: CrlToCheck): CrlUndetermined | undefined {
  if (!namesEqualBytes(certificate.issuer, issuer.subject)) {
    return undetermined('issuer_mismatch', 'the issuer given is not the issuer of the certificate');
  }
  if (!namesEqualBytes(crl.issuer, issuer.subject)) {
    return undetermined('issuer_mismatch', 'the list is of another issuer');
  }
  if (keyUsageOf(issuer)?.has('cRLSign') === false) {
    return undetermined('key_usage_forbids_crl_signing', 'keyUsage of the issuer is without cRLSign');
  }
  return undefined;
}

/** 6.3.3 (g). */
async function checkSignature(crl: Crl, check: CrlToCheck): Promise<CrlUndetermined | undefined> {
  const verdict = await check.crypto.verify({
    algorithm: crl.signatureAlgorithm,
    subjectPublicKeyInfoDer: check.issuer.subjectPublicKeyInfo.der,
    message: crl.tbsDer,
    signature: crl.signature,
  });
  switch (verdict) {
    case 'valid':
      return undefined;
    case 'invalid':
      return undetermined('signature_invalid', 'the signature is not by the key of the issuer');
    case 'unsupported':
      return undetermined('signature_unsupported', 'the signature algorithm or the key is not taken');
  }
}

/** RFC 5280 5.2 and 5.3, VER-18: what is critical and unknown, on the list or on any entry, forbids its use. */
function checkExtensions(crl: Crl): CrlUndetermined | undefined {
  if (findExtension(crl, EXTENSION_OIDS.deltaCRLIndicator) !== undefined) {
    return undetermined('delta_crl_unsupported', 'delta lists are not read yet');
  }
  const onList = crl.extensions.find(
    ({ critical, oid }) => critical && oid !== EXTENSION_OIDS.issuingDistributionPoint,
  );
  const unknown =
    onList?.oid ?? crl.criticalEntryExtensions.find((oid) => !PROCESSED_ENTRY_EXTENSIONS.has(oid));
  return unknown === undefined
    ? undefined
    : undetermined('critical_extension_unsupported', `the critical extension ${unknown}`);
}

function entryVerdict(entry: CrlEntry, evidence: CrlEvidence): CrlVerdict {
  const { revocationDate: revocationTime, reason, invalidityDate } = entry;
  // It belongs on deltas only (RFC 5280 5.3.1); on a complete list it may not pass for good.
  if (reason === 'removeFromCRL') {
    return undetermined('entry_not_understood', 'its entry is one of a delta list');
  }
  return Object.freeze({ kind: 'revoked', revocationTime, reason, invalidityDate, ...evidence });
}

function undetermined(reason: CrlUndeterminedReason, message: string): CrlUndetermined {
  return Object.freeze({ kind: 'undetermined', reason, message });
}

/** Both only tell more about a revocation that counts anyhow. */
const PROCESSED_ENTRY_EXTENSIONS: ReadonlySet<string> = new Set([
  EXTENSION_OIDS.reasonCode,
  EXTENSION_OIDS.invalidityDate,
]);
