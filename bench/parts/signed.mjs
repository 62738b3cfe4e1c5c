import { openContest, playRounds, wrkIsMissing } from '../tools/ocsp-contest.mjs';
import { ocspPaths } from '../tools/ocsp-paths.mjs';
import { opensslRates } from '../tools/openssl-speed.mjs';
import { scaled } from '../tools/scale.mjs';
import { randomSerials } from '../tools/serials.mjs';
import { median } from '../tools/statistics.mjs';

const what = 'OCSP GET, never asked before';
const rounds = scaled(3);
const seconds = scaled(3);
/** More than a core can sign meanwhile. */
const perRound = 20_000 * seconds;

/** Answers that have to be signed: one request for each certificate, over all processes of a host on one core. */
/** @returns {Promise<import('../tools/table.mjs').Row[]>} */
export async function run({ workshop }) {
  if (wrkIsMissing()) return [{ name: what, note: 'wrk is not here' }];
  const serials = randomSerials(perRound * (rounds + 1));
  const { ca, hosts } = await openContest(workshop, serials);
  const paths = await ocspPaths(ca, serials);
  const contestants = hosts.map(({ name, port, control }) => ({
    name,
    port,
    pids: [control],
    paths: slices(paths),
  }));
  await playRounds(workshop, contestants, { rounds: 1, seconds: 1 });
  const rates = [await opensslRates(workshop, 0)];
  const results = await playRounds(workshop, contestants, { rounds, seconds });
  rates.push(await opensslRates(workshop, 0));
  const rate = rates[0] && median(rates.map(({ sign }) => sign));
  const floor = rates[0] && median(rates.map(({ sign, verify }) => 1e6 / sign + 1e6 / verify));
  return ['node', 'bun'].flatMap((runtime) => rowsOf(runtime, results.get(runtime), rate, floor));
}

function slices(paths) {
  let start = 0;
  return () => {
    const slice = paths.slice(start, start + perRound);
    start += perRound;
    return slice;
  };
}

/** @returns {import('../tools/table.mjs').Row[]} */
function rowsOf(runtime, result, rate, floor) {
  const name = `${what}, ${runtime === 'node' ? 'Node' : 'Bun'} edge`;
  if (result === undefined) return [{ name, note: 'the optional package "bun" is not here' }];
  const peer =
    rate === undefined ? { peer: 'openssl is not here' } : { peer: 'openssl speed, bare signatures' };
  return [
    {
      name,
      figure: result.perSecond,
      unit: 'per second',
      ...peer,
      peerFigure: rate,
      better: 'more',
      aim: '>= 0.5 x',
    },
    {
      name: `${name}, all processes`,
      figure: result.processorMicroseconds,
      unit: 'µs CPU',
      ...(floor === undefined ? {} : { peer: 'openssl speed, signature and check', peerFigure: floor }),
      better: 'less',
      aim: '<= 55 µs',
    },
  ];
}
