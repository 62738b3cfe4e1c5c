import type { CryptoProvider } from '../crypto/crypto-provider.ts';
import { hashIssuer } from '../crypto/issuer-hashes.ts';
import { equalBytes } from '../encoding/bytes.ts';
import { PkiError } from '../errors/pki-error.ts';
import type { Certificate } from '../pki/certificate.ts';
import type { Extension } from '../pki/extension.ts';
import { EXTENSION_OIDS } from '../pki/extension-oids.ts';
import type { HashName } from '../pki/hash-algorithm.ts';
import { namesEqualBytes } from '../pki/name.ts';
import {
  type BasicOcspResponse,
  decodeOcspResponse,
  type OcspResponse,
  type SingleResponse,
} from '../pki/ocsp-response.ts';
import type { OcspErrorStatus } from '../pki/ocsp-status.ts';
import type { RevocationReason } from '../pki/revocation-reason.ts';
import { checkTimes, DEFAULT_CLOCK_SKEW_SECONDS, type TimeFault } from './evidence-times.ts';
import { findOcspSigner, type OcspSigner, type OcspSignerFaultCode } from './ocsp-signer.ts';

/** An OCSP answer to judge. */
export interface OcspToCheck {
  /** The answer as it came. */
  readonly response: Uint8Array;
  /** The certificate that was asked about. Its own signature is the business of `checkPath` (VER-10). */
  readonly certificate: Certificate;
  /** Its issuer in a path that holds: only this key, or whom it delegated to, may answer. */
  readonly issuer: Certificate;
  readonly at: Date;
  readonly crypto: CryptoProvider;
  /** How far the responder's clock may be ahead. Default 300. */
  readonly clockSkewSeconds?: number;
  /** The nonce that was sent; an answer with another is refused, one without is judged by its times (VER-06). */
  readonly nonce?: Uint8Array | undefined;
}

/** What an accepted answer rests on. */
export interface OcspEvidence {
  readonly thisUpdate: Date;
  readonly nextUpdate: Date;
  readonly producedAt: Date;
  readonly signer: OcspSigner;
  /** The hash function of the CertID that matched. */
  readonly certIdHash: HashName;
}

/** Why an answer says nothing. */
export type OcspUndeterminedReason =
  | 'response_malformed'
  | 'error_response'
  | 'issuer_mismatch'
  | 'certificate_not_covered'
  | 'critical_extension_unsupported'
  | 'nonce_mismatch'
  | TimeFault['reason']
  | OcspSignerFaultCode;

/** An answer that says nothing: neither good nor revoked. */
export interface OcspUndetermined {
  readonly kind: 'undetermined';
  readonly reason: OcspUndeterminedReason;
  readonly message: string;
  /** What the responder said instead of an answer, signed by nobody (VER-08). */
  readonly errorStatus?: OcspErrorStatus;
}

/** What an OCSP answer says about a certificate. `good` does not prove that it was issued (VER-12). */
export type OcspVerdict =
  | ({ readonly kind: 'good' } & OcspEvidence)
  | ({
      readonly kind: 'revoked';
      readonly revocationTime: Date;
      readonly reason: RevocationReason | undefined;
    } & OcspEvidence)
  | ({ readonly kind: 'unknown' } & OcspEvidence)
  | OcspUndetermined;

/**
 * Judges an OCSP answer by RFC 6960 3.2 and 4.2.2.2. Never rejects on any bytes.
 *
 * Of several current answers about the certificate the most severe counts (VER-14). A delegate without
 * id-pkix-ocsp-nocheck is not accepted yet.
 *
 * @example
 * const verdict = await checkOcsp({ response: body, certificate, issuer, at: new Date(), crypto });
 * if (verdict.kind === 'undetermined') console.error(verdict.reason, verdict.message);
 */
export async function checkOcsp(check: OcspToCheck): Promise<OcspVerdict> {
  const response = decode(check.response);
  if ('kind' in response) return response;
  if (response.status !== 'successful') {
    const { status } = response;
    return { ...undetermined('error_response', `the responder says ${status}`), errorStatus: status };
  }
  if (!namesEqualBytes(check.certificate.issuer, check.issuer.subject)) {
    return undetermined('issuer_mismatch', 'the issuer given is not the issuer of the certificate');
  }
  return judge(response.basic, check);
}

async function judge(basic: BasicOcspResponse, check: OcspToCheck): Promise<OcspVerdict> {
  // Who signed comes first, so that every other reason is a fact that the responder stands for.
  const signer = await findOcspSigner({ ...check, basic });
  if ('reason' in signer) return undetermined(signer.reason, signer.message);
  const fault = checkExtensions(basic) ?? checkNonce(basic, check.nonce);
  if (fault !== undefined) return fault;
  const answers = await answersFor(basic, check);
  const { producedAt } = basic;
  const verdicts = answers.map((answer) => toVerdict(answer, { producedAt, signer }, check));
  const [severest = NOT_COVERED] = verdicts.toSorted(
    (left, right) => SEVERITY[right.kind] - SEVERITY[left.kind],
  );
  return severest;
}

/** RFC 6960 4.4, VER-07: an extension that is critical and not understood, anywhere in the answer. */
function checkExtensions(basic: BasicOcspResponse): OcspUndetermined | undefined {
  const isUnknown = ({ critical, oid }: Extension) => critical && oid !== EXTENSION_OIDS.ocspNonce;
  const singles = basic.responses.flatMap(({ extensions }) => extensions);
  const unknown = basic.extensions.find(isUnknown) ?? singles.find(({ critical }) => critical);
  return unknown === undefined
    ? undefined
    : undetermined('critical_extension_unsupported', `the critical extension ${unknown.oid}`);
}

function checkNonce(basic: BasicOcspResponse, sent: Uint8Array | undefined): OcspUndetermined | undefined {
  if (sent === undefined || basic.nonceForm === 'absent') return undefined;
  const isSame = basic.nonce !== undefined && equalBytes(basic.nonce, sent);
  return isSame ? undefined : undetermined('nonce_mismatch', 'the nonce is not the one that was sent');
}

interface MatchingAnswer {
  readonly single: SingleResponse;
  readonly hash: HashName;
}

/** The answers about this certificate: by the whole CertID, made anew from the issuer (VER-01). */
async function answersFor(basic: BasicOcspResponse, check: OcspToCheck): Promise<readonly MatchingAnswer[]> {
  const { certificate, issuer, crypto } = check;
  const matching: MatchingAnswer[] = [];
  const hashes = new Map<HashName, ReturnType<typeof hashIssuer>>();
  for (const single of basic.responses) {
    const { hash, issuerNameHash, issuerKeyHash, serialNumber } = single.certId;
    if (hash === undefined || serialNumber !== certificate.serialNumber) continue;
    const pending = hashes.get(hash) ?? hashIssuer(crypto, hash, issuer);
    hashes.set(hash, pending);
    const own = await pending;
    if (!equalBytes(issuerNameHash, own.issuerNameHash)) continue;
    if (equalBytes(issuerKeyHash, own.issuerKeyHash)) matching.push({ single, hash });
  }
  return matching;
}

function toVerdict(
  { single, hash }: MatchingAnswer,
  basic: { readonly producedAt: Date; readonly signer: OcspSigner },
  check: OcspToCheck,
): OcspVerdict {
  const { certStatus, thisUpdate } = single;
  const { clockSkewSeconds = DEFAULT_CLOCK_SKEW_SECONDS, at } = check;
  const { producedAt, signer } = basic;
  const times = checkTimes({ thisUpdate, nextUpdate: single.nextUpdate, producedAt }, at, clockSkewSeconds);
  if ('reason' in times) return undetermined(times.reason, times.message);
  const evidence: OcspEvidence = { thisUpdate, ...times, producedAt, signer, certIdHash: hash };
  if (certStatus.status !== 'revoked') return Object.freeze({ kind: certStatus.status, ...evidence });
  const { revocationTime, reason } = certStatus;
  return Object.freeze({ kind: 'revoked', revocationTime, reason, ...evidence });
}

function decode(response: Uint8Array): OcspResponse | OcspUndetermined {
  try {
    return decodeOcspResponse(response);
  } catch (error) {
    if (!(error instanceof PkiError)) throw error;
    return undetermined('response_malformed', error.message);
  }
}

function undetermined(reason: OcspUndeterminedReason, message: string): OcspUndetermined {
  return Object.freeze({ kind: 'undetermined', reason, message });
}

const SEVERITY: Readonly<Record<OcspVerdict['kind'], number>> = {
  revoked: 3,
  unknown: 2,
  good: 1,
  undetermined: 0,
};
const NOT_COVERED = undetermined('certificate_not_covered', 'no answer is about this certificate');
