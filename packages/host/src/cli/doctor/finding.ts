/** How grave a finding is: `bad` = clients, or whoever runs the host, have a problem now or soon. */
export type Verdict = 'good' | 'warning' | 'bad';

/** What one check has found. */
export interface Finding {
  /** What was looked at, such as `keys`. */
  readonly name: string;
  readonly verdict: Verdict;
  readonly message: string;
  /** What to do about it. */
  readonly remedy?: string;
}

/** Verdicts from the lightest to the gravest. */
export const verdicts: readonly Verdict[] = ['good', 'warning', 'bad'];

/** Makes the findings of one check. */
export class Findings {
  readonly #name: string;
  readonly #all: Finding[] = [];

  constructor(name: string) {
    this.#name = name;
  }

  /** What was found so far, or that all is well when nothing was. */
  orGood(message: string): readonly Finding[] {
    return this.#all.length > 0 ? this.#all : [{ name: this.#name, verdict: 'good', message }];
  }

  get all(): readonly Finding[] {
    return this.#all;
  }

  good(message: string): void {
    this.#all.push({ name: this.#name, verdict: 'good', message });
  }

  warning(message: string, remedy?: string): void {
    this.#add('warning', message, remedy);
  }

  bad(message: string, remedy?: string): void {
    this.#add('bad', message, remedy);
  }

  #add(verdict: Verdict, message: string, remedy: string | undefined): void {
    this.#all.push({ name: this.#name, verdict, message, ...(remedy === undefined ? {} : { remedy }) });
  }
}

/** The gravest verdict; `good` of none. */
export function worstOf(findings: readonly Finding[]): Verdict {
  return verdicts.findLast((verdict) => findings.some((finding) => finding.verdict === verdict)) ?? 'good';
}
