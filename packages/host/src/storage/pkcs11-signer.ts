import type { Signer } from '@lancre/pki/crypto';
import { LancreError } from '../errors/lancre-error.ts';
import type { Pkcs11KeyReference } from '../issuer/issuer.ts';

export async function loadPkcs11Signer(
  key: Pkcs11KeyReference,
  _environment: Readonly<Record<string, string | undefined>>,
): Promise<Signer> {
  throw new LancreError('key_invalid', `${key.uri}: not there yet`);
}
