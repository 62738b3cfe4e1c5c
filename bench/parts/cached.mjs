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

const what = 'OCSP GET, one certificate, cached';

/** The answer for one certificate, from the cache of one edge, beside a small file from nginx. */
export async function run({ workshop }) {
  if (wrkIsMissing()) return [{ name: what, note: 'wrk is not here' }];
  const serials = randomSerials(scaled(1000, 20));
  const { ca, hosts } = await openContest(workshop, serials);
  const paths = await ocspPaths(ca, serials.slice(0, 1));
  const contestants = hosts.map(({ name, port, edge }) => ({ name, port, paths, pids: [edge] }));
  for (const { port } of contestants) await requireAnswer(port, paths[0]);
  const nginx = await nginxContestant(workshop, 1);
  if (nginx !== undefined) contestants.push(nginx);
  await playRounds(workshop, contestants, { rounds: 1, seconds: 1 });
  const results = await playRounds(workshop, contestants, { rounds: scaled(4), seconds: scaled(3) });
  return rowsBesideNginx(what, results, 'µs CPU');
}
