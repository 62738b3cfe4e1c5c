import { PkiError } from '../errors/pki-error.ts';

/**
 * The dotted form of the contents of an OBJECT IDENTIFIER (X.690 8.19); undefined when they are none.
 *
 * Arcs are read up to 2^53, and at most 64 octets are taken.
 */
export function decodeOid(content: Uint8Array): string | undefined {
  if (content.length === 0 || content.length > MAX_OID_OCTETS || ((content.at(-1) ?? 0) & 0x80) !== 0)
    return undefined;
  let text = '';
  let arc = 0;
  let atArcStart = true;
  for (let i = 0; i < content.length; i++) {
    const octet = content[i] ?? 0;
    if ((atArcStart && octet === 0x80) || arc > MAX_ARC_BEFORE_SHIFT) return undefined;
    arc = arc * 128 + (octet & 0x7f);
    atArcStart = octet < 0x80;
    if (!atArcStart) continue;
    text = text === '' ? firstArcs(arc) : `${text}.${arc}`;
    arc = 0;
  }
  return text;
}

/**
 * The contents of an OBJECT IDENTIFIER from its dotted form.
 *
 * @throws PkiError der_oid_invalid
 */
export function encodeOid(oid: string): Uint8Array {
  const arcs = parseArcs(oid);
  const [root = 0, second = 0] = arcs;
  if (arcs.length < 2 || root > 2 || (root < 2 && second > 39)) fail(oid);
  const bytes: number[] = [];
  pushArc(bytes, root * 40 + second);
  for (let i = 2; i < arcs.length; i++) pushArc(bytes, arcs[i] ?? 0);
  return bytes.length > MAX_OID_OCTETS ? fail(oid) : Uint8Array.from(bytes);
}

/** Decimal numbers without leading zeros between dots. Not by a regular expression: this is on the way of every answer. */
function parseArcs(oid: string): readonly number[] {
  const arcs: number[] = [];
  let arc = 0;
  let digits = 0;
  for (let i = 0; i <= oid.length; i++) {
    const digit = i < oid.length ? oid.charCodeAt(i) - 0x30 : DOT;
    if (digit === DOT && digits > 0) {
      arcs.push(arc);
      arc = 0;
      digits = 0;
      continue;
    }
    const isDigit = digit >= 0 && digit <= 9 && !(digits > 0 && arc === 0);
    arc = arc * 10 + digit;
    digits += 1;
    if (!isDigit || arc > MAX_ARC) fail(oid);
  }
  return arcs;
}

function firstArcs(value: number): string {
  const root = Math.min(2, Math.floor(value / 40));
  return `${root}.${value - root * 40}`;
}

function pushArc(bytes: number[], arc: number): void {
  if (arc >= 128) pushLeadingSeptets(bytes, Math.floor(arc / 128));
  bytes.push(arc % 128);
}

function pushLeadingSeptets(bytes: number[], value: number): void {
  if (value >= 128) pushLeadingSeptets(bytes, Math.floor(value / 128));
  bytes.push(0x80 | (value % 128));
}

function fail(oid: string): never {
  throw new PkiError('der_oid_invalid', `not an object identifier: ${oid.slice(0, 200)}`);
}

/** What charCodeAt of a dot less 0x30 is. */
const DOT = -2;
const MAX_OID_OCTETS = 64;
/** So that the first two arcs, put together, stay exact as well. */
const MAX_ARC = 2 ** 53 - 1 - 80;
const MAX_ARC_BEFORE_SHIFT = 2 ** 46 - 1;
