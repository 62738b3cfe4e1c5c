import { signatureAlgorithmOf } from '@lancre/pki/crypto';
import { type DerReader, readDer } from '@lancre/pki/der';
import { decodePem } from '@lancre/pki/text';
import { LancreError } from '../errors/lancre-error.ts';
import type { MlDsaParameterSet } from './ml-dsa-library.ts';

/** An ML-DSA private key as it stands in a file: the seed, the expanded key, or both (RFC 9881 6). */
export interface MlDsaPrivateKey {
  readonly parameterSet: MlDsaParameterSet;
  /** 32 octets; undefined when the file holds the expanded key alone. */
  readonly seed: Uint8Array | undefined;
  readonly expandedKey: Uint8Array | undefined;
  /** The public half, where the file names it (RFC 5958 2); not yet compared with the private one. */
  readonly publicKey: Uint8Array | undefined;
}

/**
 * Decodes an ML-DSA key from PEM of PKCS#8 that is not encrypted.
 *
 * @returns undefined when the file holds something else
 * @throws LancreError `key_invalid` when the key is of ML-DSA, but not in a form of RFC 9881 6
 * @throws PkiError pem_invalid, base64_invalid, der_*
 */
export function decodeMlDsaPrivateKey(pem: string): MlDsaPrivateKey | undefined {
  // The forms before PKCS#8 may have headers, which are no PEM of RFC 7468.
  if (!pem.includes('-----BEGIN PRIVATE KEY-----')) return undefined;
  const block = decodePem(pem).find(({ label }) => label === 'PRIVATE KEY');
  if (block === undefined) return undefined;
  return readDer(block.der, 'PKCS#8', (reader) => reader.sequence('PKCS#8', readOneAsymmetricKey));
}

/** RFC 5958 2. */
function readOneAsymmetricKey(info: DerReader): MlDsaPrivateKey | undefined {
  info.smallInteger('version');
  const algorithm = signatureAlgorithmOf({ der: info.sequenceElement('privateKeyAlgorithm') });
  const form = FORMS.find(({ parameterSet }) => parameterSet === algorithm?.name);
  if (form === undefined) {
    info.rest();
    return undefined;
  }
  const key = info.octetStringOf('privateKey', readChoice);
  if (info.isContext(0)) info.element('attributes');
  const publicKey = info.isContext(1) ? wholeOctets(info.contextContent(1, 'publicKey')) : undefined;
  checkLength(key.seed, SEED_OCTETS, 'seed');
  checkLength(key.expandedKey, form.expandedKeyOctets, 'expandedKey');
  return { parameterSet: form.parameterSet, ...key, publicKey };
}

/** Told apart by the tag, as RFC 9881 6 wants it, not by the length. */
function readChoice(reader: DerReader): Pick<MlDsaPrivateKey, 'seed' | 'expandedKey'> {
  if (reader.isContext(0)) return { seed: copy(reader.contextContent(0, 'seed')), expandedKey: undefined };
  if (!reader.is('sequence'))
    return { seed: undefined, expandedKey: copy(reader.octetString('expandedKey')) };
  return reader.sequence('both', (both) => ({
    seed: copy(both.octetString('seed')),
    expandedKey: copy(both.octetString('expandedKey')),
  }));
}

function checkLength(octets: Uint8Array | undefined, wanted: number, what: string): void {
  if (octets === undefined || octets.length === wanted) return;
  throw new LancreError('key_invalid', `its ${what} has ${octets.length} octets, not ${wanted}`);
}

/** The contents of a BIT STRING behind the count of unused bits, which is zero for octets. */
function wholeOctets(content: Uint8Array): Uint8Array {
  if (content[0] !== 0) throw new LancreError('key_invalid', 'its publicKey is not made of whole octets');
  return copy(content.subarray(1));
}

function copy(bytes: Uint8Array): Uint8Array {
  return Uint8Array.from(bytes);
}

/** FIPS 204 table 2: the lengths of private keys. */
const FORMS: readonly { readonly parameterSet: MlDsaParameterSet; readonly expandedKeyOctets: number }[] = [
  { parameterSet: 'ml-dsa-44', expandedKeyOctets: 2560 },
  { parameterSet: 'ml-dsa-65', expandedKeyOctets: 4032 },
  { parameterSet: 'ml-dsa-87', expandedKeyOctets: 4896 },
];
const SEED_OCTETS = 32;
