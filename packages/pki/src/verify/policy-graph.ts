import { ANY_POLICY } from './policy-extensions.ts';

/**
 * The valid_policy_graph of RFC 9618: what the tree of RFC 5280 6.1.2 (a) says, with one node for each
 * policy at each depth, however many ways lead to it.
 *
 * Nodes of one depth are at most the policies and mappings of the certificates so far, and edges into it at
 * most the policies expected above and those of its certificate: no product of numbers, and nothing exponential.
 *
 * Only the deepest nodes are at hand. One that leads nowhere is not deleted (6.1.3 (d)(3)), but never
 * met again on the way back from them.
 */
export class PolicyGraph {
  /** How much was made: what a test counts instead of time. */
  nodeCount = 1;
  edgeCount = 0;
  #deepest: Map<string, PolicyNode> = new Map([
    [ANY_POLICY, { policy: ANY_POLICY, parents: [], expected: new Set([ANY_POLICY]) }],
  ]);

  /** True when nothing is left, for which the RFC writes NULL. It stays so. */
  get isEmpty(): boolean {
    return this.#deepest.size === 0;
  }

  /** One certificate's policies, 6.1.3 (d) and (e); an `inhibited` anyPolicy in them stands for nothing. */
  descend(policies: ReadonlySet<string>, anyPolicy: 'allowed' | 'inhibited'): void {
    const parentsOf = this.#parentsByExpectedPolicy();
    const above = this.#deepest.get(ANY_POLICY);
    this.#deepest = new Map();
    for (const policy of policies) {
      if (policy === ANY_POLICY) continue;
      const parents = parentsOf.get(policy) ?? (above === undefined ? [] : [above]);
      if (parents.length > 0) this.#add(policy, parents, new Set([policy]));
    }
    if (anyPolicy === 'inhibited' || !policies.has(ANY_POLICY)) return;
    for (const [policy, parents] of parentsOf) {
      if (!this.#deepest.has(policy)) this.#add(policy, parents, new Set([policy]));
    }
  }

  /** 6.1.4 (b)(1): what a policy is called in the certificates below. */
  map(policy: string, to: ReadonlySet<string>): void {
    const node = this.#deepest.get(policy);
    const any = this.#deepest.get(ANY_POLICY);
    if (node !== undefined) node.expected = to;
    // It stands beside the anyPolicy that it comes from, under the same parent.
    else if (any !== undefined) this.#add(policy, any.parents, to);
  }

  /** 6.1.4 (b)(2): a policy that is mapped where mappings are void. */
  drop(policy: string): void {
    this.#deepest.delete(policy);
  }

  /**
   * The user-constrained-policy-set, 6.1.5 (g), in the words of the anchor's domain.
   *
   * @param wanted the user-initial-policy-set
   */
  constrainedBy(wanted: ReadonlySet<string>): ReadonlySet<string> {
    const granted = this.#authorityConstrained();
    if (wanted.has(ANY_POLICY)) return granted;
    if (granted.has(ANY_POLICY)) return new Set(wanted);
    return new Set([...granted].filter((policy) => wanted.has(policy)));
  }

  /** Policies that have anyPolicy for a parent and some node of the last depth below, and anyPolicy itself at that depth. */
  #authorityConstrained(): ReadonlySet<string> {
    const granted = new Set<string>();
    if (this.#deepest.has(ANY_POLICY)) granted.add(ANY_POLICY);
    // A set gives what is added while it is walked, and each node once.
    const met = new Set(this.#deepest.values());
    for (const { policy, parents } of met) {
      for (const parent of parents) {
        if (parent.policy === ANY_POLICY && policy !== ANY_POLICY) granted.add(policy);
        met.add(parent);
      }
    }
    return granted;
  }

  #parentsByExpectedPolicy(): ReadonlyMap<string, readonly PolicyNode[]> {
    const parentsOf = new Map<string, PolicyNode[]>();
    for (const node of this.#deepest.values()) {
      for (const policy of node.expected) {
        const parents = parentsOf.get(policy);
        if (parents === undefined) parentsOf.set(policy, [node]);
        else parents.push(node);
      }
    }
    return parentsOf;
  }

  #add(policy: string, parents: readonly PolicyNode[], expected: ReadonlySet<string>): void {
    this.#deepest.set(policy, { policy, parents, expected });
    this.nodeCount++;
    this.edgeCount += parents.length;
  }
}

interface PolicyNode {
  /** valid_policy. */
  readonly policy: string;
  readonly parents: readonly PolicyNode[];
  /** expected_policy_set. */
  expected: ReadonlySet<string>;
}
