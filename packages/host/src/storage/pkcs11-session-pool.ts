import { LancreError } from '../errors/lancre-error.ts';
import type { Pkcs11Uri } from '../issuer/pkcs11-uri.ts';
import { CKR } from './pkcs11-constants.ts';
import { findPrivateKey, findToken } from './pkcs11-key.ts';
import { Pkcs11Error, type Pkcs11Module } from './pkcs11-module.ts';

/** A session that may be used for one signature at a time, and the key in it. */
export interface Pkcs11Session {
  readonly handle: number;
  readonly key: number;
}

/**
 * Some sessions with one token, logged in; opened when they are needed. A signature takes one of them,
 * and waits when all are taken.
 */
export class Pkcs11SessionPool {
  readonly #module: Pkcs11Module;
  readonly #uri: Pkcs11Uri;
  readonly #pin: string | undefined;
  readonly #idle: Pkcs11Session[] = [];
  readonly #queue: ((session: Pkcs11Session | undefined) => void)[] = [];
  #count = 0;
  #generation = 0;

  constructor(module: Pkcs11Module, uri: Pkcs11Uri, pin: string | undefined) {
    this.#module = module;
    this.#uri = uri;
    this.#pin = pin;
  }

  /**
   * Runs `use` with a session.
   *
   * @throws LancreError `signer_unavailable` (no such token), `key_passphrase`, `key_invalid`; Pkcs11Error
   */
  async with<T>(use: (session: Pkcs11Session) => Promise<T>): Promise<T> {
    const generation = this.#generation;
    const session = await this.#take();
    try {
      return await use(session);
    } finally {
      this.#give(session, generation);
    }
  }

  /** Gives up all sessions: they are lost. What comes next opens new ones. */
  reset(): void {
    this.#generation += 1;
    for (const { handle } of this.#idle.splice(0)) this.#module.closeSession(handle);
    this.#count = 0;
    for (const wake of this.#queue.splice(0)) wake(undefined);
  }

  async #take(): Promise<Pkcs11Session> {
    for (;;) {
      const idle = this.#idle.pop();
      if (idle !== undefined) return idle;
      if (this.#count < mostSessions) return this.#open();
      const given = await new Promise<Pkcs11Session | undefined>((resolve) => this.#queue.push(resolve));
      if (given !== undefined) return given;
    }
  }

  #give(session: Pkcs11Session, generation: number): void {
    if (generation !== this.#generation) {
      this.#module.closeSession(session.handle);
      return;
    }
    const next = this.#queue.shift();
    if (next === undefined) this.#idle.push(session);
    else next(session);
  }

  #open(): Pkcs11Session {
    const token = findToken(this.#module, this.#uri);
    const handle = this.#module.openSession(token.slotId);
    try {
      if (this.#pin !== undefined) this.#login(handle, this.#pin, token.label);
      const session = { handle, key: findPrivateKey(this.#module, handle, this.#uri) };
      this.#count += 1;
      return session;
    } catch (error) {
      this.#module.closeSession(handle);
      throw error;
    }
  }

  #login(handle: number, pin: string, label: string): void {
    try {
      this.#module.login(handle, pin);
    } catch (cause) {
      if (!(cause instanceof Pkcs11Error) || !pinFaults.has(cause.value)) throw cause;
      throw new LancreError(
        'key_passphrase',
        `the token "${label}" does not take the PIN: ${cause.message}`,
        { cause },
      );
    }
  }
}

/** Several signatures at once keep a token busy; tokens have few sessions. */
const mostSessions = 4;
const pinFaults: ReadonlySet<number> = new Set([
  CKR.PIN_INCORRECT,
  CKR.PIN_INVALID,
  CKR.PIN_LEN_RANGE,
  CKR.PIN_LOCKED,
  CKR.USER_PIN_NOT_INITIALIZED,
]);
