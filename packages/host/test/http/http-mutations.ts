import { type WireRequest, wire } from './ocsp-spellings.js';
import type { SeededRandom } from './seeded-random.js';

/** A request that is odd as HTTP. */
export interface OddHttpRequest extends WireRequest {
  /** `cut-off` = the client closes before the request is whole, and need not be answered. */
  readonly ending: 'whole' | 'cut-off';
}

/** Wraps an OCSPRequest in odd or bad HTTP, on a connection of its own. */
export function wrapOddly(der: Uint8Array, random: SeededRandom): OddHttpRequest {
  const encoded = encodeURIComponent(Buffer.from(der).toString('base64'));
  const { head, method = 'POST', body, ending = 'whole' } = random.pick(FORMS)({ der, encoded, random });
  return { method, asked: der, ending, octets: wire(`${head}\r\n`, body) };
}

interface Form {
  /** Lines with their ends, but for the empty one. */
  readonly head: string;
  /** Default POST. */
  readonly method?: string;
  readonly body?: Uint8Array;
  /** Default `whole`. */
  readonly ending?: OddHttpRequest['ending'];
}

interface FormParts {
  readonly der: Uint8Array;
  readonly encoded: string;
  readonly random: SeededRandom;
}

const H = 'Host: localhost\r\n';

const FORMS: readonly ((parts: FormParts) => Form)[] = [
  // Methods.
  ({ encoded, random }) => {
    const method = random.pick([
      'PUT',
      'DELETE',
      'OPTIONS',
      'TRACE',
      'PATCH',
      'PROPFIND',
      'FOO',
      'get',
      'G@T',
      'CONNECT',
    ]);
    return { method, head: `${method} /o/${encoded} HTTP/1.1\r\n${H}` };
  },
  // Versions, also without Host.
  ({ encoded, random }) => ({
    method: 'GET',
    head: `GET /o/${encoded} HTTP/${random.pick(['1.0', '1.0', '0.9', '1.2', '2.0', '3', '1.1.1', '99'])}\r\n`,
  }),
  ({ der, random }) => ({
    head: `POST /o HTTP/1.0\r\nContent-Length: ${der.length}\r\n${random.pick(['', 'Connection: keep-alive\r\n'])}`,
    body: der,
  }),
  // Forms of the target.
  ({ encoded, random }) => ({
    method: 'GET',
    head: `GET ${random.pick(TARGETS)(encoded)} HTTP/1.1\r\n${H}`,
  }),
  ({ der }) => ({
    head: `POST http://localhost/o HTTP/1.1\r\n${H}Content-Length: ${der.length}\r\n`,
    body: der,
  }),
  ({ random }) => {
    const length = random.pick([8000, 8193, 9000, 20_000]);
    return { method: 'GET', head: `GET /o/${'M'.repeat(length)} HTTP/1.1\r\n${H}` };
  },
  // Fields.
  ({ encoded, random }) => ({
    method: 'GET',
    head: `GET /o/${encoded} HTTP/1.1\r\n${H}${random.pick(FIELD_LINES)}\r\n`,
  }),
  ({ encoded, random }) => ({
    method: 'GET',
    head: `GET /o/${encoded} HTTP/1.1\r\n${random.pick(HOST_LINES)}`,
  }),
  ({ encoded }) => ({ method: 'GET', head: `\r\n\r\nGET /o/${encoded} HTTP/1.1\r\n${H}` }),
  ({ encoded }) => ({ method: 'GET', head: `GET /o/${encoded} HTTP/1.1\nHost: localhost\n` }),
  // Bodies and their lengths.
  ({ der, random }) => ({
    head: `POST /o HTTP/1.1\r\n${H}Content-Length: ${random.pick(['-1', '1e3', '0x20', '+9', '', 'x', '5, 5', '99999999999999999999'])}\r\n`,
    body: der,
  }),
  ({ der, random }) => ({
    head: `POST /o HTTP/1.1\r\n${H}Content-Length: ${random.below(der.length + 1)}\r\n`,
    body: der,
  }),
  ({ der, random }) => ({
    head: `POST /o HTTP/1.1\r\n${H}Content-Length: ${der.length + random.between(1, 5000)}\r\n`,
    body: der,
    ending: 'cut-off',
  }),
  ({ der, random }) => ({
    head: `POST /o HTTP/1.1\r\n${H}Content-Length: ${random.between(10_001, 9_000_000)}\r\n`,
    body: der,
  }),
  ({ der }) => ({
    head: `POST /o HTTP/1.1\r\n${H}Content-Length: ${der.length}\r\nContent-Length: ${der.length + 1}\r\n`,
    body: der,
  }),
  ({ der, random }) => ({
    head: `POST /o HTTP/1.1\r\n${H}Transfer-Encoding: ${random.pick(['chunked', 'Chunked', 'gzip', 'gzip, chunked', 'chunked, gzip', 'x'])}\r\n${random.pick(['', `Content-Length: ${der.length}\r\n`])}`,
    body: chunked(der),
  }),
  ({ der, random }) => ({
    head: `POST /o HTTP/1.1\r\n${H}Transfer-Encoding: chunked\r\n`,
    body: wire(
      random.pick(['zz\r\n', '-1\r\n', 'ffffffffffffffffff\r\n', '5;x=y\r\n\r\n', '\r\n']),
      chunked(der),
    ),
  }),
  ({ encoded, der }) => ({
    method: 'GET',
    head: `GET /o/${encoded} HTTP/1.1\r\n${H}Content-Length: ${der.length}\r\n`,
    body: der,
  }),
  // Expectations, sent along with the body.
  ({ der, random }) => ({
    head: `POST /o HTTP/1.1\r\n${H}Expect: ${random.pick(['100-continue', '100-Continue', '200-ok', ''])}\r\nContent-Length: ${der.length}\r\n`,
    body: der,
  }),
  // The beginning of a request.
  ({ encoded, random }) => {
    const whole = `GET /o/${encoded} HTTP/1.1\r\n${H}`;
    return { method: 'GET', head: whole.slice(0, random.below(whole.length)), ending: 'cut-off' };
  },
  ({ random }) => ({
    method: 'GET',
    head: `${random.octets(random.between(1, 60)).toString('latin1')}\r\n`,
    ending: 'cut-off',
  }),
];

const TARGETS: readonly ((encoded: string) => string)[] = [
  (encoded) => `http://localhost/o/${encoded}`,
  (encoded) => `HTTP://LOCALHOST:80/o/${encoded}`,
  (encoded) => `https://elsewhere.example/o/${encoded}`,
  (encoded) => `ftp://localhost/o/${encoded}`,
  (encoded) => `http:///o/${encoded}`,
  (encoded) => `o/${encoded}`,
  (encoded) => `/O/${encoded}`,
  (encoded) => `/x/../o/${encoded}`,
  (encoded) => `/o/${encoded}#fragment`,
  (encoded) => `/o/${encoded} extra`,
  (encoded) => `/o/${encoded}\xff`,
  (encoded) => `/o/\t${encoded}`,
  (encoded) => `/o/\x01${encoded}`,
  (encoded) => `/o/\0${encoded}`,
  () => '*',
  () => 'localhost:80',
  () => '/',
  () => '/c/e1.crl',
  () => '/c/../../o',
];

const FIELD_LINES = [
  'X',
  ': x',
  'X : y',
  ' folded',
  'X: a\r\n b',
  'X: \0',
  'X: \x7f',
  'X: \xff\xfe',
  'X: a\rb',
  'X\0: y',
  '\xff: y',
  'If-None-Match: *',
  'If-None-Match: "',
  'If-Match: "0"',
  'If-Modified-Since: never',
  'Range: bytes=0-0',
  'Accept-Encoding: gzip',
  'Origin: null',
  'Connection: close',
  'Connection: upgrade\r\nUpgrade: h2c',
  'Connection: host',
  'Cookie: a=b',
  'Content-Type: text/html',
  'X: '.padEnd(9000, 'x'),
  'X: '.padEnd(20_000, 'x'),
  Array.from({ length: 300 }, (_, at) => `X-${at}: y`).join('\r\n'),
];

const HOST_LINES = [
  '',
  'Host:\r\n',
  'Host: a, b\r\n',
  'Host: a b\r\n',
  'Host: a/b\r\n',
  'Host: a\r\nHost: a\r\n',
  'Host: a\r\nhost: b\r\n',
  'Host: [::1]:80\r\n',
  'Host: [::1\r\n',
  'Host: a:99999999\r\n',
  'Host: \xff\r\n',
  'Host: %00\r\n',
  'Host: user@a\r\n',
];

function chunked(der: Uint8Array): Buffer {
  const middle = der.length >> 1;
  const chunk = (part: Uint8Array) =>
    Buffer.concat([wire(`${part.length.toString(16)}\r\n`, part), wire('\r\n')]);
  const parts = [der.subarray(0, middle), der.subarray(middle)].filter((part) => part.length > 0);
  return Buffer.concat([...parts.map(chunk), wire('0\r\n\r\n')]);
}
