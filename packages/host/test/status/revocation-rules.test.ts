import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { CertificateStatus, Revocation } from '#host/status/certificate-record.js';
import { isSameStatus, nextStatus } from '#host/status/revocation-rules.js';
import { held, REVOKED_AT, revoked } from './records.ts';

const EARLIER = new Date('2026-11-19T00:00:00Z');
const LATER = new Date('2026-11-21T00:00:00Z');

type Wanted = { readonly kind: 'revoked' | 'held' } & Revocation;

const table: readonly (readonly [string, CertificateStatus, Wanted, CertificateStatus | 'unchanged'])[] = [
  [
    'a good one is revoked as wished',
    { kind: 'assigned' },
    wish({ reason: 'superseded' }),
    revoked({ reason: 'superseded' }),
  ],
  ['a good one is held as wished', { kind: 'assigned' }, held() as Wanted, held()],
  ['a held one is not held again', held(), { ...held(), revocationTime: LATER } as Wanted, 'unchanged'],
  [
    'a held one is revoked with the facts of the revocation',
    held(),
    wish({ revocationTime: LATER }),
    revoked({ revocationTime: LATER }),
  ],
  ['a revoked one is not held', revoked(), held() as Wanted, 'unchanged'],
  ['REV-13: a revoked one keeps its first date', revoked(), wish({ revocationTime: EARLIER }), 'unchanged'],
  [
    'a revoked one keeps its first reason',
    revoked({ reason: 'superseded' }),
    wish({ reason: 'cessationOfOperation' }),
    'unchanged',
  ],
  [
    'REV-06: compromise changes the reason',
    revoked({ reason: 'superseded' }),
    wish({ reason: 'keyCompromise' }),
    revoked({ reason: 'keyCompromise' }),
  ],
  [
    'REV-06: compromise moves the date back',
    revoked(),
    wish({ reason: 'keyCompromise', revocationTime: EARLIER }),
    revoked({ reason: 'keyCompromise', revocationTime: EARLIER }),
  ],
  [
    'compromise never moves the date forward',
    revoked(),
    wish({ reason: 'keyCompromise', revocationTime: LATER }),
    revoked({ reason: 'keyCompromise' }),
  ],
  [
    'compromise known already is news only when it is earlier',
    revoked({ reason: 'keyCompromise' }),
    wish({ reason: 'keyCompromise' }),
    'unchanged',
  ],
  [
    'a compromise known already moves back',
    revoked({ reason: 'keyCompromise' }),
    wish({ reason: 'keyCompromise', revocationTime: EARLIER }),
    revoked({ reason: 'keyCompromise', revocationTime: EARLIER }),
  ],
  [
    'compromise keeps an invalidity date that it does not name',
    revoked({ invalidityDate: EARLIER }),
    wish({ reason: 'keyCompromise' }),
    revoked({ reason: 'keyCompromise', invalidityDate: EARLIER }),
  ],
  [
    'compromise brings an invalidity date',
    revoked(),
    wish({ reason: 'keyCompromise', invalidityDate: EARLIER }),
    revoked({ reason: 'keyCompromise', invalidityDate: EARLIER }),
  ],
  ['compromise of the CA is not that of the key', revoked(), wish({ reason: 'cACompromise' }), 'unchanged'],
];

for (const [statement, current, wanted, expected] of table) {
  test(statement, () => {
    const transition = nextStatus(current, wanted);
    assert.deepEqual(transition.kind === 'set' ? transition.status : 'unchanged', expected);
  });
}

const anyDate = fc.constantFrom(EARLIER, REVOKED_AT, LATER);
const anyFacts = fc.record(
  {
    revocationTime: anyDate,
    reason: fc.constantFrom('keyCompromise', 'superseded'),
    invalidityDate: anyDate,
  },
  { requiredKeys: ['revocationTime'] },
) as fc.Arbitrary<Revocation>;
const anyWish: fc.Arbitrary<Wanted> = fc
  .tuple(fc.constantFrom('revoked', 'held'), anyFacts)
  .map(([kind, facts]) => ({ ...facts, kind }) as Wanted);

test('a wish granted once is not granted again, and no wish leads back to good or from revoked to held', () => {
  fc.assert(
    fc.property(
      fc.oneof(anyWish, fc.constant<CertificateStatus>({ kind: 'assigned' })),
      anyWish,
      (current, wanted) => {
        const first = nextStatus(current, wanted);
        if (first.kind === 'unchanged') return;
        assert.notEqual(first.status.kind, 'assigned');
        if (current.kind === 'revoked') assert.equal(first.status.kind, 'revoked');
        assert.equal(isSameStatus(current, first.status), false);
        assert.equal(nextStatus(first.status, wanted).kind, 'unchanged');
      },
    ),
  );
});

test('a status is the same as another only when every fact is', () => {
  assert.equal(isSameStatus(revoked(), revoked()), true);
  assert.equal(isSameStatus({ kind: 'assigned' }, { kind: 'assigned' }), true);
  const others = [
    held(),
    revoked({ reason: 'superseded' }),
    revoked({ invalidityDate: LATER }),
    revoked({ revocationTime: LATER }),
    { kind: 'assigned' } as const,
  ];
  for (const other of others) assert.equal(isSameStatus(revoked(), other), false);
});

function wish(facts: Partial<Revocation>): Wanted {
  return { kind: 'revoked', revocationTime: REVOKED_AT, ...facts };
}
