import type { CrlLintId, CrlLintRun } from '@lancre/pki/lint';
import type { ListParts } from './lint-list.ts';

/** A list that breaks a rule, and all that is found on it under cabf. */
export interface LintCase {
  readonly what: string;
  readonly parts: Partial<ListParts>;
  readonly options?: Partial<CrlLintRun>;
  readonly finds: readonly CrlLintId[];
  /** What is found under rfc5280, where that is not the same. */
  readonly findsUnderRfc5280?: readonly CrlLintId[];
}
