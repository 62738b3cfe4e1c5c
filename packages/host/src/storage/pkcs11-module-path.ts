import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { LancreError } from '../errors/lancre-error.ts';
import type { Pkcs11Uri } from '../issuer/pkcs11-uri.ts';

/**
 * The file of the module that a URI names by path, or by name in the folders where systems keep them.
 *
 * @throws LancreError `input_invalid` (it names none), `file_missing`
 */
export function findPkcs11Module({ modulePath, moduleName }: Pkcs11Uri): string {
  if (modulePath !== undefined) {
    if (existsSync(modulePath)) return modulePath;
    throw new LancreError('file_missing', `no PKCS#11 module at ${modulePath}`);
  }
  if (moduleName === undefined || /[/\\]/.test(moduleName))
    throw new LancreError('input_invalid', 'pkcs11: URI: name the module by module-path or module-name');
  const names = [`${moduleName}.so`, `lib${moduleName}.so`, `${moduleName}.dylib`];
  for (const folder of moduleFolders()) {
    const found = names.map((name) => join(folder, name)).find((path) => existsSync(path));
    if (found !== undefined) return found;
  }
  throw new LancreError(
    'file_missing',
    `no PKCS#11 module "${moduleName}" in the usual folders: use module-path`,
  );
}

function moduleFolders(): readonly string[] {
  const multiarch = existsSync('/usr/lib')
    ? readdirSync('/usr/lib')
        .filter((name) => name.includes('-linux-'))
        .flatMap((name) => [
          join('/usr/lib', name, 'pkcs11'),
          join('/usr/lib', name),
          join('/usr/lib', name, 'softhsm'),
        ])
    : [];
  return [
    ...multiarch,
    '/usr/lib/pkcs11',
    '/usr/lib64/pkcs11',
    '/usr/lib/softhsm',
    '/usr/local/lib',
    '/usr/lib64',
  ];
}
