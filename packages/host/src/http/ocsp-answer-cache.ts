import type {
  OcspAnswer,
  OcspQuestion,
  OcspQuestionItem,
  OcspSource,
  RefusedAnswer,
  SignedAnswer,
} from '../status/ocsp-source.ts';
import type { StatusView } from '../status/status-view.ts';
import type { SurrogateKeyField } from '../status/surrogate-keys.ts';
import type { Counter } from './edge-metrics.ts';
import { type OcspAnswerBounds, OcspAnswerStore, type StoredAnswer } from './ocsp-answer-store.ts';
import { OcspReply } from './ocsp-reply.ts';

/** What an {@link OcspAnswerCache} needs. */
export interface OcspAnswerCacheOptions extends OcspAnswerBounds {
  readonly source: OcspSource;
  readonly view: StatusView;
  readonly now: () => Date;
  /** The name under which a CDN keeps the answer to a question. Default: none. */
  readonly surrogateKeyOf?: ((question: OcspQuestion) => SurrogateKeyField | undefined) | undefined;
  /** After a refresh that failed, the cached answer is used this long before the next try, in ms. Default 5,000. */
  readonly retryMilliseconds?: number | undefined;
}

/** A cached answer found by the raw request target. */
export interface TargetHit {
  readonly reply: OcspReply;
  /** Counts requests of this spelling. */
  readonly counter: Counter;
}

/**
 * Keeps signed answers to questions for one certificate without a nonce (OREQ-29), by the decoded
 * question, so that all spellings share one; and beside that, by the exact request target, so that a
 * repeated GET is neither decoded nor parsed.
 *
 * Contract: an answer is given only while the record it was made from is the one in the view at that
 * very moment, and before its nextUpdate and the certificate's notAfter. Past refreshAt the source is
 * asked again, and the old answer is given only if there is no new one.
 */
export class OcspAnswerCache implements OcspSource {
  readonly #options: OcspAnswerCacheOptions;
  readonly #store: OcspAnswerStore;
  readonly #inFlight = new Map<string, Promise<OcspAnswer>>();
  #generation = 0;

  constructor(options: OcspAnswerCacheOptions) {
    this.#options = options;
    this.#store = new OcspAnswerStore(options);
  }

  /** Answers kept now. */
  get size(): number {
    return this.#store.size;
  }

  /** The cached answer to a GET of exactly this target, if it may be given now. @param now ms since 1970 */
  byTarget(target: string, now: number): TargetHit | undefined {
    const found = this.#store.byTarget(target);
    if (found === undefined || !this.#isReady(found.stored, now)) return undefined;
    return { reply: found.stored.reply, counter: found.counter };
  }

  /** The cached answer to a question, if it may be given now without asking the source. */
  byQuestion(question: OcspQuestion, now: number): OcspReply | undefined {
    const name = nameOf(question);
    const stored = name === undefined ? undefined : this.#store.byQuestion(name);
    return stored !== undefined && this.#isReady(stored, now) ? stored.reply : undefined;
  }

  /** Lets later GETs of exactly this target find the answer to `question`, while it is kept. */
  rememberTarget(target: string, question: OcspQuestion, counter: Counter): void {
    const name = nameOf(question);
    // A query makes any number of spellings, and no client sends one.
    if (name !== undefined && !target.includes('?')) this.#store.putTarget(target, name, counter);
  }

  async answer(question: OcspQuestion): Promise<OcspAnswer> {
    const name = nameOf(question);
    const item = question.items[0];
    if (name === undefined || item === undefined) return this.#options.source.answer(question);
    const given = await this.#give(name, question, item);
    return given.kind === 'refused' ? given : given.answer;
  }

  /** The same in the form in which it is sent, for questions whose answers are kept and others. */
  async reply(question: OcspQuestion): Promise<OcspReply | RefusedAnswer> {
    const name = nameOf(question);
    const item = question.items[0];
    if (name === undefined || item === undefined) {
      const answer = await this.#options.source.answer(question);
      return answer.kind === 'refused' ? answer : this.#replyTo(question, answer);
    }
    const given = await this.#give(name, question, item);
    return given.kind === 'refused' ? given : given.reply;
  }

  /** Forgets everything: the issuers or their settings have changed. */
  clear(): void {
    this.#store.clear();
    // Who asks from now on is not to join those who asked under the old settings.
    this.#inFlight.clear();
    this.#generation += 1;
  }

  async #give(name: string, question: OcspQuestion, item: OcspQuestionItem): Promise<Given | RefusedAnswer> {
    const now = this.#options.now().getTime();
    const stored = this.#store.byQuestion(name);
    if (stored !== undefined && this.#isReady(stored, now))
      return { kind: 'given', answer: stored.answer, reply: stored.reply };
    const generation = this.#generation;
    const answer = await this.#askUntilCurrent(name, question, item);
    if (answer.kind === 'refused') return this.#fallBack(stored, answer);
    const kept = generation === this.#generation ? this.#keep(name, question, item, answer) : undefined;
    return { kind: 'given', answer, reply: kept ?? this.#replyTo(question, answer) };
  }

  #replyTo(question: OcspQuestion, answer: SignedAnswer): OcspReply {
    return new OcspReply(answer, { surrogateKey: this.#options.surrogateKeyOf?.(question) });
  }

  /** Whether an answer may be given, and need not be refreshed or was tried to be a moment ago. */
  #isReady(stored: StoredAnswer, now: number): boolean {
    return (now < stored.reply.freshUntil || now < stored.retryAt) && this.#isUsable(stored, now);
  }

  #isUsable(stored: StoredAnswer, now: number): boolean {
    if (now >= stored.reply.usableUntil || !this.#options.view.isCurrent(stored.key, stored.version))
      return false;
    stored.isUsed = true;
    return true;
  }

  /**
   * The record may have changed since the question that we joined was asked; an answer to one asked
   * after our own request came in cannot be too old.
   */
  async #askUntilCurrent(name: string, question: OcspQuestion, item: OcspQuestionItem): Promise<OcspAnswer> {
    const answer = await this.#ask(name, question);
    if (answer.kind === 'refused') return answer;
    const { view } = this.#options;
    const version = answer.versions[0];
    const key = view.keyOf(question.issuerId, item.serialNumber);
    const isCurrent = version === undefined ? view.read(key) === undefined : view.isCurrent(key, version);
    return isCurrent ? answer : this.#ask(name, question);
  }

  /** One question to the source for all who ask the same at once. */
  #ask(name: string, question: OcspQuestion): Promise<OcspAnswer> {
    const running = this.#inFlight.get(name);
    if (running !== undefined) return running;
    const asked = this.#options.source.answer(question).finally(() => {
      if (this.#inFlight.get(name) === asked) this.#inFlight.delete(name);
    });
    this.#inFlight.set(name, asked);
    return asked;
  }

  /** The reply that is kept; undefined = it is not to be. */
  #keep(
    name: string,
    question: OcspQuestion,
    item: OcspQuestionItem,
    answer: SignedAnswer,
  ): OcspReply | undefined {
    const version = answer.versions[0];
    const known = this.#store.byQuestion(name);
    // Without a record there is nothing that a later look-up could be compared with; and made-up serials
    // must not push out real ones.
    if (version === undefined) return undefined;
    // Coalesced askers all come here with the same answer.
    if (known?.answer === answer) return known.reply;
    const key = known?.key ?? this.#options.view.keyOf(question.issuerId, item.serialNumber);
    const reply = this.#replyTo(question, answer);
    // One that is due already is the best that there was: the source has tried.
    const now = this.#options.now().getTime();
    const retryAt = now < reply.freshUntil ? 0 : now + (this.#options.retryMilliseconds ?? 5000);
    this.#store.put(name, { answer, reply, key, version, isUsed: false, retryAt });
    return reply;
  }

  /** The old answer instead of a failure; `unauthorized` is no failure, but what the records now say. */
  #fallBack(stored: StoredAnswer | undefined, answer: RefusedAnswer): Given | RefusedAnswer {
    const now = this.#options.now().getTime();
    const failed = answer.status === 'tryLater' || answer.status === 'internalError';
    if (stored === undefined || !failed || !this.#isUsable(stored, now)) return answer;
    stored.retryAt = now + (this.#options.retryMilliseconds ?? 5000);
    return { kind: 'given', answer: stored.answer, reply: stored.reply };
  }
}

interface Given {
  readonly kind: 'given';
  readonly answer: SignedAnswer;
  readonly reply: OcspReply;
}

/** Undefined for questions whose answers are not kept. */
function nameOf(question: OcspQuestion): string | undefined {
  const item = question.items[0];
  if (item === undefined || question.items.length !== 1 || question.nonce !== undefined) return undefined;
  const { hash, parameters } = item.form;
  const wish = question.algorithm ?? '';
  return `${question.issuerId}/${hash}/${parameters}/${wish}/${Buffer.from(item.serialNumber).toString('latin1')}`;
}
