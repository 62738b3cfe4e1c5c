import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import {
  existsSync,
  linkSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  renameSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import fc from 'fast-check';
import { FilesystemArtifactStore } from '#host/storage/filesystem-artifact-store.js';
import { FilesystemArtifactView } from '#host/storage/filesystem-artifact-view.js';
import { temporaryFolder } from './temporary-folder.ts';
import { rejectsWithCode } from './throws-code.ts';

const folder = temporaryFolder();
const PATH = 'c/e1/7.crl';
const DATE = new Date('2026-11-25T10:00:00Z');
const FUTURE = new Date('2100-01-01T00:00:00Z');
let opened = 0;

function newStore(): { readonly root: string; readonly store: FilesystemArtifactStore } {
  opened += 1;
  const root = join(folder, `${opened}`, 'public');
  return { root, store: new FilesystemArtifactStore(root, (action) => action()) };
}

async function sealed(
  store: FilesystemArtifactStore,
  content: string | Uint8Array,
  lastModified = DATE,
): Promise<string> {
  const staged = await store.stage();
  await staged.append(Buffer.from(content));
  return staged.seal({ lastModified });
}

async function published(store: FilesystemArtifactStore, path: string, content: string): Promise<string> {
  const object = await sealed(store, content);
  assert.equal(await store.point(path, object, store.resolve(path)), 'swapped');
  return object;
}

function stagedFiles(root: string): string[] {
  return readdirSync(join(root, 'staging'));
}

test('an object is named by the SHA-256 of its content', async () => {
  const { store } = newStore();
  assert.equal(await sealed(store, 'a list'), createHash('sha256').update('a list').digest('hex'));
});

test('T-41: the same content has the same name in two trees', async () => {
  assert.equal(await sealed(newStore().store, 'same'), await sealed(newStore().store, 'same'));
});

test('what is appended and written over is what is read back, sealed and opened', async () => {
  const { root, store } = newStore();
  const staged = await store.stage();
  const body = Buffer.alloc(3_000_000, 'abcdefg');
  await staged.append(new Uint8Array(4));
  for (let start = 0; start < body.length; start += 700_000)
    await staged.append(body.subarray(start, start + 700_000));
  await staged.overwrite(0, Buffer.from('HEAD'));
  await staged.append(Buffer.from('tail'));
  assert.equal(staged.length, body.length + 8);
  const wanted = Buffer.concat([Buffer.from('HEAD'), body, Buffer.from('tail')]);
  const readBack: Buffer[] = [];
  for await (const part of staged.read()) readBack.push(Buffer.from(part));
  assert.ok(Buffer.concat(readBack).equals(wanted));
  const object = await staged.seal({ lastModified: DATE });
  const artifact = await store.open(object);
  assert.equal(artifact.length, wanted.length);
  assert.ok(Buffer.from(await artifact.bytes()).equals(wanted));
  assert.ok(Buffer.from(artifact.head).equals(wanted.subarray(0, 4096)));
  assert.deepEqual(stagedFiles(root), []);
});

test('a part of an object is streamed, octet for octet', async () => {
  const { store } = newStore();
  const content = Buffer.from(Array.from({ length: 200_000 }, (_, index) => index % 251));
  const artifact = await store.open(await sealed(store, content));
  await fc.assert(
    fc.asyncProperty(fc.nat({ max: content.length }), fc.nat({ max: content.length }), async (a, b) => {
      const [start, end] = a < b ? [a, b] : [b, a];
      const parts: Uint8Array[] = [];
      for await (const part of artifact.stream(start, end)) parts.push(part);
      assert.ok(Buffer.concat(parts).equals(content.subarray(start, end)));
    }),
    { numRuns: 25 },
  );
});

const hasProc = existsSync('/proc/self/fd') ? false : 'open files cannot be counted here';

test('a stream that nobody reads to its end lets go of its file', { skip: hasProc }, async () => {
  const { store } = newStore();
  const artifact = await store.open(await sealed(store, Buffer.alloc(1_000_000)));
  const before = readdirSync('/proc/self/fd').length;
  for (let index = 0; index < 20; index += 1) {
    const reader = artifact.stream(0, 1_000_000).getReader();
    await reader.read();
    await reader.cancel();
  }
  await new Promise((resolve) => setTimeout(resolve, 20));
  assert.ok(readdirSync('/proc/self/fd').length <= before + 2);
});

test('an empty object can be sealed and read', async () => {
  const { store } = newStore();
  const artifact = await store.open(await sealed(store, ''));
  assert.equal(artifact.length, 0);
  assert.equal((await artifact.bytes()).length, 0);
});

test('lastModified is the time that it was sealed with, whenever that was', async () => {
  const { store } = newStore();
  const artifact = await store.open(await sealed(store, 'a', new Date('2020-02-29T23:59:59Z')));
  assert.deepEqual(artifact.lastModified, new Date('2020-02-29T23:59:59Z'));
});

test('content that is there already keeps its name and its date', async () => {
  const { root, store } = newStore();
  const first = await sealed(store, 'same', DATE);
  assert.equal(await sealed(store, 'same', FUTURE), first);
  assert.deepEqual((await store.open(first)).lastModified, DATE);
  assert.deepEqual(stagedFiles(root), []);
});

test('nothing is visible before a pointer names it', async () => {
  const { store } = newStore();
  await sealed(store, 'a');
  assert.equal(store.resolve(PATH), undefined);
});

test('a pointer is swapped only from what was expected', async () => {
  const { root, store } = newStore();
  const [a, b] = [await sealed(store, 'a'), await sealed(store, 'b')];
  assert.equal(await store.point(PATH, b, a), 'conflict');
  assert.equal(store.resolve(PATH), undefined);
  assert.equal(await store.point(PATH, a, undefined), 'swapped');
  assert.equal(await store.point(PATH, b, undefined), 'conflict');
  assert.equal(await store.point(PATH, b, b), 'conflict');
  assert.equal(store.resolve(PATH), a);
  assert.equal(await store.point(PATH, b, a), 'swapped');
  assert.equal(store.resolve(PATH), b);
  assert.deepEqual(stagedFiles(root), []);
});

test('of many who swap at once from the same object one succeeds', async () => {
  const { store } = newStore();
  const first = await published(store, PATH, 'first');
  const objects = await Promise.all(['a', 'b', 'c', 'd', 'e'].map((content) => sealed(store, content)));
  const outcomes = await Promise.all(objects.map((object) => store.point(PATH, object, first)));
  assert.deepEqual([...outcomes].sort(), ['conflict', 'conflict', 'conflict', 'conflict', 'swapped']);
  assert.equal(store.resolve(PATH), objects[outcomes.indexOf('swapped')]);
});

test('HTTP-37: a crash between seal and point leaves the old object under the path', async () => {
  const { root, store } = newStore();
  const old = await published(store, PATH, 'old');
  const staged = await store.stage();
  await staged.append(Buffer.from('half'));
  await sealed(store, 'new');
  const restarted = new FilesystemArtifactStore(root, (action) => action());
  assert.equal(restarted.resolve(PATH), old);
  assert.equal(Buffer.from(await (await restarted.open(old)).bytes()).toString(), 'old');
  assert.equal(await published(restarted, PATH, 'new'), restarted.resolve(PATH));
  await staged.discard();
});

test('HTTP-37: what was opened stays whole while the path names something else', async () => {
  const { store } = newStore();
  const old = await store.open(await published(store, PATH, 'old and longer'));
  await published(store, PATH, 'new');
  assert.equal(Buffer.from(await old.bytes()).toString(), 'old and longer');
  assert.equal(old.length, 14);
});

test('a crash between the link and the removal of the staged file does not cost the object', async () => {
  const { root, store } = newStore();
  const object = await published(store, PATH, 'the list');
  linkSync(join(root, 'objects', object.slice(0, 2), object), join(root, 'staging', `${process.pid}-1`));
  const restarted = new FilesystemArtifactStore(root, (action) => action());
  await published(restarted, 'c/e1/8.crl', 'another');
  assert.equal(Buffer.from(await (await restarted.open(object)).bytes()).toString(), 'the list');
});

test('what is discarded leaves nothing behind', async () => {
  const { root, store } = newStore();
  const staged = await store.stage();
  await staged.append(Buffer.from('a'));
  await staged.discard();
  assert.deepEqual(stagedFiles(root), []);
  assert.deepEqual(readdirSync(join(root, 'objects')), []);
});

test('a path that is withdrawn names nothing, and withdrawing it again does no harm', async () => {
  const { store } = newStore();
  await published(store, PATH, 'a');
  await store.withdraw(PATH);
  assert.equal(store.resolve(PATH), undefined);
  await store.withdraw(PATH);
  await store.withdraw('c/never/1.crl');
  assert.equal(await store.point(PATH, await sealed(store, 'b'), undefined), 'swapped');
});

test('a sweep takes away old objects that no pointer names, and nothing else', async () => {
  const { root, store } = newStore();
  const first = await published(store, PATH, 'first');
  const second = await published(store, PATH, 'second');
  const issuer = await published(store, 'i/e1.pem', 'pem');
  const full = await published(store, 'c/e1.crl', 'full');
  assert.equal(await store.sweep(new Date('2020-01-01T00:00:00Z')), 0);
  assert.ok(await store.open(first));
  writeFileSync(join(root, 'staging', '1-1'), 'left by a crash');
  assert.equal(await store.sweep(FUTURE), 1);
  await rejectsWithCode('store_corrupt', store.open(first), first);
  for (const object of [second, issuer, full]) assert.ok(await store.open(object));
  assert.deepEqual(stagedFiles(root), []);
  assert.equal(await store.sweep(FUTURE), 0);
});

test('a pointer to an object that is gone is told apart from a path that names nothing', async () => {
  const { root, store } = newStore();
  mkdirSync(join(root, 'c'));
  symlinkSync(`../objects/ab/${'ab'.repeat(32)}`, join(root, 'c/e1.crl'));
  assert.equal(store.resolve('c/e1.crl'), 'ab'.repeat(32));
  await rejectsWithCode('store_corrupt', store.open('ab'.repeat(32)), 'ab'.repeat(32));
});

test('the tree is plain files: content and date are there through the symbolic link', async () => {
  const { root, store } = newStore();
  for (const path of [PATH, 'c/e1.crl', 'i/e1', 'i/e1.pem']) {
    await published(store, path, `content of ${path}`);
    const file = join(root, path);
    assert.equal(readFileSync(file, 'utf8'), `content of ${path}`);
    assert.deepEqual(statSync(file).mtime, DATE);
    assert.equal(statSync(file).mode & 0o444, 0o444);
    assert.ok(lstatSync(file).isSymbolicLink() && readlinkSync(file).startsWith('../'));
  }
});

test('the tree can be moved as a whole', async () => {
  const { root, store } = newStore();
  const object = await published(store, PATH, 'a');
  const moved = `${root}-moved`;
  renameSync(root, moved);
  const view = new FilesystemArtifactView(moved);
  assert.equal(view.resolve(PATH), object);
  assert.equal(readFileSync(join(moved, PATH), 'utf8'), 'a');
});

const outside = [
  '../secret',
  'c/../../secret',
  'c/..',
  'c/../i/e1',
  '/etc/passwd',
  'c//e1.crl',
  '/c/e1.crl',
  'c/e1.crl/',
  'c/',
  'c',
  '',
  '.',
  'i',
  'c/e1/\0.crl',
  'c/e1.crl\0',
  'c/e1.crl\n',
  'c/e1/..crl',
  'c/.e1',
  'c/e1/.7.crl',
  'objects/ab',
  'staging/1-1',
  'x/e1',
  'C/e1.crl',
  'c/E1.crl',
  'c/e1/2/3.crl',
  'c\\e1',
  'c/e1%2f7.crl',
  'c/é',
  'i/e1.pem.bak.x',
];

for (const path of outside) {
  test(`${JSON.stringify(path)} is not a path of the tree: not read, not written, not withdrawn`, async () => {
    const { root, store } = newStore();
    writeFileSync(join(root, '..', 'secret'), 'secret');
    symlinkSync('secret', join(root, '..', 'link'));
    const object = await sealed(store, 'a');
    assert.equal(store.resolve(path), undefined);
    await rejectsWithCode('internal', store.point(path, object, undefined));
    await rejectsWithCode('internal', store.withdraw(path));
    assert.equal(readFileSync(join(root, '..', 'secret'), 'utf8'), 'secret');
    assert.deepEqual(readdirSync(root).sort(), ['objects', 'staging']);
    assert.ok(existsSync(join(root, 'objects', object.slice(0, 2), object)));
  });
}
