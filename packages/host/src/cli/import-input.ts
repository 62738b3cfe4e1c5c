import { open } from 'node:fs/promises';
import { resolve } from 'node:path';
import { LancreError } from '../errors/lancre-error.ts';
import type { CliContext } from './context.ts';
import { fileError } from './read-files.ts';

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
