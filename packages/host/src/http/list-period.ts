import type { IssuerRegistry } from '../issuer/issuer-registry.ts';

/**
 * How often the list at a public path is issued anew, in seconds, by the settings of its issuer.
 * Undefined where nobody here knows: the issuer has no key here and its lists come from elsewhere, it
 * has been removed, or it issues no delta CRLs any more.
 *
 * @param path such as `c/e1.crl`, `c/e1/7.crl` or `c/e1/7.delta.crl`
 * @example listPeriodSeconds(registry, 'c/e1/7.crl') // 3600
 */
export function listPeriodSeconds(registry: IssuerRegistry, path: string): number | undefined {
  const [, name = '', delta] = LIST_PATH.exec(path) ?? [];
  const issuer = registry.byName(name);
  if (issuer?.key === undefined) return undefined;
  const { crl } = issuer.policy;
  if (delta === undefined) return crl.periodSeconds;
  return crl.delta === 'omit' ? undefined : crl.delta.periodSeconds;
}

const LIST_PATH = /^c\/([a-z0-9-]+)(?:\/[a-z0-9-]+)?(\.delta)?\.crl$/;
