import { openAsBlob } from 'node:fs';
import type { OpenedArtifact } from '../publish/artifact-store.ts';
import type { ResponseBody } from './response.ts';

/**
 * The body of a response with a part of a big object.
 *
 * Node streams it. Bun 1.4 sends every stream in chunks, whatever Content-Length says, even to
 * HTTP/1.0; so there it is a part of the file, or of the whole in memory if it is in no file (HTTP-04).
 *
 * @param end exclusive
 */
export async function bigBody(artifact: OpenedArtifact, start: number, end: number): Promise<ResponseBody> {
  if (!IS_BUN) return artifact.stream(start, end);
  if (artifact.file !== undefined) return (await openAsBlob(artifact.file)).slice(start, end);
  return (await artifact.bytes()).subarray(start, end);
}

const IS_BUN: boolean = 'bun' in process.versions;
