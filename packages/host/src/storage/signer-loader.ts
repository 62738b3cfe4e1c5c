import type { Signer } from '@lancre/pki/crypto';
import type { KeyReference } from '../issuer/issuer.ts';
import { loadFileSigner } from './file-signer.ts';
import { loadPkcs11Signer } from './pkcs11-signer.ts';

/**
 * Loads a signing key from wherever it is.
 *
 * @param environment where a pass phrase or PIN named by a variable is looked up
 * @throws LancreError what {@link loadFileSigner} and {@link loadPkcs11Signer} throw
 */
export function loadSigner(
  key: KeyReference,
  environment: Readonly<Record<string, string | undefined>>,
): Promise<Signer> {
  return 'uri' in key ? loadPkcs11Signer(key, environment) : loadFileSigner(key, environment);
}
