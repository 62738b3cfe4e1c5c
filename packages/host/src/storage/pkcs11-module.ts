import { LancreError } from '../errors/lancre-error.ts';
import {
  type Koffi,
  loadPkcs11Functions,
  type NativeValue,
  type Pkcs11Call,
  type Pkcs11FunctionName,
} from './pkcs11-functions.ts';
import { CKR, isUnavailable, pkcs11Fault } from './pkcs11-return-value.ts';
import { Pkcs11Turns } from './pkcs11-turns.ts';

/** What a module is opened with; the first key that needs it decides. */
export interface Pkcs11ModuleOptions {
  /** The file of the module, as realpath gives it: under two names it would still be one in the process. */
  readonly path: string;
  readonly koffi: Koffi;
  /** Calls of all modules that may be under way at once; the threads they run on are those of file reads and signature checks. */
  readonly callsAtOnce: number;
  /** After the module was initialized, it is not initialized again for so long. */
  readonly restartPauseMilliseconds: number;
}

/**
 * The module of this file: a process has one of each, since C_Initialize, logins and C_Finalize are of the
 * whole process.
 *
 * @throws LancreError what {@link loadPkcs11Functions} throws; `signer_unavailable` when it cannot be initialized
 */
export function openPkcs11Module(options: Pkcs11ModuleOptions): Promise<Pkcs11Module> {
  const known = openModules.get(options.path);
  if (known !== undefined) return known;
  const opening = openModule(options);
  openModules.set(options.path, opening);
  opening.catch(() => openModules.delete(options.path));
  return opening;
}

async function openModule(options: Pkcs11ModuleOptions): Promise<Pkcs11Module> {
  callTurns ??= new Pkcs11Turns(options.callsAtOnce);
  const turns = callTurns;
  const call = loadPkcs11Functions(options.koffi, options.path);
  const module = new Pkcs11Module(options, (...values) => turns.run(() => call(...values)));
  await module.initialize();
  return module;
}

/** An initialized PKCS #11 module. */
export class Pkcs11Module {
  /** One login at a time: two that try the same wrong PIN would count as two. */
  readonly loginTurns: Pkcs11Turns = new Pkcs11Turns(1);
  /** PINs that a token has refused, by the token. */
  readonly refusedPins: Map<string, Set<string>> = new Map();
  readonly #options: Pkcs11ModuleOptions;
  readonly #call: Pkcs11Call;
  #generation = 0;
  #running = 0;
  #drained: (() => void) | undefined;
  #restarting: Promise<boolean> | undefined;
  #isPausing = false;

  constructor(options: Pkcs11ModuleOptions, call: Pkcs11Call) {
    this.#options = options;
    this.#call = call;
  }

  get path(): string {
    return this.#options.path;
  }

  /** Grows with each restart. Handles of an earlier generation mean nothing, or something else. */
  get generation(): number {
    return this.#generation;
  }

  /** @throws LancreError by {@link pkcs11Fault} */
  async call(name: Pkcs11FunctionName, ...values: readonly NativeValue[]): Promise<void> {
    const returnValue = await this.attempt(name, ...values);
    if (returnValue !== CKR.OK) throw pkcs11Fault(name, returnValue);
  }

  /** The same for whom other return values than CKR_OK say something. */
  async attempt(name: Pkcs11FunctionName, ...values: readonly NativeValue[]): Promise<number> {
    try {
      return await this.#call(name, ...values);
    } catch (cause) {
      throw new LancreError('signer_unavailable', `${name} could not be called`, { cause });
    }
  }

  /** Where memory is, to be written into structures; it must also be an argument of the call, to stay there. */
  addressOf(memory: Uint8Array): bigint {
    return this.#options.koffi.address(memory);
  }

  /** Runs work with handles; no restart falls into it. */
  async run<T>(work: () => Promise<T>): Promise<T> {
    while (this.#restarting !== undefined) await this.#restarting.catch(() => {});
    this.#running += 1;
    try {
      return await work();
    } finally {
      this.#running -= 1;
      if (this.#running === 0) this.#drained?.();
    }
  }

  /**
   * The same; when the token is not to be had, once more after the module was initialized anew, since many see
   * only then that a token is back. Work that fails must be work that may be done again.
   */
  async runOrRestart<T>(work: () => Promise<T>): Promise<T> {
    const { generation } = this;
    try {
      return await this.run(work);
    } catch (error) {
      if (!isUnavailable(error) || !(await this.#restart(generation))) throw error;
      return this.run(work);
    }
  }

  /** @throws LancreError `signer_unavailable` */
  async initialize(): Promise<void> {
    const initializeArguments = new BigUint64Array(INITIALIZE_ARGUMENTS_LONGS);
    initializeArguments[INITIALIZE_FLAGS] = CKF_OS_LOCKING_OK;
    this.#pause();
    const returnValue = await this.attempt('C_Initialize', initializeArguments);
    if (returnValue !== CKR.OK && returnValue !== CKR.CRYPTOKI_ALREADY_INITIALIZED)
      throw pkcs11Fault(`C_Initialize of ${this.path}`, returnValue);
  }

  /** Whether the module is another than that of generation `seen`. */
  async #restart(seen: number): Promise<boolean> {
    if (this.#generation !== seen) return true;
    if (this.#restarting === undefined) {
      if (this.#isPausing) return false;
      this.#restarting = this.#finalizeAndInitialize().finally(() => {
        this.#restarting = undefined;
      });
    }
    return this.#restarting;
  }

  async #finalizeAndInitialize(): Promise<boolean> {
    // C_Finalize while other functions run is undefined (PKCS #11 2.40 5.4).
    if (!(await this.#isDrained())) return false;
    this.#generation += 1;
    const returnValue = await this.attempt('C_Finalize', null);
    if (returnValue !== CKR.OK && returnValue !== CKR.CRYPTOKI_NOT_INITIALIZED)
      throw pkcs11Fault('C_Finalize', returnValue);
    await this.initialize();
    return true;
  }

  /** Resolves when no work is running; to false when a call hangs. */
  #isDrained(): Promise<boolean> {
    if (this.#running === 0) return Promise.resolve(true);
    return new Promise((resolve) => {
      const end = (isDrained: boolean) => {
        clearTimeout(timer);
        this.#drained = undefined;
        resolve(isDrained);
      };
      const timer = setTimeout(() => end(false), DRAIN_MILLISECONDS);
      this.#drained = () => end(true);
    });
  }

  #pause(): void {
    this.#isPausing = true;
    const end = () => {
      this.#isPausing = false;
    };
    setTimeout(end, this.#options.restartPauseMilliseconds).unref();
  }
}

const openModules = new Map<string, Promise<Pkcs11Module>>();
let callTurns: Pkcs11Turns | undefined;

/** CK_C_INITIALIZE_ARGS: four functions, flags, and a pointer that is null. */
const INITIALIZE_ARGUMENTS_LONGS = 6;
const INITIALIZE_FLAGS = 4;
/** Several threads call, with the locks of the system. */
const CKF_OS_LOCKING_OK = 2n;
const DRAIN_MILLISECONDS = 5_000;
