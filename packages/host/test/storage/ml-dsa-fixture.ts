import { generateKeyPairSync } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { type DerWriter, encodeDer, readDer } from '@lancre/pki/der';
import { encodePem } from '@lancre/pki/text';

export const PARAMETER_SETS = ['ml-dsa-44', 'ml-dsa-65', 'ml-dsa-87'] as const;
export type ParameterSet = (typeof PARAMETER_SETS)[number];

/** The keys of RFC 9881 C.1 as OpenSSL 3.5.8 writes them, and a signature that it made with each. */
export interface MlDsaFixture {
  readonly message: Uint8Array;
  readonly subjectPublicKeyInfoDer: Uint8Array;
  readonly signature: Uint8Array;
  readonly seed: Uint8Array;
  readonly expandedKey: Uint8Array;
  /** PKCS#8 that holds both. */
  readonly pem: string;
}

export function loadMlDsaFixture(set: ParameterSet): MlDsaFixture {
  const fields = JSON.parse(readFileSync(dataFile(`${set}.json`), 'utf8'));
  const privateKeyDer = octets(fields.privateKey);
  return {
    message: new TextEncoder().encode(fields.message),
    subjectPublicKeyInfoDer: octets(fields.subjectPublicKeyInfo),
    signature: octets(fields.signedByOpenssl),
    ...bothOf(privateKeyDer),
    pem: encodePem('PRIVATE KEY', privateKeyDer),
  };
}

/** An ML-DSA-65 key under the pass phrase `correct horse`. */
export const ENCRYPTED_PEM: string = readFileSync(dataFile('ml-dsa-65-encrypted.pem'), 'utf8');

/** PKCS#8 of version 1 or, with more than a key, 2 (RFC 5958 2), with this as the contents of privateKey. */
export function pkcs8Pem(
  set: ParameterSet,
  writeKey: (writer: DerWriter) => void,
  writeMore?: (writer: DerWriter) => void,
): string {
  const der = encodeDer((writer) =>
    writer.sequence((info) => {
      info.integer(writeMore === undefined ? 0 : 1);
      info.sequence((algorithm) => algorithm.oid(OIDS[set]));
      info.octetStringOf(writeKey);
      writeMore?.(info);
    }),
  );
  return encodePem('PRIVATE KEY', der);
}

/** The three forms of RFC 9881 6. */
export function seedPem(set: ParameterSet, seed: Uint8Array): string {
  return pkcs8Pem(set, (key) => key.contextContent(0, seed));
}

export function expandedPem(set: ParameterSet, expandedKey: Uint8Array): string {
  return pkcs8Pem(set, (key) => key.octetString(expandedKey));
}

export function bothPem(set: ParameterSet, seed: Uint8Array, expandedKey: Uint8Array): string {
  return pkcs8Pem(set, (key) =>
    key.sequence((both) => {
      both.octetString(seed);
      both.octetString(expandedKey);
    }),
  );
}

/** The same octets with one bit changed. */
export function spoiled(bytes: Uint8Array, index: number): Uint8Array {
  return bytes.map((octet, at) => (at === index ? octet ^ 1 : octet));
}

/** True on Node 24.7 and newer; asked in another way than the code under test asks. */
export const RUNTIME_HAS_ML_DSA: boolean = canGenerate();

function canGenerate(): boolean {
  try {
    // The types of Node 20 do not know it.
    return generateKeyPairSync('ml-dsa-44' as 'ed25519') !== undefined;
  } catch {
    return false;
  }
}

function bothOf(privateKeyDer: Uint8Array): Pick<MlDsaFixture, 'seed' | 'expandedKey'> {
  return readDer(privateKeyDer, 'PKCS#8', (reader) =>
    reader.sequence('PKCS#8', (info) => {
      info.smallInteger('version');
      info.sequenceElement('algorithm');
      return info.octetStringOf('privateKey', (key) =>
        key.sequence('both', (both) => ({
          seed: both.octetString('seed'),
          expandedKey: both.octetString('expandedKey'),
        })),
      );
    }),
  );
}

/** Compiled, this file is in dist-test/storage; the data stay where they were written. */
function dataFile(name: string): URL {
  return new URL(`../../test/storage/ml-dsa/${name}`, import.meta.url);
}

function octets(base64: string): Uint8Array {
  return new Uint8Array(Buffer.from(base64, 'base64'));
}

const OIDS = {
  'ml-dsa-44': '2.16.840.1.101.3.4.3.17',
  'ml-dsa-65': '2.16.840.1.101.3.4.3.18',
  'ml-dsa-87': '2.16.840.1.101.3.4.3.19',
} as const;
