import { realpath } from 'node:fs/promises';
import { join } from 'node:path';
import { LancreError } from '../errors/lancre-error.ts';
import type { Pkcs11Uri } from '../issuer/pkcs11-uri.ts';

/**
 * The file of the module that a URI names: by its path, or by its name in the usual folders.
 *
 * @param folders where a name is looked for
 * @returns an absolute path without symbolic links
 * @throws LancreError `file_missing`, naming what was looked for
 */
export async function findPkcs11Module(
  uri: Pkcs11Uri,
  folders: readonly string[] = MODULE_FOLDERS,
): Promise<string> {
  for (const path of candidatesOf(uri, folders)) {
    const found = await realpath(path).catch(() => undefined);
    if (found !== undefined) return found;
  }
  const wanted =
    uri.moduleName === undefined
      ? uri.modulePath
      : `${uri.moduleName} (module-name) in ${uri.modulePath ?? folders.join(', ')}`;
  throw new LancreError('file_missing', `no such PKCS#11 module: ${wanted}`);
}

/** A name stands without the prefix and the suffix of the system (RFC 7512 2.3). */
function candidatesOf({ moduleName, modulePath }: Pkcs11Uri, folders: readonly string[]): readonly string[] {
  if (moduleName === undefined) return modulePath === undefined ? [] : [modulePath];
  const inFolders = modulePath === undefined ? folders : [modulePath];
  return inFolders.flatMap((folder) =>
    [`${moduleName}.so`, `lib${moduleName}.so`, `${moduleName}.dylib`, `lib${moduleName}.dylib`].map((file) =>
      join(folder, file),
    ),
  );
}

/** Debian's names for the architectures; elsewhere the folders without one serve. */
const ARCHITECTURES: Readonly<Record<string, string>> = {
  x64: 'x86_64-linux-gnu',
  arm64: 'aarch64-linux-gnu',
  ppc64: 'powerpc64le-linux-gnu',
  riscv64: 'riscv64-linux-gnu',
  loong64: 'loongarch64-linux-gnu',
};

const LIBRARY_FOLDERS = [
  `/usr/lib/${ARCHITECTURES[process.arch] ?? process.arch}`,
  '/usr/lib64',
  '/usr/lib',
  '/usr/local/lib',
  '/opt/homebrew/lib',
] as const;

const MODULE_FOLDERS = [
  ...['pkcs11', 'softhsm', ''].flatMap((part) => LIBRARY_FOLDERS.map((folder) => join(folder, part))),
  '/opt/cloudhsm/lib',
];
