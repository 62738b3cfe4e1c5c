import {
  nginxContestant,
  openContest,
  playRounds,
  requireAnswer,
  rowsBesideNginx,
  wrkIsMissing,
} from '../tools/ocsp-contest.mjs';
import { ocspPaths } from '../tools/ocsp-paths.mjs';
import { writeOpensslIndex } from '../tools/openssl-index.mjs';
import { runChild } from '../tools/programs.mjs';
import { scaled } from '../tools/scale.mjs';
import { randomSerials } from '../tools/serials.mjs';
import { createTestCa } from '../tools/test-ca.mjs';
import { createTestHost, importIndex, serveTestHost } from '../tools/test-host.mjs';
import { measureLoad } from '../tools/wrk.mjs';

const keepAnswers = new URL('../children/keep-answers.mjs', import.meta.url);

/** The answers for many certificates in turn; `slow`: for a million, of which each is asked for once. */
export async function run({ workshop, slow }) {
  const wanted = slow ? scaled(1_000_000, 1000) : scaled(20_000, 100);
  if (wrkIsMissing()) return [{ name: nameOf(wanted), note: 'wrk is not here' }];
  return slow ? playKept(workshop, wanted) : playCached(workshop, wanted);
}

/** From the cache of one edge, beside as many files from nginx. */
async function playCached(workshop, wanted) {
  const serials = randomSerials(wanted);
  const { ca, hosts } = await openContest(workshop, serials);
  const all = await ocspPaths(ca, serials);
  await Promise.all(hosts.map(({ port }) => requireAnswer(port, all[0])));
  let count = wanted;
  for (const { port, edge } of hosts)
    count = Math.min(count, await warm(workshop, { port, paths: all, pids: [edge] }));
  const paths = all.slice(0, count);
  const contestants = hosts.map(({ name, port, edge }) => ({ name, port, paths, pids: [edge] }));
  const nginx = await nginxContestant(workshop, count);
  if (nginx !== undefined) contestants.push(nginx);
  const results = await playRounds(workshop, contestants, { rounds: scaled(3), seconds: scaled(3) });
  return rowsBesideNginx(nameOf(count), results, 'µs CPU');
}

/**
 * From the store, since an edge's memory holds 200,000: no round asks for what another has asked for. Beside it
 * the same edge with one certificate.
 */
async function playKept(workshop, count) {
  const serials = randomSerials(count);
  const ca = await createTestCa(workshop.path('ca'));
  const index = workshop.path('index.txt');
  await writeOpensslIndex(index, serials, (place) => place % 20 === 19);
  const host = await createTestHost(workshop, 'host', ca);
  await importIndex(workshop, host, index);
  await runChild(workshop, keepAnswers, host.config);
  const { edge, port } = await serveTestHost(workshop, host, 'node', 0);
  const all = await ocspPaths(ca, serials);
  const paths = slices(all, Math.floor(count / (warmingRounds + playedRounds)));
  const many = { name: 'many', port, pids: [edge], paths };
  const one = { name: 'one', port, pids: [edge], paths: all.slice(-1) };
  await playRounds(workshop, [many, one], { rounds: warmingRounds, seconds: scaled(3) });
  const results = await playRounds(workshop, [many, one], { rounds: playedRounds, seconds: scaled(3) });
  return [
    {
      name: `OCSP GET, ${count.toLocaleString('en')} certificates, kept in the store, Node edge`,
      figure: results.get('many').processorMicroseconds,
      unit: 'µs CPU',
      peer: 'the same for one certificate',
      peerFigure: results.get('one').processorMicroseconds,
      better: 'less',
      aim: '>= 0.8 x',
    },
  ];
}

const warmingRounds = 2;
const playedRounds = 3;

function slices(all, length) {
  let start = 0;
  return () => {
    const slice = all.slice(start, start + length);
    start += length;
    return slice;
  };
}

function nameOf(count) {
  return `OCSP GET, ${count.toLocaleString('en')} certificates, cached`;
}

/**
 * Asks for one certificate after the other, which has their answers signed. Every attempt begins at the
 * first and gets further, since what is cached already is answered faster.
 *
 * @returns how many are cached when the time is over
 */
async function warm(workshop, load) {
  let requests = 0;
  for (let attempt = 0; attempt < 3 && requests < load.paths.length; attempt += 1) {
    ({ requests } = await measureLoad(workshop, { ...load, seconds: 2, core: 1 }));
  }
  return Math.min(requests, load.paths.length);
}
