import type { PublicKeyKind } from '@lancre/pki/crypto';
import { LancreError } from '../errors/lancre-error.ts';

/** The parameter sets of ML-DSA (FIPS 204 4). */
export type MlDsaParameterSet = Extract<PublicKeyKind, { readonly type: 'ml-dsa' }>['parameterSet'];

/** ML-DSA with one parameter set: pure, with the empty context (RFC 9881 3), on raw keys. */
export interface MlDsaArithmetic {
  /** KeyGen_internal (FIPS 204 6.1), from 32 octets. */
  keygen(seed: Uint8Array): { readonly publicKey: Uint8Array; readonly secretKey: Uint8Array };
  /** The public half of an expanded private key. */
  getPublicKey(secretKey: Uint8Array): Uint8Array;
  sign(message: Uint8Array, secretKey: Uint8Array): Uint8Array;
  verify(signature: Uint8Array, message: Uint8Array, publicKey: Uint8Array): boolean;
}

/** ML-DSA in JavaScript, for runtimes that do not have it: correct, and some hundred times slower. */
export type MlDsaLibrary = Readonly<Record<MlDsaParameterSet, MlDsaArithmetic>>;

/** What of `@noble/post-quantum/ml-dsa.js` is used. */
export interface MlDsaModule {
  readonly ml_dsa44: MlDsaArithmetic;
  readonly ml_dsa65: MlDsaArithmetic;
  readonly ml_dsa87: MlDsaArithmetic;
}

/**
 * Loads the optional package when a key first needs it.
 *
 * @param importModule how the package is imported
 * @throws LancreError `signer_unavailable` when it is not installed or does not load
 */
export async function loadMlDsaLibrary(
  importModule: () => Promise<MlDsaModule> = importNoble,
): Promise<MlDsaLibrary> {
  try {
    const { ml_dsa44, ml_dsa65, ml_dsa87 } = await importModule();
    return { 'ml-dsa-44': ml_dsa44, 'ml-dsa-65': ml_dsa65, 'ml-dsa-87': ml_dsa87 };
  } catch (cause) {
    throw new LancreError(
      'signer_unavailable',
      'ML-DSA needs Node.js 24.7 or newer, or the package @noble/post-quantum, which cannot be loaded',
      { cause },
    );
  }
}

function importNoble(): Promise<MlDsaModule> {
  return import('@noble/post-quantum/ml-dsa.js');
}
