// Processor time of processes and all their descendants, from /proc/PID/stat (proc(5)).
import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';

/** Seconds of processor time, user and system, that these processes and their descendants have used. */
export function processorSeconds(...pids) {
  const processes = readProcesses();
  let ticks = 0;
  const waiting = [...pids];
  for (let pid = waiting.pop(); pid !== undefined; pid = waiting.pop()) {
    ticks += processes.get(pid)?.ticks ?? 0;
    for (const [child, { parent }] of processes) if (parent === pid) waiting.push(child);
  }
  return ticks / ticksPerSecond;
}

/** The processes that this one has started. */
export function childrenOf(pid) {
  return [...readProcesses()].filter(([, { parent }]) => parent === pid).map(([child]) => child);
}

function readProcesses() {
  const processes = new Map();
  for (const name of readdirSync('/proc')) {
    if (!/^\d+$/.test(name)) continue;
    const stat = readStat(name);
    if (stat !== undefined) processes.set(Number(name), stat);
  }
  return processes;
}

function readStat(name) {
  let text;
  try {
    text = readFileSync(`/proc/${name}/stat`, 'latin1');
  } catch {
    return undefined; // It has ended meanwhile.
  }
  // The name of the program, in parentheses, may hold anything. Then: state, ppid, and from the 12th
  // field on utime, stime, cutime, cstime: own time, and that of children that are gone.
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
  const ticks = fields.slice(11, 15).reduce((sum, field) => sum + Number(field), 0);
  return { parent: Number(fields[1]), ticks };
}

const ticksPerSecond = Number(execFileSync('getconf', ['CLK_TCK'], { encoding: 'utf8' }));
