import type { SignedAnswer } from '../status/ocsp-source.ts';
import type { StatusKey, StatusVersion } from '../status/status-view.ts';
import type { Counter } from './edge-metrics.ts';
import type { OcspReply } from './ocsp-reply.ts';
import { type LinePlace, WaitingLine } from './waiting-line.ts';

/** How much an {@link OcspAnswerStore} keeps. */
export interface OcspAnswerBounds {
  /** Answers kept at most. Default 200,000. */
  readonly maximumEntries?: number | undefined;
  /** Their memory at most, in octets, counted roughly. Default 256 MiB. */
  readonly maximumOctets?: number | undefined;
}

/** A kept answer, and what it was made from. */
export interface StoredAnswer {
  readonly answer: SignedAnswer;
  readonly reply: OcspReply;
  readonly key: StatusKey;
  readonly version: StatusVersion;
  /** Whether it was given since it was last thought of dropping it. */
  isUsed: boolean;
  /** ms since 1970 before which the source is not asked again; 0 = no refresh has failed. */
  retryAt: number;
}

/** A kept answer found by a request target. */
export interface StoredTarget {
  readonly stored: StoredAnswer;
  /** Counts requests of this spelling. */
  readonly counter: Counter;
}

/** Keeps answers by question and by request target, within bounds. Knows nothing of freshness. */
export class OcspAnswerStore {
  readonly #maximumEntries: number;
  readonly #maximumOctets: number;
  readonly #entries = new Map<string, Entry>();
  readonly #targets = new Map<string, StoredTarget>();
  /** Who is dropped next stands first. */
  readonly #line = new WaitingLine<Entry>();
  #octets = 0;

  constructor({ maximumEntries = 200_000, maximumOctets = 256 << 20 }: OcspAnswerBounds) {
    this.#maximumEntries = maximumEntries;
    this.#maximumOctets = maximumOctets;
  }

  get size(): number {
    return this.#entries.size;
  }

  byQuestion(question: string): StoredAnswer | undefined {
    return this.#entries.get(question)?.stored;
  }

  byTarget(target: string): StoredTarget | undefined {
    return this.#targets.get(target);
  }

  /** Keeps an answer in place of an older one, whose targets then lead to it. */
  put(question: string, stored: StoredAnswer): void {
    const old = this.#entries.get(question);
    const counters = old?.targets.map((target) => [target, this.#targets.get(target)?.counter] as const);
    if (old !== undefined) this.#remove(old);
    const octets = 2 * stored.answer.der.length + ENTRY_OVERHEAD;
    const entry: Entry = { question, stored, targets: [], octets, ahead: undefined, behind: undefined };
    this.#entries.set(question, entry);
    this.#line.join(entry);
    this.#octets += octets;
    for (const [target, counter] of counters ?? []) {
      if (counter !== undefined) this.#addTarget(entry, target, counter);
    }
    this.#evict();
  }

  /** Lets a target lead to the answer of a question, if there is one. */
  putTarget(target: string, question: string, counter: Counter): void {
    const entry = this.#entries.get(question);
    if (entry === undefined || this.#targets.has(target)) return;
    const oldest = entry.targets.length >= MAXIMUM_SPELLINGS ? entry.targets.shift() : undefined;
    if (oldest !== undefined) {
      this.#targets.delete(oldest);
      this.#charge(entry, -targetOctets(oldest));
    }
    // Copied: a slice of a larger string would keep all of that alive.
    this.#addTarget(entry, Buffer.from(target, 'latin1').toString('latin1'), counter);
    this.#evict();
  }

  clear(): void {
    this.#entries.clear();
    this.#targets.clear();
    this.#line.clear();
    this.#octets = 0;
  }

  #addTarget(entry: Entry, target: string, counter: Counter): void {
    entry.targets.push(target);
    this.#targets.set(target, { stored: entry.stored, counter });
    this.#charge(entry, targetOctets(target));
  }

  #charge(entry: Entry, octets: number): void {
    entry.octets += octets;
    this.#octets += octets;
  }

  #evict(): void {
    while (this.#entries.size > 1 && this.#isOverBounds()) this.#evictOne();
  }

  #isOverBounds(): boolean {
    return this.#entries.size > this.#maximumEntries || this.#octets > this.#maximumOctets;
  }

  /** Second chance: what was used since it was last looked at goes to the end of the line instead. */
  #evictOne(): void {
    for (let entry = this.#line.first; entry !== undefined; entry = this.#line.first) {
      if (!entry.stored.isUsed) {
        this.#remove(entry);
        return;
      }
      entry.stored.isUsed = false;
      this.#line.leave(entry);
      this.#line.join(entry);
    }
  }

  #remove(entry: Entry): void {
    this.#entries.delete(entry.question);
    this.#line.leave(entry);
    for (const target of entry.targets) this.#targets.delete(target);
    this.#octets -= entry.octets;
  }
}

interface Entry extends LinePlace {
  readonly question: string;
  readonly stored: StoredAnswer;
  readonly targets: string[];
  octets: number;
}

function targetOctets(target: string): number {
  return target.length + TARGET_OVERHEAD;
}

/** Escaped and bare, with and without a second slash: who spells it in more ways is playing. */
const MAXIMUM_SPELLINGS = 8;
/** Two objects, a map entry, fields made ready; as measured on Node 20, rounded up. */
const ENTRY_OVERHEAD = 2000;
const TARGET_OVERHEAD = 160;
