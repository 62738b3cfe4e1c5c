import { readFile } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import type { Signer } from '@lancre/pki/crypto';
import { createNodeSigner } from '@lancre/pki/crypto-node';
import { PkiError } from '@lancre/pki/errors';
import { LancreError } from '../errors/lancre-error.ts';
import type { FileKeyReference, PassphraseSource } from '../issuer/issuer.ts';
import { loadMlDsaLibrary, type MlDsaLibrary } from './ml-dsa-library.ts';
import { decodeMlDsaPrivateKey } from './ml-dsa-private-key.ts';
import { createMlDsaSigner } from './ml-dsa-signer.ts';

/**
 * Loads a signing key from a PEM file, plain or encrypted. It signs through the runtime; an ML-DSA key for
 * which that is too old signs through the optional package, and may not be encrypted.
 *
 * @param environment where a pass phrase named by a variable is looked up
 * @param loadLibrary called for ML-DSA keys that the runtime cannot use
 * @throws LancreError `file_missing`, `key_passphrase`, `key_invalid`, `signer_unavailable` (the optional
 *   package is missing), each naming the file
 */
export async function loadFileSigner(
  key: FileKeyReference,
  environment: Readonly<Record<string, string | undefined>>,
  loadLibrary: () => Promise<MlDsaLibrary> = loadMlDsaLibrary,
): Promise<Signer> {
  const pem = await readText(key.path, 'key');
  const passphrase = key.passphrase && (await readPassphrase(key.passphrase, environment));
  try {
    return await createSigner(pem, passphrase, loadLibrary);
  } catch (cause) {
    throw nameKeyFile(key, cause);
  }
}

async function createSigner(
  pem: string,
  passphrase: string | undefined,
  loadLibrary: () => Promise<MlDsaLibrary>,
): Promise<Signer> {
  try {
    const quickChecks = availableParallelism() > 1 ? 'thread-pool' : 'here';
    return createNodeSigner({ pkcs8: pem, passphrase, quickChecks });
  } catch (error) {
    if (!(error instanceof PkiError) || error.code !== 'algorithm_unsupported') throw error;
    const key = decodeMlDsaPrivateKey(pem);
    if (key === undefined) throw error;
    return createMlDsaSigner(key, await loadLibrary());
  }
}

function nameKeyFile(key: FileKeyReference, cause: unknown): unknown {
  if (cause instanceof LancreError)
    return new LancreError(cause.code, `${key.path} holds a key that cannot be used: ${cause.message}`, {
      cause,
    });
  if (!(cause instanceof PkiError)) return cause;
  if (cause.code !== 'key_passphrase_wrong') {
    return new LancreError('key_invalid', `${key.path} holds no usable private key: ${cause.message}`, {
      cause,
    });
  }
  const hint =
    key.passphrase === undefined
      ? 'is encrypted: name its pass phrase with --passphrase-file or --passphrase-env'
      : 'cannot be opened with the pass phrase given';
  return new LancreError('key_passphrase', `${key.path} ${hint}`, { cause });
}

/**
 * Reads a pass phrase or PIN from where its owner keeps it; a line end at the end of a file is not part of it.
 *
 * @throws LancreError `file_missing`, `key_passphrase` (the variable is not set)
 */
export async function readPassphrase(
  source: PassphraseSource,
  environment: Readonly<Record<string, string | undefined>>,
): Promise<string> {
  if (source.from === 'file') return (await readText(source.path, 'pass phrase')).replace(/\r?\n$/, '');
  const phrase = environment[source.variable];
  if (phrase !== undefined) return phrase;
  throw new LancreError(
    'key_passphrase',
    `the environment variable ${source.variable} (a pass phrase) is not set`,
  );
}

async function readText(path: string, what: string): Promise<string> {
  try {
    return await readFile(path, 'utf8');
  } catch (cause) {
    throw new LancreError('file_missing', `cannot read the ${what} file ${path}`, { cause });
  }
}
