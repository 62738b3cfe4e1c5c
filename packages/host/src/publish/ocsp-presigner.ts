import type { HashName } from '@lancre/pki/ocsp';
import type { Issuer } from '../issuer/issuer.ts';
import { answerTermsOf } from '../status/answer-terms.ts';
import type { AnswerKey, AnswerStore, KeptAnswer } from '../status/kept-answers.ts';
import type { OcspAnswer, OcspSource } from '../status/ocsp-source.ts';
import type { StatusStore, StoredCertificate } from '../status/status-store.ts';

/** What an {@link OcspPresigner} works with. */
export interface OcspPresignerOptions {
  readonly statuses: StatusStore;
  readonly answers: AnswerStore;
  /** Signs what the store says. */
  readonly source: OcspSource;
  readonly now: () => Date;
}

/** What became of the certificates that were looked at. */
export interface PresignReport {
  readonly certificates: number;
  /** Answers made anew. */
  readonly signed: number;
  /** Answers that were fresh. */
  readonly fresh: number;
  /** Answers that could not be made. */
  readonly failed: number;
}

/** One part of a walk. */
export interface PresignPart extends PresignReport {
  /** The serial number to go on behind; undefined = that was the last part. */
  readonly next: Uint8Array | undefined;
}

/**
 * Keeps signed answers ready for every unexpired certificate of the issuers that ask for it.
 *
 * There is no list of what is to be done and so none to lose: a walk over the certificates compares
 * each with its kept answer and signs what is missing, made from another record, or due. Walked again
 * after a crash, it passes over all that was done before.
 */
export class OcspPresigner {
  readonly #options: OcspPresignerOptions;

  constructor(options: OcspPresignerOptions) {
    this.#options = options;
  }

  /**
   * Walks over all certificates of an issuer.
   *
   * @param walk.renewBefore answers whose refresh is planned before this are made anew
   * @returns what became of them; the walk ends early when no signature succeeds, or `isStopped` says so
   */
  async presign(
    issuer: Issuer,
    walk: {
      readonly renewBefore: Date;
      readonly onProgress?: (report: PresignReport) => void;
      readonly isStopped?: () => boolean;
    },
  ): Promise<PresignReport> {
    let total: PresignReport = { certificates: 0, signed: 0, fresh: 0, failed: 0 };
    let kept: Promise<unknown> = Promise.resolve();
    let after: Uint8Array | undefined;
    do {
      const part = await this.#signPart(issuer, after, walk.renewBefore);
      // The disk is waited for while the next part is being signed.
      await kept;
      kept = this.#options.answers.keepAnswers(part.answers);
      total = sum(total, part);
      walk.onProgress?.(total);
      if (part.failed > 0 && part.signed === 0) break;
      after = part.next;
    } while (after !== undefined && walk.isStopped?.() !== true);
    await kept;
    return total;
  }

  /** Takes one step of a walk: up to {@link presignPartCertificates} certificates behind `after`. */
  async presignPart(issuer: Issuer, after: Uint8Array | undefined, renewBefore: Date): Promise<PresignPart> {
    const { answers, ...part } = await this.#signPart(issuer, after, renewBefore);
    await this.#options.answers.keepAnswers(answers);
    return part;
  }

  /** How many answers a walk would make now. */
  countDue(issuer: Issuer, renewBefore: Date): number {
    let due = 0;
    let after: Uint8Array | undefined;
    do {
      const certificates = this.#certificatesAfter(issuer, after);
      for (const certificate of certificates) due += this.#dueKeys(issuer, certificate, renewBefore).length;
      after = certificates.length < presignPartCertificates ? undefined : certificates.at(-1)?.serialNumber;
    } while (after !== undefined);
    return due;
  }

  async #signPart(
    issuer: Issuer,
    after: Uint8Array | undefined,
    renewBefore: Date,
  ): Promise<PresignPart & { readonly answers: readonly (AnswerKey & KeptAnswer)[] }> {
    const certificates = this.#certificatesAfter(issuer, after);
    const live = certificates.filter((certificate) => this.#isUnexpired(issuer, certificate));
    const due = live.flatMap((certificate) => this.#dueKeys(issuer, certificate, renewBefore));
    const signed = await Promise.all(due.map((key) => this.#sign(issuer, key)));
    const answers = signed.filter((answer) => answer !== undefined);
    return {
      certificates: certificates.length,
      signed: answers.length,
      fresh: live.length * issuer.policy.ocsp.presign.length - due.length,
      failed: due.length - answers.length,
      answers,
      next: certificates.length < presignPartCertificates ? undefined : certificates.at(-1)?.serialNumber,
    };
  }

  #certificatesAfter(issuer: Issuer, after: Uint8Array | undefined): readonly StoredCertificate[] {
    return this.#options.statuses.certificatesAfter(issuer.id, after, presignPartCertificates);
  }

  #isUnexpired(issuer: Issuer, { serialNumber, version }: StoredCertificate): boolean {
    const { statuses, now } = this.#options;
    return statuses.decode(statuses.keyOf(issuer.id, serialNumber), version).notAfter >= now();
  }

  #dueKeys(
    issuer: Issuer,
    { serialNumber, version }: StoredCertificate,
    renewBefore: Date,
  ): readonly AnswerKey[] {
    const terms = answerTermsOf(issuer);
    return issuer.policy.ocsp.presign
      .map((hash): AnswerKey => ({ issuerId: issuer.id, form: formOf(hash), serialNumber }))
      .filter((key) => {
        const kept = this.#options.answers.findAnswer(key);
        return kept === undefined || !isFresh(kept, { version, terms, renewBefore });
      });
  }

  async #sign(issuer: Issuer, key: AnswerKey): Promise<(AnswerKey & KeptAnswer) | undefined> {
    const { issuerId, form, serialNumber } = key;
    const answer: OcspAnswer = await this.#options.source.answer({
      issuerId,
      items: [{ form, serialNumber }],
    });
    if (answer.kind === 'refused' || answer.versions[0] === undefined) return undefined;
    return { ...key, answer, origin: 'host', terms: answerTermsOf(issuer) };
  }
}

/** Certificates of one part of a walk: as many signatures are under way at once. */
export const presignPartCertificates = 256;

/** NULL parameters: what OpenSSL, NSS, Go, Java and Windows send. */
function formOf(hash: HashName): AnswerKey['form'] {
  return { hash, parameters: 'null' };
}

function isFresh(
  { answer, terms, origin }: KeptAnswer,
  wanted: { readonly version: Uint8Array; readonly terms: number; readonly renewBefore: Date },
): boolean {
  const version = answer.versions[0];
  return (
    origin === 'host' &&
    terms === wanted.terms &&
    version !== undefined &&
    Buffer.compare(version, wanted.version) === 0 &&
    answer.refreshAt > wanted.renewBefore
  );
}

function sum(a: PresignReport, b: PresignReport): PresignReport {
  return {
    certificates: a.certificates + b.certificates,
    signed: a.signed + b.signed,
    fresh: a.fresh + b.fresh,
    failed: a.failed + b.failed,
  };
}
