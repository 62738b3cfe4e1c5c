import assert from 'node:assert/strict';
import { mkdirSync, realpathSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { parsePkcs11Uri } from '#host/issuer/pkcs11-uri.js';
import { findPkcs11Module } from '#host/storage/pkcs11-module-path.js';
import { temporaryFolder } from './temporary-folder.ts';
import { rejectsWithCode } from './throws-code.ts';

const folder = realpathSync(temporaryFolder());
const [first, second] = [join(folder, 'first'), join(folder, 'second')];
for (const path of [first, second]) mkdirSync(path);
for (const name of ['a.so', 'libb.so']) writeFileSync(join(second, name), '');
symlinkSync(join(second, 'a.so'), join(first, 'link.so'));

function find(query: string): Promise<string> {
  return findPkcs11Module(parsePkcs11Uri(`pkcs11:?${query}`), [first, second]);
}

test('a module is found by its path, and is the same under every name', async () => {
  assert.equal(await find(`module-path=${second}/a.so`), join(second, 'a.so'));
  assert.equal(await find(`module-path=${first}/link.so`), join(second, 'a.so'));
});

test('a module is found by its name, with and without lib, in the folders in order', async () => {
  assert.equal(await find('module-name=a'), join(second, 'a.so'));
  assert.equal(await find('module-name=b'), join(second, 'libb.so'));
  assert.equal(await find('module-name=link'), join(second, 'a.so'));
});

test('a name beside a path is looked for in that folder only', async () => {
  assert.equal(await find(`module-name=a&module-path=${second}`), join(second, 'a.so'));
  await rejectsWithCode('file_missing', find(`module-name=b&module-path=${first}`), 'b', first);
});

test('a module that is not there is named, with the folders that were looked in', async () => {
  await rejectsWithCode('file_missing', find('module-path=/nowhere.so'), '/nowhere.so');
  await rejectsWithCode('file_missing', find('module-name=c'), 'c', first, second);
});
