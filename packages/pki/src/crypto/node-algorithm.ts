import { constants, type KeyObject } from 'node:crypto';
import type { HashName } from '../pki/hash-algorithm.ts';
import type { SignatureAlgorithm } from './algorithms.ts';

/** What node:crypto calls the hash of an algorithm; null, as it wants it, for Ed25519 and ML-DSA. */
export function nodeHash(algorithm: SignatureAlgorithm): string | null {
  return algorithm.hash === undefined ? null : NODE_HASHES[algorithm.hash];
}

/** What node:crypto calls a hash. */
export function nodeHashName(hash: HashName): string {
  return NODE_HASHES[hash];
}

/** A key with the padding that the algorithm wants. */
export function nodeKey(algorithm: SignatureAlgorithm, key: KeyObject): NodeKey {
  if (algorithm.scheme !== 'rsa-pss') return { key };
  return { key, padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: constants.RSA_PSS_SALTLEN_DIGEST };
}

/** Where quick checks are made: see {@link isQuick}. */
export type NodeCheckPlace = 'thread-pool' | 'here';

/** Whether a signature and its check take less than 0.1 ms: about what handing them to a thread and back costs. */
export function isQuick(algorithm: SignatureAlgorithm, key: KeyObject, message: Uint8Array): boolean {
  if (message.length > QUICK_MESSAGE_OCTETS) return false;
  return algorithm.scheme === 'eddsa' || key.asymmetricKeyDetails?.namedCurve === 'prime256v1';
}

/** A Uint8Array of its own memory from a Buffer, which would not behave like one where it is sliced or printed. */
export function plainBytes(buffer: Uint8Array): Uint8Array {
  return buffer.length === buffer.buffer.byteLength ? new Uint8Array(buffer.buffer) : new Uint8Array(buffer);
}

/** The form in which node:crypto takes a key. */
export interface NodeKey {
  readonly key: KeyObject;
  readonly padding?: number;
  readonly saltLength?: number;
}

/** Hashing it takes 20 µs. */
const QUICK_MESSAGE_OCTETS = 16 * 1024;

const NODE_HASHES: Readonly<Record<HashName, string>> = {
  'SHA-1': 'sha1',
  'SHA-256': 'sha256',
  'SHA-384': 'sha384',
  'SHA-512': 'sha512',
};
