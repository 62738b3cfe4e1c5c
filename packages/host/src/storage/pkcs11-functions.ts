import { LancreError } from '../errors/lancre-error.ts';
import { CKR, pkcs11Fault } from './pkcs11-return-value.ts';

/** The optional package that calls C functions. */
export type Koffi = typeof import('koffi')['default'];

/** A number or handle, memory that the function reads or writes, or null. */
export type NativeValue = bigint | number | Uint8Array | BigUint64Array | null;

/** Calls a function of a PKCS #11 module on a thread of the pool and gives its CK_RV. */
export type Pkcs11Call = (name: Pkcs11FunctionName, ...values: readonly NativeValue[]) => Promise<number>;

/** The functions that are used. */
export type Pkcs11FunctionName =
  | 'C_Initialize'
  | 'C_Finalize'
  | 'C_GetInfo'
  | 'C_GetSlotList'
  | 'C_GetSlotInfo'
  | 'C_GetTokenInfo'
  | 'C_OpenSession'
  | 'C_CloseSession'
  | 'C_Login'
  | 'C_GetAttributeValue'
  | 'C_FindObjectsInit'
  | 'C_FindObjects'
  | 'C_FindObjectsFinal'
  | 'C_SignInit'
  | 'C_Sign';

/**
 * Loads the optional package when a key first needs it.
 *
 * @param importModule how the package is imported
 * @throws LancreError `signer_unavailable` when it is not installed or does not load
 */
export async function loadKoffi(
  importModule: () => Promise<{ readonly default: Koffi }> = () => import('koffi'),
): Promise<Koffi> {
  try {
    return (await importModule()).default;
  } catch (cause) {
    throw new LancreError(
      'signer_unavailable',
      'keys in PKCS#11 tokens need the package koffi, which cannot be loaded',
      { cause },
    );
  }
}

/**
 * Loads a PKCS #11 module and finds its functions by C_GetFunctionList, the one symbol that every module
 * exports (PKCS #11 2.40 5.3).
 *
 * @throws LancreError `signer_unavailable` (a system whose CK_ULONG has not 64 bits, or a file that is no
 *   module), naming the file
 */
export function loadPkcs11Functions(koffi: Koffi, path: string): Pkcs11Call {
  // Structures are laid out here as 64-bit Linux and macOS have them.
  if (koffi.sizeof('ulong') !== ULONG_OCTETS)
    throw new LancreError('signer_unavailable', 'keys in PKCS#11 tokens need 64-bit Linux or macOS');
  const functions = functionsOf(koffi, functionListOf(koffi, path));
  return (name, ...values) => callOnThread(functions[name], values);
}

type NativeFunction = ReturnType<ReturnType<Koffi['load']>['func']>;

function functionListOf(koffi: Koffi, path: string): bigint {
  const list = new BigUint64Array(1);
  let returnValue: number;
  try {
    // Deep: a module brings an OpenSSL of its own and must not meet that of the runtime by the same names.
    const library = koffi.load(path, { deep: true });
    loadedLibraries.push(library);
    returnValue = Number(library.func('C_GetFunctionList', 'ulong', ['void *'])(list));
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new LancreError('signer_unavailable', `${path} is no PKCS#11 module: ${reason}`, { cause });
  }
  const [address] = list;
  if (returnValue !== CKR.OK) throw pkcs11Fault('C_GetFunctionList', returnValue);
  if (address) return address;
  throw new LancreError('signer_unavailable', `${path} gives no list of its PKCS#11 functions`);
}

/** CK_FUNCTION_LIST: a CK_VERSION, padded to the width of a pointer, and the pointers. */
function functionsOf(koffi: Koffi, list: bigint): Readonly<Record<Pkcs11FunctionName, NativeFunction>> {
  const functionAt = ({ index, takes }: FunctionRow): NativeFunction => {
    const address = koffi.decode(list, (1 + index) * ULONG_OCTETS, 'uintptr_t');
    return koffi.decode(address, koffi.proto('ulong', [...takes]));
  };
  const found = Object.entries(FUNCTIONS).map(([name, row]) => [name, functionAt(row)]);
  return Object.fromEntries(found);
}

/** Memory is passed by address only, so the values must stay reachable until the function has returned. */
function callOnThread(native: NativeFunction, values: readonly NativeValue[]): Promise<number> {
  const held = new Set(values);
  return new Promise((resolve, reject) => {
    native.async(...values, (error: unknown, returnValue: number | bigint) => {
      held.clear();
      if (error) reject(error);
      else resolve(Number(returnValue));
    });
  });
}

/** A library that nobody holds is unloaded by the garbage collector, whatever addresses of its functions are known. */
const loadedLibraries: unknown[] = [];

interface FunctionRow {
  /** Its place in CK_FUNCTION_LIST. */
  readonly index: number;
  readonly takes: readonly ('uchar' | 'ulong' | 'void *')[];
}

/** Octets of CK_ULONG and of a pointer. */
const ULONG_OCTETS = 8;

const FUNCTIONS: Readonly<Record<Pkcs11FunctionName, FunctionRow>> = {
  C_Initialize: { index: 0, takes: ['void *'] },
  C_Finalize: { index: 1, takes: ['void *'] },
  C_GetInfo: { index: 2, takes: ['void *'] },
  C_GetSlotList: { index: 4, takes: ['uchar', 'void *', 'void *'] },
  C_GetSlotInfo: { index: 5, takes: ['ulong', 'void *'] },
  C_GetTokenInfo: { index: 6, takes: ['ulong', 'void *'] },
  C_OpenSession: { index: 12, takes: ['ulong', 'ulong', 'void *', 'void *', 'void *'] },
  C_CloseSession: { index: 13, takes: ['ulong'] },
  C_Login: { index: 18, takes: ['ulong', 'ulong', 'void *', 'ulong'] },
  C_GetAttributeValue: { index: 24, takes: ['ulong', 'ulong', 'void *', 'ulong'] },
  C_FindObjectsInit: { index: 26, takes: ['ulong', 'void *', 'ulong'] },
  C_FindObjects: { index: 27, takes: ['ulong', 'void *', 'ulong', 'void *'] },
  C_FindObjectsFinal: { index: 28, takes: ['ulong'] },
  C_SignInit: { index: 42, takes: ['ulong', 'void *', 'ulong'] },
  C_Sign: { index: 43, takes: ['ulong', 'void *', 'ulong', 'void *', 'void *'] },
};
