import { LancreError } from '../errors/lancre-error.ts';
import {
  CKR,
  FUNCTION_PLACES,
  OS_LOCKING_OK,
  returnValueName,
  SERIAL_SESSION,
  USER,
} from './pkcs11-constants.ts';

/** A call that a module answered with an error. */
export class Pkcs11Error extends Error {
  /** CK_RV. */
  readonly value: number;

  constructor(call: string, value: number) {
    super(`${call}: ${returnValueName(value)}`);
    this.name = 'Pkcs11Error';
    this.value = value;
  }
}

/** What a token says of itself. */
export interface TokenInfo {
  readonly slotId: number;
  readonly label: string;
  readonly manufacturer: string;
  readonly model: string;
  readonly serial: string;
}

/** An attribute to look for. */
export interface Pkcs11Attribute {
  readonly type: number;
  readonly value: Uint8Array;
}

/**
 * A PKCS#11 module in this process: the functions that are needed to find a key and to sign with it, called
 * through koffi. One object for each module, since a module is initialized once for a process.
 *
 * Signing goes on in other threads; everything else is short, and waits.
 */
export class Pkcs11Module {
  readonly #path: string;
  readonly #call: Calls;
  #signaturesUnderWay = 0;

  private constructor(path: string, calls: Calls) {
    this.#path = path;
    this.#call = calls;
  }

  /** @throws LancreError `signer_unavailable` when the module cannot be loaded */
  static async load(path: string): Promise<Pkcs11Module> {
    const known = modules.get(path);
    if (known !== undefined) return known;
    const loaded = new Pkcs11Module(path, await loadCalls(path));
    loaded.#initialize();
    modules.set(path, loaded);
    return loaded;
  }

  /** The tokens that are there now. */
  listTokens(): readonly TokenInfo[] {
    const count = Buffer.alloc(8);
    this.#check('C_GetSlotList', 1, null, count);
    const slots = Buffer.alloc(8 * numberAt(count, 0));
    this.#check('C_GetSlotList', 1, slots, count);
    return Array.from({ length: numberAt(count, 0) }, (_, index) =>
      this.#tokenInfo(numberAt(slots, 8 * index)),
    );
  }

  /** Opens a session that can only read, which is enough to sign. */
  openSession(slotId: number): number {
    const handle = Buffer.alloc(8);
    this.#check('C_OpenSession', slotId, SERIAL_SESSION, null, null, handle);
    return numberAt(handle, 0);
  }

  closeSession(session: number): void {
    this.#call.C_CloseSession(session);
  }

  /** For the whole process: all sessions with the token are logged in by it. */
  login(session: number, pin: string): void {
    const octets = Buffer.from(pin, 'utf8');
    const value = Number(this.#call.C_Login(session, USER, octets, octets.length));
    if (value !== CKR.OK && value !== CKR.USER_ALREADY_LOGGED_IN) throw new Pkcs11Error('C_Login', value);
  }

  /** The handles of the objects with all these attributes, at most `limit`. */
  findObjects(session: number, attributes: readonly Pkcs11Attribute[], limit: number): readonly number[] {
    const template = attributes.map(({ type, value }) => ({
      type,
      pValue: Buffer.from(value),
      ulValueLen: value.length,
    }));
    this.#check('C_FindObjectsInit', session, template, template.length);
    const handles = Buffer.alloc(8 * limit);
    const count = Buffer.alloc(8);
    try {
      this.#check('C_FindObjects', session, handles, limit, count);
    } finally {
      this.#call.C_FindObjectsFinal(session);
    }
    return Array.from({ length: numberAt(count, 0) }, (_, index) => numberAt(handles, 8 * index));
  }

  /** The value of an attribute; undefined when the object has none that may be read. */
  attributeOf(session: number, object: number, type: number): Uint8Array | undefined {
    const value = Buffer.alloc(longestAttribute);
    const template = [{ type, pValue: value, ulValueLen: value.length }];
    const outcome = Number(this.#call.C_GetAttributeValue(session, object, template, 1));
    if (outcome !== CKR.OK) return undefined;
    const length = Number(template[0]?.ulValueLen);
    return length <= value.length ? Uint8Array.from(value.subarray(0, length)) : undefined;
  }

  /** Signs in another thread. A session has one signature at a time. */
  async sign(session: number, key: number, mechanism: number, data: Uint8Array): Promise<Uint8Array> {
    this.#signaturesUnderWay += 1;
    try {
      await this.#checkAsync('C_SignInit', session, { mechanism, pParameter: null, ulParameterLen: 0 }, key);
      const signature = Buffer.alloc(longestSignature);
      const length = Buffer.alloc(8);
      length.writeBigUInt64LE(BigInt(signature.length), 0);
      await this.#checkAsync('C_Sign', session, Buffer.from(data), data.length, signature, length);
      return Uint8Array.from(signature.subarray(0, numberAt(length, 0)));
    } finally {
      this.#signaturesUnderWay -= 1;
    }
  }

  /**
   * Starts the module anew: some see a token that came back only then. All sessions end. While somebody
   * signs with another of its tokens it is left as it is.
   */
  restart(): void {
    if (this.#signaturesUnderWay > 0) return;
    this.#call.C_Finalize(null);
    this.#initialize();
  }

  #initialize(): void {
    // CK_C_INITIALIZE_ARGS: four functions that are not needed, the flags, and nothing.
    const settings = Buffer.alloc(48);
    settings.writeBigUInt64LE(BigInt(OS_LOCKING_OK), 32);
    const value = Number(this.#call.C_Initialize(settings));
    if (value === CKR.OK || value === CKR.CRYPTOKI_ALREADY_INITIALIZED) return;
    throw new LancreError('signer_unavailable', `${this.#path}: C_Initialize: ${returnValueName(value)}`);
  }

  #tokenInfo(slotId: number): TokenInfo {
    const info = Buffer.alloc(tokenInfoOctets);
    this.#check('C_GetTokenInfo', slotId, info);
    const text = (start: number, end: number): string =>
      info.toString('utf8', start, end).replace(/[ \0]+$/, '');
    return {
      slotId,
      label: text(0, 32),
      manufacturer: text(32, 64),
      model: text(64, 80),
      serial: text(80, 96),
    };
  }

  #check(name: CallName, ...words: readonly unknown[]): void {
    const value = Number(this.#call[name](...words));
    if (value !== CKR.OK) throw new Pkcs11Error(name, value);
  }

  #checkAsync(name: CallName, ...words: readonly unknown[]): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#call[name].async(...words, (error: unknown, value: unknown) => {
        if (error) reject(error);
        else if (Number(value) === CKR.OK) resolve();
        else reject(new Pkcs11Error(name, Number(value)));
      });
    });
  }
}

type CallName = keyof typeof FUNCTION_PLACES;
type Calls = Readonly<Record<CallName, ModuleFunction>>;

/** A function of the module; `async` calls it in another thread, and a callback with its result. */
interface ModuleFunction {
  (...words: readonly unknown[]): unknown;
  async(...words: readonly unknown[]): void;
}

const modules = new Map<string, Pkcs11Module>();
const libraries: unknown[] = [];

async function loadCalls(path: string): Promise<Calls> {
  if (process.platform === 'win32' || !/64/.test(process.arch))
    throw new LancreError('signer_unavailable', 'PKCS#11 is used on 64-bit Linux, macOS and BSD only');
  const koffi = await import('koffi').catch((cause) => {
    throw new LancreError('signer_unavailable', 'pkcs11: keys need the optional package "koffi"', { cause });
  });
  try {
    const library = koffi.load(path, { deep: true });
    // Functions got by pointer do not keep it: collected, it would be unloaded under them.
    libraries.push(library);
    const getFunctionList = library.func('unsigned long C_GetFunctionList(_Out_ void **list)');
    const list: [unknown] = [null];
    const value = Number(getFunctionList(list));
    if (value !== CKR.OK) throw new Pkcs11Error('C_GetFunctionList', value);
    const prototypes = prototypesOf(koffi);
    const calls = Object.entries(FUNCTION_PLACES).map(([name, place]) => {
      // CK_FUNCTION_LIST: a version, filled up to the size of a pointer, then pointers.
      const pointer = koffi.decode(list[0], 8 + 8 * place, 'void *');
      return [name, koffi.decode(pointer, prototypes[name as CallName])];
    });
    return Object.fromEntries(calls);
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new LancreError('signer_unavailable', `${path} cannot be used as a PKCS#11 module: ${reason}`, {
      cause,
    });
  }
}

type Koffi = typeof import('koffi');
type Prototypes = Readonly<Record<CallName, ReturnType<Koffi['proto']>>>;
let prototypes: Prototypes | undefined;

/** Types have names for the whole process, so they are made once. */
function prototypesOf(koffi: Koffi): Prototypes {
  prototypes ??= makePrototypes(koffi);
  return prototypes;
}

function makePrototypes(koffi: Koffi): Prototypes {
  koffi.struct('CK_ATTRIBUTE', { type: 'unsigned long', pValue: 'void *', ulValueLen: 'unsigned long' });
  koffi.struct('CK_MECHANISM', {
    mechanism: 'unsigned long',
    pParameter: 'void *',
    ulParameterLen: 'unsigned long',
  });
  const proto = (name: string, words: string) => koffi.proto(`unsigned long Lancre_${name}(${words})`);
  const session = 'unsigned long session';
  return {
    C_Initialize: proto('C_Initialize', 'void *settings'),
    C_Finalize: proto('C_Finalize', 'void *reserved'),
    C_GetSlotList: proto('C_GetSlotList', 'unsigned char present, void *slots, void *count'),
    C_GetTokenInfo: proto('C_GetTokenInfo', 'unsigned long slot, void *info'),
    C_OpenSession: proto(
      'C_OpenSession',
      'unsigned long slot, unsigned long flags, void *application, void *notify, void *session',
    ),
    C_CloseSession: proto('C_CloseSession', session),
    C_CloseAllSessions: proto('C_CloseAllSessions', 'unsigned long slot'),
    C_Login: proto('C_Login', `${session}, unsigned long user, void *pin, unsigned long length`),
    C_GetAttributeValue: proto(
      'C_GetAttributeValue',
      `${session}, unsigned long object, _Inout_ CK_ATTRIBUTE *template, unsigned long count`,
    ),
    C_FindObjectsInit: proto('C_FindObjectsInit', `${session}, CK_ATTRIBUTE *template, unsigned long count`),
    C_FindObjects: proto('C_FindObjects', `${session}, void *objects, unsigned long most, void *count`),
    C_FindObjectsFinal: proto('C_FindObjectsFinal', session),
    C_SignInit: proto('C_SignInit', `${session}, CK_MECHANISM *mechanism, unsigned long key`),
    C_Sign: proto(
      'C_Sign',
      `${session}, void *data, unsigned long length, void *signature, void *signatureLength`,
    ),
  };
}

function numberAt(octets: Buffer, position: number): number {
  return Number(octets.readBigUInt64LE(position));
}

/** CK_TOKEN_INFO has 208 octets. */
const tokenInfoOctets = 256;
const longestAttribute = 4096;
const longestSignature = 2048;
