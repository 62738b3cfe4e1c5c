import { availableParallelism } from 'node:os';
import { writeOpensslIndex } from '../tools/openssl-index.mjs';
import { opensslRates } from '../tools/openssl-speed.mjs';
import { scaled } from '../tools/scale.mjs';
import { randomSerials } from '../tools/serials.mjs';
import { createTestCa } from '../tools/test-ca.mjs';
import { createTestHost, importIndex, presignAnswers } from '../tools/test-host.mjs';

/** `lancre publish --ocsp` for certificates without an answer: the whole command, on all cores. */
export async function run({ workshop, slow }) {
  const count = scaled(slow ? 1_000_000 : 200_000, 1000);
  const ca = await createTestCa(workshop.path('ca'));
  const index = workshop.path('index.txt');
  await writeOpensslIndex(index, randomSerials(count), (place) => place % 20 === 19);
  const host = await createTestHost(workshop, 'host', ca, ['--presign']);
  await importIndex(workshop, host, index);
  const cores = availableParallelism();
  const before = await opensslRates(workshop, 0);
  const { seconds, peakOctets } = await presignAnswers(workshop, host);
  const again = await presignAnswers(workshop, host);
  const after = await opensslRates(workshop, 0);
  const name = `signing ahead, ${count.toLocaleString('en')} answers`;
  const rate = before && after && (cores * (before.sign + after.sign)) / 2;
  const checked =
    before &&
    after &&
    cores / (0.5 / before.sign + 0.5 / before.verify + 0.5 / after.sign + 0.5 / after.verify);
  const figure = count / seconds;
  const note = `${seconds.toFixed(1)} s; at most ${(peakOctets / 1e6).toFixed(0)} MB resident; again with nothing due ${again.seconds.toFixed(1)} s`;
  return [
    {
      name,
      figure,
      unit: 'per second',
      ...peerOf('bare signatures', rate),
      better: 'more',
      aim: '>= 0.8 x',
      note,
    },
    {
      name: `${name}, each one checked`,
      figure,
      unit: 'per second',
      ...peerOf('signature and check', checked),
      better: 'more',
    },
  ];
}

function peerOf(what, rate) {
  if (rate === undefined) return { peer: 'openssl is not here' };
  return { peer: `openssl speed on all cores, ${what}`, peerFigure: rate };
}
