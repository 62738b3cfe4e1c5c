import { chmod, mkdir, rm, stat } from 'node:fs/promises';
import { connect } from 'node:net';
import { dirname } from 'node:path';
import { LancreError } from '../errors/lancre-error.ts';

/**
 * Makes the path of a Unix socket ready to listen on: makes its folder, and takes away a socket that a
 * process which is gone has left.
 *
 * @throws LancreError `already_running`, `config_invalid`
 */
export async function claimSocketPath(socketPath: string): Promise<void> {
  if (Buffer.byteLength(socketPath) > LONGEST_PATH) {
    throw new LancreError(
      'config_invalid',
      `too long for a socket (${LONGEST_PATH} octets at most): ${socketPath}`,
    );
  }
  const folder = dirname(socketPath);
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const { mode } = await stat(folder);
  if ((mode & 0o077) !== 0) {
    throw new LancreError(
      'config_invalid',
      `others can enter the folder of the signing socket (chmod 700): ${folder}`,
    );
  }
  if (await isListening(socketPath)) {
    throw new LancreError('already_running', `another control process listens on ${socketPath}`);
  }
  await rm(socketPath, { force: true });
}

/** Lets only the owner connect. The folder's mode has kept everybody else out until now. */
export async function protectSocket(socketPath: string): Promise<void> {
  await chmod(socketPath, 0o600);
}

/** Whether a process listens there. */
export function isListening(socketPath: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(socketPath);
    socket.once('connect', () => {
      socket.destroy();
      resolve(true);
    });
    socket.once('error', () => resolve(false));
  });
}

/** sun_path of Linux has 108 octets with the final zero, that of macOS 104. */
const LONGEST_PATH = 103;
