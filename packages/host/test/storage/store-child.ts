import { LmdbPublicationStore } from '#host/storage/lmdb-publication-store.js';
import { LmdbStatusStore } from '#host/storage/lmdb-status-store.js';
import { openExistingTables } from '#host/storage/lmdb-tables.js';
import { octetsOf, record } from '../status/records.ts';

/** The other process of the tests: opens the store of a folder and does one thing with it. */
const [folder = '', deed, argument = ''] = process.argv.slice(2);
const tables = openExistingTables(folder, 'write');

switch (deed) {
  case 'assign':
    await new LmdbStatusStore(tables).assign(1, [record(argument)]);
    break;
  case 'revoke':
    await new LmdbStatusStore(tables).revoke(1, octetsOf(argument), { revocationTime: new Date(0) });
    break;
  case 'take-numbers':
    console.log((await takeNumbers(Number(argument))).join(' '));
    break;
  case 'revoke-and-die':
    await new LmdbStatusStore(tables).revoke(1, octetsOf(argument), { revocationTime: new Date(0) });
    process.kill(process.pid, 'SIGKILL');
    break;
  default:
    throw new Error(`an unknown deed: ${deed}`);
}
await tables.close();

async function takeNumbers(count: number): Promise<string[]> {
  const store = new LmdbPublicationStore(tables);
  const numbers: string[] = [];
  for (let index = 0; index < count; index += 1) {
    numbers.push((await store.takeCrlNumber({ issuerId: 1, issuerName: 'e1', shard: 3 }, 0n)).toString());
  }
  return numbers;
}
