import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import fc from 'fast-check';
import { inspectMaterial, printInspection } from '#host/cli/inspect/inspect.js';
import { LancreError } from '#host/errors/lancre-error.js';
import { inspect, temporaryFolder } from './inspecting.js';
import { createThingMaker, NOW } from './things.js';

const folder = await temporaryFolder();
const maker = await createThingMaker();

/** Lets nothing pass but an inspection that can be printed, or a LancreError of one line. */
function inspectOrRefuse(octets: Uint8Array): void {
  try {
    printInspection(inspectMaterial({ source: 'it', octets }, undefined, NOW));
  } catch (error) {
    assert.ok(error instanceof LancreError, String(error));
    assert.equal(error.code, 'input_invalid');
    assert.doesNotMatch(error.message, /\p{Cc}/u);
  }
}

test('random octets throw nothing but LancreError', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 200 }), (octets) => {
      inspectOrRefuse(octets);
      inspectOrRefuse(Uint8Array.of(0x30, ...octets));
    }),
    { numRuns: 2000 },
  );
});

test('a thing with octets changed or cut off throws nothing but LancreError', async () => {
  const things = [
    await maker.leaf(),
    await maker.crl(3),
    await maker.request(Uint8Array.of(1)),
    await maker.response({ status: 'good' }),
  ];
  fc.assert(
    fc.property(
      fc.constantFrom(...things),
      fc.nat(),
      fc.nat(255),
      fc.nat(),
      (thing, place, octet, length) => {
        const changed = thing.slice();
        changed[place % changed.length] = octet;
        inspectOrRefuse(changed);
        inspectOrRefuse(changed.subarray(0, length % changed.length));
      },
    ),
    { numRuns: 3000 },
  );
});

test('what is not known is refused in one line with its first octets and the nearest guess', async () => {
  await writeFile(join(folder, 'odd.bin'), Uint8Array.of(0x89, 0x50, 0x4e, 0x47));
  const odd = await inspect(folder, 'odd.bin');
  assert.equal(odd.status, 64);
  assert.equal(
    odd.stderr,
    'lancre: odd.bin is not a certificate, CRL, OCSP request, OCSP response or p7c in DER, PEM, base64 or hexadecimal; it begins 89 50 4e 47\n',
  );
  await writeFile(join(folder, 'cut.der'), (await maker.crl(3)).subarray(0, 150));
  assert.match((await inspect(folder, 'cut.der')).stderr, /; read as a[^:]+: .+ \(at octet \d+\)\n$/);
});

test('--as says what it is to be, and why it is not', async () => {
  await writeFile(join(folder, 'leaf.der'), await maker.leaf());
  const { status, stderr } = await inspect(folder, 'leaf.der', '--as', 'crl');
  assert.equal(status, 64);
  assert.match(stderr, /^lancre: leaf\.der is not a CRL in DER.*; read as a CRL: /);
  assert.equal((await inspect(folder, 'leaf.der', '--as', 'certificate')).status, 0);
});

test('a file that is not there and an empty one are named', async () => {
  await writeFile(join(folder, 'empty.der'), '');
  assert.equal((await inspect(folder, 'nothing.pem')).stderr, 'lancre: no such file: nothing.pem\n');
  assert.equal((await inspect(folder, 'empty.der')).stderr, 'lancre: empty.der is empty\n');
  assert.match((await inspect(folder, '.')).stderr, /^lancre: \. is a folder\n$/);
});

test('the label of a PEM block is not written to the terminal as it is', async () => {
  await writeFile(join(folder, 'bad.pem'), '-----BEGIN \u001b[31m-----\nMA==\n-----END \u001b[31m-----\n');
  const { status, stderr } = await inspect(folder, 'bad.pem');
  assert.equal(status, 64);
  assert.match(stderr, /\(there is: \\u001b\[31m\)\n$/);
});
