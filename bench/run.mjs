// Measures this host beside its peers and prints a table. README.md says how to read it.
//
//   node bench/run.mjs [--slow] [--json] [part…]
import { availableParallelism, cpus, loadavg } from 'node:os';
import * as cached from './parts/cached.mjs';
import * as crl from './parts/crl.mjs';
import * as importing from './parts/import.mjs';
import * as many from './parts/many.mjs';
import * as presign from './parts/presign.mjs';
import * as reader from './parts/reader.mjs';
import * as signed from './parts/signed.mjs';
import { canPin } from './tools/programs.mjs';
import { scale } from './tools/scale.mjs';
import { formatTable, ratioOf } from './tools/table.mjs';
import { Workshop } from './tools/workshop.mjs';

const parts = { cached, many, signed, presign, import: importing, crl, reader };
/** One that hangs is ended. Of a part, `openssl ca -gencrl` alone takes 8 to 14 s. */
const limitSeconds = { plain: 120, slow: 600 };

async function main(words) {
  const options = words.filter((word) => word.startsWith('-'));
  const chosen = words.filter((word) => !word.startsWith('-'));
  const unknown = [
    ...options.filter((word) => !['--slow', '--json'].includes(word)),
    ...chosen.filter((word) => !Object.hasOwn(parts, word)),
  ];
  if (unknown.length > 0) {
    console.error(
      `usage: node bench/run.mjs [--slow] [--json] [part…]; the parts are ${Object.keys(parts).join(' ')}; not known: ${unknown.join(' ')}`,
    );
    return 64;
  }
  const slow = options.includes('--slow');
  const rows = [];
  let failed = 0;
  for (const part of chosen.length === 0 ? Object.keys(parts) : chosen) {
    const result = await runPart(part, slow);
    if (result.error !== undefined) failed += 1;
    rows.push(...result.rows);
  }
  console.log(options.includes('--json') ? asJson(rows) : `${describeMachine()}\n\n${formatTable(rows)}`);
  return failed === 0 ? 0 : 1;
}

/** Runs one part in a workshop of its own; what is wrong becomes a row. */
async function runPart(part, slow) {
  const workshop = new Workshop();
  const start = performance.now();
  process.stderr.write(`${part} … `);
  try {
    const rows = await withinLimit(
      parts[part].run({ workshop, slow }),
      slow ? limitSeconds.slow : limitSeconds.plain,
    );
    process.stderr.write(`${((performance.now() - start) / 1000).toFixed(0)} s\n`);
    return { rows };
  } catch (error) {
    process.stderr.write(`failed: ${error.message}\n`);
    return { rows: [{ name: part, note: `failed: ${error.message}` }], error };
  } finally {
    workshop.close();
  }
}

async function withinLimit(work, seconds) {
  let timer;
  const limit = new Promise((_, reject) => {
    timer = setTimeout(() => reject(new Error(`not done within ${seconds} s`)), seconds * 1000);
  });
  // When the limit wins, closing the workshop makes the work fail, too: nobody is left to hear that.
  work.catch(() => undefined);
  return Promise.race([work, limit]).finally(() => clearTimeout(timer));
}

function describeMachine() {
  const model = cpus()[0]?.model ?? 'processor not known';
  const date = new Date().toISOString().slice(0, 10);
  return [
    `${date}; ${model}, ${availableParallelism()} cores; load ${loadavg()[0].toFixed(2)} (above 1 others were at work)`,
    `Node ${process.versions.node}; ${canPin ? 'server on core 0, load on core 1' : 'not pinned to cores: figures vary'}${scale === 1 ? '' : `; sizes x ${scale}: not to be compared`}`,
  ].join('\n');
}

function asJson(rows) {
  return JSON.stringify({ scale, rows: rows.map((row) => ({ ...row, ratio: ratioOf(row) })) }, undefined, 2);
}

process.exit(await main(process.argv.slice(2)));
