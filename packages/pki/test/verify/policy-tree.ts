import { ANY_POLICY } from './policy-extensions-maker.ts';

/**
 * The valid_policy_tree as RFC 5280 6.1.3 (d) and 6.1.4 (b) had it before RFC 9618: one node for each way to a policy.
 * It grows without bound, and is here to compare small cases with.
 */
export class PolicyTree {
  #depth = 0;
  #nodes: readonly TreeNode[] = [
    { depth: 0, policy: ANY_POLICY, parent: undefined, expected: new Set([ANY_POLICY]) },
  ];

  get isEmpty(): boolean {
    return this.#nodes.length === 0;
  }

  descend(policies: ReadonlySet<string>, anyPolicy: 'allowed' | 'inhibited'): void {
    const above = this.#deepest();
    this.#depth++;
    const added: TreeNode[] = [];
    const add = (parent: TreeNode, policy: string) =>
      added.push({ depth: this.#depth, policy, parent, expected: new Set([policy]) });
    for (const policy of policies) {
      if (policy === ANY_POLICY) continue;
      const matches = above.filter(({ expected }) => expected.has(policy));
      const any = above.filter((node) => node.policy === ANY_POLICY);
      for (const parent of matches.length > 0 ? matches : any) add(parent, policy);
    }
    if (policies.has(ANY_POLICY) && anyPolicy === 'allowed') {
      for (const parent of above) {
        for (const policy of parent.expected) {
          if (!added.some((node) => node.parent === parent && node.policy === policy)) add(parent, policy);
        }
      }
    }
    this.#nodes = [...this.#nodes, ...added];
    this.#prune();
  }

  map(policy: string, to: ReadonlySet<string>): void {
    const nodes = this.#deepest().filter((node) => node.policy === policy);
    for (const node of nodes) node.expected = to;
    const any = this.#deepest().find((node) => node.policy === ANY_POLICY);
    if (nodes.length > 0 || any === undefined) return;
    this.#nodes = [...this.#nodes, { ...any, policy, expected: to }];
  }

  drop(policy: string): void {
    this.#nodes = this.#nodes.filter((node) => node.depth < this.#depth || node.policy !== policy);
    this.#prune();
  }

  /** The policies of the valid_policy_node_set, 6.1.5 (g)(iii)(1), with an anyPolicy that is left at the end. */
  granted(): ReadonlySet<string> {
    const own = this.#nodes.filter(
      ({ policy, parent, depth }) =>
        parent?.policy === ANY_POLICY && (policy !== ANY_POLICY || depth === this.#depth),
    );
    return new Set(own.map(({ policy }) => policy));
  }

  #deepest(): readonly TreeNode[] {
    return this.#nodes.filter(({ depth }) => depth === this.#depth);
  }

  #prune(): void {
    for (let depth = this.#depth - 1; depth >= 0; depth--) {
      const parents = new Set(this.#nodes.map(({ parent }) => parent));
      this.#nodes = this.#nodes.filter((node) => node.depth !== depth || parents.has(node));
    }
  }
}

interface TreeNode {
  readonly depth: number;
  readonly policy: string;
  readonly parent: TreeNode | undefined;
  expected: ReadonlySet<string>;
}
