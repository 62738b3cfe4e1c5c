import { freshestCrlOf } from '../pki/distribution-points.ts';
import type { Extension } from '../pki/extension.ts';
import { EXTENSION_OIDS } from '../pki/extension-oids.ts';
import { readAnyInteger } from './extension-lints.ts';
import { extensionOf, type ListToLint, readOrFind, valueOrFinding } from './list-to-lint.ts';

/** deltaCRLIndicator and freshestCRL (RFC 5280 5.2.4, 5.2.6). */
export function lintDelta(list: ListToLint, crlNumber: bigint | undefined): void {
  const { findings } = list;
  const indicator = extensionOf(list, EXTENSION_OIDS.deltaCRLIndicator);
  const freshest = extensionOf(list, EXTENSION_OIDS.freshestCRL);
  if (indicator !== undefined) lintIndicator(list, indicator, crlNumber);
  if (freshest !== undefined) lintFreshest(list, freshest);
  if (indicator !== undefined && freshest !== undefined)
    findings.add('freshest_crl_in_delta', 'a delta list has a freshestCRL');
  if (indicator !== undefined || freshest !== undefined)
    findings.add(
      'delta_not_recommended',
      `${indicator ? 'deltaCRLIndicator' : 'freshestCRL'} is not recommended`,
    );
}

function lintIndicator(list: ListToLint, indicator: Extension, crlNumber: bigint | undefined): void {
  const { findings } = list;
  if (!indicator.critical) findings.add('delta_not_critical', 'deltaCRLIndicator is not critical');
  const base = readOrFind(list, indicator, 'BaseCRLNumber', readAnyInteger);
  if (base === undefined) return;
  if (base < 0n || base >= 1n << 159n) findings.add('delta_base_invalid', 'BaseCRLNumber is no CRL number');
  if (crlNumber !== undefined && base >= crlNumber)
    findings.add(
      'delta_base_not_below',
      `BaseCRLNumber ${base} is not below the list's own number ${crlNumber}`,
    );
}

function lintFreshest({ findings, scanned }: ListToLint, freshest: Extension): void {
  if (freshest.critical) findings.add('freshest_crl_critical', 'freshestCRL is critical');
  const holder = { der: freshest.der, extensions: [freshest], issuer: scanned.issuer };
  const points = valueOrFinding(findings, 'freshestCRL', () => freshestCrlOf(holder)) ?? [];
  if (points.some(({ crlIssuer, reasons }) => crlIssuer !== undefined || reasons !== undefined))
    findings.add('freshest_crl_fields', 'freshestCRL of a list has more than distributionPoint');
}
