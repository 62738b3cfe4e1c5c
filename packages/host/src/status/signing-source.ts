import { encodeOcspResponse, encodeResponseData } from '@lancre/pki/ocsp';
import type { Issuer } from '../issuer/issuer.ts';
import type { IssuerRegistry } from '../issuer/issuer-registry.ts';
import type { PublicAddress } from '../issuer/public-address.ts';
import { type CertificateStanding, standingOf } from './certificate-standing.ts';
import { buildResponseData } from './ocsp-response-data.ts';
import type { OcspAnswer, OcspQuestion, OcspSource, RefusedAnswer, SignedAnswer } from './ocsp-source.ts';
import { refreshTimeOf } from './refresh-time.ts';
import type { OcspResponder, ResponderSet } from './responder.ts';
import type { StatusView } from './status-view.ts';

/** What a signing source needs; all of it lives in the control process. */
export interface SigningSourceOptions {
  readonly view: StatusView;
  /** The issuers as they are now. */
  readonly registry: () => IssuerRegistry;
  readonly responders: ResponderSet;
  /** Where the CRLs are that answers name (CrlID). */
  readonly address: PublicAddress;
  readonly now: () => Date;
  /**
   * Until when the statuses of an issuer are known, where they come from CRLs signed elsewhere: no
   * answer goes beyond it, and past it only what is revoked, and so stays revoked, is answered for.
   * Undefined = they are kept here. Default: those of every issuer are.
   */
  readonly freshUntil?: ((issuer: Issuer) => Date | undefined) | undefined;
}

/**
 * Signs what the store says at this moment, and nothing else: whoever asks can choose the issuer,
 * the serials, the form of the CertID, the nonce and one of the issuer's algorithms, never a status or
 * a time.
 */
export class SigningOcspSource implements OcspSource {
  readonly #options: SigningSourceOptions;

  constructor(options: SigningSourceOptions) {
    this.#options = options;
  }

  async answer(question: OcspQuestion): Promise<OcspAnswer> {
    const { registry, responders, view, now } = this.#options;
    const issuers = registry();
    const issuer = issuers.byId(question.issuerId);
    if (issuer === undefined) return refused('unauthorized', 'issuer_unknown');
    const instant = wholeSeconds(now());
    const standings = question.items.map((item) => standingOf(view, issuer, item.serialNumber, instant));
    const refusal = standings.find((standing) => standing.kind === 'refused');
    if (refusal !== undefined) return refused('unauthorized', refusal.cause);
    const able = withPreferred(responders.respondersOf(issuer.id, instant), question.algorithm);
    if (able.length === 0) return hasKey(issuer) ? signerFailed : refused('unauthorized', 'no_key');
    const freshUntil = this.#options.freshUntil?.(issuer);
    if (isOutdated(freshUntil, instant) && !standings.every(isRevoked)) return statusesOutdated;
    return this.#signWithOneOf(able, { issuer, issuers, question, standings, instant, freshUntil });
  }

  /** A responder whose key fails is passed over: another may still be there (a token gone, a rotation). */
  async #signWithOneOf(able: readonly OcspResponder[], task: SigningTask): Promise<OcspAnswer> {
    for (const responder of able) {
      const answer = await this.#sign(responder, task);
      if (answer !== 'failed') return answer;
    }
    return signerFailed;
  }

  async #sign(responder: OcspResponder, task: SigningTask): Promise<OcspAnswer | 'failed'> {
    const { standings, instant } = task;
    const nextUpdate = nextUpdateOf(task, responder);
    if (nextUpdate <= instant) return refused('unauthorized', 'certificate_expired');
    const responseDataDer = encodeResponseData(
      buildResponseData({
        ...task,
        responder,
        address: this.#options.address,
        thisUpdate: instant,
        nextUpdate,
      }),
    );
    let signature: Uint8Array;
    try {
      signature = await responder.signer.sign(responseDataDer);
    } catch {
      return 'failed';
    }
    const der = encodeOcspResponse({
      responseDataDer,
      signatureAlgorithmDer: responder.signer.algorithm.der,
      signature,
      certificates: responder.certificates,
    });
    return signedAnswer(der, task, nextUpdate, standings);
  }
}

interface SigningTask {
  readonly issuer: Issuer;
  readonly issuers: IssuerRegistry;
  readonly question: OcspQuestion;
  readonly standings: readonly CertificateStanding[];
  readonly instant: Date;
  readonly freshUntil: Date | undefined;
}

function signedAnswer(
  der: Uint8Array,
  { issuer, question, instant }: SigningTask,
  nextUpdate: Date,
  standings: readonly CertificateStanding[],
): SignedAnswer {
  const ends = standings.flatMap(({ answeredUntil }) =>
    answeredUntil === undefined ? [] : [answeredUntil.getTime()],
  );
  return {
    kind: 'signed',
    der,
    thisUpdate: instant,
    nextUpdate,
    // A serial without a record may get one at any moment (T-05): nobody is to keep what is said of it.
    refreshAt: standings.some(({ kind }) => kind === 'unassigned')
      ? instant
      : refreshTimeOf(issuer, question, instant, nextUpdate),
    versions: standings.map((standing) => standing.version),
    notAfter: ends.length === 0 ? undefined : new Date(Math.min(...ends)),
  };
}

/**
 * The end of the validity, never past what is known, nor past the responder's: nextUpdate may not lie
 * after the notAfter of a certificate that the answer carries or, with none, of the issuing CA (ORSP-20, MRSP 6).
 */
function nextUpdateOf({ issuer, instant, freshUntil }: SigningTask, responder: OcspResponder): Date {
  const planned = instant.getTime() + issuer.policy.ocsp.validitySeconds * 1000;
  const ends = [planned, responder.notAfter.getTime()];
  if (freshUntil !== undefined && !isOutdated(freshUntil, instant)) ends.push(freshUntil.getTime());
  return new Date(Math.min(...ends));
}

function isOutdated(freshUntil: Date | undefined, instant: Date): boolean {
  return freshUntil !== undefined && freshUntil <= instant;
}

/** For good: a hold may be lifted on a list that is not here yet. */
function isRevoked(standing: CertificateStanding): boolean {
  return standing.kind === 'known' && standing.status.kind === 'revoked';
}

/** RFC 6960 4.4.7.2.1: the client's wish first, the advertised default after it. */
function withPreferred(
  able: readonly OcspResponder[],
  algorithm: OcspQuestion['algorithm'],
): readonly OcspResponder[] {
  if (algorithm === undefined) return able;
  const isWanted = ({ signer }: OcspResponder): boolean => signer.algorithm.name === algorithm;
  return [...able.filter(isWanted), ...able.filter((responder) => !isWanted(responder))];
}

function hasKey({ key, responders = [] }: Issuer): boolean {
  return key !== undefined || responders.length > 0;
}

function refused(status: RefusedAnswer['status'], cause: RefusedAnswer['cause']): RefusedAnswer {
  return { kind: 'refused', status, cause };
}

/** Cut, never rounded up into the future (ORSP-16). */
function wholeSeconds(instant: Date): Date {
  return new Date(Math.floor(instant.getTime() / 1000) * 1000);
}

/** The key is there but cannot be used now: that is no answer about the certificate. */
const signerFailed: RefusedAnswer = {
  kind: 'refused',
  status: 'tryLater',
  cause: 'signer_failed',
  retryAfterSeconds: 5,
};

/** The newest list has expired: who is not revoked on it may be on the next. */
const statusesOutdated: RefusedAnswer = {
  kind: 'refused',
  status: 'tryLater',
  cause: 'source_expired',
  retryAfterSeconds: 60,
};
