import type { Signer } from '@lancre/pki/crypto';

/** The signers of the issuers, by issuer number. Only the control process has one. */
export interface SignerSet {
  /** Undefined for an issuer without a key here, or whose key cannot be used at the moment. */
  signerOf(issuerId: number): Signer | undefined;
}
