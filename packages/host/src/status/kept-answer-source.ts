import { decodeOcspResponse } from '@lancre/pki/ocsp';
import type { Issuer } from '../issuer/issuer.ts';
import type { IssuerRegistry } from '../issuer/issuer-registry.ts';
import { answerTermsOf } from './answer-terms.ts';
import { type AnswerKey, type AnswerView, answerKeyOf, type KeptAnswer } from './kept-answers.ts';
import type { OcspAnswer, OcspQuestion, OcspSource, SignedAnswer } from './ocsp-source.ts';
import type { StatusView } from './status-view.ts';

/** What a {@link KeptAnswerSource} needs. */
export interface KeptAnswerSourceOptions {
  readonly answers: AnswerView;
  readonly view: StatusView;
  readonly registry: () => IssuerRegistry;
  readonly now: () => Date;
  /** Asked when there is no kept answer, or a newer one is due. */
  readonly source: OcspSource;
}

/**
 * Gives the answers that are kept in the store: signed ahead, signed for another edge, signed before a
 * restart, or brought from an offline root.
 *
 * Contract: a kept answer is given only while the record it was made from is the current one, under the
 * issuer's present terms, and before its nextUpdate and the certificate's end. One that is due for
 * renewal is given only when no newer one can be had.
 */
export class KeptAnswerSource implements OcspSource {
  readonly #options: KeptAnswerSourceOptions;

  constructor(options: KeptAnswerSourceOptions) {
    this.#options = options;
  }

  answer(question: OcspQuestion): Promise<OcspAnswer> {
    const { source, now } = this.#options;
    const kept = this.#findUsable(question);
    if (kept === undefined) return source.answer(question);
    if (now() < kept.answer.refreshAt) return Promise.resolve(this.#givenBy(kept));
    return this.#renew(question, kept);
  }

  /** Nobody here knows when its signer will send a newer one: caches ask again every hour. */
  #givenBy({ answer, origin }: KeptAnswer): SignedAnswer {
    if (origin === 'host') return answer;
    const hourly = this.#options.now().getTime() + importedLifeMilliseconds;
    return { ...answer, refreshAt: new Date(Math.min(answer.refreshAt.getTime(), hourly)) };
  }

  async #renew(question: OcspQuestion, kept: KeptAnswer): Promise<OcspAnswer> {
    const answer = await this.#options.source.answer(question);
    const hasFailed =
      answer.kind === 'refused' && (answer.status === 'tryLater' || answer.status === 'internalError');
    // Looked at again: the record may have changed while we waited.
    return hasFailed && this.#isUsable(kept, question) ? kept.answer : answer;
  }

  #findUsable(question: OcspQuestion): KeptAnswer | undefined {
    const key = answerKeyOf(question);
    const kept = key && this.#options.answers.findAnswer(key);
    return kept !== undefined && this.#isUsable(kept, question) ? kept : undefined;
  }

  #isUsable(kept: KeptAnswer, question: OcspQuestion): boolean {
    const key = answerKeyOf(question);
    const issuer = this.#options.registry().byId(question.issuerId);
    if (key === undefined || issuer === undefined) return false;
    const instant = this.#options.now();
    const { nextUpdate, notAfter } = kept.answer;
    if (instant >= nextUpdate || (notAfter !== undefined && instant > notAfter)) return false;
    if (!isUnderTermsOf(issuer, kept)) return false;
    return this.#isCurrent(kept, key);
  }

  #isCurrent(kept: KeptAnswer, { issuerId, serialNumber }: AnswerKey): boolean {
    const { view } = this.#options;
    const version = kept.answer.versions[0];
    const key = view.keyOf(issuerId, serialNumber);
    return version === undefined ? view.read(key) === undefined : view.isCurrent(key, version);
  }
}

/** An answer from elsewhere knows nothing of settings here; but of a compromised CA nothing is good (RFC 6960 2.7). */
function isUnderTermsOf(issuer: Issuer, { origin, terms, answer }: KeptAnswer): boolean {
  if (origin === 'host') return terms === answerTermsOf(issuer);
  return issuer.compromise === undefined || saysRevoked(answer.der);
}

function saysRevoked(der: Uint8Array): boolean {
  const response = decodeOcspResponse(der);
  return (
    response.status === 'successful' &&
    response.basic.responses.every(({ certStatus }) => certStatus.status === 'revoked')
  );
}

const importedLifeMilliseconds = 3_600_000;
