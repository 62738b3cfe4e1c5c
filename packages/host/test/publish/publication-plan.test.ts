import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { CrlPolicy } from '#host/issuer/issuer-policy.js';
import {
  type IssuerState,
  periodSpread,
  planPublication,
  revisionsOf,
  scopesOf,
} from '#host/publish/publication-plan.js';
import type { DeltaPublication, Publication, PublishedScope } from '#host/publish/publication-store.js';
import { createIssuer } from '../issuer/test-issuers.ts';

const { issuer } = await createIssuer();
const PUBLISHED = new Date('2026-11-25T12:00:00Z');
const HOUR = 3600;
const DAY = 24 * HOUR;

function after(seconds: number): Date {
  return new Date(PUBLISHED.getTime() + seconds * 1000);
}

function publication(fields: Partial<Publication> = {}): Publication {
  return {
    object: 'ab',
    crlNumber: 7n,
    thisUpdate: PUBLISHED,
    nextUpdate: after(9 * DAY - 1),
    revision: 3,
    entryCount: 1,
    length: 400,
    terms: 'terms',
    ...fields,
  };
}

function totals(shard: number, revision: number) {
  return { shard, revision, entryCount: 1, octets: 40, earliestNotAfter: after(90 * DAY) };
}

interface StateFields {
  readonly crl?: Partial<CrlPolicy>;
  readonly totals?: IssuerState['totals'];
  readonly published?: readonly (readonly [number, Publication | undefined])[];
  readonly deltas?: readonly (readonly [number, Omit<PublishedScope, 'complete'>])[];
  /** The fingerprint of the settings. */
  readonly terms?: string;
}

function stateOf({
  crl = {},
  totals: shards = [],
  published = [],
  deltas = [],
  terms = 'terms',
}: StateFields): IssuerState {
  const policy = { ...issuer.policy, crl: { ...issuer.policy.crl, ...crl } };
  const others = new Map(deltas);
  return {
    issuer: { ...issuer, policy },
    totals: shards,
    published: new Map(published.map(([shard, complete]) => [shard, { complete, ...others.get(shard) }])),
    termsOf: () => terms,
  };
}

function plan(fields: StateFields, now: Date): string[] {
  return planPublication(stateOf(fields), now).map(
    ({ scope, kind, reason }) => `${scope.shard} ${kind === 'delta' ? 'delta ' : ''}${reason}`,
  );
}

const current = { totals: [totals(0, 3)], published: [[0, publication()]] } as const;

const table: readonly (readonly [string, StateFields, Date, readonly string[]])[] = [
  ['CRL-23: where nothing is published a first list is due', {}, PUBLISHED, ['0 first']],
  [
    'SHD-09: every shard of the policy is due from the first moment, with entries or without',
    { crl: { shards: 3 } },
    PUBLISHED,
    ['0 first', '1 first', '2 first', '3 first'],
  ],
  [
    'without a full list only the shards are due',
    { crl: { shards: 2, full: 'omit' } },
    PUBLISHED,
    ['1 first', '2 first'],
  ],
  ['a current list is not due', current, after(10), []],
  ['a list is not due a second before its period is over', current, after(HOUR - 1), []],
  ['a list is due when its period is over', current, after(HOUR), ['0 period']],
  [
    'SHD-15: a list is due as soon as an entry in it has changed',
    { ...current, totals: [totals(0, 4)] },
    after(1),
    ['0 changed'],
  ],
  [
    'a list from a restored store, whose revision is lower, is due',
    { ...current, totals: [totals(0, 2)] },
    after(1),
    ['0 changed'],
  ],
  [
    'with a third of its validity left a list is not expiring',
    { ...current, crl: { periodSeconds: 30 * DAY } },
    after(6 * DAY - 1),
    [],
  ],
  [
    'with less than a third of its validity left a list is expiring',
    { ...current, crl: { periodSeconds: 30 * DAY } },
    after(6 * DAY + 1),
    ['0 expiring'],
  ],
  ['an expired list is due', current, after(20 * DAY), ['0 expiring']],
  [
    'expiring comes before changed: it is the more pressing',
    { ...current, totals: [totals(0, 4)] },
    after(8 * DAY),
    ['0 expiring'],
  ],
  ['a clock set back does not make a current list due', current, after(-DAY), []],
  [
    'a change in one shard makes that shard and the full list due',
    {
      crl: { shards: 2 },
      totals: [totals(1, 3), totals(2, 9)],
      published: [
        [0, publication({ revision: 5 })],
        [1, publication({ revision: 3 })],
        [2, publication({ revision: 5 })],
      ],
    },
    after(1),
    ['0 changed', '2 changed'],
  ],
  [
    'SHD-07, T-23c: shards of an earlier policy stay, by their entries and by having been published',
    {
      crl: { shards: 1 },
      totals: [totals(5, 3)],
      published: [
        [0, publication()],
        [1, publication({ revision: 0 })],
        [8, publication({ revision: 0 })],
      ],
    },
    after(HOUR),
    ['0 period', '1 period', '5 first', '8 period'],
  ],
];

for (const [statement, fields, now, expected] of table) {
  test(statement, () => assert.deepEqual(plan(fields, now), expected));
}

test('CRL-09, T-34: a list is not made in the second of the one before it', () => {
  const changed = stateOf({ ...current, totals: [totals(0, 4)] });
  assert.deepEqual(planPublication(changed, PUBLISHED)[0]?.notBefore, after(1));
  assert.deepEqual(planPublication(changed, after(0.5))[0]?.notBefore, after(1));
  assert.deepEqual(planPublication(changed, after(60))[0]?.notBefore, after(60));
});

test('a clock set back waits until it has caught up with what is published', () => {
  const changed = stateOf({ ...current, totals: [totals(0, 4)] });
  assert.deepEqual(planPublication(changed, after(-DAY))[0]?.notBefore, after(1));
});

test('a first list need not wait', () => {
  assert.deepEqual(planPublication(stateOf({}), PUBLISHED)[0]?.notBefore, PUBLISHED);
});

test('a plan tells what is published and the revision that is to be', () => {
  const [list] = planPublication(stateOf({ ...current, totals: [totals(0, 4)] }), after(1));
  assert.deepEqual(list?.previous, publication());
  assert.equal(list?.revision, 4);
  assert.deepEqual(list?.scope, { issuerId: 1, issuerName: 'e1', shard: 0 });
});

test('scopes are the full list first, then the shards upwards, each once', () => {
  const state = stateOf({
    crl: { shards: 3 },
    totals: [totals(0, 1), totals(2, 1), totals(11, 1)],
    published: [
      [0, publication()],
      [3, undefined],
      [10, publication()],
    ],
  });
  assert.deepEqual(scopesOf(state), [0, 1, 2, 3, 10, 11]);
});

test('revoked certificates in no shard keep the full list, which is their only one', () => {
  const crl = { full: 'omit', shards: 1 } as const;
  assert.deepEqual(scopesOf(stateOf({ crl, totals: [totals(0, 1)] })), [0, 1]);
  assert.deepEqual(scopesOf(stateOf({ crl, totals: [{ ...totals(0, 1), entryCount: 0 }] })), [1]);
});

test('SHD-12: the periods of shards draw apart, by a tenth at most and never beyond the period', () => {
  const spreads = Array.from({ length: 128 }, (_, index) => periodSpread(HOUR, index + 1, 7n));
  assert.ok(spreads.every((spread) => spread >= 0 && spread < HOUR * 100));
  assert.ok(new Set(spreads).size > 120);
  for (let tenth = 0; tenth < 10; tenth += 1) {
    const inside = spreads.filter((spread) => Math.floor(spread / (HOUR * 10)) === tenth);
    assert.ok(inside.length >= 8 && inside.length <= 18, `${inside.length} in part ${tenth}`);
  }
  assert.equal(periodSpread(HOUR, 0, 7n), 0);
});

test('a shard is due earlier than its period by its spread, and not a second before that', () => {
  const spread = periodSpread(HOUR, 3, 7n) / 1000;
  const fields: StateFields = {
    crl: { full: 'omit', shards: 0 },
    totals: [totals(3, 3)],
    published: [[3, publication()]],
  };
  assert.deepEqual(plan(fields, after(HOUR - spread - 1)), []);
  assert.deepEqual(plan(fields, after(HOUR - spread)), ['3 period']);
});

const withDelta = { delta: { validitySeconds: DAY - 1, periodSeconds: HOUR }, periodSeconds: DAY };

function delta(fields: Partial<DeltaPublication> = {}): DeltaPublication {
  return { ...publication({ nextUpdate: after(DAY - 1) }), crlNumber: 8n, baseNumber: 6n, ...fields };
}

const previous = { crlNumber: 6n, nextUpdate: after(8 * DAY), revision: 2 };

const deltaTable: readonly (readonly [string, StateFields, Date, readonly string[]])[] = [
  ['SHD-16: without a published complete list no delta is due', { crl: withDelta }, PUBLISHED, ['0 first']],
  [
    'a first delta is due as soon as its base is there',
    { ...current, crl: withDelta },
    after(5),
    ['0 delta first'],
  ],
  [
    'a delta that is current is not due',
    { ...current, crl: withDelta, deltas: [[0, { delta: delta() }]] },
    after(10),
    [],
  ],
  [
    'with deltas, a change makes the delta due and leaves the complete list',
    { ...current, totals: [totals(0, 4)], crl: withDelta, deltas: [[0, { delta: delta() }]] },
    after(10),
    ['0 delta changed'],
  ],
  [
    'a restored store makes the complete list due, which no delta can mend',
    { ...current, totals: [totals(0, 2)], crl: withDelta, deltas: [[0, { delta: delta() }]] },
    after(10),
    ['0 changed', '0 delta changed'],
  ],
  [
    'a delta is due when its own period is over',
    { ...current, crl: withDelta, deltas: [[0, { delta: delta() }]] },
    after(HOUR),
    ['0 delta period'],
  ],
  [
    'CRL-09: a complete list that is due takes its delta along',
    {
      ...current,
      crl: withDelta,
      deltas: [[0, { delta: delta({ thisUpdate: after(DAY - 60), nextUpdate: after(2 * DAY) }) }]],
    },
    after(DAY),
    ['0 period', '0 delta complete'],
  ],
  [
    'a delta of which less than a third is left is due',
    {
      ...current,
      crl: { ...withDelta, delta: { validitySeconds: HOUR, periodSeconds: DAY } },
      deltas: [[0, { delta: delta({ nextUpdate: after(HOUR) }) }]],
    },
    after(HOUR * 0.7),
    ['0 delta expiring'],
  ],
  [
    'other settings make complete list and delta due',
    { ...current, terms: 'others', crl: withDelta, deltas: [[0, { delta: delta() }]] },
    after(10),
    ['0 settings', '0 delta settings'],
  ],
  ['other settings make a list due', { ...current, terms: 'others' }, after(10), ['0 settings']],
];

for (const [statement, fields, now, expected] of deltaTable) {
  test(statement, () => assert.deepEqual(plan(fields, now), expected));
}

test('a delta is made against the list before the present one, so that who has either can use it', () => {
  const fields: StateFields = { ...current, crl: withDelta, deltas: [[0, { previous }]] };
  assert.equal(planPublication(stateOf(fields), after(10))[0]?.base?.crlNumber, 6n);
});

test('a delta is made against the present list when nobody can go by the one before it', () => {
  for (const unusable of [{ ...previous, nextUpdate: after(10) }, { ...previous, revision: 9 }, undefined]) {
    const fields: StateFields = { ...current, crl: withDelta, deltas: [[0, { previous: unusable }]] };
    assert.equal(planPublication(stateOf(fields), after(10))[0]?.base?.crlNumber, 7n);
  }
});

test("the full list's revision grows with any shard's", () => {
  const fullOf = (...entries: IssuerState['totals']) => revisionsOf(entries).get(0) ?? 0;
  const before = fullOf(totals(0, 4), totals(1, 7), totals(2, 5));
  assert.ok(fullOf(totals(0, 4), totals(1, 7), totals(2, 8)) > before);
  assert.equal(fullOf(), 0);
  assert.equal(revisionsOf([totals(1, 7)]).get(1), 7);
  assert.equal(revisionsOf([totals(1, 7)]).get(2), undefined);
});
