import { open } from 'node:fs/promises';
import { resolve } from 'node:path';
import { LancreError } from '../../errors/lancre-error.ts';
import type { CliContext } from '../context.ts';
import { fileError } from '../read-files.ts';

/** A file to import, opened. */
export interface ImportInput {
  readonly chunks: AsyncIterable<Uint8Array>;
  /** Undefined = not known: standard input. */
  readonly octets: number | undefined;
}

/** @param file a path, or - for standard input @throws LancreError `file_missing`, `file_unreadable` */
export async function openInput(context: CliContext, file: string): Promise<ImportInput> {
  if (file === '-') return { chunks: process.stdin, octets: undefined };
  const path = resolve(context.folder, file);
  try {
    // Opened here, so that what cannot be read is told before anything is begun.
    const handle = await open(path);
    const facts = await handle.stat();
    if (!facts.isDirectory()) {
      return { chunks: handle.createReadStream({ highWaterMark: 1 << 20 }), octets: facts.size };
    }
    await handle.close();
  } catch (cause) {
    throw fileError(file, cause);
  }
  throw new LancreError('file_unreadable', `${file} is a folder`);
}

/**
 * Reads an input as a whole, and of one that is too long no more than is needed to see that it is.
 *
 * @throws LancreError what {@link openInput} throws
 */
export async function readInput(
  context: CliContext,
  file: string,
  maximumOctets: number,
): Promise<Uint8Array> {
  const { chunks } = await openInput(context, file);
  const parts: Uint8Array[] = [];
  let octets = 0;
  for await (const chunk of chunks) {
    parts.push(chunk);
    octets += chunk.length;
    if (octets > maximumOctets) break;
  }
  return Buffer.concat(parts);
}
