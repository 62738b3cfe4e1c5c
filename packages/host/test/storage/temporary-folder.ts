import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after } from 'node:test';

/** A folder for one test file, removed after it; each call gives another. */
export function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'lancre-host-'));
  after(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}
