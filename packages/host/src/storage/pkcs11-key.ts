import { LancreError } from '../errors/lancre-error.ts';
import type { Pkcs11Uri } from '../issuer/pkcs11-uri.ts';
import type { Pkcs11Module } from './pkcs11-module.ts';
import {
  findPkcs11Objects,
  type Pkcs11Attribute,
  type Pkcs11Object,
  readPkcs11Attribute,
  ulongValue,
} from './pkcs11-objects.ts';
import { CKA, readPkcs11PublicKey } from './pkcs11-public-key.ts';

/** A private key, as one session sees it. */
export interface Pkcs11Key extends Pkcs11Object {
  readonly subjectPublicKeyInfoDer: Uint8Array;
}

/**
 * Finds the one private key that a URI means, and its public half.
 *
 * @throws LancreError `key_invalid` (none, several, one whose public half is not to be found, or one that
 *   wants the PIN at each signature), `signer_unavailable`
 */
export async function findPkcs11Key(
  module: Pkcs11Module,
  session: bigint,
  { object, id }: Pkcs11Uri,
): Promise<Pkcs11Key> {
  const label = object === undefined ? undefined : Buffer.from(object, 'utf8');
  const found = await findPkcs11Objects(
    module,
    session,
    keyAttributes(CKO_PRIVATE_KEY, { label, id }),
    SEARCH_LIMIT,
  );
  const [key] = found;
  if (key === undefined) throw new LancreError('key_invalid', 'the token holds no such private key');
  if (found.length > 1)
    throw new LancreError('key_invalid', 'the token holds several such private keys: tell them apart by id');
  const always = await readPkcs11Attribute(module, key, CKA.ALWAYS_AUTHENTICATE);
  if (always?.[0] === 1)
    throw new LancreError('key_invalid', 'the key wants the PIN at each signature (CKA_ALWAYS_AUTHENTICATE)');
  return { ...key, subjectPublicKeyInfoDer: await readPublicHalf(module, key) };
}

/** From the public key beside it, or from what the private key itself shows: every RSA private key has its modulus. */
async function readPublicHalf(module: Pkcs11Module, key: Pkcs11Object): Promise<Uint8Array> {
  const publicKey = await findPublicKey(module, key);
  const fromPublic = publicKey && (await readPkcs11PublicKey(module, publicKey));
  const publicHalf = fromPublic ?? (await readPkcs11PublicKey(module, key));
  if (publicHalf !== undefined) return publicHalf;
  throw new LancreError(
    'key_invalid',
    'the public half of the key is not to be found: no public key of a kind that is known here has the same CKA_ID or label',
  );
}

async function findPublicKey(module: Pkcs11Module, key: Pkcs11Object): Promise<Pkcs11Object | undefined> {
  const id = await readPkcs11Attribute(module, key, CKA.ID);
  const label = await readPkcs11Attribute(module, key, CKA.LABEL);
  // By CKA_ID first, which is what ties the halves of a pair together (PKCS #11 2.40 4.4).
  for (const name of [{ id }, { label }]) {
    const value = name.id ?? name.label;
    if (value === undefined || value.length === 0) continue;
    const attributes = keyAttributes(CKO_PUBLIC_KEY, name);
    const [first, second] = await findPkcs11Objects(module, key.session, attributes, SEARCH_LIMIT);
    if (second !== undefined)
      throw new LancreError(
        'key_invalid',
        'the token holds several public keys with the CKA_ID or label of the key',
      );
    if (first !== undefined) return first;
  }
  return undefined;
}

interface KeyName {
  readonly label?: Uint8Array | undefined;
  readonly id?: Uint8Array | undefined;
}

function keyAttributes(objectClass: number, { label, id }: KeyName): readonly Pkcs11Attribute[] {
  return [
    { type: CKA.CLASS, value: ulongValue(objectClass) },
    ...(label === undefined ? [] : [{ type: CKA.LABEL, value: label }]),
    ...(id === undefined ? [] : [{ type: CKA.ID, value: id }]),
  ];
}

const CKO_PUBLIC_KEY = 2;
const CKO_PRIVATE_KEY = 3;
/** Enough to see that there is more than one. */
const SEARCH_LIMIT = 2;
