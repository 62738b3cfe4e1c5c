import type { Pkcs11Module } from './pkcs11-module.ts';
import { CKR, pkcs11Fault } from './pkcs11-return-value.ts';

/** An object, as one session sees it. */
export interface Pkcs11Object {
  readonly session: bigint;
  readonly handle: bigint;
}

/** An attribute that objects are looked for by. */
export interface Pkcs11Attribute {
  readonly type: number;
  readonly value: Uint8Array;
}

/** A CK_ULONG as the value of an attribute. */
export function ulongValue(value: number): Uint8Array {
  return new Uint8Array(BigUint64Array.of(BigInt(value)).buffer);
}

/** The CK_ULONG that the value of an attribute is. */
export function readUlongValue(value: Uint8Array): number | undefined {
  if (value.length !== ULONG_OCTETS) return undefined;
  return Number(new BigUint64Array(Uint8Array.from(value).buffer)[0]);
}

/**
 * Finds objects that have all of these attributes.
 *
 * @returns at most `limit` of them
 * @throws LancreError by `pkcs11Fault`
 */
export async function findPkcs11Objects(
  module: Pkcs11Module,
  session: bigint,
  attributes: readonly Pkcs11Attribute[],
  limit: number,
): Promise<readonly Pkcs11Object[]> {
  await module.call('C_FindObjectsInit', session, templateOf(module, attributes), attributes.length);
  try {
    return await collectObjects(module, session, limit);
  } finally {
    // A search that is not ended would stand in the way of the next.
    await module.attempt('C_FindObjectsFinal', session);
  }
}

/**
 * Reads an attribute.
 *
 * @returns undefined when the object has none, or does not show it
 * @throws LancreError by `pkcs11Fault`
 */
export async function readPkcs11Attribute(
  module: Pkcs11Module,
  object: Pkcs11Object,
  type: number,
): Promise<Uint8Array | undefined> {
  const length = await fillAttribute(module, object, BigUint64Array.of(BigInt(type), 0n, 0n));
  if (length === undefined) return undefined;
  const memory = templateOf(module, [{ type, value: new Uint8Array(length) }]);
  const read = await fillAttribute(module, object, memory);
  return read === undefined
    ? undefined
    : new Uint8Array(memory.buffer).slice(ATTRIBUTE_OCTETS).slice(0, read);
}

async function collectObjects(
  module: Pkcs11Module,
  session: bigint,
  limit: number,
): Promise<readonly Pkcs11Object[]> {
  const found: Pkcs11Object[] = [];
  while (found.length < limit) {
    const handles = new BigUint64Array(limit - found.length);
    const count = new BigUint64Array(1);
    await module.call('C_FindObjects', session, handles, handles.length, count);
    if (count[0] === 0n) break;
    found.push(...Array.from(handles.subarray(0, Number(count[0])), (handle) => ({ session, handle })));
  }
  return found;
}

/** @returns the length of the value */
async function fillAttribute(
  module: Pkcs11Module,
  { session, handle }: Pkcs11Object,
  memory: BigUint64Array,
): Promise<number | undefined> {
  const returnValue = await module.attempt('C_GetAttributeValue', session, handle, memory, 1);
  if (HIDDEN.includes(returnValue)) return undefined;
  if (returnValue !== CKR.OK) throw pkcs11Fault('C_GetAttributeValue', returnValue);
  const length = memory[2] ?? CK_UNAVAILABLE_INFORMATION;
  return length > MAX_ATTRIBUTE_OCTETS ? undefined : Number(length);
}

/** CK_ATTRIBUTE structures (type, address of the value, length) and behind them the values, in one piece of memory. */
function templateOf(module: Pkcs11Module, attributes: readonly Pkcs11Attribute[]): BigUint64Array {
  const valueOctets = attributes.reduce((sum, { value }) => sum + value.length, 0);
  const headLongs = attributes.length * ATTRIBUTE_LONGS;
  const memory = new BigUint64Array(headLongs + Math.ceil(valueOctets / ULONG_OCTETS));
  const octets = new Uint8Array(memory.buffer);
  const base = module.addressOf(octets);
  let offset = headLongs * ULONG_OCTETS;
  for (const [index, { type, value }] of attributes.entries()) {
    const head = [BigInt(type), base + BigInt(offset), BigInt(value.length)];
    memory.set(head, index * ATTRIBUTE_LONGS);
    octets.set(value, offset);
    offset += value.length;
  }
  return memory;
}

const HIDDEN: readonly number[] = [CKR.ATTRIBUTE_SENSITIVE, CKR.ATTRIBUTE_TYPE_INVALID];

const ULONG_OCTETS = 8;
const ATTRIBUTE_LONGS = 3;
const ATTRIBUTE_OCTETS = ATTRIBUTE_LONGS * ULONG_OCTETS;
/** The length of a value that is not shown. */
const CK_UNAVAILABLE_INFORMATION = 2n ** 64n - 1n;
/** Far above a 16,384-bit modulus. */
const MAX_ATTRIBUTE_OCTETS = 65_536n;
