// Load from wrk: keep-alive, 32 connections, one thread, on a core of its own.
import { writeFile } from 'node:fs/promises';
import { processorSeconds } from './processor-time.mjs';
import { pinned, run } from './programs.mjs';

/**
 * Asks a server for some seconds and measures the processor time of processes meanwhile.
 *
 * @param paths targets to ask for in turn
 * @param pids whose time counts, with that of their descendants
 * @returns requests, and microseconds of processor time for each
 */
export async function measureLoad(workshop, { port, paths, pids, seconds, core }) {
  const script = await writeScript(workshop, paths);
  const [program, args] = pinned(core, 'wrk', [
    '-t1',
    '-c32',
    `-d${seconds}s`,
    '-s',
    script,
    `http://127.0.0.1:${port}${paths[0]}`,
  ]);
  const before = processorSeconds(...pids);
  const { stdout } = await run(workshop, program, args);
  const used = processorSeconds(...pids) - before;
  const [, requests, microseconds, errors] = /LANCRE (\d+) (\d+) (\d+)/.exec(stdout)?.map(Number) ?? [];
  if (requests === undefined) throw new Error(`wrk says: ${stdout.trim().slice(-300)}`);
  if (errors > 0) throw new Error(`${errors} of ${requests} requests failed`);
  return {
    requests,
    perSecond: requests / (microseconds / 1e6),
    processorMicroseconds: (used * 1e6) / requests,
  };
}

/** With one path wrk sends a request that is made once; with more, Lua chooses. */
async function writeScript(workshop, paths) {
  const list = workshop.path('paths.txt');
  const script = workshop.path('load.lua');
  await writeFile(list, paths.map((path) => `${path}\n`).join(''));
  await writeFile(script, `${paths.length > 1 ? rotation(list) : ''}${report}`);
  return script;
}

function rotation(list) {
  return `
local requests = {}
local position = 0
init = function(args)
  for path in io.lines("${list}") do requests[#requests + 1] = wrk.format("GET", path) end
end
request = function()
  position = position % #requests + 1
  return requests[position]
end
`;
}

const report = `
done = function(summary, latency, requests)
  local e = summary.errors
  io.write(string.format("LANCRE %d %d %d\\n", summary.requests, summary.duration,
    e.connect + e.read + e.write + e.status + e.timeout))
end
`;
