// Runs every test of the workspace with the Node this runs on, and with no shell in between, so that
// the same line works everywhere. Arguments: names of packages or parts of file names, to run a part.
import { spawnSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const folders = ['packages/pki/dist-test', 'packages/host/dist-test', 'packages/site/test'];
const wanted = process.argv.slice(2);

const files = folders
  .flatMap((folder) =>
    readdirSync(join(root, folder), { recursive: true }).map((name) => join(folder, String(name))),
  )
  .filter((file) => /\.test\.m?js$/.test(file))
  .filter((file) => wanted.length === 0 || wanted.some((part) => file.includes(part)))
  .sort();

if (files.length === 0) {
  console.error(`no test file matches: ${wanted.join(' ')}`);
  process.exit(1);
}

const { status } = spawnSync(
  process.execPath,
  [
    '--test',
    '--test-reporter=spec',
    '--test-concurrency=2',
    ...files.map((file) => relative(root, join(root, file))),
  ],
  { cwd: root, stdio: 'inherit' },
);
process.exit(status ?? 1);
