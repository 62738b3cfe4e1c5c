import type { Issuer } from '../../issuer/issuer.ts';
import { type OcspPresigner, presignPartCertificates } from '../../publish/ocsp-presigner.ts';
import { answerTermsOf } from '../../status/answer-terms.ts';
import type { ResponderSet } from '../../status/responder.ts';
import type { StatusStore } from '../../status/status-store.ts';

/** How far the present round of an issuer is. */
export interface PresignProgress {
  readonly issuer: string;
  /** Looked at. */
  readonly certificates: number;
  /** Answers that could not be made. */
  readonly failed: number;
}

/** What a scheduler works with. */
export interface PresignSchedulerOptions {
  readonly presigner: OcspPresigner;
  readonly statuses: Pick<StatusStore, 'count'>;
  readonly issuers: () => readonly Issuer[];
  readonly responders: ResponderSet;
  readonly now: () => Date;
  readonly onError: (error: unknown) => void;
  /** Milliseconds between two looks at what is to be done. Default 250. */
  readonly lookMilliseconds?: number;
}

/**
 * Walks round and round over the certificates of the issuers whose answers are signed ahead. The first
 * round after a start, and after settings that change answers, goes as fast as it can; the others take
 * their time, so that the work is spread evenly.
 */
export class PresignScheduler {
  readonly #options: PresignSchedulerOptions;
  readonly #rounds = new Map<number, Round>();
  #timer: NodeJS.Timeout | undefined;
  #step: Promise<void> = Promise.resolve();
  #isStopped = false;

  constructor(options: PresignSchedulerOptions) {
    this.#options = options;
  }

  /** For each issuer that asks for it: how far the present round is. */
  get progress(): readonly PresignProgress[] {
    return [...this.#rounds.values()].map(({ issuer, certificates, failed }) => ({
      issuer,
      certificates,
      failed,
    }));
  }

  start(): void {
    this.#schedule();
  }

  /** Ends after the part under way. */
  async stop(): Promise<void> {
    this.#isStopped = true;
    clearTimeout(this.#timer);
    await this.#step;
  }

  #schedule(): void {
    if (this.#isStopped) return;
    this.#timer = setTimeout(() => {
      this.#step = this.#look()
        .catch(this.#options.onError)
        .then(() => this.#schedule());
    }, this.#options.lookMilliseconds ?? 250);
  }

  async #look(): Promise<void> {
    const { issuers, responders, now } = this.#options;
    for (const issuer of issuers()) {
      if (issuer.policy.ocsp.presign.length === 0 || responders.respondersOf(issuer.id, now()).length === 0)
        this.#rounds.delete(issuer.id);
      else await this.#advance(issuer);
    }
  }

  async #advance(issuer: Issuer): Promise<void> {
    const { now } = this.#options;
    const round = this.#roundOf(issuer);
    const period = roundMilliseconds(issuer);
    const until = now().getTime() + busyMilliseconds;
    while (!this.#isStopped && this.#isTime(issuer, round, period) && now().getTime() < until) {
      // Whatever falls due before it is looked at again.
      const renewBefore = new Date(now().getTime() + 2 * period);
      const part = await this.#options.presigner.presignPart(issuer, round.after, renewBefore);
      round.failed += part.failed;
      if (part.failed > 0 && part.signed === 0) {
        // The key does not sign: the same part once more, later.
        round.retryAt = now().getTime() + retryMilliseconds;
        return;
      }
      round.after = part.next;
      round.certificates += part.certificates;
      if (part.next === undefined) this.#begin(round, 'spread');
    }
  }

  /** Whether the next part of the round is due: at an even pace, or at once. */
  #isTime(issuer: Issuer, round: Round, period: number): boolean {
    const now = this.#options.now().getTime();
    if (now < round.retryAt) return false;
    if (round.pace === 'fast') return true;
    const total = Math.max(this.#options.statuses.count(issuer.id).assigned, presignPartCertificates);
    return total * (now - round.startedAt) >= period * (round.certificates + presignPartCertificates);
  }

  #roundOf(issuer: Issuer): Round {
    const terms = `${answerTermsOf(issuer)} ${issuer.policy.ocsp.presign.join()}`;
    const known = this.#rounds.get(issuer.id);
    if (known !== undefined && known.terms === terms) return known;
    const round: Round = {
      issuer: issuer.name,
      terms,
      pace: 'fast',
      startedAt: 0,
      retryAt: 0,
      after: undefined,
      certificates: 0,
      failed: 0,
    };
    this.#begin(round, 'fast');
    this.#rounds.set(issuer.id, round);
    return round;
  }

  #begin(round: Round, pace: Round['pace']): void {
    Object.assign(round, {
      pace,
      startedAt: this.#options.now().getTime(),
      certificates: 0,
      failed: 0,
      after: undefined,
    });
  }
}

interface Round {
  readonly issuer: string;
  /** What the answers say, and for which hashes they are made. */
  readonly terms: string;
  pace: 'fast' | 'spread';
  /** ms since 1970. */
  startedAt: number;
  /** ms since 1970, after a part that failed; 0 = none has. */
  retryAt: number;
  after: Uint8Array | undefined;
  certificates: number;
  failed: number;
}

/** A small part of the validity, so that no answer gets past half of it while it waits for its turn. */
function roundMilliseconds(issuer: Issuer): number {
  const part = (issuer.policy.ocsp.validitySeconds * 1000) / 64;
  return Math.min(Math.max(part, shortestRoundMilliseconds), longestRoundMilliseconds);
}

const shortestRoundMilliseconds = 5_000;
const longestRoundMilliseconds = 3_600_000;
const retryMilliseconds = 5_000;
/** After so long other issuers have their turn. */
const busyMilliseconds = 2_000;
