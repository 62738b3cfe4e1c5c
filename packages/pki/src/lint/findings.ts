import type { LintFinding, LintProfile, LintSeverity } from './lint-finding.ts';
import { type CrlLintId, lintRule } from './lint-rules.ts';

/** Gathers findings under a profile; what is no rule there is passed over. */
export class Findings {
  readonly #profile: LintProfile;
  readonly #found: LintFinding[] = [];

  constructor(profile: LintProfile) {
    this.#profile = profile;
  }

  add(id: CrlLintId, message: string): void {
    const { severities, requirement, clause } = lintRule(id);
    const severity = severities[this.#profile];
    if (severity === undefined) return;
    const named = requirement === undefined ? {} : { requirement };
    this.#found.push(Object.freeze({ id, severity, ...named, clause, message }));
  }

  /** The worst first, else in the order in which they were found. */
  sorted(): readonly LintFinding[] {
    return sortFindings(this.#found);
  }
}

/** The worst first; those of one severity stay in their order. */
export function sortFindings(findings: readonly LintFinding[]): readonly LintFinding[] {
  return Object.freeze(findings.toSorted((a, b) => RANK[a.severity] - RANK[b.severity]));
}

const RANK: Readonly<Record<LintSeverity, number>> = { error: 0, warning: 1, notice: 2 };
