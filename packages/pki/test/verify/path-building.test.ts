import assert from 'node:assert/strict';
import { before, describe, test } from 'node:test';
import type { Certificate } from '@lancre/pki/certificate';
import { buildPaths, MAX_PATH_CERTIFICATES, WorkBudget } from '@lancre/pki/verify';
import { CRYPTO, makeCa, makeLeaf, type Party } from './pki-maker.ts';

describe('building paths', () => {
  let root: Party;
  let otherRoot: Party;
  let issuer: Party;
  let crossSigned: Party;
  let leaf: Party;

  before(async () => {
    root = await makeCa('Root X1');
    otherRoot = await makeCa('Root X2');
    issuer = await makeCa('E1', { issuer: root });
    crossSigned = await makeCa('E1', { issuer: otherRoot, signer: issuer.signer });
    leaf = await makeLeaf(issuer);
  });

  test('a path is found through intermediates in any order, among strangers', async () => {
    const stranger = await makeCa('Stranger');
    const found = build([stranger, crossSigned, issuer], [root]);
    assert.deepEqual(names(found), ['issuer_not_found', 'www.example.net < E1 < Root X1']);
  });

  test('every cross-certificate gives a path of its own', () => {
    const found = build([issuer, crossSigned], [root, otherRoot]);
    assert.deepEqual(names(found), ['www.example.net < E1 < Root X1', 'www.example.net < E1 < Root X2']);
  });

  test('the issuer whose key identifier fits is tried first, and the others after it', async () => {
    const renewed = await makeCa('E1', { issuer: root });
    const found = build([renewed, issuer], [root]);
    const second = found.map((path) => (path.kind === 'candidate' ? path.path.certificates[1] : undefined));
    assert.deepEqual(second, [issuer.certificate, renewed.certificate]);
  });

  test('a self-signed target is found under itself as anchor', () => {
    assert.deepEqual(names(build([root], [root], root)), ['Root X1 < Root X1']);
  });

  test('a path does not climb above an anchor by a cross-certificate of it', async () => {
    const above = await makeCa('Root X1', { issuer: otherRoot, signer: root.signer });
    const found = build([issuer, above], [root, otherRoot]);
    assert.deepEqual(names(found), ['www.example.net < E1 < Root X1']);
  });

  test('certificates that sign each other make no endless path', async () => {
    const left = await makeCa('Left');
    const right = await makeCa('Right', { issuer: left });
    const back = await makeCa('Left', { issuer: right, signer: left.signer });
    const end = await makeLeaf(right);
    const found = build([right, back], [root], end);
    assert.deepEqual(codes(found), ['issuer_not_found']);
  });

  test('a target without any issuer is a failure that names it', () => {
    const [only, ...more] = build([], [root]);
    assert.equal(more.length, 0);
    assert.ok(only?.kind === 'failed');
    assert.equal(only.code, 'issuer_not_found');
    assert.equal(only.certificates[only.index], leaf.certificate);
    assert.equal(only.anchor, undefined);
  });

  test('VER-33: a path has ten certificates at most', async () => {
    const chain = [root];
    for (let i = 0; i < 9; i++) {
      const above = chain.at(-1) ?? root;
      chain.push(await makeCa(`Level ${i}`, { issuer: above }));
    }
    const [deepest, nextToDeepest] = chain.toReversed();
    assert.ok(deepest !== undefined && nextToDeepest !== undefined);
    const fits = build(chain.slice(1), [root], await makeLeaf(nextToDeepest));
    assert.ok(fits[0]?.kind === 'candidate');
    assert.equal(fits[0].path.certificates.length + 1, MAX_PATH_CERTIFICATES);
    const tooLong = build(chain.slice(1), [root], await makeLeaf(deepest));
    assert.deepEqual(codes(tooLong), ['path_too_long']);
  });

  test('VER-33: the search gives up when its steps are spent', async () => {
    const renewed = await Promise.all(Array.from({ length: 6 }, () => makeCa('E1', { issuer: root })));
    const found = build(renewed, [root], leaf, 5);
    assert.equal(found.at(-1)?.kind, 'failed');
    assert.equal(codes(found).at(-1), 'work_budget_exceeded');
    assert.ok(found.length <= 6);
  });

  function build(
    intermediates: readonly Party[],
    anchors: readonly Party[],
    target = leaf,
    searchSteps = 100,
  ) {
    const certificates = (parties: readonly Party[]): readonly Certificate[] =>
      parties.map(({ certificate }) => certificate);
    const paths = buildPaths({
      target: target.certificate,
      intermediates: certificates(intermediates),
      trustAnchors: certificates(anchors),
      budget: new WorkBudget(CRYPTO, { searchSteps }),
    });
    return [...paths];
  }
});

type Built = ReturnType<typeof buildPaths> extends Generator<infer Item> ? Item : never;

function names(found: readonly Built[]): readonly string[] {
  return found.map((built) =>
    built.kind === 'failed'
      ? built.code
      : [...built.path.certificates, built.path.anchor].map(commonName).join(' < '),
  );
}

function codes(found: readonly Built[]): readonly string[] {
  return found.flatMap((built) => (built.kind === 'failed' ? [built.code] : []));
}

function commonName({ subject }: Certificate): string {
  return subject.rdns[0]?.[0]?.value ?? '';
}
