export { CrlLinter } from '../lint/crl-linter.ts';
export { sortFindings } from '../lint/findings.ts';
export { type CrlLintRun, lintCrl } from '../lint/lint-crl.ts';
export type {
  LintFinding,
  LintProfile,
  LintRequirement,
  LintScope,
  LintSeverity,
} from '../lint/lint-finding.ts';
export { CRL_LINT_IDS, type CrlLintId, type LintRule, lintRule } from '../lint/lint-rules.ts';
export type { CrlLintOptions } from '../lint/list-to-lint.ts';
export { type CrlTransport, lintCrlTransport } from '../lint/transport-lints.ts';
