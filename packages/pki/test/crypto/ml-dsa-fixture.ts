import { generateKeyPairSync } from 'node:crypto';
import { readFileSync } from 'node:fs';

export const PARAMETER_SETS = ['ml-dsa-44', 'ml-dsa-65', 'ml-dsa-87'] as const;

/** The public keys of RFC 9881 C.2, and signatures that @noble/post-quantum 0.7.1 made with their private keys. */
export interface MlDsaFixture {
  readonly message: Uint8Array;
  readonly subjectPublicKeyInfoDer: Uint8Array;
  readonly signature: Uint8Array;
}

export function loadMlDsaFixture(set: (typeof PARAMETER_SETS)[number]): MlDsaFixture {
  // Compiled, this file is in dist-test/crypto; the data stay where they were written.
  const file = new URL(`../../test/crypto/ml-dsa/${set}.json`, import.meta.url);
  const { message, subjectPublicKeyInfo, signedByNoble } = JSON.parse(readFileSync(file, 'utf8'));
  return {
    message: new TextEncoder().encode(message),
    subjectPublicKeyInfoDer: new Uint8Array(Buffer.from(subjectPublicKeyInfo, 'base64')),
    signature: new Uint8Array(Buffer.from(signedByNoble, 'base64')),
  };
}

/** The private key of RFC 9881 C.1 as a seed: the octets 0 to 31 (RFC 9881 6). */
export function seedPem(set: (typeof PARAMETER_SETS)[number]): string {
  const seed = Buffer.from(Uint8Array.from({ length: 32 }, (_, index) => index)).toString('hex');
  const head = `3034020100300b06096086480165030403${LAST_OCTETS[set]}04228020`;
  const base64 = Buffer.from(head + seed, 'hex').toString('base64');
  return `-----BEGIN PRIVATE KEY-----\n${base64}\n-----END PRIVATE KEY-----\n`;
}

const LAST_OCTETS = { 'ml-dsa-44': '11', 'ml-dsa-65': '12', 'ml-dsa-87': '13' } as const;

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
