import { LancreError } from '../errors/lancre-error.ts';
import type { Pkcs11Uri } from '../issuer/pkcs11-uri.ts';
import type { Pkcs11Module } from './pkcs11-module.ts';
import { CKR, pkcs11Fault } from './pkcs11-return-value.ts';

/** A token that is present. */
export interface Pkcs11Token {
  readonly slotId: bigint;
  readonly label: string;
  readonly manufacturer: string;
  readonly model: string;
  readonly serial: string;
  readonly needsLogin: boolean;
  readonly isPinLocked: boolean;
}

/**
 * Finds the one token that a URI means.
 *
 * @throws LancreError `signer_unavailable` (none is present), `key_invalid` (several match, or the module is
 *   not the library that the URI wants)
 */
export async function findPkcs11Token(module: Pkcs11Module, uri: Pkcs11Uri): Promise<Pkcs11Token> {
  await checkLibrary(module, uri);
  const found: Pkcs11Token[] = [];
  for (const slotId of await listSlots(module)) {
    if (uri.slotId !== undefined && uri.slotId !== slotId) continue;
    const token = await readToken(module, slotId);
    if (token !== undefined && isMeant(token, uri) && (await isSlotMeant(module, slotId, uri)))
      found.push(token);
  }
  const [token] = found;
  if (token === undefined)
    throw new LancreError('signer_unavailable', `no such token is present in ${module.path}`);
  if (found.length === 1) return token;
  const serials = found.map(({ serial }) => serial).join(', ');
  throw new LancreError('key_invalid', `${found.length} tokens match; tell them apart by serial: ${serials}`);
}

/** Slots with a token. */
async function listSlots(module: Pkcs11Module): Promise<readonly bigint[]> {
  const count = new BigUint64Array(1);
  await module.call('C_GetSlotList', CK_TRUE, null, count);
  const slots = new BigUint64Array(Number(count[0]) + SPARE_SLOTS);
  count[0] = BigInt(slots.length);
  await module.call('C_GetSlotList', CK_TRUE, slots, count);
  return [...slots.subarray(0, Number(count[0]))];
}

async function readToken(module: Pkcs11Module, slotId: bigint): Promise<Pkcs11Token | undefined> {
  const info = Buffer.alloc(TOKEN_INFO_OCTETS);
  const returnValue = await module.attempt('C_GetTokenInfo', slotId, info);
  if (GONE.includes(returnValue)) return undefined;
  if (returnValue !== CKR.OK) throw pkcs11Fault('C_GetTokenInfo', returnValue);
  const flags = flagsOf(info, 96);
  if ((flags & CKF_TOKEN_INITIALIZED) === 0n) return undefined;
  return {
    slotId,
    label: paddedText(info, 0, 32),
    manufacturer: paddedText(info, 32, 64),
    model: paddedText(info, 64, 80),
    serial: paddedText(info, 80, 96),
    needsLogin: (flags & CKF_LOGIN_REQUIRED) !== 0n,
    isPinLocked: (flags & CKF_USER_PIN_LOCKED) !== 0n,
  };
}

function isMeant(token: Pkcs11Token, uri: Pkcs11Uri): boolean {
  return (
    matches(uri.token, token.label) &&
    matches(uri.manufacturer, token.manufacturer) &&
    matches(uri.model, token.model) &&
    matches(uri.serial, token.serial)
  );
}

async function isSlotMeant(module: Pkcs11Module, slotId: bigint, uri: Pkcs11Uri): Promise<boolean> {
  if (uri.slotDescription === undefined && uri.slotManufacturer === undefined) return true;
  const info = Buffer.alloc(SLOT_INFO_OCTETS);
  await module.call('C_GetSlotInfo', slotId, info);
  return (
    matches(uri.slotDescription, paddedText(info, 0, 64)) &&
    matches(uri.slotManufacturer, paddedText(info, 64, 96))
  );
}

async function checkLibrary(module: Pkcs11Module, uri: Pkcs11Uri): Promise<void> {
  const { libraryDescription, libraryManufacturer, libraryVersion } = uri;
  if ((libraryDescription ?? libraryManufacturer ?? libraryVersion) === undefined) return;
  const info = Buffer.alloc(INFO_OCTETS);
  await module.call('C_GetInfo', info);
  const manufacturer = paddedText(info, 2, 34);
  const description = paddedText(info, 48, 80);
  const [major = 0, minor = 0] = info.subarray(80);
  const isMeantVersion =
    libraryVersion === undefined || (libraryVersion.major === major && libraryVersion.minor === minor);
  if (
    matches(libraryManufacturer, manufacturer) &&
    matches(libraryDescription, description) &&
    isMeantVersion
  )
    return;
  throw new LancreError(
    'key_invalid',
    `${module.path} is another library: ${manufacturer}, ${description}, ${major}.${minor}`,
  );
}

function matches(wanted: string | undefined, actual: string): boolean {
  return wanted === undefined || wanted === actual;
}

/** Texts of PKCS #11 have a fixed length and are filled up with blanks. */
function paddedText(info: Buffer, start: number, end: number): string {
  return info.toString('utf8', start, end).replace(/[ \0]+$/, '');
}

function flagsOf(info: Buffer, offset: number): bigint {
  return new BigUint64Array(info.buffer, info.byteOffset + offset, 1)[0] ?? 0n;
}

const CK_TRUE = 1;
/** Room for slots that come up between the two calls. */
const SPARE_SLOTS = 16;
const GONE: readonly number[] = [CKR.TOKEN_NOT_PRESENT, CKR.TOKEN_NOT_RECOGNIZED];

/** CK_INFO, CK_SLOT_INFO and CK_TOKEN_INFO, with some room behind them. */
const INFO_OCTETS = 128;
const SLOT_INFO_OCTETS = 128;
const TOKEN_INFO_OCTETS = 256;

const CKF_LOGIN_REQUIRED = 0x4n;
const CKF_TOKEN_INITIALIZED = 0x400n;
const CKF_USER_PIN_LOCKED = 0x40000n;
