// Running programs to their end, and finding out which there are.
import { execFileSync, spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

export const lancreProgram = fileURLToPath(new URL('../../packages/host/bin/lancre.js', import.meta.url));

/** Whether a program is here. */
export function isHere(program, args = ['--version']) {
  return spawnSync(program, args, { stdio: 'ignore' }).error === undefined;
}

/**
 * Runs a program and measures it.
 *
 * @returns what it wrote, the seconds it took, and its largest resident set in octets
 */
export async function run(workshop, program, args, options = {}) {
  const start = performance.now();
  const child = workshop.start(program, args, options);
  let peakOctets = 0;
  const watch = setInterval(() => {
    peakOctets = Math.max(peakOctets, peakResidentOctets(child.pid));
  }, 20);
  const written = Promise.all([textOf(child.stdout), textOf(child.stderr)]);
  const status = await new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('exit', (code, signal) => resolve(signal ?? code));
  }).finally(() => clearInterval(watch));
  const seconds = (performance.now() - start) / 1000;
  const [stdout, stderr] = await written;
  if (status !== 0)
    throw new Error(
      `${[program, ...args].join(' ')} ended with ${status}: ${(stderr || stdout).trim().slice(-500)}`,
    );
  return { stdout, stderr, seconds, peakOctets };
}

/** Runs a command of lancre; see {@link run}. */
export function lancre(workshop, ...args) {
  return run(workshop, process.execPath, [lancreProgram, ...args]);
}

/** Runs a module with this Node, in a process of its own; it prints its result as JSON. */
export async function runChild(workshop, module, ...args) {
  const { stdout } = await run(workshop, process.execPath, [fileURLToPath(module), ...args.map(String)]);
  return JSON.parse(stdout);
}

/** A command that runs on one core only; the command itself where that cannot be had. */
export function pinned(core, program, args) {
  return canPin ? ['taskset', ['-c', String(core), program, ...args]] : [program, args];
}

async function textOf(stream) {
  let text = '';
  for await (const chunk of stream) text += chunk;
  return text;
}

function peakResidentOctets(pid) {
  try {
    return 1024 * Number(/VmHWM:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? 0);
  } catch {
    return 0; // It has just ended, or this is not Linux.
  }
}

/** Two cores, one for who asks and one for who answers, or no pinning at all. */
export const canPin = (() => {
  try {
    execFileSync('taskset', ['-c', '1', 'true'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
})();
