import {
  nginxContestant,
  openContest,
  playRounds,
  requireAnswer,
  rowsBesideNginx,
  wrkIsMissing,
} from '../tools/ocsp-contest.mjs';
import { ocspPaths } from '../tools/ocsp-paths.mjs';
import { scaled } from '../tools/scale.mjs';
import { randomSerials } from '../tools/serials.mjs';
import { measureLoad } from '../tools/wrk.mjs';

/** The answers for many certificates in turn, from the cache of one edge, beside as many files from nginx. */
export async function run({ workshop }) {
  const wanted = scaled(20_000, 100);
  if (wrkIsMissing()) return [{ name: nameOf(wanted), note: 'wrk is not here' }];
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
