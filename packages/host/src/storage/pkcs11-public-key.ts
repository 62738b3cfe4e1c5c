import { publicKeyKindOf } from '@lancre/pki/crypto';
import { encodeDer, readDer } from '@lancre/pki/der';
import { PkiError } from '@lancre/pki/errors';
import type { Pkcs11Module } from './pkcs11-module.ts';
import { type Pkcs11Object, readPkcs11Attribute, readUlongValue } from './pkcs11-objects.ts';

/** Attributes that are used (PKCS #11 2.40, pkcs11t.h). */
export const CKA = {
  CLASS: 0x0,
  LABEL: 0x3,
  KEY_TYPE: 0x100,
  ID: 0x102,
  MODULUS: 0x120,
  PUBLIC_EXPONENT: 0x122,
  EC_PARAMS: 0x180,
  EC_POINT: 0x181,
  ALWAYS_AUTHENTICATE: 0x202,
} as const;

/**
 * Reads the public key that a key object shows.
 *
 * @returns the DER of a SubjectPublicKeyInfo; undefined when it is not shown, or of a kind that is not known here
 * @throws LancreError by `pkcs11Fault`
 */
export async function readPkcs11PublicKey(
  module: Pkcs11Module,
  object: Pkcs11Object,
): Promise<Uint8Array | undefined> {
  const type = await readPkcs11Attribute(module, object, CKA.KEY_TYPE);
  const form = KEY_FORMS.get(type === undefined ? undefined : readUlongValue(type));
  if (form === undefined) return undefined;
  const first = await readPkcs11Attribute(module, object, form.first);
  const second = await readPkcs11Attribute(module, object, form.second);
  if (first === undefined || second === undefined) return undefined;
  const der = form.encode(first, second);
  return der !== undefined && publicKeyKindOf(der) !== undefined ? der : undefined;
}

interface KeyForm {
  readonly first: number;
  readonly second: number;
  readonly encode: (first: Uint8Array, second: Uint8Array) => Uint8Array | undefined;
}

/** RFC 3279 2.3.1. */
function encodeRsaKey(modulus: Uint8Array, publicExponent: Uint8Array): Uint8Array {
  const key = encodeDer((writer) =>
    writer.sequence((fields) => {
      fields.unsignedInteger(modulus);
      fields.unsignedInteger(publicExponent);
    }),
  );
  return encodeDer((writer) =>
    writer.sequence((info) => {
      info.sequence((algorithm) => {
        algorithm.oid(RSA_ENCRYPTION);
        algorithm.null();
      });
      info.bitString(key);
    }),
  );
}

/** RFC 5480 2; CKA_EC_PARAMS is the DER of the parameters already. */
function encodeEcKey(parametersDer: Uint8Array, point: Uint8Array): Uint8Array | undefined {
  const rawPoint = rawPointOf(point);
  if (rawPoint === undefined) return undefined;
  return encodeDer((writer) =>
    writer.sequence((info) => {
      info.sequence((algorithm) => {
        algorithm.oid(EC_PUBLIC_KEY);
        algorithm.raw(parametersDer);
      });
      info.bitString(rawPoint);
    }),
  );
}

/**
 * CKA_EC_POINT is an OCTET STRING around the point (PKCS #11 2.40 2.3.3), but some tokens leave it bare. Both
 * begin with 04; their lengths tell them apart.
 */
function rawPointOf(point: Uint8Array): Uint8Array | undefined {
  if (RAW_POINT_OCTETS.includes(point.length)) return point;
  try {
    return readDer(point, 'CKA_EC_POINT', (reader) => reader.octetString('CKA_EC_POINT'));
  } catch (error) {
    if (error instanceof PkiError) return undefined;
    throw error;
  }
}

const RSA_ENCRYPTION = '1.2.840.113549.1.1.1';
const EC_PUBLIC_KEY = '1.2.840.10045.2.1';
/** Uncompressed points of P-256, P-384 and P-521. */
const RAW_POINT_OCTETS: readonly number[] = [65, 97, 133];

/** By CK_KEY_TYPE: CKK_RSA and CKK_EC. */
const KEY_FORMS: ReadonlyMap<number | undefined, KeyForm> = new Map([
  [0, { first: CKA.MODULUS, second: CKA.PUBLIC_EXPONENT, encode: encodeRsaKey }],
  [3, { first: CKA.EC_PARAMS, second: CKA.EC_POINT, encode: encodeEcKey }],
]);
