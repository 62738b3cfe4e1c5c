import { equalBytes } from '@lancre/pki/der';
import { LancreError } from '../errors/lancre-error.ts';
import {
  closePkcs11Session,
  openPkcs11KeySession,
  type Pkcs11KeyPlace,
  type Pkcs11KeySession,
} from './pkcs11-key-session.ts';
import { isUnavailable } from './pkcs11-return-value.ts';
import { Pkcs11Turns } from './pkcs11-turns.ts';

/** One key, and how its sessions behave. */
export interface Pkcs11SigningSessionsOptions extends Pkcs11KeyPlace {
  /** The public half of the key; a session that finds another key is not used. */
  readonly subjectPublicKeyInfoDer: Uint8Array;
  /** After a signature failed, further ones fail at once for so long, so that a dead token is not hammered. */
  readonly restMilliseconds: number;
}

/** What a key signs: the octets that the mechanism (CK_MECHANISM_TYPE) takes. */
export interface Pkcs11Input {
  readonly mechanism: number;
  readonly octets: Uint8Array;
}

/**
 * The sessions with one key. Each has one signature under way at a time; there are as many as are needed at
 * once, up to four. A session that fails is given up, and its signature is tried once more in a new one.
 */
export class Pkcs11SigningSessions {
  readonly #options: Pkcs11SigningSessionsOptions;
  readonly #turns = new Pkcs11Turns(MAX_SESSIONS);
  #idle: Pkcs11KeySession[] = [];
  #resting: LancreError | undefined;

  constructor(options: Pkcs11SigningSessionsOptions) {
    this.#options = options;
  }

  /**
   * @returns the signature as the token gives it
   * @throws LancreError `signer_unavailable`; `key_passphrase` when the token, opened anew, refuses the PIN
   */
  sign(input: Pkcs11Input): Promise<Uint8Array> {
    return this.#turns.run(async () => {
      if (this.#resting !== undefined) throw this.#resting;
      try {
        return (await this.#signOnIdle(input)) ?? (await this.#signOnNew(input));
      } catch (error) {
        throw this.#rest(error);
      }
    });
  }

  /** @returns undefined when there is no session, or what it had is lost */
  async #signOnIdle(input: Pkcs11Input): Promise<Uint8Array | undefined> {
    const { module } = this.#options;
    return module.run(async () => {
      this.#idle = this.#idle.filter(({ generation }) => generation === module.generation);
      const session = this.#idle.pop();
      return session && (await unlessUnavailable(this.#signOn(session, input)));
    });
  }

  #signOnNew(input: Pkcs11Input): Promise<Uint8Array> {
    return this.#options.module.runOrRestart(async () => this.#signOn(await this.#open(), input));
  }

  async #open(): Promise<Pkcs11KeySession> {
    const session = await openPkcs11KeySession(this.#options);
    if (equalBytes(session.subjectPublicKeyInfoDer, this.#options.subjectPublicKeyInfoDer)) return session;
    await closePkcs11Session(this.#options.module, session.session);
    throw new LancreError('signer_unavailable', 'another key stands now where the key was');
  }

  async #signOn(key: Pkcs11KeySession, input: Pkcs11Input): Promise<Uint8Array> {
    const { module } = this.#options;
    const { octets } = input;
    const signature = new Uint8Array(MAX_SIGNATURE_OCTETS);
    const length = BigUint64Array.of(BigInt(signature.length));
    try {
      await module.call('C_SignInit', key.session, mechanismOf(input), key.handle);
      await module.call('C_Sign', key.session, octets, octets.length, signature, length);
    } catch (error) {
      // An operation may be under way still, so this session is of no more use, whatever the fault.
      await closePkcs11Session(module, key.session);
      throw error;
    }
    this.#idle.push(key);
    return signature.slice(0, Number(length[0]));
  }

  #rest(error: unknown): unknown {
    if (!(error instanceof LancreError)) return error;
    const failure =
      error.code === 'key_passphrase'
        ? error
        : new LancreError('signer_unavailable', error.message, { cause: error });
    this.#resting = failure;
    const end = () => {
      this.#resting = undefined;
    };
    setTimeout(end, this.#options.restMilliseconds).unref();
    return failure;
  }
}

async function unlessUnavailable(signature: Promise<Uint8Array>): Promise<Uint8Array | undefined> {
  try {
    return await signature;
  } catch (error) {
    if (isUnavailable(error)) return undefined;
    throw error;
  }
}

/** CK_MECHANISM without a parameter. */
function mechanismOf({ mechanism }: Pkcs11Input): BigUint64Array {
  return BigUint64Array.of(BigInt(mechanism), 0n, 0n);
}

const MAX_SESSIONS = 4;
/** That of a 16,384-bit RSA key. */
const MAX_SIGNATURE_OCTETS = 2_048;
