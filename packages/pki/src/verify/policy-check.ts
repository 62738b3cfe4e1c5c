import { PkiError } from '../errors/pki-error.ts';
import type { Certificate } from '../pki/certificate.ts';
import type { PathFault } from './path-extensions.ts';
import { ANY_POLICY, type PolicyExtensions, policyExtensionsOf } from './policy-extensions.ts';
import { PolicyGraph } from './policy-graph.ts';
import { isSelfIssued } from './self-issued.ts';

/** What is asked of the policies of a path (RFC 5280 6.1.1 (c), (e), (f), (g)). */
export interface PolicyInputs {
  /**
   * user-initial-policy-set, as object identifiers in dotted form: the policies that are acceptable. Default: anyPolicy
   * (2.5.29.32.0), by which all are. It fails no path unless the path or `explicitPolicy` requires a policy.
   */
  readonly acceptable?: readonly string[] | undefined;
  /** initial-explicit-policy: `required` when the path has to hold for an acceptable policy. Default `optional`. */
  readonly explicitPolicy?: 'optional' | 'required' | undefined;
  /** initial-policy-mapping-inhibit. Default `allowed`. */
  readonly policyMapping?: 'allowed' | 'inhibited' | undefined;
  /** initial-any-policy-inhibit: `inhibited` when anyPolicy in a certificate stands for nothing. Default `allowed`. */
  readonly anyPolicy?: 'allowed' | 'inhibited' | undefined;
}

/** What came of the policies of a path. */
export type PolicyVerdict =
  | { readonly kind: 'valid'; readonly policies: readonly string[] }
  | { readonly kind: 'failed'; readonly fault: PathFault; readonly index: number };

/**
 * Processes the policies of a path: RFC 5280 6.1 with the graph of RFC 9618.
 *
 * @param certificates target first, without the anchor
 */
export function checkPolicies(certificates: readonly Certificate[], inputs: PolicyInputs): PolicyVerdict {
  const state = new PolicyState(certificates.length, inputs);
  for (const [index, certificate] of [...certificates.entries()].reverse()) {
    const fault = takeStep(state, certificate, index === 0 ? 'target' : 'authority');
    if (fault !== undefined) return { kind: 'failed', fault, index };
  }
  const policies = state.constrained();
  if (policies.length === 0 && state.isPolicyRequired) {
    return { kind: 'failed', fault: NO_VALID_POLICY, index: 0 };
  }
  return { kind: 'valid', policies };
}

function takeStep(
  state: PolicyState,
  certificate: Certificate,
  role: 'target' | 'authority',
): PathFault | undefined {
  try {
    const said = policyExtensionsOf(certificate);
    const kind = isSelfIssued(certificate) ? 'self-issued' : 'of another';
    state.enter(said, role === 'authority' ? kind : 'of another');
    if (state.isPolicyRequired && state.isGraphEmpty) return NO_VALID_POLICY;
    if (role === 'authority') state.prepareNext(said, kind);
    else state.wrapUp(said);
    return undefined;
  } catch (error) {
    if (!(error instanceof PkiError)) throw error;
    return { code: 'extension_malformed', message: error.message };
  }
}

type IssuedBy = 'self-issued' | 'of another';

/** The variables of RFC 5280 6.1.2 (a), (d), (e) and (f). A counter says how many certificates may pass before it bites. */
class PolicyState {
  readonly #graph = new PolicyGraph();
  readonly #acceptable: ReadonlySet<string>;
  #explicitPolicy: number;
  #policyMapping: number;
  #inhibitAnyPolicy: number;

  constructor(length: number, inputs: PolicyInputs) {
    const { explicitPolicy, policyMapping, anyPolicy, acceptable = [ANY_POLICY] } = inputs;
    this.#acceptable = new Set(acceptable);
    this.#explicitPolicy = explicitPolicy === 'required' ? 0 : length + 1;
    this.#policyMapping = policyMapping === 'inhibited' ? 0 : length + 1;
    this.#inhibitAnyPolicy = anyPolicy === 'inhibited' ? 0 : length + 1;
  }

  get isPolicyRequired(): boolean {
    return this.#explicitPolicy === 0;
  }

  get isGraphEmpty(): boolean {
    return this.#graph.isEmpty;
  }

  constrained(): readonly string[] {
    return Object.freeze([...this.#graph.constrainedBy(this.#acceptable)]);
  }

  /** 6.1.3 (d) and (e). */
  enter({ policies }: PolicyExtensions, issued: IssuedBy): void {
    const isAllowed = this.#inhibitAnyPolicy > 0 || issued === 'self-issued';
    this.#graph.descend(policies, isAllowed ? 'allowed' : 'inhibited');
  }

  /** 6.1.4 (b), (h), (i) and (j). */
  prepareNext(said: PolicyExtensions, issued: IssuedBy): void {
    for (const [policy, to] of said.mappings) {
      if (this.#policyMapping > 0) this.#graph.map(policy, to);
      else this.#graph.drop(policy);
    }
    if (issued === 'of another') this.#countDown();
    this.#explicitPolicy = lower(this.#explicitPolicy, said.requireExplicitPolicy);
    this.#policyMapping = lower(this.#policyMapping, said.inhibitPolicyMapping);
    this.#inhibitAnyPolicy = lower(this.#inhibitAnyPolicy, said.inhibitAnyPolicy);
  }

  /** 6.1.5 (a) and (b): of the target, self-issued or not, one is taken, and only a 0 still counts. */
  wrapUp({ requireExplicitPolicy }: PolicyExtensions): void {
    this.#countDown();
    if (requireExplicitPolicy === 0) this.#explicitPolicy = 0;
  }

  #countDown(): void {
    this.#explicitPolicy = Math.max(0, this.#explicitPolicy - 1);
    this.#policyMapping = Math.max(0, this.#policyMapping - 1);
    this.#inhibitAnyPolicy = Math.max(0, this.#inhibitAnyPolicy - 1);
  }
}

function lower(counter: number, said: number | undefined): number {
  return Math.min(counter, said ?? counter);
}

const NO_VALID_POLICY: PathFault = {
  code: 'no_valid_policy',
  message: 'a policy is required, and none that is acceptable holds',
};
