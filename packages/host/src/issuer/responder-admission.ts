import type { Certificate } from '@lancre/pki/certificate';
import type { CryptoProvider, Signer } from '@lancre/pki/crypto';
import type { Issuer } from './issuer.ts';

export async function responderFaultOf(_input: {
  readonly issuer: Issuer;
  readonly certificate: Certificate;
  readonly signer: Pick<Signer, 'subjectPublicKeyInfoDer'>;
  readonly at: Date;
  readonly crypto: CryptoProvider;
}): Promise<string | undefined> {
  return undefined;
}
