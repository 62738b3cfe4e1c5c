import type { LintFinding, LintScope, LintSeverity } from '@lancre/pki/lint';
import { wrapText } from './inspect/printer.ts';
import { formatInstant } from './instant.ts';

/** What was linted, how, and what was found, the worst first. */
export interface LintReport {
  readonly source: string;
  readonly profile: 'private' | 'cabf';
  readonly scope: LintScope;
  readonly at: Date;
  readonly findings: readonly LintFinding[];
}

/** How many findings there are of each severity. */
export function countFindings(findings: readonly LintFinding[]): Readonly<Record<LintSeverity, number>> {
  const count = (severity: LintSeverity) => findings.filter((each) => each.severity === severity).length;
  return { error: count('error'), warning: count('warning'), notice: count('notice') };
}

/** A report for people, in lines of at most 80 columns. */
export function describeLintReport({ at, findings, profile, scope, source }: LintReport): string[] {
  const counts = Object.entries(countFindings(findings))
    .filter(([, count]) => count > 0)
    .map(([severity, count]) => `${count} ${severity}${count === 1 ? '' : 's'}`);
  const subject = scope === 'unknown' ? '' : `, ${scopeNouns[scope]}`;
  return [
    ...wrapText(`${source}: ${counts.join(', ') || 'no findings'}`, columns),
    `profile ${profile}${subject}, for ${formatInstant(at)}`,
    ...findings.flatMap(describeFinding),
  ];
}

/** The same for programs. */
export function lintReportJson({ at, findings, ...report }: LintReport): Record<string, unknown> {
  return { ...report, at: formatInstant(at), counts: countFindings(findings), findings };
}

function describeFinding({ clause, id, message, requirement, severity }: LintFinding): string[] {
  const origin = requirement === undefined ? clause : `${clause}, ${requirement}`;
  const indented = (text: string) =>
    wrapText(text, columns - margin).map((line) => ' '.repeat(margin) + line);
  return ['', `${severity.padEnd(margin)}${id}`, ...indented(message), ...indented(`(${origin})`)];
}

const columns = 80;
const margin = 9;
const scopeNouns: Readonly<Record<Exclude<LintScope, 'unknown'>, string>> = {
  subscriber: 'a list of subscriber certificates',
  ca: 'a list of CA certificates',
};
