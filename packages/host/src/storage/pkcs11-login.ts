import { LancreError } from '../errors/lancre-error.ts';
import type { Pkcs11Module } from './pkcs11-module.ts';
import { CKR, pkcs11Fault } from './pkcs11-return-value.ts';
import type { Pkcs11Token } from './pkcs11-token.ts';

/** Who logs in, and where. */
export interface Pkcs11Login {
  readonly session: bigint;
  readonly token: Pkcs11Token;
  /** undefined = none is known. */
  readonly pin: string | undefined;
}

/**
 * Logs in as the token's user; that counts for all sessions with the token. A PIN that the token has refused
 * is not given to it again in this process, whatever number of keys use it: three wrong ones lock a token.
 *
 * @throws LancreError `key_passphrase` (no PIN, a wrong one, or one that is locked), `signer_unavailable`
 */
export async function logIn(module: Pkcs11Module, login: Pkcs11Login): Promise<void> {
  const { token, pin } = login;
  if (pin === undefined) {
    if (!token.needsLogin) return;
    throw new LancreError(
      'key_passphrase',
      'the token wants a PIN: name its file with pin-source or --passphrase-file, or its variable with --passphrase-env',
    );
  }
  await module.loginTurns.run(() => logInOnce(module, login, pin));
}

async function logInOnce(module: Pkcs11Module, { session, token }: Pkcs11Login, pin: string): Promise<void> {
  const name = JSON.stringify([token.manufacturer, token.model, token.serial, token.label]);
  const refused = module.refusedPins.get(name) ?? new Set();
  if (refused.has(pin))
    throw new LancreError('key_passphrase', 'the token has refused this PIN before; it is not tried again');
  if (token.isPinLocked) throw new LancreError('key_passphrase', 'the PIN of the token is locked');
  const octets = Buffer.from(pin, 'utf8');
  const returnValue = await module.attempt('C_Login', session, CKU_USER, octets, octets.length);
  octets.fill(0);
  if (returnValue === CKR.OK || returnValue === CKR.USER_ALREADY_LOGGED_IN) return;
  const fault = pkcs11Fault('C_Login', returnValue);
  if (fault.code !== 'key_passphrase') throw fault;
  if (WRONG.includes(returnValue)) module.refusedPins.set(name, refused.add(pin));
  throw new LancreError('key_passphrase', `the token refused the PIN: ${fault.message}`);
}

const CKU_USER = 1;
/** What may count against the PIN. */
const WRONG: readonly number[] = [CKR.PIN_INCORRECT, CKR.PIN_INVALID, CKR.PIN_LEN_RANGE];
