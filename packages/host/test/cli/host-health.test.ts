import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type HealthFacts, hostHealth } from '#host/cli/running/host-health.js';
import type { ListFreshness } from '#host/cli/running/list-freshness.js';

const NOW = new Date('2026-11-25T12:00:00Z');
const HOUR = 3_600_000;

/** A list of nine days that was made so many hours ago. */
function listOf(hoursAgo: number, fields: Partial<ListFreshness> = {}): ListFreshness {
  const thisUpdate = new Date(NOW.getTime() - hoursAgo * HOUR);
  const nextUpdate = new Date(thisUpdate.getTime() + 216 * HOUR - 1000);
  return {
    issuer: 'e1',
    shard: 3,
    kind: 'complete',
    thisUpdate,
    nextUpdate,
    entryCount: 1,
    length: 400,
    ...fields,
  };
}

function healthOf(facts: Partial<HealthFacts>) {
  const { healthy, details } = hostHealth({
    now: NOW,
    issuers: [],
    keyProblems: [],
    lists: [listOf(1)],
    publicationFailures: [],
    crlSourceFailures: [],
    presigning: [],
    edgesListening: 2,
    edgesWanted: 2,
    ...facts,
  });
  const { problems, warnings } = details;
  return { healthy, problems, warnings };
}

test('T-11: health is red from the moment on that a third of a validity is left, and says of which list', () => {
  assert.deepEqual(healthOf({ lists: [listOf(143)] }), { healthy: true, problems: [], warnings: [] });
  const { healthy, problems } = healthOf({ lists: [listOf(1), listOf(145, { shard: 0 })] });
  assert.equal(healthy, false);
  assert.deepEqual(problems, ['the CRL e1 (full) expires 2026-11-28T10:59:59Z']);
});

test('T-11: a list that has expired, and a delta that is about to, are named as such', () => {
  const delta = listOf(20, { kind: 'delta', nextUpdate: new Date(NOW.getTime() + 4 * HOUR) });
  const { problems } = healthOf({ lists: [listOf(217), delta] });
  assert.deepEqual(problems, [
    'the CRL e1 shard 3 has expired 2026-11-25T10:59:59Z',
    'the CRL e1 shard 3, delta expires 2026-11-25T16:00:00Z',
  ]);
});

test('CRL-28: what the gate keeps out turns health red, with the reason', () => {
  const message =
    'e1 shard 3 is not published: it has lost the entry of 0a, whose certificate has not expired';
  assert.deepEqual(healthOf({ publicationFailures: [message] }), {
    healthy: false,
    problems: [message],
    warnings: [],
  });
});

test('CRL-25: a list too large for some clients is a warning, and health stays green', () => {
  const { healthy, warnings } = healthOf({
    lists: [listOf(1, { length: 6 * 2 ** 20, entryCount: 120_000 })],
  });
  assert.equal(healthy, true);
  assert.deepEqual(warnings, [
    'the CRL e1 shard 3 has 6.0 MiB (120000 entries): Chromium takes at most 5 MiB',
  ]);
});

test('a list from elsewhere that is not taken in, and an edge that is missing, are problems', () => {
  const { problems } = healthOf({
    crlSourceFailures: [{ issuer: 'root', location: 'http://ca/root.crl', message: 'HTTP status 500' }],
    edgesListening: 1,
  });
  assert.deepEqual(problems, [
    'root: the list at http://ca/root.crl is not taken in: HTTP status 500',
    '1 of 2 edges are listening',
  ]);
});
