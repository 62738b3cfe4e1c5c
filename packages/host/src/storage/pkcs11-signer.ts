import { createHash, type Hash } from 'node:crypto';
import {
  defaultSignatureAlgorithm,
  publicKeyKindOf,
  type SignatureAlgorithm,
  type Signer,
  type SigningStream,
  signatureAlgorithm,
  withSelfCheck,
} from '@lancre/pki/crypto';
import { createNodeCrypto } from '@lancre/pki/crypto-node';
import { encodeDer } from '@lancre/pki/der';
import { LancreError } from '../errors/lancre-error.ts';
import type { Pkcs11KeyReference } from '../issuer/issuer.ts';
import { type Pkcs11Uri, parsePkcs11Uri } from '../issuer/pkcs11-uri.ts';
import { readPassphrase } from './file-signer.ts';
import { Pkcs11Connection } from './pkcs11-connection.ts';
import { CKM } from './pkcs11-constants.ts';
import { readPublicKey } from './pkcs11-key.ts';
import { Pkcs11Module } from './pkcs11-module.ts';
import { findPkcs11Module } from './pkcs11-module-path.ts';

/**
 * A signer whose key stays in a token. A session that was lost, or a token that was away, is met by opening
 * it anew, once for each signature; a signature that still fails rejects, and the next one tries again.
 *
 * @param environment where a PIN named by a variable is looked up
 * @throws LancreError `input_invalid` (the URI), `file_missing` (module, PIN file), `signer_unavailable`
 *   (module or token), `key_passphrase` (the PIN), `key_invalid` (no such key, or of a kind that is not known)
 */
export async function loadPkcs11Signer(
  key: Pkcs11KeyReference,
  environment: Readonly<Record<string, string | undefined>>,
): Promise<Signer> {
  const uri = parsePkcs11Uri(key.uri);
  const pin = await readPin(key, uri, environment);
  const module = await Pkcs11Module.load(findPkcs11Module(uri));
  const connection = new Pkcs11Connection(module, uri, pin);
  const subjectPublicKeyInfoDer = await connection
    .run(async ({ handle, key: privateKey }) => readPublicKey(module, handle, privateKey, uri))
    .catch((cause) => {
      throw asUnavailable(cause, key.uri);
    });
  const algorithm = algorithmOf(subjectPublicKeyInfoDer, key.uri);
  const token = new TokenKey(module, connection, algorithm, key.uri);
  const bare = {
    algorithm,
    subjectPublicKeyInfoDer,
    sign: (message: Uint8Array) => token.signDigest(hashOf(algorithm).update(message).digest()),
    begin: () => signStream(token, algorithm),
  };
  return withSelfCheck(bare, createNodeCrypto());
}

/** One private key in a token. */
class TokenKey {
  readonly #module: Pkcs11Module;
  readonly #connection: Pkcs11Connection;
  readonly #algorithm: SignatureAlgorithm;
  readonly #name: string;

  constructor(
    module: Pkcs11Module,
    connection: Pkcs11Connection,
    algorithm: SignatureAlgorithm,
    name: string,
  ) {
    this.#module = module;
    this.#connection = connection;
    this.#algorithm = algorithm;
    this.#name = name;
  }

  async signDigest(digest: Uint8Array): Promise<Uint8Array> {
    const isEc = this.#algorithm.scheme === 'ecdsa';
    const data = isEc ? digest : Buffer.concat([digestInfoPrefix(this.#algorithm), digest]);
    const mechanism = isEc ? CKM.ECDSA : CKM.RSA_PKCS;
    const signature = await this.#connection
      .run(({ handle, key }) => this.#module.sign(handle, key, mechanism, data))
      .catch((cause) => {
        throw asUnavailable(cause, this.#name);
      });
    return isEc ? ecdsaSigValue(signature) : signature;
  }
}

function asUnavailable(cause: unknown, name: string): LancreError {
  if (cause instanceof LancreError) return cause;
  const reason = cause instanceof Error ? cause.message : String(cause);
  return new LancreError('signer_unavailable', `${name}: ${reason}`, { cause });
}

async function readPin(
  key: Pkcs11KeyReference,
  uri: Pkcs11Uri,
  environment: Readonly<Record<string, string | undefined>>,
): Promise<string | undefined> {
  if (key.passphrase !== undefined) return readPassphrase(key.passphrase, environment);
  if (uri.pinSource !== undefined) return readPassphrase({ from: 'file', path: uri.pinSource }, environment);
  return undefined;
}

function algorithmOf(subjectPublicKeyInfoDer: Uint8Array, name: string): SignatureAlgorithm {
  const kind = publicKeyKindOf(subjectPublicKeyInfoDer);
  if (kind === undefined || (kind.type !== 'rsa' && kind.type !== 'ec'))
    throw new LancreError(
      'key_invalid',
      `${name}: only RSA keys and keys on P-256, P-384 and P-521 sign here`,
    );
  if (kind.type === 'rsa' && kind.modulusBits < 2048)
    throw new LancreError(
      'key_invalid',
      `${name}: an RSA key of ${kind.modulusBits} bits is too short to sign with`,
    );
  return signatureAlgorithm(defaultSignatureAlgorithm(kind));
}

function signStream(token: TokenKey, algorithm: SignatureAlgorithm): SigningStream {
  const hash = hashOf(algorithm);
  return {
    update(bytes: Uint8Array): void {
      hash.update(bytes);
    },
    finish: () => token.signDigest(hash.digest()),
  };
}

function hashOf({ hash }: SignatureAlgorithm): Hash {
  return createHash((hash ?? 'SHA-256').toLowerCase().replace('-', ''));
}

/** The DigestInfo of RFC 8017 9.2, note 1, up to the digest. */
function digestInfoPrefix({ hash }: SignatureAlgorithm): Uint8Array {
  if (hash !== 'SHA-256') throw new LancreError('internal', `no DigestInfo for ${hash}`);
  return Buffer.from('3031300d060960864801650304020105000420', 'hex');
}

/** r and s in a row, as PKCS#11 2.3.1 has them, as ECDSA-Sig-Value (RFC 3279 2.2.3). */
function ecdsaSigValue(signature: Uint8Array): Uint8Array {
  const half = signature.length / 2;
  return encodeDer((writer) =>
    writer.sequence((numbers) => {
      numbers.unsignedInteger(signature.subarray(0, half));
      numbers.unsignedInteger(signature.subarray(half));
    }),
  );
}
