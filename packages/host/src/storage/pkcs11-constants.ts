/** Numbers of PKCS#11 2.40 that are used here, by their names without prefix. */

export const CKR = {
  OK: 0x00,
  GENERAL_ERROR: 0x05,
  FUNCTION_FAILED: 0x06,
  DEVICE_ERROR: 0x30,
  DEVICE_REMOVED: 0x32,
  KEY_HANDLE_INVALID: 0x60,
  OBJECT_HANDLE_INVALID: 0x82,
  OPERATION_ACTIVE: 0x90,
  PIN_INCORRECT: 0xa0,
  PIN_INVALID: 0xa1,
  PIN_LEN_RANGE: 0xa2,
  PIN_LOCKED: 0xa4,
  SESSION_CLOSED: 0xb0,
  SESSION_HANDLE_INVALID: 0xb3,
  TOKEN_NOT_PRESENT: 0xe0,
  TOKEN_NOT_RECOGNIZED: 0xe1,
  USER_ALREADY_LOGGED_IN: 0x100,
  USER_NOT_LOGGED_IN: 0x101,
  USER_PIN_NOT_INITIALIZED: 0x102,
  CRYPTOKI_NOT_INITIALIZED: 0x190,
  CRYPTOKI_ALREADY_INITIALIZED: 0x191,
} as const;

export const CKA = {
  CLASS: 0x000,
  LABEL: 0x003,
  KEY_TYPE: 0x100,
  ID: 0x102,
  MODULUS: 0x120,
  PUBLIC_EXPONENT: 0x122,
  PUBLIC_KEY_INFO: 0x129,
  EC_PARAMS: 0x180,
  EC_POINT: 0x181,
} as const;

export const CKO = { PUBLIC_KEY: 2, PRIVATE_KEY: 3 } as const;
export const CKK = { RSA: 0, EC: 3 } as const;
export const CKM = { RSA_PKCS: 0x0001, ECDSA: 0x1041 } as const;
/** CKU_USER */
export const USER = 1;
/** CKF_SERIAL_SESSION */
export const SERIAL_SESSION = 4;
/** CKF_OS_LOCKING_OK */
export const OS_LOCKING_OK = 2;

/** Places of the functions in CK_FUNCTION_LIST, which every module has in the same order. */
export const FUNCTION_PLACES = {
  C_Initialize: 0,
  C_Finalize: 1,
  C_GetSlotList: 4,
  C_GetTokenInfo: 6,
  C_OpenSession: 12,
  C_CloseSession: 13,
  C_CloseAllSessions: 14,
  C_Login: 18,
  C_GetAttributeValue: 24,
  C_FindObjectsInit: 26,
  C_FindObjects: 27,
  C_FindObjectsFinal: 28,
  C_SignInit: 42,
  C_Sign: 43,
} as const;

/** The name of a return value. */
export function returnValueName(value: number): string {
  const name = Object.entries(CKR).find(([, number]) => number === value)?.[0];
  return name === undefined ? `0x${value.toString(16)}` : `CKR_${name}`;
}
