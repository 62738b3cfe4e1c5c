import { encodeDer } from '@lancre/pki/der';
import { LancreError } from '../errors/lancre-error.ts';
import type { Pkcs11Uri } from '../issuer/pkcs11-uri.ts';
import { CKA, CKK, CKO } from './pkcs11-constants.ts';
import type { Pkcs11Attribute, Pkcs11Module, TokenInfo } from './pkcs11-module.ts';

/** The one token that a URI names. @throws LancreError `signer_unavailable` for none, `input_invalid` for several */
export function findToken(module: Pkcs11Module, uri: Pkcs11Uri): TokenInfo {
  const found = module
    .listTokens()
    .filter(
      (token) =>
        (uri.token === undefined || uri.token === token.label) &&
        (uri.manufacturer === undefined || uri.manufacturer === token.manufacturer) &&
        (uri.model === undefined || uri.model === token.model) &&
        (uri.serial === undefined || uri.serial === token.serial) &&
        (uri.slotId === undefined || uri.slotId === token.slotId),
    );
  const [only] = found;
  if (only === undefined) throw new LancreError('signer_unavailable', `no token ${nameOf(uri)} is there`);
  if (found.length === 1) return only;
  throw new LancreError(
    'input_invalid',
    `${found.length} tokens are there for the URI: name one by token or serial`,
  );
}

/** The handle of the private key that a URI names. @throws LancreError `key_invalid` for none or several */
export function findPrivateKey(module: Pkcs11Module, session: number, uri: Pkcs11Uri): number {
  const found = module.findObjects(session, [classAttribute(CKO.PRIVATE_KEY), ...namesOf(uri)], 2);
  const [only] = found;
  const what = `private key ${keyNameOf(uri)} on the token ${nameOf(uri)}`;
  if (only === undefined) throw new LancreError('key_invalid', `there is no ${what}`);
  if (found.length === 1) return only;
  throw new LancreError('key_invalid', `there is more than one ${what}: name it by id`);
}

/**
 * The public half of a private key as SubjectPublicKeyInfo: from what the token says of the key itself, or
 * from the public key beside it.
 *
 * @throws LancreError `key_invalid` when the token tells neither
 */
export function readPublicKey(
  module: Pkcs11Module,
  session: number,
  privateKey: number,
  uri: Pkcs11Uri,
): Uint8Array {
  const read = (object: number, type: number) => module.attributeOf(session, object, type);
  const kind = read(privateKey, CKA.KEY_TYPE)?.[0];
  const id = read(privateKey, CKA.ID);
  const siblings = module.findObjects(
    session,
    [
      classAttribute(CKO.PUBLIC_KEY),
      ...(id === undefined || id.length === 0 ? namesOf(uri) : [{ type: CKA.ID, value: id }]),
    ],
    2,
  );
  for (const object of [privateKey, ...siblings]) {
    const spki = kind === CKK.RSA ? rsaKeyInfo(read, object) : ecKeyInfo(read, object);
    if (spki !== undefined) return spki;
  }
  const told = read(privateKey, CKA.PUBLIC_KEY_INFO);
  if (told !== undefined && told.length > 0) return told;
  throw new LancreError(
    'key_invalid',
    `the token tells no public key for ${keyNameOf(uri)}: store it there, with the same id`,
  );
}

type ReadAttribute = (object: number, type: number) => Uint8Array | undefined;

/** RFC 3279 2.3.1 */
function rsaKeyInfo(read: ReadAttribute, object: number): Uint8Array | undefined {
  const modulus = read(object, CKA.MODULUS);
  const exponent = read(object, CKA.PUBLIC_EXPONENT);
  if (!modulus?.length || !exponent?.length) return undefined;
  const key = encodeDer((writer) =>
    writer.sequence((numbers) => {
      numbers.unsignedInteger(modulus);
      numbers.unsignedInteger(exponent);
    }),
  );
  return keyInfo(key, (algorithm) => {
    algorithm.oid('1.2.840.113549.1.1.1');
    algorithm.null();
  });
}

/** RFC 5480 2 */
function ecKeyInfo(read: ReadAttribute, object: number): Uint8Array | undefined {
  const parameters = read(object, CKA.EC_PARAMS);
  const point = read(object, CKA.EC_POINT);
  if (!parameters?.length || !point?.length) return undefined;
  return keyInfo(bareEcPoint(point), (algorithm) => {
    algorithm.oid('1.2.840.10045.2.1');
    algorithm.raw(parameters);
  });
}

/** An OCTET STRING around the point, as PKCS#11 2.40 has it; some tokens leave it away. */
function bareEcPoint(point: Uint8Array): Uint8Array {
  const isWrapped = point[0] === 0x04 && point.length % 2 === 1 && point[1] === point.length - 2;
  if (isWrapped) return point.subarray(2);
  const isLongWrapped = point[0] === 0x04 && point[1] === 0x81 && point[2] === point.length - 3;
  return isLongWrapped ? point.subarray(3) : point;
}

type WriteAlgorithm = Parameters<typeof encodeDer>[0];

function keyInfo(publicKey: Uint8Array, writeAlgorithm: WriteAlgorithm): Uint8Array {
  return encodeDer((writer) =>
    writer.sequence((info) => {
      info.sequence(writeAlgorithm);
      info.bitString(publicKey);
    }),
  );
}

function classAttribute(value: number): Pkcs11Attribute {
  const octets = Buffer.alloc(8);
  octets.writeBigUInt64LE(BigInt(value), 0);
  return { type: CKA.CLASS, value: octets };
}

function namesOf({ object, id }: Pkcs11Uri): readonly Pkcs11Attribute[] {
  return [
    ...(object === undefined ? [] : [{ type: CKA.LABEL, value: Buffer.from(object, 'utf8') }]),
    ...(id === undefined ? [] : [{ type: CKA.ID, value: id }]),
  ];
}

function nameOf({ token, serial, slotId }: Pkcs11Uri): string {
  return `"${token ?? serial ?? (slotId === undefined ? 'of any name' : `in slot ${slotId}`)}"`;
}

function keyNameOf({ object, id }: Pkcs11Uri): string {
  return object === undefined ? `with the id ${Buffer.from(id ?? []).toString('hex')}` : `"${object}"`;
}
