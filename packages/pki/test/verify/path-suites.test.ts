import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { test } from 'node:test';
import { type Certificate, decodeCertificates } from '@lancre/pki/certificate';
import { decodeCrl, deltaCrlIndicatorOf } from '@lancre/pki/crl';
import { createNodeCrypto } from '@lancre/pki/crypto-node';
import { decodePem } from '@lancre/pki/text';
import {
  buildPaths,
  type CandidatePath,
  checkCrl,
  checkPath,
  type PolicyInputs,
  type ValidPath,
  WorkBudget,
} from '@lancre/pki/verify';
import { valueOrPkiError } from '../support/throws-code.ts';

/** The suites lie beside the project and are not part of it: suites/README.md says what they are. */
const SUITES = new URL('../../../../../shared/suites/', import.meta.url);
const skip = existsSync(SUITES) ? false : 'the folder ../shared/suites is not here';

/** The cases ask for both; PKITS is of 2011. */
const CRYPTO = createNodeCrypto({ sha1: 'allow', minimumRsaBits: 1024 });

/** Cases that pass by now; the others are to come: CRLs under another key of their CA, indirect ones, names that differ in case. */
const PASSING = { pkits: 222, 'webpki-crl': 26 } as const;
const POLICY_CASES = 88;
const NAME_CASES = 38;

interface PathCase {
  readonly id: string;
  readonly kind: string;
  readonly skip: string | null;
  readonly leaf: string;
  readonly intermediates: readonly string[];
  readonly trustAnchors: readonly string[];
  readonly crls: readonly string[];
  readonly time: string;
  readonly revocation: { readonly mode: string; readonly depth?: 'leaf' | 'chain' };
  readonly policy?: {
    readonly initialPolicySet: readonly string[];
    readonly explicitPolicy: boolean;
    readonly inhibitPolicyMapping: boolean;
    readonly inhibitAnyPolicy: boolean;
  };
  readonly expected: { readonly valid: boolean; readonly userConstrainedPolicySet?: readonly string[] };
}

test('VER-15 (a) (c) (h) (i) (k): every case of PKITS about delta CRLs ends as it is to', {
  skip,
}, async () => {
  const folder = new URL('pkits/', SUITES);
  const ends: [string, boolean][] = [];
  const expected: [string, boolean][] = [];
  for (const each of casesOf(folder)) {
    if (!each.id.startsWith('pkits-4.15.')) continue;
    ends.push([each.id, await doesPass(each, folder)]);
    expected.push([each.id, each.expected.valid]);
  }
  assert.equal(ends.length, 10);
  assert.deepEqual(ends, expected);
});

test('VER-25: every case of PKITS about policies (4.8 to 4.12) ends as it is to, with the policies that it is to', {
  skip,
}, async () => {
  const folder = new URL('pkits/', SUITES);
  const ends: unknown[] = [];
  const expected: unknown[] = [];
  for (const each of casesOf(folder)) {
    if (!/^pkits-4\.(?:8|9|10|11|12)\./.test(each.id)) continue;
    // Revocation takes no part in these sections, whatever each asks for.
    const { value: path } = await pathsThatHold(each, folder).next();
    ends.push([each.id, path?.policies.toSorted()]);
    const { valid, userConstrainedPolicySet = [] } = each.expected;
    expected.push([each.id, valid ? userConstrainedPolicySet.toSorted() : undefined]);
  }
  assert.equal(ends.length, POLICY_CASES);
  assert.deepEqual(ends, expected);
});

test('VER-26: every case of PKITS about name constraints (4.13) ends as it is to', { skip }, async () => {
  const folder = new URL('pkits/', SUITES);
  const ends: [string, boolean][] = [];
  const expected: [string, boolean][] = [];
  for (const each of casesOf(folder)) {
    if (!each.id.startsWith('pkits-4.13.')) continue;
    // Revocation takes no part here either; the list of 4.13.19 is signed by the key that the CA had before.
    const { value: path } = await pathsThatHold(each, folder).next();
    ends.push([each.id, path !== undefined]);
    expected.push([each.id, each.expected.valid]);
  }
  assert.equal(ends.length, NAME_CASES);
  assert.deepEqual(ends, expected);
});

for (const suite of ['pkits', 'webpki-crl'] as const) {
  test(`VER-15, VER-25: no case of ${suite} that is to fail passes`, { skip }, async () => {
    const folder = new URL(`${suite}/`, SUITES);
    const wrong: string[] = [];
    let right = 0;
    for (const each of casesOf(folder)) {
      if (each.kind !== 'path' || each.skip) continue;
      const passes = await doesPass(each, folder);
      if (passes === each.expected.valid) right++;
      else if (passes) wrong.push(each.id);
    }
    assert.deepEqual(wrong, []);
    assert.ok(right >= PASSING[suite], `${right} cases are right`);
  });
}

function casesOf(folder: URL): readonly PathCase[] {
  return JSON.parse(readFileSync(new URL('cases.json', folder), 'utf8')).cases;
}

async function doesPass(each: PathCase, folder: URL): Promise<boolean> {
  const at = new Date(each.time);
  const crls = (each.crls ?? []).map((file) => derOf(readFileSync(new URL(file, folder))));
  for await (const path of pathsThatHold(each, folder)) {
    if (await areAllGood(path, each, crls, at)) return true;
  }
  return false;
}

async function* pathsThatHold(each: PathCase, folder: URL): AsyncGenerator<ValidPath, undefined> {
  // A certificate that cannot be read is not there.
  const load = (file: string) =>
    valueOrPkiError(() => decodeCertificates(readFileSync(new URL(file, folder)))) ?? [];
  const [target] = load(each.leaf);
  if (target === undefined) return undefined;
  const intermediates = each.intermediates.flatMap(load);
  const at = new Date(each.time);
  const budget = new WorkBudget(CRYPTO);
  const trustAnchors = each.trustAnchors.flatMap(load);
  for (const built of buildPaths({ target, intermediates, trustAnchors, budget })) {
    if (built.kind === 'failed') continue;
    const verdict = await checkPath({ path: built.path, at, budget, policies: policiesOf(each) });
    if (verdict.kind === 'valid') yield verdict;
  }
  return undefined;
}

function policiesOf({ policy }: PathCase): PolicyInputs | undefined {
  if (policy === undefined) return undefined;
  return {
    acceptable: policy.initialPolicySet,
    explicitPolicy: policy.explicitPolicy ? 'required' : 'optional',
    policyMapping: policy.inhibitPolicyMapping ? 'inhibited' : 'allowed',
    anyPolicy: policy.inhibitAnyPolicy ? 'inhibited' : 'allowed',
  };
}

async function areAllGood(
  { certificates, anchor }: CandidatePath,
  { revocation }: PathCase,
  crls: readonly Uint8Array[],
  at: Date,
): Promise<boolean> {
  if (revocation.mode === 'none') return true;
  const depth = revocation.depth === 'leaf' ? 1 : certificates.length;
  for (const [index, certificate] of certificates.slice(0, depth).entries()) {
    if (!(await isGood(certificate, certificates[index + 1] ?? anchor, crls, at))) return false;
  }
  return true;
}

async function isGood(
  certificate: Certificate,
  issuer: Certificate,
  crls: readonly Uint8Array[],
  at: Date,
): Promise<boolean> {
  const kinds: string[] = [];
  const deltas = crls.filter(isDelta);
  for (const crl of crls) {
    kinds.push((await checkCrl({ crl, deltas, certificate, issuer, at, crypto: CRYPTO })).kind);
  }
  return kinds.includes('good') && !kinds.includes('revoked');
}

function isDelta(der: Uint8Array): boolean {
  return valueOrPkiError(() => deltaCrlIndicatorOf(decodeCrl(der))) !== undefined;
}

function derOf(bytes: Uint8Array): Uint8Array {
  if (bytes[0] === 0x30) return bytes;
  const [block] = decodePem(new TextDecoder().decode(bytes));
  return block?.der ?? bytes;
}
