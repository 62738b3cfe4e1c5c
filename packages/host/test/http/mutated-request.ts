import type { Certificate } from '@lancre/pki/certificate';
import { wrapOddly } from './http-mutations.js';
import { type Mutation, OCTET_MUTATIONS, STRUCTURE_MUTATIONS } from './ocsp-mutations.js';
import { randomRequest } from './ocsp-request-samples.js';
import { spellAtRandom, spellBadly, type WireRequest } from './ocsp-spellings.js';
import type { SeededRandom } from './seeded-random.js';

/** A request to try an edge with, and how it came about. */
export interface MutatedRequest extends WireRequest {
  /** Names of the mutations; `none` = a good request that is known to be answered. */
  readonly recipe: string;
}

/** A request as HTTP knows it, good or with mutations in its DER or its spelling. */
export function mutateRequest(random: SeededRandom, issuers: readonly Certificate[]): MutatedRequest {
  const request = randomRequest(random, issuers);
  const kind = random.below(100);
  if (kind < 3) return { ...spellAtRandom(request, random), recipe: 'none' };
  if (kind < 14) return { ...spellBadly(request, random), recipe: 'spelling' };
  if (kind < 40) return mutate(request, random, OCTET_MUTATIONS, 1);
  // Two at once reach what one alone cannot.
  return mutate(request, random, STRUCTURE_MUTATIONS, random.pick([1, 1, 1, 2]));
}

/** A request in odd HTTP, its DER good or mutated. */
export function mutateHttp(random: SeededRandom, issuers: readonly Certificate[]) {
  const request = randomRequest(random, issuers);
  const der = random.below(4) === 0 ? random.pick(Object.values(OCTET_MUTATIONS))(request, random) : request;
  return { ...wrapOddly(der, random), recipe: 'http' };
}

function mutate(
  request: Uint8Array,
  random: SeededRandom,
  mutations: Readonly<Record<string, Mutation>>,
  count: number,
): MutatedRequest {
  const recipe = random.pick(Object.keys(mutations));
  let der = mutations[recipe]?.(request, random) ?? request;
  if (count > 1) der = random.pick(Object.values(OCTET_MUTATIONS))(der.length === 0 ? request : der, random);
  return { ...spellAtRandom(der, random), recipe: count > 1 ? `${recipe}, octets` : recipe };
}
