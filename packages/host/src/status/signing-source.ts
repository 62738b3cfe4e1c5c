import type { Signer } from '@lancre/pki/crypto';
import { encodeOcspResponse, encodeResponseData } from '@lancre/pki/ocsp';
import type { Issuer } from '../issuer/issuer.ts';
import type { IssuerRegistry } from '../issuer/issuer-registry.ts';
import { type CertificateStanding, standingOf } from './certificate-standing.ts';
import { buildResponseData } from './ocsp-response-data.ts';
import type { OcspAnswer, OcspQuestion, OcspSource, RefusedAnswer, SignedAnswer } from './ocsp-source.ts';
import type { SignerSet } from './signer-set.ts';
import type { StatusView } from './status-view.ts';

/** What a signing source needs; all of it lives in the control process. */
export interface SigningSourceOptions {
  readonly view: StatusView;
  /** The issuers as they are now. */
  readonly registry: () => IssuerRegistry;
  readonly signers: SignerSet;
  readonly now: () => Date;
}

/**
 * Signs what the store says at this moment, and nothing else: whoever asks can choose the issuer,
 * the serials, the form of the CertID and the nonce, never a status or a time.
 */
export class SigningOcspSource implements OcspSource {
  readonly #options: SigningSourceOptions;

  constructor(options: SigningSourceOptions) {
    this.#options = options;
  }

  async answer(question: OcspQuestion): Promise<OcspAnswer> {
    const { registry, signers, view, now } = this.#options;
    const issuers = registry();
    const issuer = issuers.byId(question.issuerId);
    if (issuer === undefined) return refused('unauthorized', 'issuer_unknown');
    const instant = wholeSeconds(now());
    const standings = question.items.map((item) => standingOf(view, issuer, item.serialNumber, instant));
    const refusal = standings.find((standing) => standing.kind === 'refused');
    if (refusal !== undefined) return refused('unauthorized', refusal.cause);
    const signer = signers.signerOf(issuer.id);
    if (signer === undefined)
      return issuer.key === undefined ? refused('unauthorized', 'no_key') : signerFailed;
    return this.#sign({ issuer, issuers, question, standings, signer, instant });
  }

  async #sign(task: SigningTask): Promise<OcspAnswer> {
    const { issuer, standings, signer, instant } = task;
    const nextUpdate = nextUpdateOf(issuer, instant);
    if (nextUpdate <= instant) return refused('unauthorized', 'certificate_expired');
    const responseDataDer = encodeResponseData(
      buildResponseData({ ...task, thisUpdate: instant, nextUpdate }),
    );
    let signature: Uint8Array;
    try {
      signature = await signer.sign(responseDataDer);
    } catch {
      return signerFailed;
    }
    const der = encodeOcspResponse({
      responseDataDer,
      signatureAlgorithmDer: signer.algorithm.der,
      signature,
      certificates: [],
    });
    return signedAnswer(der, standings, instant, nextUpdate);
  }
}

interface SigningTask {
  readonly issuer: Issuer;
  readonly issuers: IssuerRegistry;
  readonly question: OcspQuestion;
  readonly standings: readonly CertificateStanding[];
  readonly signer: Signer;
  readonly instant: Date;
}

function signedAnswer(
  der: Uint8Array,
  standings: readonly CertificateStanding[],
  thisUpdate: Date,
  nextUpdate: Date,
): SignedAnswer {
  const expiries = standings.flatMap((standing) =>
    standing.notAfter === undefined ? [] : [standing.notAfter.getTime()],
  );
  return {
    kind: 'signed',
    der,
    thisUpdate,
    nextUpdate,
    // Half of the validity: Microsoft's rule, the strictest of the programs' (ORSP-19, K-8).
    refreshAt: wholeSeconds(new Date((thisUpdate.getTime() + nextUpdate.getTime()) / 2)),
    versions: standings.map((standing) => standing.version),
    notAfter: expiries.length === 0 ? undefined : new Date(Math.min(...expiries)),
  };
}

/**
 * The end of the validity, never past the issuer's own: with no certificates in the answer,
 * nextUpdate may not lie after the notAfter of the issuing CA (ORSP-20, MRSP 6). Of several
 * cross-certificates the last to expire counts, since the key is the same.
 */
function nextUpdateOf(issuer: Issuer, thisUpdate: Date): Date {
  const issuerEnds = Math.max(...issuer.certificates.map(({ notAfter }) => notAfter.getTime()));
  return new Date(Math.min(thisUpdate.getTime() + issuer.policy.ocsp.validitySeconds * 1000, issuerEnds));
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
