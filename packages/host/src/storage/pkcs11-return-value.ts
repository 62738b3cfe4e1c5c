import { LancreError, type LancreErrorCode } from '../errors/lancre-error.ts';

/** CK_RV values that are met by name here (PKCS #11 2.40, pkcs11t.h). */
export const CKR = {
  OK: 0x0,
  PIN_INCORRECT: 0xa0,
  PIN_INVALID: 0xa1,
  PIN_LEN_RANGE: 0xa2,
  TOKEN_NOT_PRESENT: 0xe0,
  TOKEN_NOT_RECOGNIZED: 0xe1,
  USER_ALREADY_LOGGED_IN: 0x100,
  ATTRIBUTE_SENSITIVE: 0x11,
  ATTRIBUTE_TYPE_INVALID: 0x12,
  CRYPTOKI_NOT_INITIALIZED: 0x190,
  CRYPTOKI_ALREADY_INITIALIZED: 0x191,
} as const;

/**
 * What a return value other than CKR_OK means here: `key_passphrase` for whatever is wrong with a PIN,
 * `key_invalid` for what would be the same at a second attempt, and `signer_unavailable` for all else,
 * vendors' values among them: a token that was lost shows itself in many ways, and to try again is harmless.
 */
export function pkcs11Fault(functionName: string, returnValue: number): LancreError {
  const name = KNOWN.get(returnValue)?.name ?? `0x${returnValue.toString(16)}`;
  const code = KNOWN.get(returnValue)?.code ?? 'signer_unavailable';
  return new LancreError(code, `${functionName} gave ${name}`);
}

/** True for a fault that may be gone once the token is opened anew. */
export function isUnavailable(error: unknown): boolean {
  return error instanceof LancreError && error.code === 'signer_unavailable';
}

interface KnownValue {
  readonly name: string;
  readonly code: LancreErrorCode;
}

function named(code: LancreErrorCode, values: Readonly<Record<string, number>>): [number, KnownValue][] {
  return Object.entries(values).map(([name, value]) => [value, { name, code }]);
}

const KNOWN: ReadonlyMap<number, KnownValue> = new Map([
  ...named('key_passphrase', {
    CKR_PIN_INCORRECT: CKR.PIN_INCORRECT,
    CKR_PIN_INVALID: CKR.PIN_INVALID,
    CKR_PIN_LEN_RANGE: CKR.PIN_LEN_RANGE,
    CKR_PIN_EXPIRED: 0xa3,
    CKR_PIN_LOCKED: 0xa4,
    CKR_USER_PIN_NOT_INITIALIZED: 0x102,
  }),
  ...named('key_invalid', {
    CKR_DATA_INVALID: 0x20,
    CKR_DATA_LEN_RANGE: 0x21,
    CKR_KEY_SIZE_RANGE: 0x62,
    CKR_KEY_TYPE_INCONSISTENT: 0x63,
    CKR_KEY_FUNCTION_NOT_PERMITTED: 0x68,
    CKR_MECHANISM_INVALID: 0x70,
    CKR_MECHANISM_PARAM_INVALID: 0x71,
    CKR_FUNCTION_NOT_SUPPORTED: 0x54,
  }),
  ...named('signer_unavailable', {
    CKR_HOST_MEMORY: 0x2,
    CKR_SLOT_ID_INVALID: 0x3,
    CKR_GENERAL_ERROR: 0x5,
    CKR_FUNCTION_FAILED: 0x6,
    CKR_ARGUMENTS_BAD: 0x7,
    CKR_CANT_LOCK: 0xa,
    CKR_ATTRIBUTE_SENSITIVE: CKR.ATTRIBUTE_SENSITIVE,
    CKR_ATTRIBUTE_TYPE_INVALID: CKR.ATTRIBUTE_TYPE_INVALID,
    CKR_DEVICE_ERROR: 0x30,
    CKR_DEVICE_MEMORY: 0x31,
    CKR_DEVICE_REMOVED: 0x32,
    CKR_FUNCTION_CANCELED: 0x50,
    CKR_KEY_HANDLE_INVALID: 0x60,
    CKR_OBJECT_HANDLE_INVALID: 0x82,
    CKR_OPERATION_ACTIVE: 0x90,
    CKR_OPERATION_NOT_INITIALIZED: 0x91,
    CKR_SESSION_CLOSED: 0xb0,
    CKR_SESSION_COUNT: 0xb1,
    CKR_SESSION_HANDLE_INVALID: 0xb3,
    CKR_TOKEN_NOT_PRESENT: CKR.TOKEN_NOT_PRESENT,
    CKR_TOKEN_NOT_RECOGNIZED: CKR.TOKEN_NOT_RECOGNIZED,
    CKR_USER_NOT_LOGGED_IN: 0x101,
    CKR_USER_ANOTHER_ALREADY_LOGGED_IN: 0x104,
    CKR_USER_TOO_MANY_TYPES: 0x105,
    CKR_BUFFER_TOO_SMALL: 0x150,
    CKR_CRYPTOKI_NOT_INITIALIZED: CKR.CRYPTOKI_NOT_INITIALIZED,
  }),
]);
