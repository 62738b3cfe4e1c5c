import type { Issuer } from '../../issuer/issuer.ts';
import { DisclosurePublisher } from '../../publish/disclosure.ts';
import type { Config } from '../config.ts';
import type { CliContext } from '../context.ts';
import { createHostCrypto } from '../host-crypto.ts';
import type { HostStore } from '../host-store.ts';
import type { HostLog } from './control.ts';
import type { IssuerDirectory } from './issuer-directory.ts';

/**
 * Discloses the URLs of a running host from now on.
 *
 * @returns ends it
 */
export async function startDisclosing(
  { now }: Pick<CliContext, 'now'>,
  { address }: Pick<Config, 'address'>,
  store: HostStore,
  directory: Pick<IssuerDirectory, 'registry'>,
  log: Pick<HostLog, 'error'>,
): Promise<() => Promise<void>> {
  const updater = new DisclosureUpdater({
    publisher: new DisclosurePublisher({ ...store, address, crypto: createHostCrypto(), now }),
    issuers: () => directory.registry.issuers,
    onError: (error) => log.error('CRL URLs cannot be disclosed', { error: String(error) }),
  });
  await updater.start();
  return () => updater.stop();
}

/** What a {@link DisclosureUpdater} works with. */
interface DisclosureUpdaterOptions {
  readonly publisher: DisclosurePublisher;
  readonly issuers: () => readonly Issuer[];
  readonly onError: (error: unknown) => void;
  /** Milliseconds between two looks. Default 1,000. */
  readonly lookMilliseconds?: number;
}

/** Keeps the disclosed URLs in step with issuers and lists: whoever changes them, it is seen within a second. */
class DisclosureUpdater {
  readonly #options: DisclosureUpdaterOptions;
  #timer: NodeJS.Timeout | undefined;
  #look: Promise<void> = Promise.resolve();
  #isStopped = false;

  constructor(options: DisclosureUpdaterOptions) {
    this.#options = options;
  }

  /** Publishes what is to be disclosed now, then goes on looking. */
  async start(): Promise<void> {
    await this.#publish();
    this.#schedule();
  }

  /** Ends after the look under way. */
  async stop(): Promise<void> {
    this.#isStopped = true;
    clearTimeout(this.#timer);
    await this.#look;
  }

  #schedule(): void {
    if (this.#isStopped) return;
    this.#timer = setTimeout(() => {
      this.#look = this.#publish().then(() => this.#schedule());
    }, this.#options.lookMilliseconds ?? 1000);
  }

  async #publish(): Promise<void> {
    const { publisher, issuers, onError } = this.#options;
    try {
      await publisher.publish(issuers());
    } catch (error) {
      onError(error);
    }
  }
}
