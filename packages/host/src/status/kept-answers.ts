import type { CertIdForm, OcspQuestion, SignedAnswer } from './ocsp-source.ts';

/** What a kept answer is found by: a question for one certificate, without nonce or wishes. */
export interface AnswerKey {
  readonly issuerId: number;
  readonly form: CertIdForm;
  /** Magnitude octets. */
  readonly serialNumber: Uint8Array;
}

/** Undefined for questions whose answers are not kept: for several certificates, with a nonce or a wish. */
export function answerKeyOf(question: OcspQuestion): AnswerKey | undefined {
  const [item, ...others] = question.items;
  if (item === undefined || others.length > 0) return undefined;
  if (question.nonce !== undefined || question.algorithm !== undefined) return undefined;
  return { issuerId: question.issuerId, form: item.form, serialNumber: item.serialNumber };
}

/** A signed answer as it is kept in the store: shared by all edges, and there after a restart. */
export interface KeptAnswer {
  /** With exactly one version. */
  readonly answer: SignedAnswer;
  /**
   * `host` = signed here; used only while its record, and the issuer's answer terms, are the same.
   * `imported` = signed elsewhere, for a certificate that has a record here or has none.
   */
  readonly origin: 'host' | 'imported';
  /** What {@link answerTermsOf} said of the issuer when it was signed. */
  readonly terms: number;
}

/** Finds kept answers. Knows nothing of freshness. */
export interface AnswerView {
  findAnswer(key: AnswerKey): KeptAnswer | undefined;
}

/** Keeps answers. */
export interface AnswerStore extends AnswerView {
  /**
   * Keeps answers in place of older ones; durable when the promise resolves. One that is there with a
   * later thisUpdate stays (T-17).
   *
   * @returns how many were taken
   */
  keepAnswers(answers: readonly (AnswerKey & KeptAnswer)[]): Promise<number>;
  /** Removes answers whose nextUpdate, or whose certificate's notAfter, lies before `before`. Returns how many. */
  sweepAnswers(before: Date): Promise<number>;
}
