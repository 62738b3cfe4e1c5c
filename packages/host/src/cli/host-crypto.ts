import type { StreamingCryptoProvider } from '@lancre/pki/crypto';
import { createNodeCrypto } from '@lancre/pki/crypto-node';
import { withMlDsa } from '../storage/ml-dsa-crypto.ts';

/** Hashes and checks signatures: by the runtime, and ML-DSA in JavaScript where the runtime does not know it. */
export function createHostCrypto(): StreamingCryptoProvider {
  return withMlDsa(createNodeCrypto());
}
