import type { Issuer } from '../issuer/issuer.ts';
import type { OcspQuestion } from './ocsp-source.ts';

/**
 * When a newer answer should take an answer's place: at half of the validity, Microsoft's rule and the
 * strictest of the programs' (ORSP-19, K-8).
 *
 * Answers that are signed ahead were all signed in one go at first, and would all fall due in one go:
 * each is renewed at its own moment between a quarter and a half, told by its serial number, so that the
 * work is spread evenly within a few rounds and stays so.
 */
export function refreshTimeOf(
  issuer: Issuer,
  question: OcspQuestion,
  thisUpdate: Date,
  nextUpdate: Date,
): Date {
  const validity = nextUpdate.getTime() - thisUpdate.getTime();
  const serialNumber = question.items[0]?.serialNumber ?? new Uint8Array();
  const early = issuer.policy.ocsp.presign.length === 0 ? 0 : scatter(serialNumber) / 4;
  return new Date(Math.floor((thisUpdate.getTime() + validity * (0.5 - early)) / 1000) * 1000);
}

/** 0 to 1, alike for all serials: FNV-1a, then mixed, since its upper bits move little with the last octet. */
function scatter(octets: Uint8Array): number {
  let hash = 0x811c9dc5;
  for (const octet of octets) hash = Math.imul(hash ^ octet, 0x01000193);
  hash = Math.imul(hash ^ (hash >>> 15), 0x2c1b3c6d);
  hash ^= hash >>> 13;
  return (hash >>> 0) / 2 ** 32;
}
