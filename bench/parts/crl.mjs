import { opensslCrlSeconds } from '../tools/openssl-crl.mjs';
import { writeOpensslIndex } from '../tools/openssl-index.mjs';
import { lancre, runChild } from '../tools/programs.mjs';
import { scaled } from '../tools/scale.mjs';
import { randomSerials } from '../tools/serials.mjs';
import { median } from '../tools/statistics.mjs';
import { createTestCa } from '../tools/test-ca.mjs';
import { createTestHost, importIndex } from '../tools/test-host.mjs';

const publishCrl = new URL('../children/publish-crl.mjs', import.meta.url);
const repetitions = 3;

/** A full CRL whose entries all have a reason, from the store to the published file. */
export async function run({ workshop, slow }) {
  const rows = await runOf(workshop, scaled(1_000_000, 1000), 'beside openssl');
  return slow ? [...rows, ...(await runOf(workshop, scaled(10_000_000, 10_000), 'alone'))] : rows;
}

/** @returns {Promise<import('../tools/table.mjs').Row[]>} */
async function runOf(workshop, count, kind) {
  const ca = await createTestCa(workshop.path(`ca-${count}`));
  const index = workshop.path(`index-${count}.txt`);
  // In order, since this is not about importing. The few good ones are revoked between two runs, so that the list is due again.
  const serials = [...randomSerials(count).sort(), ...randomSerials(repetitions)];
  await writeOpensslIndex(index, serials, (place) => place < count);
  const host = await createTestHost(workshop, `host-${count}`, ca);
  await importIndex(workshop, host, index);
  const commands = await publishByCommand(workshop, host, serials.slice(count));
  const executions = [];
  for (let hours = 2; hours < 2 + repetitions; hours += 1) {
    executions.push(await runChild(workshop, publishCrl, host.config, hours));
  }
  const peer = kind === 'alone' ? {} : await opensslCrlSeconds(workshop, ca, index);
  const entries = `CRL of ${count.toLocaleString('en')} entries`;
  const { octets } = executions[0];
  return [
    {
      name: `${entries}: store to published file`,
      figure: median(executions.map(({ seconds }) => seconds)),
      unit: 's',
      ...peer,
      better: 'less',
      ...(kind === 'alone' ? {} : { aim: '<= 0.4' }),
      note: `${(octets / 1e6).toFixed(1)} MB; at most ${median(executions.map(({ peakOctets }) => peakOctets / 1e6)).toFixed(0)} MB of memory of its own`,
    },
    {
      name: `${entries}: lancre publish, whole command`,
      figure: median(commands.map(({ seconds }) => seconds)),
      unit: 's',
      ...peer,
      better: 'less',
      note: `at most ${median(commands.map(({ peakOctets }) => peakOctets / 1e6)).toFixed(0)} MB resident, the store's pages among them`,
    },
  ];
}

async function publishByCommand(workshop, { config }, goodSerials) {
  const commands = [];
  for (const serial of goodSerials) {
    commands.push(await lancre(workshop, 'publish', '--config', config));
    // Two lists of a scope never share a second.
    await new Promise((resolve) => setTimeout(resolve, 1100));
    await lancre(workshop, 'revoke', serial, '--config', config, '--reason', 'superseded');
  }
  return commands;
}
