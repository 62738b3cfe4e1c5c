import { accessSync, constants } from 'node:fs';
import { delimiter, isAbsolute, join } from 'node:path';

/**
 * A reason to skip, or false when these programs are here. With LANCRE_REQUIRE_INTEROP=1 (as in
 * `.ci/run`) nothing is skipped. None is run to find out: nginx without words would start to serve.
 *
 * @throws when one is required and is not here
 */
export function skipWithout(...programs: readonly string[]): string | false {
  const missing = programs.filter((program) => find(program) === undefined);
  if (missing.length === 0) return false;
  const reason = `not installed: ${missing.join(', ')}`;
  const { LANCRE_REQUIRE_INTEROP } = process.env;
  if (LANCRE_REQUIRE_INTEROP === '1') throw new Error(reason);
  return reason;
}

/** Where a program is; servers are in folders that only root has in its PATH. @throws when it is not here */
export function programPath(program: string): string {
  const found = find(program);
  if (found === undefined) throw new Error(`not installed: ${program}`);
  return found;
}

function find(program: string): string | undefined {
  if (isAbsolute(program)) return isExecutable(program) ? program : undefined;
  const { PATH = '' } = process.env;
  const folders = [...PATH.split(delimiter), ...SYSTEM_FOLDERS];
  return folders.map((folder) => join(folder, program)).find(isExecutable);
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

const SYSTEM_FOLDERS = ['/usr/local/sbin', '/usr/sbin', '/sbin'] as const;
