import type { FileHandle } from 'node:fs/promises';
import { LancreError } from '../errors/lancre-error.ts';

/**
 * The first `length` octets of a file in parts of 1 MiB. While one is looked at, the next is read; each
 * is valid until the next is asked for.
 *
 * @throws LancreError `store_corrupt` when the file is shorter
 */
export async function* readParts(file: FileHandle, length: number, path: string): AsyncIterable<Uint8Array> {
  if (length === 0) return;
  const buffers = [Buffer.allocUnsafe(partOctets), Buffer.allocUnsafe(partOctets)] as const;
  let reading = readPart(file, buffers[0], 0, length, path);
  for (let position = 0, turn = 1; position < length; turn = 1 - turn) {
    const part = await reading;
    position += part.length;
    if (position < length) {
      reading = readPart(file, buffers[turn === 0 ? 0 : 1], position, length, path);
      // Whoever stops here leaves it behind; an error of it is told when it is asked for.
      reading.catch(() => undefined);
    }
    yield part;
  }
}

async function readPart(
  file: FileHandle,
  buffer: Buffer,
  position: number,
  length: number,
  path: string,
): Promise<Uint8Array> {
  const wanted = Math.min(partOctets, length - position);
  const { bytesRead } = await file.read(buffer, 0, wanted, position);
  if (bytesRead === 0) throw new LancreError('store_corrupt', `${path} is shorter than what was written`);
  return buffer.subarray(0, bytesRead);
}

const partOctets = 1 << 20;
