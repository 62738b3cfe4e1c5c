import { LancreError } from '../errors/lancre-error.ts';
import type { Pkcs11Uri } from '../issuer/pkcs11-uri.ts';
import { Pkcs11Error, type Pkcs11Module } from './pkcs11-module.ts';
import { type Pkcs11Session, Pkcs11SessionPool } from './pkcs11-session-pool.ts';

/**
 * The way to one key in a token. When a session was lost, or the token was away, everything is opened anew
 * and what failed is tried once more; all that fail meanwhile wait for the one attempt, so that a token that
 * is gone is not hammered.
 */
export class Pkcs11Connection {
  readonly #module: Pkcs11Module;
  readonly #pool: Pkcs11SessionPool;
  #recovery: Promise<void> | undefined;

  constructor(module: Pkcs11Module, uri: Pkcs11Uri, pin: string | undefined) {
    this.#module = module;
    this.#pool = new Pkcs11SessionPool(module, uri, pin);
  }

  /** @throws LancreError `signer_unavailable`, `key_passphrase`, `key_invalid`; Pkcs11Error */
  async run<T>(use: (session: Pkcs11Session) => Promise<T>): Promise<T> {
    try {
      return await this.#pool.with(use);
    } catch (error) {
      if (!isLost(error)) throw error;
      this.#recovery ??= this.#recover().finally(() => {
        this.#recovery = undefined;
      });
      await this.#recovery;
      return this.#pool.with(use);
    }
  }

  /** New sessions; where those cannot be had, the module started anew, since some see a token that is back only then. */
  async #recover(): Promise<void> {
    this.#pool.reset();
    try {
      await this.#pool.with(nothing);
    } catch (error) {
      if (!isLost(error)) throw error;
      this.#pool.reset();
      this.#module.restart();
      await this.#pool.with(nothing);
    }
  }
}

/** Whatever the module says went wrong, new sessions may mend; a wrong PIN or a wrong name they do not. */
function isLost(error: unknown): boolean {
  if (error instanceof Pkcs11Error) return true;
  // A key that was there is gone with its token's files.
  return (
    error instanceof LancreError && (error.code === 'signer_unavailable' || error.code === 'key_invalid')
  );
}

async function nothing(): Promise<void> {
  // Opening the session was the point.
}
