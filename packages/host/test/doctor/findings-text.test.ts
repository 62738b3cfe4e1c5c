import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Finding, worstOf } from '#host/cli/doctor/finding.js';
import { findingsText } from '#host/cli/doctor/findings-text.js';

const long = 'a sentence of many words that does not fit into what is left of one line, and so goes on below';
const findings: readonly Finding[] = [
  { name: 'keys', verdict: 'bad', message: long, remedy: long },
  { name: 'clock', verdict: 'good', message: 'right' },
  { name: 'public names', verdict: 'warning', message: long },
  { name: 'lists', verdict: 'good', message: 'fresh' },
];

test('the gravest findings come last, and what there is is counted', () => {
  const lines = findingsText(findings);
  const starts = lines.map((line) => line.split(' ')[0]).filter((word) => word !== '');
  assert.deepEqual(starts, ['good', 'good', 'warning', 'bad', '1']);
  assert.equal(lines.at(-1), '1 bad, 1 warning, 2 good');
});

test('no line is longer than 80 columns, and a remedy is marked', () => {
  const lines = findingsText(findings);
  assert.deepEqual(
    lines.filter((line) => line.length > 80),
    [],
  );
  assert.equal(lines.filter((line) => line.includes('Do: a sentence')).length, 1);
  assert.ok(lines.join(' ').replace(/\s+/g, ' ').includes(long));
});

test('the gravest verdict is that of all', () => {
  assert.equal(worstOf(findings), 'bad');
  assert.equal(worstOf(findings.slice(1)), 'warning');
  assert.equal(worstOf([]), 'good');
});
