import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { LancreError } from '../../errors/lancre-error.ts';
import { readNamedFile } from '../read-files.ts';
import { type FetchedThing, fetchUrl } from './fetch-url.ts';
import { printable } from './printable.ts';
import { sniff } from './sniff.ts';
import { textReadings } from './text-readings.ts';

/** Octets to look at, and where they are from. */
export interface Material {
  /** For people: the file, the address, or what else it was. */
  readonly source: string;
  readonly octets: Uint8Array;
  /** How a server sent them. */
  readonly http?: Omit<FetchedThing, 'octets'>;
}

/** Where things are read from. */
export interface MaterialOrigin {
  readonly folder: string;
  readonly stdin: AsyncIterable<Uint8Array>;
  /** Whether an OCSP GET URL is asked as well; if not, it is only decoded. */
  readonly askOcsp: boolean;
}

/**
 * What an argument means: `-` is standard input, a URL is fetched unless it is an OCSP GET, which says
 * all of its request itself; anything else is a file if there is one, and else a text.
 *
 * @returns one or more
 * @throws LancreError `file_missing`, `file_unreadable`, `input_invalid`, naming the thing
 */
export async function gatherMaterial(argument: string, origin: MaterialOrigin): Promise<readonly Material[]> {
  if (argument === '-') return [{ source: 'standard input', octets: await readAll(origin.stdin) }];
  if (/^https?:\/\//i.test(argument)) return gatherFromUrl(argument, origin);
  const source = printable(argument);
  if (isFile(origin.folder, argument))
    return [{ source, octets: await readNamedFile(origin.folder, argument) }];
  if (!looksLikeText(argument)) throw new LancreError('file_missing', `no such file: ${source}`);
  return [{ source: 'text', octets: Buffer.from(argument) }];
}

async function gatherFromUrl(url: string, origin: MaterialOrigin): Promise<readonly Material[]> {
  const request = isOcspGet(url) ? [{ source: 'OCSP GET', octets: Buffer.from(url) }] : [];
  if (request.length > 0 && !origin.askOcsp) return request;
  const { octets, ...http } = await fetchUrl(url);
  return [...request, { source: printable(url), octets, http }];
}

function isOcspGet(url: string): boolean {
  for (const { octets } of textReadings(url)) {
    const sniffed = sniff(octets);
    if (sniffed.outcome === 'known' && sniffed.thing.kind === 'ocsp-request') return true;
  }
  return false;
}

/** An argument may be longer than names of files can be, and may hold NUL in theory: both are no file. */
function isFile(folder: string, argument: string): boolean {
  return (
    argument.length < 4096 &&
    !argument.includes('\0') &&
    argument !== '' &&
    existsSync(resolve(folder, argument))
  );
}

function looksLikeText(argument: string): boolean {
  if (argument.includes('-----BEGIN ') || argument.length > 255) return true;
  return !textReadings(argument).next().done;
}

async function readAll(chunks: AsyncIterable<Uint8Array>): Promise<Uint8Array> {
  const parts: Uint8Array[] = [];
  let octets = 0;
  for await (const chunk of chunks) {
    parts.push(chunk);
    octets += chunk.length;
    if (octets > maximumOctets)
      throw new LancreError('input_invalid', `standard input has more than ${maximumOctets} octets`);
  }
  return Buffer.concat(parts);
}

const maximumOctets = 2 ** 30;
