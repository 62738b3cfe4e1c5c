import { decodeSubjectPublicKeyInfo } from '@lancre/pki/certificate';
import {
  publicKeyKindOf,
  type SignatureKey,
  type SignatureToCheck,
  type SignatureVerdict,
  type StreamingCryptoProvider,
  signatureAlgorithmOf,
  type VerifyStream,
} from '@lancre/pki/crypto';
import { concatBytes } from '@lancre/pki/der';
import { loadMlDsaLibrary, type MlDsaLibrary } from './ml-dsa-library.ts';
import { inMlDsaTurn } from './ml-dsa-turns.ts';

/**
 * A provider that checks ML-DSA signatures also where the runtime does not have them: what another
 * provider calls unsupported is checked in JavaScript, one signature at a time. All else is the other's.
 *
 * @param loadLibrary called when first needed; where it rejects, the verdict stays `unsupported`
 *
 * @example
 * const crypto = withMlDsa(createNodeCrypto());
 */
export function withMlDsa(
  crypto: StreamingCryptoProvider,
  loadLibrary: () => Promise<MlDsaLibrary> = loadMlDsaLibrary,
): StreamingCryptoProvider {
  return {
    digest: (hash, bytes) => crypto.digest(hash, bytes),
    async verify(check: SignatureToCheck): Promise<SignatureVerdict> {
      const copied = isMlDsa(check) ? copyOf(check) : check;
      const verdict = await crypto.verify(copied);
      return verdict === 'unsupported' && isMlDsa(check) ? verifyBy(loadLibrary, copied) : verdict;
    },
    beginVerify(key: SignatureKey): VerifyStream {
      return isMlDsa(key) ? collectingStream(key, this) : crypto.beginVerify(key);
    },
  };
}

function isMlDsa(key: SignatureKey): boolean {
  return signatureAlgorithmOf(key.algorithm)?.scheme === 'ml-dsa';
}

/** The check is made later, when the caller may have reused the memory. */
function copyOf(check: SignatureToCheck): SignatureToCheck {
  return {
    algorithm: { der: Uint8Array.from(check.algorithm.der) },
    subjectPublicKeyInfoDer: Uint8Array.from(check.subjectPublicKeyInfoDer),
    message: Uint8Array.from(check.message),
    signature: Uint8Array.from(check.signature),
  };
}

async function verifyBy(
  loadLibrary: () => Promise<MlDsaLibrary>,
  { algorithm, subjectPublicKeyInfoDer, message, signature }: SignatureToCheck,
): Promise<SignatureVerdict> {
  const kind = publicKeyKindOf(subjectPublicKeyInfoDer);
  if (kind?.type !== 'ml-dsa' || kind.parameterSet !== signatureAlgorithmOf(algorithm)?.name)
    return 'unsupported';
  if (signature.length !== kind.signatureOctets) return 'invalid';
  const { publicKey } = decodeSubjectPublicKeyInfo(subjectPublicKeyInfoDer);
  try {
    const arithmetic = (await loadLibrary())[kind.parameterSet];
    return await inMlDsaTurn('check', () => {
      const isValid = arithmetic.verify(signature, message, publicKey);
      return isValid ? 'valid' : 'invalid';
    });
  } catch {
    return 'unsupported';
  }
}

/** Keeps the message: neither a runtime nor the library takes it in pieces. */
function collectingStream(key: SignatureKey, crypto: Pick<StreamingCryptoProvider, 'verify'>): VerifyStream {
  const parts: Uint8Array[] = [];
  return {
    update(bytes: Uint8Array): void {
      parts.push(Uint8Array.from(bytes));
    },
    finish: (signature) => crypto.verify({ ...key, message: concatBytes(...parts), signature }),
  };
}
