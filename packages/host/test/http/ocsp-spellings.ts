import type { SeededRandom } from './seeded-random.js';

/** A request as it goes over the wire. */
export interface WireRequest {
  readonly octets: Buffer;
  /** Decides whether a body comes back. */
  readonly method: string;
  /** The octets that stand for an OCSPRequest in it, as a reader that forgives everything sees them. */
  readonly asked: Uint8Array;
}

export function spellAsPost(der: Uint8Array): WireRequest {
  return {
    method: 'POST',
    asked: der,
    octets: wire(`POST /o HTTP/1.1\r\n${HOST}Content-Length: ${der.length}\r\n\r\n`, der),
  };
}

/** @param encoded the text after `/o/` */
export function spellAsGet(encoded: string, method: 'GET' | 'HEAD' = 'GET'): WireRequest {
  return {
    method,
    asked: readForgivingly(encoded),
    octets: wire(`${method} /o/${encoded} HTTP/1.1\r\n${HOST}\r\n`),
  };
}

/** A GET in one of the spellings of clients, or POST. */
export function spellAtRandom(der: Uint8Array, random: SeededRandom): WireRequest {
  const base64 = Buffer.from(der).toString('base64');
  // Longer ones would be refused for that alone, or cut the connection.
  if (base64.length > LONGEST_BASE64 || random.below(2) === 0)
    return spellAsPost(der.subarray(0, LONGEST_BODY));
  const spell = random.pick(SPELLINGS);
  return spellAsGet(spell(base64, random), random.below(12) === 0 ? 'HEAD' : 'GET');
}

/** The same, with something in the text that is not base64, or should not be there. */
export function spellBadly(der: Uint8Array, random: SeededRandom): WireRequest {
  const base64 = Buffer.from(der.subarray(0, LONGEST_BASE64 / 2)).toString('base64');
  const text = random.pick(SPELLINGS)(base64, random);
  const at = random.below(text.length + 1);
  return spellAsGet(`${text.slice(0, at)}${random.pick(JUNK)}${text.slice(at + random.below(2))}`);
}

export function wire(head: string, body: Uint8Array = new Uint8Array()): Buffer {
  return Buffer.concat([Buffer.from(head, 'latin1'), body]);
}

/** Undoes escapes as often as there are any, and skips what is no base64. */
function readForgivingly(encoded: string): Buffer {
  let text = pathOf(encoded).replace(/[?#].*$/s, '');
  for (let times = 0; times < 3; times++) {
    text = text.replace(/%([0-9a-f]{2})/gi, (_, digits: string) =>
      String.fromCharCode(Number.parseInt(digits, 16)),
    );
  }
  return Buffer.from(text.replace(/^\/+/, '').replaceAll(' ', '+'), 'base64');
}

/** Bun parses targets as URLs: that resolves dot segments and turns backslashes (edge-request.ts). */
function pathOf(encoded: string): string {
  return /[.\\]|%2e/i.test(encoded) ? new URL(`http://localhost/o/${encoded}`).pathname.slice(3) : encoded;
}

const SPELLINGS: readonly ((base64: string, random: SeededRandom) => string)[] = [
  (base64) => base64,
  (base64) => encodeURIComponent(base64),
  (base64) => encodeURIComponent(base64).replace(/%../g, (octet) => octet.toLowerCase()),
  (base64) => base64.replaceAll('/', '%2F'),
  (base64) => base64.replaceAll('+', '%2b').replaceAll('=', '%3d'),
  (base64, random) =>
    base64.replace(/[+/=]/g, (letter) => (random.below(2) === 0 ? letter : encodeURIComponent(letter))),
  (base64) => `/${base64}`,
  (base64) => `//${encodeURIComponent(base64)}`,
  (base64) => base64.replaceAll('+', '%20'),
  (base64) => base64.replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', ''),
  (base64) => encodeURIComponent(encodeURIComponent(base64)),
  (base64) => `${base64}?${base64.length}=x`,
];

/** All of it may stand in a request line: what may not ends the connection (http-mutations.ts). */
const JUNK = [
  '!',
  '%',
  '%4',
  '%zz',
  '%00',
  '%0a',
  '%0d%0a',
  '%09',
  '%ff',
  '"',
  '<',
  '=',
  '==',
  '%3D',
  '.',
  '/../',
  '/./',
  '//',
  '%2e%2e%2f',
  ';',
  '#',
  '?',
  '\\',
  '%5c',
  '%25',
  '%2525',
  '~',
  '*',
  'A',
];

const HOST = 'Host: localhost\r\n';
const LONGEST_BASE64 = 2400;
const LONGEST_BODY = 9_999;
