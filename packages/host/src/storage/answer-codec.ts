import { LancreError } from '../errors/lancre-error.ts';
import type { KeptAnswer } from '../status/kept-answers.ts';
import { fromSeconds, toSeconds } from './record-codec.ts';

/**
 * The stored form of a signed answer:
 *
 *     origin         1   0 host, 1 imported
 *     terms          4
 *     thisUpdate     5   seconds since 1970, as are the next three
 *     nextUpdate     5
 *     refreshAt      5
 *     notAfter       5   ff ff ff ff ff = none, or not before nextUpdate
 *     versionLength  1   ff = there was no record
 *     version, then the answer in DER
 */
export function encodeAnswer({ answer, origin, terms }: KeptAnswer): Buffer {
  const version = answer.versions[0];
  const value = Buffer.allocUnsafe(HEAD_OCTETS + (version?.length ?? 0) + answer.der.length);
  value[0] = ORIGINS.indexOf(origin);
  value.writeUInt32BE(terms, 1);
  value.writeUIntBE(toSeconds(answer.thisUpdate), 5, 5);
  value.writeUIntBE(toSeconds(answer.nextUpdate), 10, 5);
  value.writeUIntBE(toSeconds(answer.refreshAt), 15, 5);
  value.writeUIntBE(
    isEarlier(answer.notAfter, answer.nextUpdate) ? toSeconds(answer.notAfter) : NO_DATE,
    20,
    5,
  );
  value[25] = version?.length ?? NO_VERSION;
  if (version !== undefined) value.set(version, HEAD_OCTETS);
  value.set(answer.der, HEAD_OCTETS + (version?.length ?? 0));
  return value;
}

/** @throws LancreError `store_corrupt` when the octets are not an answer */
export function decodeAnswer(value: Uint8Array): KeptAnswer {
  const octets = Buffer.from(value.buffer, value.byteOffset, value.byteLength);
  const origin = ORIGINS[octets[0] ?? ORIGINS.length];
  const versionLength = octets[25] === NO_VERSION ? 0 : (octets[25] ?? 0);
  const start = HEAD_OCTETS + versionLength;
  if (origin === undefined || octets.length <= start)
    throw new LancreError('store_corrupt', `a kept OCSP answer of ${octets.length} octets is not readable`);
  const notAfter = octets.readUIntBE(20, 5);
  return {
    origin,
    terms: octets.readUInt32BE(1),
    answer: {
      kind: 'signed',
      der: octets.subarray(start),
      thisUpdate: fromSeconds(octets.readUIntBE(5, 5)),
      nextUpdate: fromSeconds(octets.readUIntBE(10, 5)),
      refreshAt: fromSeconds(octets.readUIntBE(15, 5)),
      versions: [octets[25] === NO_VERSION ? undefined : octets.subarray(HEAD_OCTETS, start)],
      notAfter: notAfter === NO_DATE ? undefined : fromSeconds(notAfter),
    },
  };
}

/** What a walk over many answers needs to know of each: dates in seconds since 1970. */
export function readAnswerDates(value: Uint8Array): {
  readonly thisUpdate: number;
  readonly nextUpdate: number;
  readonly notAfter: number;
} {
  const octets = Buffer.from(value.buffer, value.byteOffset, value.byteLength);
  return {
    thisUpdate: octets.readUIntBE(5, 5),
    nextUpdate: octets.readUIntBE(10, 5),
    notAfter: octets.readUIntBE(20, 5),
  };
}

function isEarlier(notAfter: Date | undefined, nextUpdate: Date): notAfter is Date {
  return notAfter !== undefined && notAfter < nextUpdate;
}

const HEAD_OCTETS = 26;
const ORIGINS = ['host', 'imported'] as const;
const NO_DATE = 0xff_ffff_ffff;
const NO_VERSION = 0xff;
