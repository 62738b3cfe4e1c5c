import type { AnswerKey, AnswerStore, KeptAnswer } from '#host/status/kept-answers.js';

/** Answers in memory; can be told to refuse. */
export class MemoryAnswerStore implements AnswerStore {
  readonly kept = new Map<string, AnswerKey & KeptAnswer>();
  /** How many were written by each call. */
  readonly batches: number[] = [];
  failure: Error | undefined;

  findAnswer(key: AnswerKey): KeptAnswer | undefined {
    return this.kept.get(nameOf(key));
  }

  async keepAnswers(answers: readonly (AnswerKey & KeptAnswer)[]): Promise<number> {
    if (this.failure !== undefined) throw this.failure;
    if (answers.length > 0) this.batches.push(answers.length);
    for (const answer of answers) this.kept.set(nameOf(answer), answer);
    return answers.length;
  }

  async sweepAnswers(): Promise<number> {
    return 0;
  }
}

function nameOf({ issuerId, form, serialNumber }: AnswerKey): string {
  return `${issuerId} ${form.hash} ${form.parameters} ${Buffer.from(serialNumber).toString('hex')}`;
}
