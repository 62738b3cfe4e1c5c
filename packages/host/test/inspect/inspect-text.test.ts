import assert from 'node:assert/strict';
import { test } from 'node:test';
import { encodeBase64, encodeHex } from '@lancre/pki/text';
import fc from 'fast-check';
import { inspect, temporaryFolder } from './inspecting.js';
import { createThingMaker } from './things.js';

const folder = await temporaryFolder();
const maker = await createThingMaker();
// A nonce of 255s, so that "+" and "/" are in the base64.
const request = await maker.request(new Uint8Array(31).fill(0xff));
const base64 = encodeBase64(request);
const base64url = base64.replaceAll('+', '-').replaceAll('/', '_').replace(/=+$/, '');
const hex = encodeHex(request);

const spellings: Readonly<Record<string, string>> = {
  'bare base64': base64,
  'base64 without padding': base64.replace(/=+$/, ''),
  base64url,
  'base64 with line breaks': base64.replace(/.{64}/g, '$&\r\n'),
  'a path, all escaped': `/o/${encodeURIComponent(base64)}`,
  'a path, escaped in lower case': `/o/${encodeURIComponent(base64).replace(/%../g, (triplet) => triplet.toLowerCase())}`,
  'a path, not escaped': `/o/${base64}`,
  'a path, escaped twice': `/o/${encodeURIComponent(encodeURIComponent(base64))}`,
  'a path with a second slash': `/o//${encodeURIComponent(base64)}`,
  'a path at the root': `/${base64}`,
  'a path with a space for +': `/o/${base64.replaceAll('+', ' ')}`,
  'a URL': `http://pki.example.test:8080/o/${encodeURIComponent(base64)}`,
  'a URL with a query': `http://pki.example.test/o/${encodeURIComponent(base64)}?x=1`,
  'a line of an access log': `192.0.2.7 - - [25/Nov/2026:12:00:00 +0000] "GET /o/${encodeURIComponent(base64)} HTTP/1.1" 200 503 "-" "MacOS/1 M"`,
  'a line of a log in JSON': `{"method":"GET","target":"\\/o\\/${base64.replaceAll('/', '\\/').replaceAll('+', '\\u002b')}","status":200}`,
  hexadecimal: hex,
  'hexadecimal in capitals with colons': (hex.toUpperCase().match(/../g) ?? []).join(':'),
  'hexadecimal with spaces and line breaks': (hex.match(/../g) ?? []).join(' ').replace(/.{48}/g, '$&\n'),
  'hexadecimal as PostgreSQL shows it': `\\x${hex}`,
  'octets in C': (hex.match(/../g) ?? []).map((octet) => `0x${octet}`).join(', '),
};

for (const [name, text] of Object.entries(spellings)) {
  test(`an OCSP request is read from ${name}, without the network`, async () => {
    const { status, stdout, stderr } = await inspect(folder, text, '--json');
    assert.equal(status, 0, stderr);
    const [inspection, ...others] = JSON.parse(stdout);
    assert.equal(others.length, 0);
    assert.equal(inspection.contents[0].kind, 'ocsp-request');
    assert.equal(inspection.contents[0].getPath, `/${encodeURIComponent(base64)}`);
  });
}

test('PEM whose line breaks were written as \\n is read', async () => {
  const body = encodeBase64(await maker.leaf());
  const text = `"-----BEGIN CERTIFICATE-----\\n${body}\\n-----END CERTIFICATE-----\\n"`;
  const { status, stdout, stderr } = await inspect(folder, text);
  assert.equal(status, 0, stderr);
  assert.match(stdout, /CN=www\.example\.test/);
});

test('a text is whatever it is: nothing but a result or one line with exit 64', async () => {
  await fc.assert(
    fc.asyncProperty(fc.string({ unit: 'binary' }), async (text) => {
      // "--" so that no text is an option; a text such as "." is a folder.
      const { status, stderr } = await inspect(folder, '--', text.replace(/^https?:/i, ''));
      assert.ok(status === 0 || status === 64, `${status}: ${stderr}`);
      assert.match(stderr, /^(?:lancre: [^\n]*\n)?$/);
    }),
    {
      numRuns: 300,
      examples: [['M'.repeat(4000)], ['30'.repeat(2000)], ['-----BEGIN X'], ['%'], ['\0'], ['']],
    },
  );
});
