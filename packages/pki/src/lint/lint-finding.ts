import type { CrlLintId } from './lint-rules.ts';

/** By whose rules a list is judged: RFC 5280 alone, or the Baseline Requirements and root programs as well. */
export type LintProfile = 'rfc5280' | 'cabf';

/** What a list speaks of: subscriber certificates, or certificates of CAs. */
export type LintScope = 'subscriber' | 'ca' | 'unknown';

/** `error`: a rule is broken; `warning`: what should not be; `notice`: good to know. */
export type LintSeverity = 'error' | 'warning' | 'notice';

/** A requirement or trap of this project that a lint looks after. */
export type LintRequirement = `${'CRL' | 'SHD' | 'T'}-${string}`;

/** Something that a lint has found. */
export interface LintFinding {
  /** Stable. */
  readonly id: CrlLintId;
  readonly severity: LintSeverity;
  readonly requirement?: LintRequirement;
  /** Where the rule stands, such as `RFC 5280 5.1.2.6` or `BR 7.2.2`. */
  readonly clause: string;
  /** One sentence, with the values at fault. */
  readonly message: string;
}
