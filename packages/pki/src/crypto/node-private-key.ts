import { createPrivateKey, createPublicKey, type KeyObject } from 'node:crypto';
import { encodeDer } from '../encoding/der-writer.ts';
import { decodeHex } from '../encoding/hex.ts';
import { decodePem } from '../encoding/pem.ts';
import { readDer } from '../encoding/read-der.ts';
import { PkiError } from '../errors/pki-error.ts';
import { readAlgorithmIdentifier } from '../pki/algorithm-identifier.ts';
import { ML_DSA, type MlDsaParameterSet, mlDsaParameterSetOf } from './ml-dsa.ts';

/**
 * Reads a private key through node:crypto.
 *
 * @param pkcs8 PEM text, also of the forms before PKCS#8, or DER bytes of PKCS#8; encrypted or not
 * @throws PkiError key_passphrase_wrong (missing or wrong), algorithm_unsupported (a kind that this runtime
 *   does not have), key_invalid
 */
export function loadPrivateKey(pkcs8: string | Uint8Array, passphrase: string | undefined): KeyObject {
  const secret = passphrase === undefined ? {} : { passphrase };
  try {
    if (typeof pkcs8 === 'string') return createPrivateKey({ key: pkcs8, format: 'pem', ...secret });
    return createPrivateKey({ key: Buffer.from(pkcs8), format: 'der', type: 'pkcs8', ...secret });
  } catch (cause) {
    throw isEncrypted(pkcs8) ? encryptedFailure(cause) : plainFailure(pkcs8, cause);
  }
}

/** OpenSSL's reasons for a wrong pass phrase differ by cipher and version; an encrypted key that does not open is enough. */
function encryptedFailure(cause: unknown): PkiError {
  if (!isOfUnknownKind(cause))
    return new PkiError('key_passphrase_wrong', 'the pass phrase is missing or wrong', { cause });
  const reason =
    'the key opened, but this runtime does not know its kind (ML-DSA needs Node.js 24.7 or newer)';
  return new PkiError('algorithm_unsupported', reason, { cause });
}

function plainFailure(pkcs8: string | Uint8Array, cause: unknown): PkiError {
  const parameterSet = mlDsaParameterSetOf(algorithmOidOf(pkcs8) ?? '');
  if (parameterSet === undefined || hasMlDsa(parameterSet))
    return new PkiError('key_invalid', 'no private key that can be read', { cause });
  return new PkiError('algorithm_unsupported', `this runtime does not have ${parameterSet}`, { cause });
}

/** What OpenSSL 3 says of a PrivateKeyInfo that came out of its encryption well formed. */
function isOfUnknownKind(cause: unknown): boolean {
  if (!(cause instanceof Error) || !('opensslErrorStack' in cause)) return false;
  const stack = cause.opensslErrorStack;
  return Array.isArray(stack) && stack.some((line) => String(line).includes(UNKNOWN_KIND));
}

function isEncrypted(pkcs8: string | Uint8Array): boolean {
  if (typeof pkcs8 === 'string')
    return /^-----BEGIN ENCRYPTED PRIVATE KEY-----|^Proc-Type: 4,ENCRYPTED/m.test(pkcs8);
  // EncryptedPrivateKeyInfo (RFC 5958 3) begins with an AlgorithmIdentifier, PrivateKeyInfo with an INTEGER.
  try {
    return readDer(pkcs8, 'PKCS#8', (reader) =>
      reader.sequence('PKCS#8', (info) => info.is('sequence') && info.rest().length > 0),
    );
  } catch {
    return false;
  }
}

/** privateKeyAlgorithm of a OneAsymmetricKey (RFC 5958 2); undefined for anything else. */
function algorithmOidOf(pkcs8: string | Uint8Array): string | undefined {
  try {
    const der =
      typeof pkcs8 === 'string' ? decodePem(pkcs8).find(({ label }) => label === 'PRIVATE KEY')?.der : pkcs8;
    return readDer(der ?? new Uint8Array(0), 'PKCS#8', (reader) =>
      reader.sequence('PKCS#8', (info) => {
        info.smallInteger('version');
        const { oid } = readAlgorithmIdentifier(info, 'privateKeyAlgorithm');
        info.rest();
        return oid;
      }),
    );
  } catch {
    return undefined;
  }
}

/** Asks the runtime itself: every string of the right length is a public key of ML-DSA (FIPS 204 7.2). */
function hasMlDsa(parameterSet: MlDsaParameterSet): boolean {
  const { algorithmDerHex, publicKeyOctets } = ML_DSA[parameterSet];
  const spki = encodeDer((writer) =>
    writer.sequence((info) => {
      info.raw(decodeHex(algorithmDerHex));
      info.bitString(new Uint8Array(publicKeyOctets));
    }),
  );
  try {
    return createPublicKey({ key: Buffer.from(spki), format: 'der', type: 'spki' }) !== undefined;
  } catch {
    return false;
  }
}

const UNKNOWN_KIND = 'unsupported private key algorithm';
