// Lancre's edges and nginx under the same load in turns, so that a slow moment of the machine is nobody's.
import { get } from 'node:http';
import { edgeRuntimes } from './edge-runtimes.mjs';
import { startNginx } from './nginx.mjs';
import { writeOpensslIndex } from './openssl-index.mjs';
import { isHere } from './programs.mjs';
import { median } from './statistics.mjs';
import { createTestCa } from './test-ca.mjs';
import { createTestHost, importIndex, serveTestHost } from './test-host.mjs';
import { measureLoad } from './wrk.mjs';

/** How many times as good as nginx (DESIGN.md 8). */
const aims = { node: 0.7, bun: 1.1 };
const serverCore = 0;
const loadCore = 1;

/** A CA, and a running host of one edge on each runtime that holds certificates with these serials. */
export async function openContest(workshop, serials) {
  const ca = await createTestCa(workshop.path('ca'));
  const index = workshop.path('index.txt');
  await writeOpensslIndex(index, serials, (place) => place % 20 === 19);
  const hosts = [];
  for (const runtime of edgeRuntimes()) {
    const host = await createTestHost(workshop, `host-${runtime}`, ca);
    await importIndex(workshop, host, index);
    const { child, edge, port } = await serveTestHost(workshop, host, runtime, serverCore);
    hosts.push({ name: runtime, port, edge, control: child.pid });
  }
  return { ca, hosts };
}

/** nginx as one more contestant, or undefined where there is none. */
export async function nginxContestant(workshop, fileCount) {
  if (!isHere('nginx', ['-v'])) return undefined;
  const { child, port } = await startNginx(workshop, serverCore, fileCount);
  return {
    name: 'nginx',
    port,
    pids: [child.pid],
    paths: Array.from({ length: fileCount }, (_, index) => `/${index}`),
  };
}

/**
 * Rounds of load on all contestants in turns.
 *
 * @param contestants name, port, paths (or a function that gives those of the next round), pids
 * @returns the median of each, by name
 */
export async function playRounds(workshop, contestants, { rounds, seconds }) {
  const results = new Map(contestants.map(({ name }) => [name, []]));
  for (let round = 0; round < rounds; round += 1) {
    for (const { name, port, paths, pids } of contestants) {
      const next = typeof paths === 'function' ? paths() : paths;
      results
        .get(name)
        .push(await measureLoad(workshop, { port, paths: next, pids, seconds, core: loadCore }));
    }
  }
  return new Map(
    [...results].map(([name, measured]) => [
      name,
      {
        processorMicroseconds: median(measured.map((each) => each.processorMicroseconds)),
        perSecond: median(measured.map((each) => each.perSecond)),
      },
    ]),
  );
}

/** Asks for a target once. @throws Error when what comes is no OCSP response that says something */
export async function requireAnswer(port, path) {
  const body = await new Promise((resolve, reject) => {
    get({ host: '127.0.0.1', port, path }, (response) => {
      const parts = [];
      response.on('data', (part) => parts.push(part));
      response.on('end', () => resolve(Buffer.concat(parts)));
    }).once('error', reject);
  });
  if (body.length < 100 || body[0] !== 0x30)
    throw new Error(`not an OCSP answer: ${body.toString('hex', 0, 20)}`);
}

/** Rows of processor time per request, each beside nginx. */
export function rowsBesideNginx(what, results, unit) {
  const nginx = results.get('nginx');
  const rows = ['node', 'bun'].map((runtime) => {
    const name = `${what}, ${runtime === 'node' ? 'Node' : 'Bun'} edge`;
    const result = results.get(runtime);
    if (result === undefined) return { name, note: 'the optional package "bun" is not here' };
    return {
      name,
      figure: result.processorMicroseconds,
      unit,
      ...(nginx === undefined
        ? { peer: 'nginx is not here' }
        : { peer: 'nginx', peerFigure: nginx.processorMicroseconds }),
      better: 'less',
      aim: `>= ${aims[runtime]} x`,
    };
  });
  return rows;
}

export const wrkIsMissing = () => !isHere('wrk', ['-v']);
