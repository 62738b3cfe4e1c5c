import type { AnswerKey, AnswerView, KeptAnswer } from '../status/kept-answers.ts';
import { decodeAnswer } from './answer-codec.ts';
import type { LmdbTables } from './lmdb-tables.ts';
import { answerKey } from './store-keys.ts';

/** Finds kept answers in the memory-mapped store, as they are at this turn of the event loop or a little before. */
export class LmdbAnswerView implements AnswerView {
  readonly #tables: LmdbTables;

  constructor(tables: LmdbTables) {
    this.#tables = tables;
  }

  findAnswer(key: AnswerKey): KeptAnswer | undefined {
    const value = this.#tables.answers.getBinary(answerKey(key.issuerId, key.form, key.serialNumber));
    return value === undefined ? undefined : decodeAnswer(value);
  }
}
