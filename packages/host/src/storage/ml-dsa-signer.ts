import { createHash } from 'node:crypto';
import { type Signer, type SigningStream, signatureAlgorithm, withSelfCheck } from '@lancre/pki/crypto';
import { createNodeCrypto } from '@lancre/pki/crypto-node';
import { concatBytes, encodeDer, equalBytes } from '@lancre/pki/der';
import { LancreError } from '../errors/lancre-error.ts';
import { withMlDsa } from './ml-dsa-crypto.ts';
import type { MlDsaArithmetic, MlDsaLibrary } from './ml-dsa-library.ts';
import type { MlDsaPrivateKey } from './ml-dsa-private-key.ts';
import { inMlDsaTurn } from './ml-dsa-turns.ts';

/**
 * Signs with an ML-DSA key where the runtime cannot (RFC 9881): pure ML-DSA with the empty context, hedged
 * with fresh randomness (FIPS 204 3.4). A signature and its check take tens of milliseconds of this thread;
 * they are made one at a time, and a stream keeps its whole message.
 *
 * @throws LancreError `key_invalid` when the parts of the key do not belong together (RFC 9881 8.2)
 */
export function createMlDsaSigner(key: MlDsaPrivateKey, library: MlDsaLibrary): Signer {
  const arithmetic = library[key.parameterSet];
  const { publicKey, secretKey } = consistentPair(key, arithmetic);
  const algorithm = signatureAlgorithm(key.parameterSet);
  const sign = (message: Uint8Array): Promise<Uint8Array> => {
    const copied = Uint8Array.from(message);
    return inMlDsaTurn('sign', () => arithmetic.sign(copied, secretKey));
  };
  const bare: Signer = {
    algorithm,
    subjectPublicKeyInfoDer: encodePublicKey(algorithm.der, publicKey),
    sign,
    begin: () => collectAndSign(sign),
  };
  return withSelfCheck(
    bare,
    withMlDsa(createNodeCrypto(), async () => library),
  );
}

interface KeyPair {
  readonly publicKey: Uint8Array;
  readonly secretKey: Uint8Array;
}

function consistentPair(key: MlDsaPrivateKey, arithmetic: MlDsaArithmetic): KeyPair {
  const pair = key.seed === undefined ? expandedPair(key, arithmetic) : arithmetic.keygen(key.seed);
  if (key.expandedKey !== undefined && !equalBytes(key.expandedKey, pair.secretKey))
    throw new LancreError('key_invalid', 'its seed and its expandedKey do not belong together');
  if (key.publicKey !== undefined && !equalBytes(key.publicKey, pair.publicKey))
    throw new LancreError('key_invalid', 'its publicKey and its privateKey do not belong together');
  return pair;
}

/** Without a seed, the hash of the public key in the private one tells whether it is whole (FIPS 204 algorithm 24). */
function expandedPair({ expandedKey }: MlDsaPrivateKey, arithmetic: MlDsaArithmetic): KeyPair {
  const secretKey = expandedKey ?? new Uint8Array(0);
  const publicKey = derivedPublicKey(secretKey, arithmetic);
  const hash = createHash('shake256', { outputLength: TR_OCTETS }).update(publicKey).digest();
  if (!equalBytes(hash, secretKey.subarray(TR_OFFSET, TR_OFFSET + TR_OCTETS)))
    throw new LancreError('key_invalid', 'the parts of its expandedKey do not belong together');
  return { publicKey, secretKey };
}

function derivedPublicKey(secretKey: Uint8Array, arithmetic: MlDsaArithmetic): Uint8Array {
  try {
    return arithmetic.getPublicKey(secretKey);
  } catch (cause) {
    throw new LancreError('key_invalid', 'its expandedKey is no ML-DSA private key', { cause });
  }
}

function collectAndSign(sign: (message: Uint8Array) => Promise<Uint8Array>): SigningStream {
  const parts: Uint8Array[] = [];
  return {
    update(bytes: Uint8Array): void {
      parts.push(Uint8Array.from(bytes));
    },
    finish: () => sign(concatBytes(...parts)),
  };
}

/** The raw key in the BIT STRING (RFC 9881 4). */
function encodePublicKey(algorithmDer: Uint8Array, publicKey: Uint8Array): Uint8Array {
  return encodeDer((writer) =>
    writer.sequence((info) => {
      info.raw(algorithmDer);
      info.bitString(publicKey);
    }),
  );
}

/** tr stands behind rho and K, 32 octets each (FIPS 204 algorithm 24). */
const TR_OFFSET = 64;
const TR_OCTETS = 64;
