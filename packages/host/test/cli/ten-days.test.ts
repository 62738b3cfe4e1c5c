import assert from 'node:assert/strict';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { playTenDays, type TenDaysReport } from './ten-days.ts';

// Thousands of commits, each of which waits for the disk: in memory, where the system has a folder for that.
const folder = mkdtempSync(join(existsSync('/dev/shm') ? '/dev/shm' : tmpdir(), 'lancre-ten-days-'));
after(() => rmSync(folder, { recursive: true, force: true }));

test('T-11, T-19, T-22, SHD-15: ten days of trouble, and at every instant there is a valid list with all that was acknowledged in time', async () => {
  const validitySeconds = 216 * 3600 - 1;
  const options = { folder: join(folder, 'long'), seed: 11, validitySeconds, shards: 0 };
  requireEventful(await playTenDays(options));
});

test('T-11, T-19, T-22, SHD-15: the same with lists and shards of six hours, which outlive outages of three', async () => {
  const validitySeconds = 6 * 3600 - 1;
  const options = { folder: join(folder, 'short'), seed: 19, validitySeconds, shards: 2 };
  requireEventful(await playTenDays(options));
});

/** That nothing went wrong is worth something only where much could. */
function requireEventful(report: TenDaysReport): void {
  const told = JSON.stringify(report);
  assert.ok(report.acknowledged > 300, told);
  assert.ok(report.refused > 5, told);
  assert.ok(report.restarts > 10, told);
  assert.ok(report.failedLists > 20, told);
  assert.ok(report.issues > 240, told);
  assert.ok(report.gone > 100, told);
  assert.ok(report.listed > 20, told);
  assert.equal(report.weathers.size, 8, told);
}
