import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { PolicyGraph } from '#pki/verify/policy-graph.js';
import { ANY_POLICY } from './policy-extensions-maker.ts';
import { PolicyTree } from './policy-tree.ts';

const ANY: ReadonlySet<string> = new Set([ANY_POLICY]);

describe('the graph of policies', () => {
  test('T-36: where each authority maps each of its policies to each, the graph has one node for each policy and depth', () => {
    const depth = 50;
    const policies = names(20);
    const graph = new PolicyGraph();
    for (let i = 0; i < depth; i++) {
      graph.descend(policies, 'allowed');
      for (const policy of policies) graph.map(policy, policies);
    }
    graph.descend(policies, 'allowed');
    // As a tree, the last depth alone would have 20 to the power of 51.
    assert.equal(graph.nodeCount, 1 + (depth + 1) * policies.size);
    assert.equal(graph.edgeCount, policies.size + depth * policies.size ** 2);
    assert.deepEqual(graph.constrainedBy(ANY), policies);
  });

  test('T-36: nor does anyPolicy, expanded at each depth, make more than one node for each policy', () => {
    const depth = 50;
    const policies = names(20);
    const graph = new PolicyGraph();
    graph.descend(new Set([...policies, ANY_POLICY]), 'allowed');
    for (let i = 0; i < depth; i++) {
      for (const policy of policies) graph.map(policy, policies);
      graph.descend(ANY, 'allowed');
    }
    assert.equal(graph.nodeCount, 1 + (depth + 1) * (policies.size + 1));
    assert.equal(graph.edgeCount, policies.size + 1 + depth * (policies.size ** 2 + 1));
  });

  test('T-36: mappings of policies that nobody has make no node without anyPolicy, and one each with it', () => {
    const strange = names(30, '1.9');
    const without = new PolicyGraph();
    without.descend(new Set(['1.2.1']), 'allowed');
    for (const policy of strange) without.map(policy, strange);
    assert.equal(without.nodeCount, 2);
    const beside = new PolicyGraph();
    beside.descend(ANY, 'allowed');
    for (const policy of strange) beside.map(policy, strange);
    assert.equal(beside.nodeCount, 2 + strange.size);
  });

  test('VER-25: RFC 9618: a policy with two parents leads back to both', () => {
    const graph = new PolicyGraph();
    graph.descend(new Set(['1.2.1', '1.2.2', '1.2.3']), 'allowed');
    graph.map('1.2.1', new Set(['1.3.1']));
    graph.map('1.2.2', new Set(['1.3.1']));
    graph.descend(new Set(['1.3.1']), 'allowed');
    assert.deepEqual(graph.constrainedBy(ANY), new Set(['1.2.1', '1.2.2']));
    assert.deepEqual(graph.constrainedBy(new Set(['1.2.2', '1.2.3'])), new Set(['1.2.2']));
    assert.deepEqual(graph.constrainedBy(new Set(['1.3.1'])), new Set());
  });

  test('VER-25: the graph grants what the tree of RFC 5280 did', () => {
    let held = 0;
    const property = fc.property(fc.array(certificate(), { minLength: 1, maxLength: 5 }), (path) => {
      const graph = new PolicyGraph();
      const tree = new PolicyTree();
      for (const either of [graph, tree]) for (const each of path) enter(either, each);
      assert.equal(graph.isEmpty, tree.isEmpty);
      assert.deepEqual(graph.constrainedBy(ANY), tree.granted());
      if (!graph.isEmpty) held++;
    });
    fc.assert(property, { numRuns: RUNS });
    assert.ok(held > RUNS / 10, `${held} paths hold for a policy`);
  });

  test('once empty, the graph stays so', () => {
    const graph = new PolicyGraph();
    graph.descend(new Set(), 'allowed');
    assert.equal(graph.isEmpty, true);
    graph.map('1.2.1', new Set(['1.3.1']));
    graph.descend(new Set(['1.2.1', ANY_POLICY]), 'allowed');
    assert.equal(graph.isEmpty, true);
    assert.deepEqual(graph.constrainedBy(ANY), new Set());
  });

  test('a policy that was dropped leaves the others', () => {
    const graph = new PolicyGraph();
    graph.descend(new Set(['1.2.1', '1.2.2']), 'allowed');
    graph.drop('1.2.1');
    assert.deepEqual(graph.constrainedBy(ANY), new Set(['1.2.2']));
    graph.drop('1.2.2');
    assert.equal(graph.isEmpty, true);
  });
});

interface PolicyCertificate {
  readonly policies: readonly string[];
  readonly anyPolicy: 'allowed' | 'inhibited';
  readonly mapping: 'allowed' | 'inhibited';
  readonly mappings: readonly (readonly [string, readonly string[]])[];
}

function certificate(): fc.Arbitrary<PolicyCertificate> {
  const policy = fc.constantFrom('1.2.1', '1.2.2', '1.2.3');
  const orAny = fc.oneof({ weight: 2, arbitrary: policy }, { weight: 1, arbitrary: fc.constant(ANY_POLICY) });
  const mapping = fc.tuple(policy, fc.uniqueArray(policy, { minLength: 1 }));
  return fc.record({
    policies: fc.uniqueArray(orAny, { minLength: 1 }),
    anyPolicy: fc.constantFrom('allowed', 'allowed', 'inhibited'),
    mapping: fc.constantFrom('allowed', 'allowed', 'inhibited'),
    mappings: fc.uniqueArray(mapping, { selector: ([from]) => from, maxLength: 2 }),
  });
}

function enter(either: PolicyGraph | PolicyTree, each: PolicyCertificate): void {
  either.descend(new Set(each.policies), each.anyPolicy);
  for (const [from, to] of each.mappings) {
    if (each.mapping === 'allowed') either.map(from, new Set(to));
    else either.drop(from);
  }
}

const RUNS = 2000;

function names(count: number, arcs = '1.2'): ReadonlySet<string> {
  return new Set(Array.from({ length: count }, (_, index) => `${arcs}.${index + 1}`));
}
