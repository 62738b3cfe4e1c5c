import type { AnswerKey, AnswerStore, KeptAnswer } from '../status/kept-answers.ts';
import { encodeAnswer, readAnswerDates } from './answer-codec.ts';
import { LmdbAnswerView } from './lmdb-answer-view.ts';
import type { LmdbTables } from './lmdb-tables.ts';
import { toSeconds } from './record-codec.ts';
import { answerKey } from './store-keys.ts';

/** Keeps signed answers in the store. */
export class LmdbAnswerStore extends LmdbAnswerView implements AnswerStore {
  readonly #tables: LmdbTables;

  constructor(tables: LmdbTables) {
    super(tables);
    this.#tables = tables;
  }

  async keepAnswers(answers: readonly (AnswerKey & KeptAnswer)[]): Promise<number> {
    if (answers.length === 0) return 0;
    // Not the synchronous form: a commit waits for the disk, and control has requests to answer meanwhile.
    return this.#tables.root.transaction(() => {
      let kept = 0;
      for (const answer of answers) if (this.#keep(answer)) kept += 1;
      return kept;
    });
  }

  async sweepAnswers(before: Date): Promise<number> {
    const limit = toSeconds(before);
    let removed = 0;
    for (let start: Uint8Array | undefined = Buffer.alloc(0); start !== undefined; ) {
      const part: SweptPart = await this.#sweepPart(start, limit);
      removed += part.removed;
      start = part.next;
    }
    return removed;
  }

  #keep(answer: AnswerKey & KeptAnswer): boolean {
    const { answers } = this.#tables;
    const key = answerKey(answer.issuerId, answer.form, answer.serialNumber);
    const value = encodeAnswer(answer);
    const written: unknown = answers.putSync(key, value, noOverwrite);
    if (written !== false) return true;
    const stored = answers.getBinary(key);
    // Of two signers the slower one comes late with the older answer (T-17).
    if (stored !== undefined && readAnswerDates(stored).thisUpdate > readAnswerDates(value).thisUpdate)
      return false;
    answers.putSync(key, value);
    return true;
  }

  /** Looks without a transaction, and takes a short one for what is to go, so that nobody is kept waiting. */
  async #sweepPart(start: Uint8Array, limit: number): Promise<SweptPart> {
    const { answers, root } = this.#tables;
    let next: Uint8Array | undefined;
    let seen = 0;
    const dead: Uint8Array[] = [];
    root.resetReadTxn();
    for (const { key, value } of answers.getRange({ start, limit: sweepRecords })) {
      if (hasEnded(value, limit)) dead.push(Uint8Array.from(key));
      next = Buffer.concat([key, Buffer.of(0)]);
      seen += 1;
    }
    const removed = dead.length === 0 ? 0 : await root.transaction(() => this.#remove(dead, limit));
    return { removed, next: seen < sweepRecords ? undefined : next };
  }

  /** Looked at again: it may have been renewed meanwhile. */
  #remove(keys: readonly Uint8Array[], limit: number): number {
    const { answers } = this.#tables;
    let removed = 0;
    for (const key of keys) {
      const value = answers.getBinary(key);
      if (value === undefined || !hasEnded(value, limit)) continue;
      answers.removeSync(key);
      removed += 1;
    }
    return removed;
  }
}

function hasEnded(value: Uint8Array, limit: number): boolean {
  const { nextUpdate, notAfter } = readAnswerDates(value);
  return nextUpdate < limit || notAfter < limit;
}

interface SweptPart {
  readonly removed: number;
  /** Where the next part starts; undefined = that was the last one. */
  readonly next: Uint8Array | undefined;
}

const sweepRecords = 10_000;
const noOverwrite = { noOverwrite: true } as const;
