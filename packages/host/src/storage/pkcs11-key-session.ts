import type { Pkcs11Uri } from '../issuer/pkcs11-uri.ts';
import { findPkcs11Key, type Pkcs11Key } from './pkcs11-key.ts';
import { logIn } from './pkcs11-login.ts';
import type { Pkcs11Module } from './pkcs11-module.ts';
import { findPkcs11Token } from './pkcs11-token.ts';

/** A session in which a key was found. */
export interface Pkcs11KeySession extends Pkcs11Key {
  /** The module's when the session was opened. */
  readonly generation: number;
}

/** Where a key is, and how its token is opened. */
export interface Pkcs11KeyPlace {
  readonly module: Pkcs11Module;
  readonly uri: Pkcs11Uri;
  /** The user's PIN, read anew at each login; undefined = none is known. */
  readonly readPin: () => Promise<string | undefined>;
}

/**
 * Finds the token, opens a session, logs in and finds the key. To be called in {@link Pkcs11Module.run}.
 *
 * @throws LancreError `signer_unavailable`, `key_invalid`, `key_passphrase`, `file_missing` (of the PIN)
 */
export async function openPkcs11KeySession(place: Pkcs11KeyPlace): Promise<Pkcs11KeySession> {
  const { module, uri, readPin } = place;
  const token = await findPkcs11Token(module, uri);
  const pin = await readPin();
  const opened = new BigUint64Array(1);
  await module.call('C_OpenSession', token.slotId, CKF_SERIAL_SESSION, null, null, opened);
  const session = opened[0] ?? 0n;
  try {
    await logIn(module, { session, token, pin });
    return { ...(await findPkcs11Key(module, session, uri)), generation: module.generation };
  } catch (error) {
    await closePkcs11Session(module, session);
    throw error;
  }
}

/** Gives a session back; nobody needs to know whether it was there still. */
export async function closePkcs11Session(module: Pkcs11Module, session: bigint): Promise<void> {
  await module.attempt('C_CloseSession', session).catch(() => {});
}

/** Sessions have no other kind; without CKF_RW_SESSION nothing can be changed in the token. */
const CKF_SERIAL_SESSION = 4;
