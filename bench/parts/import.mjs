import { stat, unlink } from 'node:fs/promises';
import { writeOpensslIndex } from '../tools/openssl-index.mjs';
import { scaled } from '../tools/scale.mjs';
import { randomSerials, sequentialSerials } from '../tools/serials.mjs';
import { createTestCa } from '../tools/test-ca.mjs';
import { createTestHost, importIndex } from '../tools/test-host.mjs';

/** `lancre import` of an index.txt into an empty store, one line in twenty revoked: the whole command. */
export async function run({ workshop }) {
  const count = scaled(1_000_000, 1000);
  const ca = await createTestCa(workshop.path('ca'));
  const kinds = { 'sequential serials': sequentialSerials, 'random 16-octet serials': randomSerials };
  const rows = [];
  for (const [kind, makeSerials] of Object.entries(kinds)) {
    const index = workshop.path('index.txt');
    await writeOpensslIndex(index, makeSerials(count), (place) => place % 20 === 19);
    const host = await createTestHost(workshop, `host-${rows.length}`, ca);
    const { seconds, peakOctets } = await importIndex(workshop, host, index);
    const megabytes = ((await stat(index)).size / 1e6).toFixed(0);
    rows.push({
      name: `import of ${count.toLocaleString('en')} lines, ${kind}`,
      figure: count / seconds,
      unit: 'lines/s',
      aim: '>= 200,000',
      note: `${seconds.toFixed(2)} s for ${megabytes} MB; at most ${(peakOctets / 1e6).toFixed(0)} MB resident`,
    });
    await unlink(index);
  }
  return rows;
}
