import { PkiError } from '../errors/pki-error.ts';
import type { SignatureVerdict, StreamingCryptoProvider } from './crypto-provider.ts';
import type { Signer, SigningStream } from './signer.ts';

/**
 * A signer that verifies each signature of another before it hands it out: what makes the contract of
 * {@link Signer} true for keys wherever they are kept.
 *
 * @throws PkiError signature_self_check_failed from `sign` and `finish`; the signature is thrown away
 *
 * @example
 * const signer = withSelfCheck(bareSigner, createNodeCrypto());
 */
export function withSelfCheck(
  signer: Signer,
  crypto: Pick<StreamingCryptoProvider, 'verify' | 'beginVerify'>,
): Signer {
  const { algorithm, subjectPublicKeyInfoDer } = signer;
  const key = { algorithm, subjectPublicKeyInfoDer };
  return Object.freeze({
    algorithm,
    subjectPublicKeyInfoDer,
    async sign(message: Uint8Array): Promise<Uint8Array> {
      const signature = await signer.sign(message);
      return confirmed(signature, await crypto.verify({ ...key, message, signature }));
    },
    begin(): SigningStream {
      const signing = signer.begin();
      const checking = crypto.beginVerify(key);
      return {
        update(bytes: Uint8Array): void {
          signing.update(bytes);
          checking.update(bytes);
        },
        async finish(): Promise<Uint8Array> {
          const signature = await signing.finish();
          return confirmed(signature, await checking.finish(signature));
        },
      };
    },
  });
}

function confirmed(signature: Uint8Array, verdict: SignatureVerdict): Uint8Array {
  if (verdict === 'valid') return signature;
  throw new PkiError(
    'signature_self_check_failed',
    `the signature just made is ${verdict}; it was thrown away`,
  );
}
