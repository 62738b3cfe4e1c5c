import { createPublicKey, createSign, type KeyObject, sign } from 'node:crypto';
import { concatBytes } from '../encoding/bytes.ts';
import { PkiError } from '../errors/pki-error.ts';
import { type SignatureAlgorithm, type SignatureAlgorithmName, signatureAlgorithm } from './algorithms.ts';
import { defaultSignatureAlgorithm } from './default-algorithm.ts';
import { isQuick, type NodeCheckPlace, nodeHash, nodeKey, plainBytes } from './node-algorithm.ts';
import { createNodeCryptoAt } from './node-crypto.ts';
import { loadPrivateKey } from './node-private-key.ts';
import { isKeyFor, publicKeyKindOf } from './public-key.ts';
import { withSelfCheck } from './self-checked-signer.ts';
import type { Signer, SigningStream } from './signer.ts';

/** A private key in a file, and how to sign with it. */
export interface NodeSignerOptions {
  /**
   * PKCS#8, encrypted or not, as PEM text or DER bytes. PEM of the older forms (`RSA PRIVATE KEY`,
   * `EC PRIVATE KEY`) is read too, since many OpenSSL CAs have them.
   */
  readonly pkcs8: string | Uint8Array;
  readonly passphrase?: string | undefined;
  /** Default: `rsa-pkcs1-sha256` for RSA, the hash of its size for each curve, `ed25519`, the parameter set of ML-DSA. */
  readonly algorithm?: SignatureAlgorithmName | undefined;
  /**
   * Where the check of a signature is made that takes less than 0.1 ms (P-256, Ed25519); all others are
   * checked on the thread pool. Default `thread-pool`; `here` is for a machine of one core, where threads only add
   * their hand-over.
   */
  readonly quickChecks?: NodeCheckPlace | undefined;
}

/**
 * Loads a private key once and signs with it through node:crypto, on the thread pool: a process that answers
 * requests has better things to do meanwhile. But a signature by P-256 (30 µs) or Ed25519 is made at once, since handing
 * it to a thread and back costs the caller as much; its check (80 µs) is worth the way. When many are under way, all
 * go to the pool: then the caller's thread is what they wait for.
 *
 * @throws PkiError key_passphrase_wrong (missing or wrong), key_invalid (no private key, or of a kind
 *   that is not known), algorithm_unsupported (the algorithm and the key do not fit, RSA below 2048 bits, or
 *   a kind that this runtime does not have: ML-DSA before Node 24.7)
 *
 * @example
 * const signer = createNodeSigner({ pkcs8: await readFile('e1.key.pem', 'utf8') });
 * const signature = await signer.sign(tbs);
 */
export function createNodeSigner(options: NodeSignerOptions): Signer {
  const key = loadPrivateKey(options.pkcs8, options.passphrase);
  const subjectPublicKeyInfoDer = plainBytes(createPublicKey(key).export({ format: 'der', type: 'spki' }));
  const algorithm = chooseAlgorithm(subjectPublicKeyInfoDer, options.algorithm);
  let underWay = 0;
  const bare = {
    algorithm,
    subjectPublicKeyInfoDer,
    sign: async (message: Uint8Array) =>
      underWay <= FEW_SIGNATURES && isQuick(algorithm, key, message)
        ? signHere(algorithm, key, message)
        : signOnPool(algorithm, key, message),
    begin: () => signStream(algorithm, key),
  };
  const checked = withSelfCheck(bare, createNodeCryptoAt({}, options.quickChecks ?? 'thread-pool'));
  return Object.freeze({
    ...checked,
    async sign(message: Uint8Array): Promise<Uint8Array> {
      underWay += 1;
      try {
        return await checked.sign(message);
      } finally {
        underWay -= 1;
      }
    },
  });
}

/** As many as a few connections ask for at once; signing ahead has hundreds under way. */
const FEW_SIGNATURES = 16;

function signHere(algorithm: SignatureAlgorithm, key: KeyObject, message: Uint8Array): Uint8Array {
  try {
    return plainBytes(sign(nodeHash(algorithm), message, nodeKey(algorithm, key)));
  } catch (cause) {
    throw new PkiError('key_invalid', 'the key did not sign', { cause });
  }
}

function signOnPool(algorithm: SignatureAlgorithm, key: KeyObject, message: Uint8Array): Promise<Uint8Array> {
  return new Promise((resolve, reject) => {
    sign(nodeHash(algorithm), message, nodeKey(algorithm, key), (error, signature) => {
      if (error) reject(new PkiError('key_invalid', 'the key did not sign', { cause: error }));
      else resolve(plainBytes(signature));
    });
  });
}

function signStream(algorithm: SignatureAlgorithm, key: KeyObject): SigningStream {
  const hash = nodeHash(algorithm);
  if (hash === null) return collectAndSign(algorithm, key);
  const signing = createSign(hash);
  return {
    update(bytes: Uint8Array): void {
      signing.update(bytes);
    },
    async finish(): Promise<Uint8Array> {
      return plainBytes(signing.sign(nodeKey(algorithm, key)));
    },
  };
}

/** Ed25519 reads its message twice (RFC 8032 5.1.6), and node:crypto takes that of ML-DSA only whole: it has to be kept. */
function collectAndSign(algorithm: SignatureAlgorithm, key: KeyObject): SigningStream {
  const parts: Uint8Array[] = [];
  return {
    update(bytes: Uint8Array): void {
      parts.push(Uint8Array.from(bytes));
    },
    finish: () => signOnPool(algorithm, key, concatBytes(...parts)),
  };
}

function chooseAlgorithm(spki: Uint8Array, name: SignatureAlgorithmName | undefined): SignatureAlgorithm {
  const key = publicKeyKindOf(spki);
  if (key === undefined) throw new PkiError('key_invalid', 'a key of a kind that is not known here');
  const algorithm = signatureAlgorithm(name ?? defaultSignatureAlgorithm(key));
  if (key.type === 'rsa' && key.modulusBits < 2048) {
    throw new PkiError(
      'algorithm_unsupported',
      `an RSA key of ${key.modulusBits} bits is too short to sign with`,
    );
  }
  const isCurve = key.type !== 'ec' || key.curve === algorithm.signingCurve;
  if (algorithm.use !== 'sign-and-verify' || !isCurve || !isKeyFor(algorithm, key)) {
    throw new PkiError(
      'algorithm_unsupported',
      `${algorithm.name} cannot be used to sign with this ${key.type} key`,
    );
  }
  return algorithm;
}
