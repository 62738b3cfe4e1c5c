import { formatName } from '@lancre/pki/certificate';
import type {
  CertificateRevocation,
  ChainLink,
  CheckReport,
  CrlCheckWithDeltas,
  DeltaCheck,
  OcspCheck,
} from '@lancre/pki/client';
import { formatInstant } from './instant.ts';

/** A report for people: the verdict, the chain as a tree, and for each certificate what was asked and said. */
export function describeReport(report: CheckReport): string[] {
  const lines = [`${report.verdict.toUpperCase()}  (for ${formatInstant(wholeSeconds(report.at))})`, ''];
  report.chain.forEach((link, depth) => {
    lines.push(...describeLink(link, depth), ...describeEvidence(report.revocation[depth], depth));
  });
  if (report.chain.length === 0) lines.push('no path to a trust anchor holds');
  for (const { code, message, certificate } of report.reasons) {
    lines.push('', `${code}: ${message}`, `  ${formatName(certificate.subject)}`);
  }
  if (report.reasons.length === 0 && report.chain.length > 0) return lines;
  return [...lines, ...describeFailures(report)];
}

/** The same for programs; stable names, no certificates but their names, serials and hashes of nothing secret. */
export function reportJson(report: CheckReport): Record<string, unknown> {
  return {
    verdict: report.verdict,
    at: formatInstant(wholeSeconds(report.at)),
    reasons: report.reasons.map(({ code, message, certificate }) => ({
      code,
      message,
      subject: formatName(certificate.subject),
    })),
    chain: report.chain.map((link, index) => ({
      subject: formatName(link.certificate.subject),
      serialNumber: link.certificate.serialNumber,
      notAfter: formatInstant(link.certificate.notAfter),
      origin: link.origin,
      fetchedFrom: link.fetchedFrom,
      revocation: report.revocation[index] && revocationJson(report.revocation[index]),
    })),
    failedPaths: report.failedPaths.map(({ code, message, certificates, index }) => ({
      code,
      message,
      path: certificates.map(({ subject }) => formatName(subject)),
      at: index,
    })),
    issuerFetches: report.issuerFetches.map(({ url, fault, mediaType, defects, durationMilliseconds }) => ({
      url,
      fault,
      mediaType,
      defects,
      durationMilliseconds: Math.round(durationMilliseconds),
    })),
  };
}

function describeLink({ certificate, origin, fetchedFrom }: ChainLink, depth: number): string[] {
  const branch = depth === 0 ? '' : `${indent(depth - 1)}└─ `;
  const note = origin === 'fetched' ? `fetched from ${fetchedFrom}` : originNotes[origin];
  return [
    `${branch}${formatName(certificate.subject)}`,
    `${indent(depth)}${note}, until ${formatInstant(certificate.notAfter)}`,
  ];
}

function describeEvidence(revocation: CertificateRevocation | undefined, depth: number): string[] {
  if (revocation === undefined) return [];
  const { status } = revocation;
  if (status.kind === 'not_checked' && status.why === 'no_rev_avail')
    return [`${indent(depth)}not checked for revocation: it says that its CA tells none (noRevAvail)`];
  return [...revocation.ocsp, ...revocation.crl].flatMap((check) => describeCheck(check, indent(depth)));
}

function describeCheck(check: OcspCheck | CrlCheckWithDeltas, margin: string): string[] {
  const { source, url, method, durationMilliseconds, defects } = check;
  const what = source === 'ocsp' ? `OCSP ${method}` : 'CRL';
  return [
    `${margin}${what.padEnd(9)} ${verdictText(check)}`,
    `${margin}          ${url}  ${Math.round(durationMilliseconds)} ms`,
    ...defects.map(({ message }) => `${margin}          its publisher is at fault: ${message}`),
    ...('deltas' in check ? check.deltas.flatMap((delta) => describeDelta(delta, check, margin)) : []),
  ];
}

function describeDelta(
  { url, refusal, durationMilliseconds, defects }: DeltaCheck,
  { verdict }: CrlCheckWithDeltas,
  margin: string,
): string[] {
  const applied = 'delta' in verdict ? verdict.delta : undefined;
  const numbers = applied === undefined ? '' : `: CRL ${applied.crlNumber} upon ${applied.deltaBase}`;
  const what =
    refusal === undefined ? `applied${numbers}` : `not applied: ${refusal.message} (${refusal.reason})`;
  return [
    `${margin}  delta   ${what}`,
    `${margin}          ${url}  ${Math.round(durationMilliseconds)} ms`,
    ...defects.map(({ message }) => `${margin}          its publisher is at fault: ${message}`),
  ];
}

function verdictText({ verdict }: OcspCheck | CrlCheckWithDeltas): string {
  switch (verdict.kind) {
    case 'good':
      return `good until ${formatInstant(verdict.nextUpdate)}`;
    case 'revoked':
      return `revoked ${formatInstant(verdict.revocationTime)}, ${verdict.reason ?? 'no reason given'}`;
    case 'unknown':
      return 'unknown to the responder';
    case 'undetermined':
      return `says nothing: ${verdict.message} (${verdict.reason})`;
  }
}

function describeFailures({ failedPaths, issuerFetches }: CheckReport): string[] {
  return [
    ...failedPaths.map(
      ({ code, message, certificates }) =>
        `path that fails: ${certificates.map(({ subject }) => formatName(subject)).join(' <- ')}: ${message} (${code})`,
    ),
    ...issuerFetches.flatMap(({ url, fault }) =>
      fault === undefined ? [] : [`${url}: ${fault.message} (${fault.reason})`],
    ),
  ];
}

function revocationJson({
  status,
  ocsp,
  crl,
  skippedAddresses,
}: CertificateRevocation): Record<string, unknown> {
  return {
    ...status,
    ...('revocationTime' in status ? { revocationTime: formatInstant(status.revocationTime) } : {}),
    evidence: [...ocsp, ...crl].map((check) => ({
      source: check.source,
      url: check.url,
      method: check.method,
      result: verdictJson(check),
      mediaType: check.mediaType,
      durationMilliseconds: Math.round(check.durationMilliseconds),
      defects: check.defects,
      ...('deltas' in check ? { deltas: check.deltas.map((delta) => deltaJson(delta, check)) } : {}),
    })),
    skippedAddresses,
  };
}

/** Numbers of CRLs in decimal: they may be longer than a JSON number. */
function deltaJson(
  { url, refusal, mediaType, durationMilliseconds, defects }: DeltaCheck,
  { verdict }: CrlCheckWithDeltas,
): Record<string, unknown> {
  const applied = refusal === undefined && 'delta' in verdict ? verdict.delta : undefined;
  return {
    url,
    ...(applied === undefined
      ? { applied: false, refusal }
      : { applied: true, crlNumber: String(applied.crlNumber), deltaBase: String(applied.deltaBase) }),
    mediaType,
    durationMilliseconds: Math.round(durationMilliseconds),
    defects,
  };
}

function verdictJson({ verdict }: OcspCheck | CrlCheckWithDeltas): Record<string, unknown> {
  if (verdict.kind === 'undetermined')
    return { kind: verdict.kind, reason: verdict.reason, message: verdict.message };
  return {
    kind: verdict.kind,
    ...(verdict.kind === 'revoked'
      ? { revocationTime: formatInstant(verdict.revocationTime), reason: verdict.reason }
      : {}),
    thisUpdate: formatInstant(verdict.thisUpdate),
    nextUpdate: formatInstant(verdict.nextUpdate),
  };
}

function indent(depth: number): string {
  return '   '.repeat(depth);
}

function wholeSeconds(instant: Date): Date {
  return new Date(Math.floor(instant.getTime() / 1000) * 1000);
}

const originNotes: Readonly<Record<Exclude<ChainLink['origin'], 'fetched'>, string>> = {
  target: 'the certificate',
  given: 'given',
  trust_anchor: 'trust anchor',
};
