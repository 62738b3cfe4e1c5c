import type { Issuer } from '../../issuer/issuer.ts';
import type { CrlPublisher, PublishOutcome } from '../../publish/crl-publisher.ts';
import type { PlannedList } from '../../publish/publication-plan.ts';
import { pathOfScope } from '../../publish/scope.ts';
import type { SignerSet } from '../../status/signer-set.ts';

/** What a scheduler works with. */
export interface PublicationSchedulerOptions {
  readonly publisher: CrlPublisher;
  readonly issuers: () => readonly Issuer[];
  readonly signers: SignerSet;
  readonly now: () => Date;
  readonly onOutcome: (outcome: PublishOutcome) => void;
  /** Told of what is no failure of a single list, such as a store that cannot be read. */
  readonly onError: (error: unknown) => void;
  /** Told of lists that were taken off the public side. */
  readonly onRetired?: (paths: readonly string[]) => void;
  /** Milliseconds between two looks at what is due. Default 500. */
  readonly lookMilliseconds?: number;
}

/**
 * Keeps the lists fresh: looks twice a second whether one is due, by whoever changed the store, and
 * makes it. A change waits a moment for others to go with it. A list that failed is tried again after
 * a pause that doubles up to five minutes.
 */
export class PublicationScheduler {
  readonly #options: PublicationSchedulerOptions;
  readonly #failures = new Map<string, Failure>();
  /** When a change of a list, by its path, was first seen. */
  readonly #changedSince = new Map<string, Date>();
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
    const plan = publisher.plan(issuer);
    this.#forgetMended(issuer, plan);
    const due = plan.filter((list) => this.#isTime(list, now()));
    if (due.length === 0) return;
    for (const outcome of await publisher.execute(issuer, due)) {
      this.#note(outcome, now());
      onOutcome(outcome);
    }
    const retired = await publisher.retire(issuer);
    if (retired.length > 0) this.#options.onRetired?.(retired);
  }

  /** What is not due any more was made by somebody else, or is not wanted. */
  #forgetMended(issuer: Issuer, plan: readonly PlannedList[]): void {
    const due = new Set(plan.map(pathOf));
    for (const [path, { issuerId }] of this.#failures) {
      if (issuerId === issuer.id && !due.has(path)) this.#failures.delete(path);
    }
  }

  #isTime(list: PlannedList, now: Date): boolean {
    // Asked first, since the wait begins when a change is first seen, also while it is not time for a list yet.
    const hasGathered = list.reason !== 'changed' || this.#hasGathered(list, now);
    const failure = this.#failures.get(pathOf(list));
    return hasGathered && list.notBefore <= now && (failure === undefined || failure.retryAt <= now);
  }

  /** A list is made once for changes that come close together (SHD-15 allows an hour; it is a second). */
  #hasGathered(list: PlannedList, now: Date): boolean {
    const path = pathOf(list);
    const since = this.#changedSince.get(path);
    if (since === undefined) this.#changedSince.set(path, now);
    // A clock that was set back starts the wait anew.
    else if (since > now) this.#changedSince.set(path, now);
    else return now.getTime() - since.getTime() >= gatherMilliseconds;
    return false;
  }

  #note(outcome: PublishOutcome, now: Date): void {
    const path = pathOf(outcome.list);
    this.#changedSince.delete(path);
    if (outcome.kind !== 'failed') {
      this.#failures.delete(path);
      return;
    }
    const attempts = (this.#failures.get(path)?.attempts ?? 0) + 1;
    const pause = Math.min(firstPauseMilliseconds * 2 ** (attempts - 1), longestPauseMilliseconds);
    this.#failures.set(path, {
      issuerId: outcome.list.scope.issuerId,
      attempts,
      message: outcome.error.message,
      retryAt: new Date(now.getTime() + pause),
    });
  }
}

/** A list that could not be made. */
export interface Failure {
  readonly issuerId: number;
  readonly attempts: number;
  readonly message: string;
  readonly retryAt: Date;
}

function pathOf({ scope, kind }: PlannedList): string {
  return pathOfScope(scope, kind);
}

/** With the look before and after it, a change is on its list within two seconds. */
const gatherMilliseconds = 900;
const firstPauseMilliseconds = 1_000;
const longestPauseMilliseconds = 300_000;
