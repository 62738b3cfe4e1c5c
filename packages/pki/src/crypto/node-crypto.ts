import { createHash, createPublicKey, createVerify, type KeyObject, verify } from 'node:crypto';
import { concatBytes, equalBytes } from '../encoding/bytes.ts';
import type { HashName } from '../pki/hash-algorithm.ts';
import type { SignatureAlgorithm } from './algorithms.ts';
import type {
  SignatureKey,
  SignaturePolicy,
  SignatureToCheck,
  SignatureVerdict,
  StreamingCryptoProvider,
  VerifyStream,
} from './crypto-provider.ts';
import {
  isQuick,
  type NodeCheckPlace,
  nodeHash,
  nodeHashName,
  nodeKey,
  plainBytes,
} from './node-algorithm.ts';
import { isSignatureLength, type PublicKeyKind, publicKeyKindOf } from './public-key.ts';
import { acceptedAlgorithm } from './signature-policy.ts';

/**
 * Hashing and checking of signatures by node:crypto, on Node, Bun and Deno. What a runtime does not have
 * is `unsupported`: ML-DSA needs Node 24.7 or newer.
 *
 * @param policy which weak signatures are taken; by default none
 *
 * @example
 * const crypto = createNodeCrypto();
 * const verdict = await crypto.verify({
 *   algorithm: crl.signatureAlgorithm,
 *   subjectPublicKeyInfoDer: issuer.subjectPublicKeyInfo.der,
 *   message: crl.tbsDer,
 *   signature: crl.signature,
 * });
 */
export function createNodeCrypto(policy: SignaturePolicy = {}): StreamingCryptoProvider {
  return createNodeCryptoAt(policy, 'thread-pool');
}

/** The same, with a choice of where quick checks are made. */
export function createNodeCryptoAt(
  policy: SignaturePolicy,
  quickChecks: NodeCheckPlace,
): StreamingCryptoProvider {
  const keys = new PublicKeyCache();
  return {
    async digest(hash: HashName, bytes: Uint8Array): Promise<Uint8Array> {
      return plainBytes(createHash(nodeHashName(hash)).update(bytes).digest());
    },
    async verify(check: SignatureToCheck): Promise<SignatureVerdict> {
      const prepared = prepare(check, policy, keys);
      if (prepared === undefined) return 'unsupported';
      const isHere = quickChecks === 'here' && isQuick(prepared.algorithm, prepared.key, check.message);
      return isHere
        ? verifyHere(prepared, check.message, check.signature)
        : verifyWhole(prepared, check.message, check.signature);
    },
    beginVerify(key: SignatureKey): VerifyStream {
      const prepared = prepare(key, policy, keys);
      return prepared === undefined ? UNSUPPORTED : verifyStream(prepared);
    },
  };
}

interface Prepared {
  readonly algorithm: SignatureAlgorithm;
  readonly kind: PublicKeyKind;
  readonly key: KeyObject;
}

function prepare(key: SignatureKey, policy: SignaturePolicy, keys: PublicKeyCache): Prepared | undefined {
  const parsed = keys.load(key.subjectPublicKeyInfoDer);
  if (parsed === undefined) return undefined;
  const algorithm = acceptedAlgorithm(key.algorithm, parsed.kind, policy);
  return algorithm === undefined ? undefined : { algorithm, kind: parsed.kind, key: parsed.key };
}

function verifyHere(
  { algorithm, kind, key }: Prepared,
  message: Uint8Array,
  signature: Uint8Array,
): SignatureVerdict {
  if (!isSignatureLength(kind, signature.length)) return 'invalid';
  try {
    return verify(nodeHash(algorithm), message, nodeKey(algorithm, key), signature) ? 'valid' : 'invalid';
  } catch {
    // OpenSSL raises an error for some malformed signatures instead of saying no.
    return 'invalid';
  }
}

/** On the thread pool, which copies its input: a large message is checked here and now instead. */
async function verifyWhole(
  prepared: Prepared,
  message: Uint8Array,
  signature: Uint8Array,
): Promise<SignatureVerdict> {
  const { algorithm, kind, key } = prepared;
  if (!isSignatureLength(kind, signature.length)) return 'invalid';
  if (message.length > MAX_POOLED_BYTES && algorithm.hash !== undefined) {
    const stream = verifyStream(prepared);
    stream.update(message);
    return stream.finish(signature);
  }
  return new Promise((resolve) => {
    // OpenSSL raises an error for some malformed signatures instead of saying no.
    verify(nodeHash(algorithm), message, nodeKey(algorithm, key), signature, (error, isValid) =>
      resolve(!error && isValid ? 'valid' : 'invalid'),
    );
  });
}

function verifyStream(prepared: Prepared): VerifyStream {
  const { algorithm, kind, key } = prepared;
  const hash = nodeHash(algorithm);
  if (hash === null) return collectingStream(prepared);
  const stream = createVerify(hash);
  return {
    update(bytes: Uint8Array): void {
      stream.update(bytes);
    },
    async finish(signature: Uint8Array): Promise<SignatureVerdict> {
      if (!isSignatureLength(kind, signature.length)) return 'invalid';
      try {
        return stream.verify(nodeKey(algorithm, key), signature) ? 'valid' : 'invalid';
      } catch {
        return 'invalid';
      }
    },
  };
}

/** Ed25519 reads its message twice (RFC 8032 5.1.6), and node:crypto takes that of ML-DSA only whole: it has to be kept. */
function collectingStream(prepared: Prepared): VerifyStream {
  const parts: Uint8Array[] = [];
  return {
    update(bytes: Uint8Array): void {
      parts.push(Uint8Array.from(bytes));
    },
    finish: (signature: Uint8Array) => verifyWhole(prepared, concatBytes(...parts), signature),
  };
}

const UNSUPPORTED: VerifyStream = { update(): void {}, finish: async () => 'unsupported' };
const MAX_POOLED_BYTES = 1024 * 1024;

interface ParsedKey {
  readonly der: Uint8Array;
  readonly kind: PublicKeyKind;
  readonly key: KeyObject;
}

/** Parsing a key costs as much as half a check: keeps the parsed form as long as the caller keeps the bytes. */
class PublicKeyCache {
  readonly #keys = new WeakMap<Uint8Array, ParsedKey>();

  /** undefined when the kind is not known, here or to the runtime, or the key is refused: a point that is not on the curve. */
  load(der: Uint8Array): ParsedKey | undefined {
    const kept = this.#keys.get(der);
    // The caller may have reused the memory: the identity of the array is only a hint.
    if (kept !== undefined && equalBytes(kept.der, der)) return kept;
    const parsed = parsePublicKey(Uint8Array.from(der));
    if (parsed !== undefined) this.#keys.set(der, parsed);
    return parsed;
  }
}

function parsePublicKey(der: Uint8Array): ParsedKey | undefined {
  const kind = publicKeyKindOf(der);
  if (kind === undefined) return undefined;
  try {
    return { der, kind, key: createPublicKey({ key: Buffer.from(der), format: 'der', type: 'spki' }) };
  } catch {
    return undefined;
  }
}
