import type { Issuer } from '../issuer/issuer.ts';
import type { CrlPublisher, PublishOutcome } from '../publish/crl-publisher.ts';
import type { PlannedList } from '../publish/publication-plan.ts';
import { pathOfScope } from '../publish/scope.ts';
import type { SignerSet } from '../status/signer-set.ts';

/** What a scheduler works with. */
export interface PublicationSchedulerOptions {
  readonly publisher: CrlPublisher;
  readonly issuers: () => readonly Issuer[];
  readonly signers: SignerSet;
  readonly now: () => Date;
  readonly onOutcome: (outcome: PublishOutcome) => void;
  /** Told of what is no failure of a single list, such as a store that cannot be read. */
  readonly onError: (error: unknown) => void;
  /** Milliseconds between two looks at what is due. Default 500. */
  readonly lookMilliseconds?: number;
}

/**
 * Keeps the lists fresh: looks twice a second whether one is due, by whoever changed the store, and
 * makes it. A list that failed is tried again after a pause that doubles up to five minutes.
 */
export class PublicationScheduler {
  readonly #options: PublicationSchedulerOptions;
  readonly #failures = new Map<string, Failure>();
  #timer: NodeJS.Timeout | undefined;
  #round: Promise<void> = Promise.resolve();
  #isStopped = false;

  constructor(options: PublicationSchedulerOptions) {
    this.#options = options;
  }

  /** The lists that could not be made, and why. */
  get failures(): readonly (Failure & { readonly path: string })[] {
    return [...this.#failures].map(([path, failure]) => ({ path, ...failure }));
  }

  /** Makes what is due now, then goes on looking. */
  async start(): Promise<void> {
    await this.look();
    this.#schedule();
  }

  /** Looks once, and makes what is due. */
  async look(): Promise<void> {
    for (const issuer of this.#options.issuers()) {
      if (this.#isStopped) return;
      try {
        await this.#publish(issuer);
      } catch (error) {
        this.#options.onError(error);
      }
    }
  }

  /** Ends after the list under way. */
  async stop(): Promise<void> {
    this.#isStopped = true;
    clearTimeout(this.#timer);
    await this.#round;
  }

  #schedule(): void {
    if (this.#isStopped) return;
    this.#timer = setTimeout(() => {
      this.#round = this.look().then(() => this.#schedule());
    }, this.#options.lookMilliseconds ?? 500);
  }

  async #publish(issuer: Issuer): Promise<void> {
    const { publisher, signers, now, onOutcome } = this.#options;
    if (signers.signerOf(issuer.id) === undefined) return;
    const due = publisher.plan(issuer).filter((list) => this.#isTime(list, now()));
    if (due.length === 0) return;
    for (const outcome of await publisher.execute(issuer, due)) {
      this.#note(outcome, now());
      onOutcome(outcome);
    }
  }

  #isTime(list: PlannedList, now: Date): boolean {
    const failure = this.#failures.get(pathOfScope(list.scope));
    return list.notBefore <= now && (failure === undefined || failure.retryAt <= now);
  }

  #note(outcome: PublishOutcome, now: Date): void {
    const path = pathOfScope(outcome.list.scope);
    if (outcome.kind === 'published') {
      this.#failures.delete(path);
      return;
    }
    const attempts = (this.#failures.get(path)?.attempts ?? 0) + 1;
    const pause = Math.min(firstPauseMilliseconds * 2 ** (attempts - 1), longestPauseMilliseconds);
    this.#failures.set(path, {
      attempts,
      message: outcome.error.message,
      retryAt: new Date(now.getTime() + pause),
    });
  }
}

/** A list that could not be made. */
export interface Failure {
  readonly attempts: number;
  readonly message: string;
  readonly retryAt: Date;
}

const firstPauseMilliseconds = 1_000;
const longestPauseMilliseconds = 300_000;
