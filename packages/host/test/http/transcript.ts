/**
 * Plays text transcripts of HTTP against a host that runs, over raw sockets: what is sent is exactly
 * what the file says, so that HTTP/1.0, pipelining, slow and broken requests are the real thing.
 *
 *   ## title              begins a scenario, on a connection of its own
 *   ## title [node]       one for this runtime only (`variables.runtime`)
 *   > text                sends a line with CRLF; `>` alone sends an empty one
 *   >| text               sends text without CRLF
 *   ~ 200                 waits so many milliseconds
 *   < HTTP/1.1 200        takes the next response and compares its status
 *   < Name: pattern       a field of it, in any order, once
 *   <! Name               a field that must not be there
 *   <| pattern            its body
 *   <= name               its body is the same as the one first called by this name
 *   <x                    the server closes the connection, with nothing more to say
 *
 * `${name}` is replaced by a variable, or repeated text: `${a*9000}`. Patterns know `<date>`
 * (IMF-fixdate), `<etag>`, `<number>`, `<octets>` (one or more) and `<any>`.
 */
import { readFile } from 'node:fs/promises';
import { ResponseStream, type WireResponse } from './response-stream.js';

/** Where the host listens. */
export interface HostAddress {
  readonly host: string;
  readonly port: number;
}

/**
 * Plays all scenarios of a file. Rejects at the first that goes otherwise, with its title and line.
 *
 * @param patienceMilliseconds for each response. Default 8,000
 */
export async function runTranscript(
  file: string | URL,
  address: HostAddress,
  variables: Readonly<Record<string, string>>,
  patienceMilliseconds = 8000,
): Promise<void> {
  const bodies = new Map<string, string>();
  const { runtime } = variables;
  for (const scenario of scenariosOf(await readFile(file, 'utf8'))) {
    const only = /\[(node|bun)\]$/.exec(scenario.title)?.[1];
    if (only !== undefined && only !== runtime) continue;
    await play(scenario, new ResponseStream(address, patienceMilliseconds), variables, bodies);
  }
}

interface Line {
  readonly number: number;
  readonly text: string;
}

interface Scenario {
  readonly title: string;
  readonly lines: readonly Line[];
}

function scenariosOf(text: string): readonly Scenario[] {
  const scenarios: { title: string; lines: Line[] }[] = [];
  for (const [index, line] of text.split('\n').entries()) {
    if (line.startsWith('## ')) scenarios.push({ title: line.slice(3).trim(), lines: [] });
    else if (/^[><~]/.test(line)) scenarios.at(-1)?.lines.push({ number: index + 1, text: line });
  }
  return scenarios;
}

async function play(
  { title, lines }: Scenario,
  stream: ResponseStream,
  variables: Readonly<Record<string, string>>,
  bodies: Map<string, string>,
): Promise<void> {
  let response: WireResponse | undefined;
  try {
    for (const line of lines) {
      const text = fill(line.text, variables);
      const problem = await step(text, stream, response, bodies);
      if (typeof problem === 'string') throw new Error(`line ${line.number}: ${line.text}\n${problem}`);
      response = problem ?? response;
    }
  } catch (error) {
    throw new Error(`${title}: ${error instanceof Error ? error.message : error}`);
  } finally {
    stream.destroy();
  }
}

/** Does what a line says. Gives the response it took, or what is wrong. */
async function step(
  text: string,
  stream: ResponseStream,
  response: WireResponse | undefined,
  bodies: Map<string, string>,
): Promise<WireResponse | string | undefined> {
  if (text.startsWith('>|')) return stream.send(text.slice(3));
  if (text.startsWith('>')) return stream.send(`${text.slice(2)}\r\n`);
  if (text.startsWith('~')) return pause(Number(text.slice(2)));
  if (text === '<x') return stream.nextClose();
  if (text.startsWith('< HTTP/')) {
    const next = await stream.nextResponse();
    if (typeof next === 'string') return next;
    return String(next.status) === text.split(' ')[2] ? next : `was ${next.head}`;
  }
  if (response === undefined) return 'no response was taken before';
  return compare(text, response, bodies);
}

async function pause(milliseconds: number): Promise<undefined> {
  await new Promise<void>((resolve) => setTimeout(resolve, milliseconds));
  return undefined;
}

function compare(text: string, response: WireResponse, bodies: Map<string, string>): string | undefined {
  if (text.startsWith('<!')) {
    return response.fields(text.slice(3)).length === 0 ? undefined : `is there:\n${response.head}`;
  }
  if (text.startsWith('<|')) {
    return matches(text.slice(3), response.body) ? undefined : `body was ${JSON.stringify(response.body)}`;
  }
  if (text.startsWith('<=')) {
    const first = bodies.get(text.slice(3)) ?? response.body;
    bodies.set(text.slice(3), first);
    return first === response.body ? undefined : `body was ${JSON.stringify(response.body)}`;
  }
  const [, name = '', pattern = ''] = /^< ([^:]+): ?(.*)$/.exec(text) ?? [];
  const values = response.fields(name);
  return values.length === 1 && matches(pattern, values[0] ?? '') ? undefined : `not in\n${response.head}`;
}

function matches(pattern: string, text: string): boolean {
  const source = pattern.split(/(<[a-z]+>)/).map((part) => WILDCARDS.get(part) ?? escapeRegExp(part));
  return new RegExp(`^${source.join('')}$`, 's').test(text);
}

function fill(text: string, variables: Readonly<Record<string, string>>): string {
  return text.replace(/\$\{([^}*]+)(?:\*(\d+))?\}/g, (_, name: string, times: string | undefined) => {
    if (times !== undefined) return name.repeat(Number(times));
    const value = variables[name];
    if (value === undefined) throw new Error(`no variable ${name}`);
    return value;
  });
}

function escapeRegExp(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
}

const WILDCARDS: ReadonlyMap<string, string> = new Map([
  ['<date>', '(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun), \\d\\d [A-Z][a-z]{2} \\d{4} \\d\\d:\\d\\d:\\d\\d GMT'],
  ['<etag>', '"[0-9a-f]{64}"'],
  ['<number>', '\\d+'],
  ['<octets>', '.+'],
  ['<any>', '.*'],
]);
