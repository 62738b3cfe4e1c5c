import assert from 'node:assert/strict';
import { before, describe, test } from 'node:test';
import { EXTENSION_OIDS, encodeExtension } from '@lancre/pki/certificate';
import { checkPath, type PolicyInputs, WorkBudget } from '@lancre/pki/verify';
import { bytes } from '../support/hex.ts';
import { AT, CA_EXTENSIONS, CRYPTO, makeCa, makeLeaf, type Party } from './pki-maker.ts';
import {
  ANY_POLICY,
  encodeInhibitAnyPolicy,
  encodeInhibitPolicyMapping,
  encodeMappings,
  encodePolicies,
  encodeRequireExplicitPolicy,
} from './policy-extensions-maker.ts';

const [GOLD, SILVER, LOCAL] = ['1.2.1', '1.2.2', '1.3.1'] as const;
const REQUIRED: PolicyInputs = { explicitPolicy: 'required' };

describe('checking the policies of a path', () => {
  let root: Party;

  before(async () => {
    root = await makeCa('Root X1');
  });

  test('VER-25: a path without policies holds for none, and fails where one is required', async () => {
    assert.deepEqual(await outcome([[], []]), []);
    assert.equal(await outcome([[], []], REQUIRED), 'no_valid_policy at 1');
    assert.equal(await outcome([[encodePolicies(GOLD)], []], REQUIRED), 'no_valid_policy at 0');
  });

  test('VER-25: a path holds for the policies that all its certificates have', async () => {
    const path = [[encodePolicies(GOLD, SILVER)], [encodePolicies(SILVER, LOCAL)]];
    assert.deepEqual(await outcome(path), [SILVER]);
    assert.deepEqual(await outcome(path, REQUIRED), [SILVER]);
  });

  test('VER-25: user-initial-policy-set alone fails no path; with a policy required, it does', async () => {
    const path = [[encodePolicies(GOLD)], [encodePolicies(GOLD)]];
    assert.deepEqual(await outcome(path, { acceptable: [SILVER] }), []);
    assert.equal(await outcome(path, { ...REQUIRED, acceptable: [SILVER] }), 'no_valid_policy at 0');
    assert.deepEqual(await outcome(path, { ...REQUIRED, acceptable: [SILVER, GOLD] }), [GOLD]);
    assert.equal(await outcome(path, { ...REQUIRED, acceptable: [] }), 'no_valid_policy at 0');
  });

  test('VER-25: anyPolicy stands for what is asked, unless it is inhibited', async () => {
    const path = [[encodePolicies(ANY_POLICY)], [encodePolicies(ANY_POLICY)]];
    assert.deepEqual(await outcome(path, REQUIRED), [ANY_POLICY]);
    assert.deepEqual(await outcome(path, { ...REQUIRED, acceptable: [SILVER] }), [SILVER]);
    const inhibited = { ...REQUIRED, anyPolicy: 'inhibited' } as const;
    assert.equal(await outcome(path, inhibited), 'no_valid_policy at 1');
  });

  test('VER-25: inhibitAnyPolicy lets as many certificates pass as it says, self-issued ones not counted', async () => {
    const any = encodePolicies(ANY_POLICY);
    const at = (skip: number) => [any, encodeInhibitAnyPolicy(skip)];
    assert.equal(await outcome([at(0), [any]], REQUIRED), 'no_valid_policy at 0');
    assert.deepEqual(await outcome([at(1), [any]], REQUIRED), [ANY_POLICY]);
    assert.equal(await outcome([at(1), [any], [any]], REQUIRED), 'no_valid_policy at 0');
    // A second certificate of the same CA: anyPolicy counts in it even where it is inhibited.
    assert.deepEqual(await outcome([at(1), 'self-issued', [any], [any]], REQUIRED), 'no_valid_policy at 0');
    assert.deepEqual(await outcome([at(1), 'self-issued', [any]], REQUIRED), [ANY_POLICY]);
    assert.deepEqual(await outcome([at(0), 'self-issued', [encodePolicies(GOLD)]], REQUIRED), [GOLD]);
  });

  test('VER-25: requireExplicitPolicy demands a policy once as many certificates have passed as it says', async () => {
    const at = (skip: number) => [encodeRequireExplicitPolicy(skip)];
    assert.equal(await outcome([at(0), []]), 'no_valid_policy at 0');
    assert.equal(await outcome([at(1), []]), 'no_valid_policy at 0');
    assert.deepEqual(await outcome([at(2), []]), []);
    assert.equal(await outcome([at(2), [], []]), 'no_valid_policy at 0');
    assert.deepEqual(await outcome([at(3), [], []]), []);
    assert.equal(await outcome([at(9), at(0), []]), 'no_valid_policy at 0');
    assert.equal(await outcome([at(0), at(9), []]), 'no_valid_policy at 1');
  });

  test('VER-25: on the target, only a requireExplicitPolicy of 0 counts', async () => {
    assert.equal(await outcome([[], [encodeRequireExplicitPolicy(0)]]), 'no_valid_policy at 0');
    assert.deepEqual(await outcome([[], [encodeRequireExplicitPolicy(1)]]), []);
  });

  test('VER-25: a mapped policy is known by its name below, and reported by that of the anchor', async () => {
    const path = [[encodePolicies(GOLD), encodeMappings([GOLD, LOCAL])], [encodePolicies(LOCAL)]];
    assert.deepEqual(await outcome(path, REQUIRED), [GOLD]);
    assert.deepEqual(await outcome(path, { ...REQUIRED, acceptable: [GOLD] }), [GOLD]);
    assert.equal(await outcome(path, { ...REQUIRED, acceptable: [LOCAL] }), 'no_valid_policy at 0');
    const unmapped = [path[0] ?? [], [encodePolicies(GOLD)]];
    assert.equal(await outcome(unmapped, REQUIRED), 'no_valid_policy at 0');
  });

  test('VER-25: a mapping under anyPolicy makes the policy that it maps', async () => {
    const path = [[encodePolicies(ANY_POLICY), encodeMappings([GOLD, LOCAL])], [encodePolicies(LOCAL)]];
    assert.deepEqual(await outcome(path, { ...REQUIRED, acceptable: [GOLD] }), [GOLD]);
  });

  test('VER-25: where mappings are inhibited, a policy that is mapped is lost, and the others stay', async () => {
    const mapping = [encodePolicies(GOLD, SILVER), encodeMappings([GOLD, LOCAL])];
    const path = [mapping, [encodePolicies(GOLD, LOCAL, SILVER)]];
    assert.deepEqual(await outcome(path, { policyMapping: 'inhibited' }), [SILVER]);
    assert.deepEqual(await outcome(path), [GOLD, SILVER]);
    const inhibiting = (skip: number) => [encodePolicies(GOLD, SILVER), encodeInhibitPolicyMapping(skip)];
    assert.deepEqual(await outcome([inhibiting(0), ...path]), [SILVER]);
    assert.deepEqual(await outcome([inhibiting(1), ...path]), [GOLD, SILVER]);
  });

  test('VER-25: a mapping from or to anyPolicy fails the path', async () => {
    for (const pair of [
      [ANY_POLICY, LOCAL],
      [GOLD, ANY_POLICY],
    ] as const) {
      const path = [[encodePolicies(GOLD), encodeMappings([GOLD, LOCAL], pair)], [encodePolicies(LOCAL)]];
      assert.equal(await outcome(path), 'extension_malformed at 1');
    }
  });

  test('an extension about policies that cannot be read fails the path, critical or not, on target and issuer', async () => {
    for (const [oid, values] of MALFORMED) {
      for (const value of values) {
        for (const criticality of ['critical', 'non-critical'] as const) {
          const broken = encodeExtension(oid, criticality, bytes(value));
          const message = `${oid} ${value}`;
          assert.equal(await outcome([[broken], []]), 'extension_malformed at 1', message);
          assert.equal(await outcome([[], [broken]]), 'extension_malformed at 0', message);
        }
      }
    }
  });

  test('T-36: a long chain that maps every policy to every other ends with its policies', async () => {
    const policies = Array.from({ length: 20 }, (_, index) => `1.2.${index + 1}`);
    const pairs = policies.flatMap((from) => policies.map((to) => [from, to] as const));
    const authority = [encodePolicies(...policies), encodeMappings(...pairs)];
    const path = [...Array.from({ length: 8 }, () => authority), [encodePolicies(...policies)]];
    assert.deepEqual(await outcome(path, REQUIRED), policies);
  });

  /**
   * Policies, sorted, or the failure: of a path whose certificates have these extensions, the highest first.
   * `self-issued` is one more certificate with anyPolicy of the CA before it.
   */
  async function outcome(
    path: readonly (readonly Uint8Array[] | 'self-issued')[],
    policies?: PolicyInputs,
  ): Promise<readonly string[] | string> {
    const chain = [root];
    for (const [index, extensions] of path.entries()) {
      const issuer = chain[0] ?? root;
      chain.unshift(await makeLink(issuer, extensions, index, path.length));
    }
    const [anchor, ...above] = chain.map(({ certificate }) => certificate).reverse();
    assert.ok(anchor !== undefined);
    const check = { path: { certificates: above.reverse(), anchor }, at: AT, policies };
    const verdict = await checkPath({ ...check, budget: new WorkBudget(CRYPTO) });
    return verdict.kind === 'valid'
      ? verdict.policies.toSorted(byLastArc)
      : `${verdict.code} at ${verdict.index}`;
  }
});

function makeLink(
  issuer: Party,
  extensions: readonly Uint8Array[] | 'self-issued',
  index: number,
  length: number,
): Promise<Party> {
  if (extensions === 'self-issued') {
    const name = issuer.certificate.subject.rdns[0]?.[0]?.value ?? '';
    return makeCa(name, { issuer, extensions: [...CA_EXTENSIONS, encodePolicies(ANY_POLICY)] });
  }
  if (index === length - 1) return makeLeaf(issuer, { extensions });
  return makeCa(`E${index}`, { issuer, extensions: [...CA_EXTENSIONS, ...extensions] });
}

function byLastArc(left: string, right: string): number {
  return Number(left.split('.').at(-1)) - Number(right.split('.').at(-1));
}

const MALFORMED: readonly (readonly [string, readonly string[]])[] = [
  [EXTENSION_OIDS.certificatePolicies, ['3000', '0500', '30053003020129', '300a30030601293003060129']],
  [EXTENSION_OIDS.policyMappings, ['3000', '30053003060129', '0500']],
  [
    EXTENSION_OIDS.policyConstraints,
    // Nothing in it, a negative number, the wrong order, an unknown member, an octet too many.
    ['3000', '30038001ff', '3006810100800100', '3003820100', '3003800100ff'],
  ],
  [EXTENSION_OIDS.inhibitAnyPolicy, ['0201ff', '02020000', '0101ff', '0201000500']],
];
