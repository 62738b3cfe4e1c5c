import { EXTENSION_OIDS } from '../pki/extension-oids.ts';
import { type LintedPoint, readLintedPoint } from './issuing-point.ts';
import type { LintScope } from './lint-finding.ts';
import { extensionOf, type ListToLint, readOrFind } from './list-to-lint.ts';

/** issuingDistributionPoint (RFC 5280 5.2.5, BR 7.2.2.1). Returns it, where it can be read. */
export function lintIssuingPoint(list: ListToLint): LintedPoint | undefined {
  const { findings, options } = list;
  if (options.url !== undefined) lintSlashes(list, options.url);
  const extension = extensionOf(list, EXTENSION_OIDS.issuingDistributionPoint);
  if (extension === undefined) return undefined;
  if (!extension.critical) findings.add('idp_not_critical', 'issuingDistributionPoint is not critical');
  const point = readOrFind(list, extension, 'issuingDistributionPoint', readLintedPoint);
  if (point === undefined) return undefined;
  lintFlags(list, point);
  lintNames(list, point);
  return point;
}

/** The scope that a list states itself. */
export function statedScope(point: LintedPoint | undefined): LintScope {
  if (point?.flags.onlyContainsUserCerts === 'true') return 'subscriber';
  return point?.flags.onlyContainsCACerts === 'true' ? 'ca' : 'unknown';
}

function lintFlags({ findings, options }: ListToLint, point: LintedPoint): void {
  const { flags, someReasons } = point;
  const stated = Object.entries(flags);
  for (const [name, flag] of stated) {
    if (flag === 'encoded_false')
      findings.add('idp_default_encoded', `${name} is FALSE, its default, and yet encoded`);
  }
  const scopes = stated.filter(([name, flag]) => name.startsWith('onlyContains') && flag === 'true');
  if (scopes.length > 1)
    findings.add(
      'idp_scopes_conflict',
      `the list is for nothing: ${scopes.map(([name]) => name).join(' and ')}`,
    );
  if (flags.onlyContainsAttributeCerts === 'true')
    findings.add('idp_attribute_certificates', 'onlyContainsAttributeCerts is TRUE');
  if (flags.indirectCRL === 'true') findings.add('idp_indirect', 'indirectCRL is TRUE');
  if (someReasons === 'present')
    findings.add('idp_some_reasons', 'onlySomeReasons: another list has to have all');
  const scope = statedScope(point);
  if (options.scope !== 'unknown' && scope !== 'unknown' && scope !== options.scope)
    findings.add('idp_scope_mismatch', `the list is for ${SCOPES[scope]}, not for ${SCOPES[options.scope]}`);
}

function lintNames(list: ListToLint, point: LintedPoint): void {
  const { findings } = list;
  const { flags, nameForm, otherNames, someReasons, uris } = point;
  if (nameForm === 'absent') {
    const isEmpty = someReasons === 'absent' && Object.values(flags).every((flag) => flag !== 'true');
    if (isEmpty) findings.add('idp_empty', 'issuingDistributionPoint says nothing');
    else
      findings.add('idp_without_distribution_point', 'issuingDistributionPoint is without distributionPoint');
  }
  if (nameForm === 'relative') findings.add('idp_name_relative', 'the name is a nameRelativeToCRLIssuer');
  if (otherNames.length > 0)
    findings.add('idp_name_not_uri', `fullName has names that are no URI: ${otherNames.join(', ')}`);
  if (uris.length > 0) lintUris(list, uris);
}

function lintUris(list: ListToLint, uris: readonly string[]): void {
  const { findings, options } = list;
  const { url } = options;
  if (!uris.some((uri) => uri.startsWith('http://')))
    findings.add('idp_uri_not_http', `none of its URIs is an http one: ${uris.join(' ')}`);
  for (const uri of uris) if (uri !== url) lintSlashes(list, uri);
  if (url !== undefined && !uris.includes(url))
    findings.add('idp_url_mismatch', `the list is at ${url}, and says ${uris.join(' ')}`);
}

function lintSlashes({ findings }: ListToLint, url: string): void {
  if (/^[a-z][a-z0-9+.-]*:\/\/[^/?#]*[^?#]*\/\//i.test(url))
    findings.add('url_double_slash', `two slashes in a row in the path of ${url}`);
}

const SCOPES: Readonly<Record<Exclude<LintScope, 'unknown'>, string>> = {
  subscriber: 'subscriber certificates',
  ca: 'certificates of CAs',
};
