import type { IssuerRegistry } from '../issuer/issuer-registry.ts';
import { answerTermsOf } from './answer-terms.ts';
import { type AnswerKey, type AnswerStore, answerKeyOf, type KeptAnswer } from './kept-answers.ts';
import type { OcspAnswer, OcspQuestion, OcspSource } from './ocsp-source.ts';
import type { StatusView } from './status-view.ts';

/** What a {@link KeepingOcspSource} needs. */
export interface KeepingSourceOptions {
  /** Signs. */
  readonly source: OcspSource;
  readonly answers: Pick<AnswerStore, 'keepAnswers'>;
  readonly view: StatusView;
  readonly registry: () => IssuerRegistry;
  /** Told when answers could not be kept: they were given all the same. */
  readonly onError: (error: unknown) => void;
  /** Runs an action some milliseconds later: answers are gathered until then, and written together. */
  readonly schedule: (action: () => void) => void;
}

/**
 * Keeps what it has signed, many answers in one commit, and signs once for all who ask the same at
 * once. Nobody waits for the disk: an answer that a crash takes away is signed again.
 */
export class KeepingOcspSource implements OcspSource {
  readonly #options: KeepingSourceOptions;
  readonly #inFlight = new Map<string, Promise<OcspAnswer>>();
  /** Signed and not yet in the store. */
  #pending = new Map<string, AnswerKey & KeptAnswer>();
  #writing: Promise<unknown> = Promise.resolve();

  constructor(options: KeepingSourceOptions) {
    this.#options = options;
  }

  answer(question: OcspQuestion): Promise<OcspAnswer> {
    const key = answerKeyOf(question);
    if (key === undefined) return this.#options.source.answer(question);
    const name = nameOf(key);
    const pending = this.#pending.get(name);
    if (pending !== undefined && this.#isCurrent(pending)) return Promise.resolve(pending.answer);
    const issuer = this.#options.registry().byId(key.issuerId);
    const terms = issuer && answerTermsOf(issuer);
    // What was asked under other terms is answered under those.
    const asking = `${name}/${terms}`;
    const running = this.#inFlight.get(asking);
    if (running !== undefined) return running;
    const asked = this.#ask(question, key, terms).finally(() => this.#inFlight.delete(asking));
    this.#inFlight.set(asking, asked);
    return asked;
  }

  /** Writes what is pending; resolves when it is on disk. */
  async flush(): Promise<void> {
    this.#write();
    await this.#writing;
  }

  async #ask(question: OcspQuestion, key: AnswerKey, terms: number | undefined): Promise<OcspAnswer> {
    const answer = await this.#options.source.answer(question);
    // Without a record there is nothing that a later look-up could be compared with.
    if (answer.kind === 'refused' || answer.versions[0] === undefined || terms === undefined) return answer;
    if (this.#pending.size === 0) this.#options.schedule(() => this.#write());
    this.#pending.set(nameOf(key), { ...key, answer, origin: 'host', terms });
    return answer;
  }

  #write(): void {
    if (this.#pending.size === 0) return;
    const batch = [...this.#pending.values()];
    this.#pending = new Map();
    const write = this.#options.answers.keepAnswers(batch).catch(this.#options.onError);
    this.#writing = Promise.all([this.#writing, write]);
  }

  #isCurrent({ issuerId, serialNumber, answer, terms }: AnswerKey & KeptAnswer): boolean {
    const { view, registry } = this.#options;
    const version = answer.versions[0];
    const issuer = registry().byId(issuerId);
    if (version === undefined || issuer === undefined || answerTermsOf(issuer) !== terms) return false;
    return view.isCurrent(view.keyOf(issuerId, serialNumber), version);
  }
}

function nameOf({ issuerId, form, serialNumber }: AnswerKey): string {
  return `${issuerId}/${form.hash}/${form.parameters}/${Buffer.from(serialNumber).toString('latin1')}`;
}
