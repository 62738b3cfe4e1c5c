import { createHash, type Hash } from 'node:crypto';
import type { SignatureAlgorithm } from '@lancre/pki/crypto';
import { encodeDer } from '@lancre/pki/der';
import { LancreError } from '../errors/lancre-error.ts';
import type { Pkcs11Input } from './pkcs11-signing-sessions.ts';

/** How signatures of one algorithm are made of a token's bare operations on a digest. */
export interface Pkcs11SignatureForm {
  begin(): Hash;
  inputOf(digest: Uint8Array): Pkcs11Input;
  /** The signature as certificates have it, from that of the token. */
  finish(signature: Uint8Array): Uint8Array;
}

/** @throws LancreError `key_invalid` for an algorithm that is not made here */
export function pkcs11SignatureForm({ name }: SignatureAlgorithm): Pkcs11SignatureForm {
  const form = FORMS.get(name);
  if (form !== undefined) return form;
  throw new LancreError('key_invalid', `signatures by ${name} are not made with keys in tokens`);
}

/** DigestInfo (RFC 8017 9.2, note 1). */
function sha256DigestInfo(digest: Uint8Array): Uint8Array {
  return encodeDer((writer) =>
    writer.sequence((info) => {
      info.sequence((algorithm) => {
        algorithm.oid(SHA_256);
        algorithm.null();
      });
      info.octetString(digest);
    }),
  );
}

/** ECDSA-Sig-Value (RFC 3279 2.2.3) from r and s of the same length, one behind the other. */
function ecdsaSignatureValue(signature: Uint8Array): Uint8Array {
  const half = signature.length / 2;
  return encodeDer((writer) =>
    writer.sequence((value) => {
      value.unsignedInteger(signature.subarray(0, half));
      value.unsignedInteger(signature.subarray(half));
    }),
  );
}

function ecdsaForm(hash: string): Pkcs11SignatureForm {
  return {
    begin: () => createHash(hash),
    inputOf: (octets) => ({ mechanism: CKM_ECDSA, octets }),
    finish: ecdsaSignatureValue,
  };
}

const SHA_256 = '2.16.840.1.101.3.4.2.1';
const CKM_RSA_PKCS = 0x1;
const CKM_ECDSA = 0x1041;

const FORMS: ReadonlyMap<string, Pkcs11SignatureForm> = new Map([
  [
    'rsa-pkcs1-sha256',
    {
      begin: () => createHash('sha256'),
      inputOf: (digest) => ({ mechanism: CKM_RSA_PKCS, octets: sha256DigestInfo(digest) }),
      finish: (signature) => signature,
    },
  ],
  ['ecdsa-sha256', ecdsaForm('sha256')],
  ['ecdsa-sha384', ecdsaForm('sha384')],
  ['ecdsa-sha512', ecdsaForm('sha512')],
]);
