import {
  defaultSignatureAlgorithm,
  publicKeyKindOf,
  type SignatureAlgorithm,
  type Signer,
  signatureAlgorithm,
  withSelfCheck,
} from '@lancre/pki/crypto';
import { createNodeCrypto } from '@lancre/pki/crypto-node';
import { LancreError } from '../errors/lancre-error.ts';
import type { PassphraseSource, Pkcs11KeyReference } from '../issuer/issuer.ts';
import { type Pkcs11Uri, parsePkcs11Uri } from '../issuer/pkcs11-uri.ts';
import { readPassphrase } from './file-signer.ts';
import { type Koffi, loadKoffi } from './pkcs11-functions.ts';
import { closePkcs11Session, openPkcs11KeySession, type Pkcs11KeyPlace } from './pkcs11-key-session.ts';
import { openPkcs11Module } from './pkcs11-module.ts';
import { findPkcs11Module } from './pkcs11-module-path.ts';
import { pkcs11SignatureForm } from './pkcs11-signature.ts';
import { Pkcs11SigningSessions } from './pkcs11-signing-sessions.ts';

/** What tests set otherwise. */
export interface Pkcs11SignerOptions {
  /** Default: the optional package. */
  readonly loadKoffi?: () => Promise<Koffi>;
  /** For so long after a failed signature, the token is left alone. Default: 1,000. */
  readonly restMilliseconds?: number;
  /** The least time between two initializations of a module. Default: 5,000. */
  readonly restartPauseMilliseconds?: number;
}

type Environment = Readonly<Record<string, string | undefined>>;

/**
 * Loads a signing key from a PKCS #11 token. Its signatures are made on the threads of the pool. A token that
 * was lost and is back is opened anew by itself; a PIN that was refused is not tried again.
 *
 * @param environment where a PIN named by a variable is looked up, and UV_THREADPOOL_SIZE
 * @throws LancreError `input_invalid` (the URI), `file_missing` (the module, or the file of the PIN),
 *   `key_passphrase`, `key_invalid` (no such key, several, or one that cannot sign), `signer_unavailable` (no
 *   such token, or one that fails; koffi is missing), each naming the URI
 *
 * @example
 * const uri = 'pkcs11:token=ocsp;object=e1?module-name=softhsm2&pin-source=file:/etc/lancre/pin';
 * const signature = await (await loadPkcs11Signer({ uri }, process.env)).sign(tbs);
 */
export async function loadPkcs11Signer(
  key: Pkcs11KeyReference,
  environment: Environment,
  options: Pkcs11SignerOptions = {},
): Promise<Signer> {
  const uri = parsePkcs11Uri(key.uri);
  const pinSource = pinSourceOf(key, uri);
  const readPin = async () => pinSource && readPassphrase(pinSource, environment);
  return naming(key.uri, async () => {
    const module = await openPkcs11Module({
      path: await findPkcs11Module(uri),
      koffi: await (options.loadKoffi ?? loadKoffi)(),
      callsAtOnce: callsAtOnce(environment),
      restartPauseMilliseconds: options.restartPauseMilliseconds ?? RESTART_PAUSE_MILLISECONDS,
    });
    return openSigner(key.uri, { module, uri, readPin }, options.restMilliseconds ?? REST_MILLISECONDS);
  });
}

async function openSigner(name: string, place: Pkcs11KeyPlace, restMilliseconds: number): Promise<Signer> {
  const subjectPublicKeyInfoDer = await readPublicHalf(place);
  const algorithm = algorithmOf(subjectPublicKeyInfoDer);
  const form = pkcs11SignatureForm(algorithm);
  const sessions = new Pkcs11SigningSessions({ ...place, subjectPublicKeyInfoDer, restMilliseconds });
  const signDigest = (digest: Uint8Array): Promise<Uint8Array> =>
    naming(name, async () => form.finish(await sessions.sign(form.inputOf(digest))));
  const bare: Signer = {
    algorithm,
    subjectPublicKeyInfoDer,
    sign: (message) => signDigest(form.begin().update(message).digest()),
    begin: () => {
      const hash = form.begin();
      return {
        update(bytes: Uint8Array): void {
          hash.update(bytes);
        },
        finish: () => signDigest(hash.digest()),
      };
    },
  };
  return withSelfCheck(bare, createNodeCrypto());
}

/** Its session is not kept: a signer that is never used has none, and nothing tells when it is not used any more. */
function readPublicHalf(place: Pkcs11KeyPlace): Promise<Uint8Array> {
  const { module } = place;
  return module.runOrRestart(async () => {
    const { session, subjectPublicKeyInfoDer } = await openPkcs11KeySession(place);
    await closePkcs11Session(module, session);
    return subjectPublicKeyInfoDer;
  });
}

function algorithmOf(subjectPublicKeyInfoDer: Uint8Array): SignatureAlgorithm {
  const kind = publicKeyKindOf(subjectPublicKeyInfoDer);
  if (kind === undefined) throw new LancreError('key_invalid', 'a key of a kind that is not known here');
  if (kind.type === 'rsa' && kind.modulusBits < MIN_RSA_BITS)
    throw new LancreError('key_invalid', `an RSA key of ${kind.modulusBits} bits is too short to sign with`);
  return signatureAlgorithm(defaultSignatureAlgorithm(kind));
}

function pinSourceOf(
  { passphrase }: Pkcs11KeyReference,
  { pinPath }: Pkcs11Uri,
): PassphraseSource | undefined {
  if (pinPath === undefined) return passphrase;
  if (passphrase === undefined) return { from: 'file', path: pinPath };
  throw new LancreError(
    'input_invalid',
    'the PIN is named twice: by pin-source in the URI, and by --passphrase-file or --passphrase-env',
  );
}

/** The same error, with the URI before its message; a URI that was parsed holds no PIN. */
async function naming<T>(uri: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof LancreError)) throw error;
    throw new LancreError(error.code, `${uri}: ${error.message}`, { cause: error });
  }
}

/**
 * One thread of libuv's pool is left to file reads and checks of signatures, so that a token that hangs does
 * not stop them.
 */
function callsAtOnce(environment: Environment): number {
  const { UV_THREADPOOL_SIZE } = environment;
  const threads = Number(UV_THREADPOOL_SIZE ?? LIBUV_THREADS);
  return Number.isInteger(threads) && threads > 1 ? threads - 1 : 1;
}

const LIBUV_THREADS = 4;
const MIN_RSA_BITS = 2048;
const REST_MILLISECONDS = 1_000;
const RESTART_PAUSE_MILLISECONDS = 5_000;
