import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

const script = fileURLToPath(new URL('./store-child.js', import.meta.url));

/** Does one thing in another process, and returns when that has ended; see store-child. */
export function inOtherProcess(folder: string, deed: string, argument: string): void {
  const { status, signal, stderr } = spawnSync(process.execPath, [script, folder, deed, argument], {
    encoding: 'utf8',
  });
  if (status !== 0 && signal !== 'SIGKILL') throw new Error(`${deed}: ${stderr}`);
}

/** The same without waiting; gives what it printed. */
export async function besideOtherProcesses(folder: string, deed: string, argument: string): Promise<string> {
  const child = spawn(process.execPath, [script, folder, deed, argument], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let output = '';
  child.stdout.on('data', (chunk) => {
    output += chunk;
  });
  const [code] = await once(child, 'close');
  if (code !== 0) throw new Error(`${deed} ended with ${code}`);
  return output;
}
