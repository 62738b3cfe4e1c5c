import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { createNodeCrypto } from '@lancre/pki/crypto-node';
import { listPeriodSeconds } from '#host/http/list-period.js';
import type { Issuer } from '#host/issuer/issuer.js';
import { type CrlPolicy, defaultIssuerPolicy } from '#host/issuer/issuer-policy.js';
import { createIssuerRegistry } from '#host/issuer/issuer-registry.js';
import { createIssuer } from '../issuer/test-issuers.ts';

const issuers = await Promise.all([
  issuerWith('hourly', 1, { periodSeconds: 3600, delta: { periodSeconds: 300, validitySeconds: 3600 } }),
  issuerWith('daily', 2, { periodSeconds: 86_400, delta: 'omit' }),
  issuerWith('keyless', 3, {}, 'elsewhere'),
]);
const registry = await createIssuerRegistry(issuers, createNodeCrypto());

describe('how often a list is issued anew', () => {
  const table: readonly (readonly [path: string, seconds: number | undefined])[] = [
    ['c/hourly.crl', 3600],
    ['c/hourly/7.crl', 3600],
    ['c/hourly.delta.crl', 300],
    ['c/hourly/7.delta.crl', 300],
    ['c/daily.crl', 86_400],
    ['c/daily/7.delta.crl', undefined],
    ['c/keyless.crl', undefined],
    ['c/unknown.crl', undefined],
    ['i/hourly', undefined],
  ];
  for (const [path, seconds] of table) {
    it(`HTTP-22: ${path}: ${seconds ?? 'nobody here knows'}`, () =>
      assert.equal(listPeriodSeconds(registry, path), seconds));
  }
});

async function issuerWith(
  name: string,
  id: number,
  crl: Partial<CrlPolicy>,
  place: 'here' | 'elsewhere' = 'here',
): Promise<Issuer> {
  const { issuer } = await createIssuer({ name, id });
  const policy = { ...defaultIssuerPolicy, crl: { ...defaultIssuerPolicy.crl, ...crl } };
  return { ...issuer, policy, ...(place === 'here' ? { key: { path: '/keys/ca.pem' } } : {}) };
}
