import assert from 'node:assert/strict';
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readdirSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';
import { type EdgeUnderTest, startEdgeUnderTest } from './edge-under-test.js';
import { type HostAddress, runTranscript } from './transcript.js';

// Compiled, this file is in dist-test/http; the transcripts stay where they were written.
const transcripts = new URL('../../test/http/transcripts/', import.meta.url);
const pathRouting = [
  'ocsp-path-routing.txt',
  'http.txt',
  'artifacts-path-routing.txt',
  'slow-body.txt',
  'expired-crl.txt',
  'big-crl.txt',
];
const hostRouting = ['host-routing.txt'];

const bun = findBun();

for (const [routing, files] of [
  ['path', pathRouting],
  ['host', hostRouting],
] as const) {
  describe(`transcripts on Node, ${routing} routing`, () => {
    let edge: EdgeUnderTest | undefined;
    before(async () => {
      edge = await startEdgeUnderTest(routing);
    });
    after(() => edge?.server.close());
    for (const file of files) {
      it(file, async () => {
        assert.ok(edge);
        await runTranscript(new URL(file, transcripts), edge.server.address, edge.variables);
      });
    }
  });

  describe(`transcripts on Bun, ${routing} routing`, {
    skip: bun === undefined && 'Bun is not installed',
  }, () => {
    let edge: ChildEdge | undefined;
    before(async () => {
      if (bun !== undefined) edge = await startChildEdge(bun, routing);
    });
    after(() => edge?.child.kill());
    for (const file of files) {
      it(file, async () => {
        assert.ok(edge);
        await runTranscript(new URL(file, transcripts), edge.address, edge.variables);
      });
    }
  });
}

interface ChildEdge {
  readonly child: ChildProcess;
  readonly address: HostAddress;
  readonly variables: Readonly<Record<string, string>>;
}

async function startChildEdge(runtime: string, routing: string): Promise<ChildEdge> {
  const script = fileURLToPath(new URL('./edge-under-test.js', import.meta.url));
  const child = spawn(runtime, [script, routing], { stdio: ['ignore', 'pipe', 'inherit'] });
  const [line] = await once(child.stdout, 'data');
  return { child, ...JSON.parse(String(line)) };
}

/** Bun, if it is installed and runs: where its install script put it, or in the package of the platform. */
function findBun(): string | undefined {
  const modules = findModules();
  if (modules === undefined) return undefined;
  const platforms = join(modules, '@oven');
  const packaged = existsSync(platforms) ? readdirSync(platforms) : [];
  const candidates = [join(modules, 'bun', 'bin', 'bun.exe')];
  for (const name of packaged) candidates.push(join(platforms, name, 'bin', 'bun'));
  return candidates.find((program) => spawnSync(program, ['--version']).status === 0);
}

function findModules(): string | undefined {
  try {
    return dirname(dirname(createRequire(import.meta.url).resolve('bun/package.json')));
  } catch {
    return undefined;
  }
}
