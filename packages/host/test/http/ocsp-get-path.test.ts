import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { decodeOcspGetPath, isBareOcspPath } from '#host/http/ocsp-get-path.js';

/** Base64 `MP//+++/Pz8=`: all that is difficult. */
const der = Buffer.from('MP//+++/Pz8=', 'base64');

describe('the path of an OCSP GET', () => {
  const spellings: readonly (readonly [name: string, path: string])[] = [
    ['OREQ-02: standard base64, not escaped', 'MP//+++/Pz8='],
    ['OREQ-03: fully escaped', 'MP%2F%2F%2B%2B%2B%2FPz8%3D'],
    ['OREQ-03: escaped in lower case', 'MP%2f%2f%2b%2b%2b%2fPz8%3d'],
    ['OREQ-03: only the slashes escaped', 'MP%2F%2F+++%2FPz8='],
    ['OREQ-03: only the padding escaped', 'MP//+++/Pz8%3D'],
    ['OREQ-03: letters escaped that need not be', '%4DP//+++/Pz8='],
    ['OREQ-03: escaped twice', 'MP%252F%252F%252B%252B%252B%252FPz8%253D'],
    ['OREQ-04: a slash in front', '/MP//+++/Pz8='],
    ['OREQ-04: several slashes in front', '///MP//+++/Pz8='],
    ['OREQ-04: an escaped slash in front', '%2FMP%2F%2F%2B%2B%2B%2FPz8%3D'],
    ['OREQ-05: spaces for +', 'MP//   /Pz8='],
    ['OREQ-05: escaped spaces for +', 'MP//%20%20%20/Pz8='],
    ['DESIGN 7: base64url', 'MP__---_Pz8='],
    ['DESIGN 7: without padding', 'MP//+++/Pz8'],
    ['DESIGN 7: base64url without padding', 'MP__---_Pz8'],
  ];
  for (const [name, path] of spellings) {
    it(`${name} is read`, () => assert.deepEqual(decodeOcspGetPath(path), der));
  }

  const refused: readonly (readonly [name: string, path: string])[] = [
    ['a letter of no alphabet', 'MP//+++/Pz8!'],
    ['a tab', 'MP//%09+++/Pz8='],
    ['a line break', 'MP//%0D%0A+++/Pz8='],
    ['an escape that is none', 'MP//+++/Pz8%3'],
    ['an escape with other letters', 'MP%zz'],
    ['too much padding', 'MP//+++/Pz8=='],
    ['padding only', '=='],
    ['padding inside', 'MP//=+++/Pz8='],
    ['one letter too many', 'MP//+++/P'],
    ['unused bits that are not zero', 'MP//+++/Pz9='],
    ['escaped three times', 'MP%25252F'],
    ['an octet beyond ASCII', 'MP//%FF+++/Pz8='],
    ['nothing', ''],
  ];
  for (const [name, path] of refused) {
    it(`OREQ-06: ${name} is refused`, () => assert.equal(decodeOcspGetPath(path), undefined));
  }

  it('OREQ-03: every request is read in every spelling, to the same octets', () => {
    const octets = fc.uint8Array({ minLength: 1, maxLength: 200 });
    fc.assert(
      fc.property(octets, (content) => {
        // DER begins with 0x30, so that no base64 of it begins with a slash.
        const bytes = Buffer.concat([Uint8Array.of(0x30), content]);
        const base64 = bytes.toString('base64');
        const paths = [base64, encodeURIComponent(base64), `/${base64}`, bytes.toString('base64url')];
        for (const path of paths) assert.deepEqual(decodeOcspGetPath(path), bytes);
      }),
    );
  });

  it('any text is read or refused, and never throws', () => {
    fc.assert(fc.property(fc.string({ unit: 'binary' }), (text) => void decodeOcspGetPath(text)));
  });

  it('OREQ-37: nothing but slashes is the bare address', () => {
    for (const path of ['', '/', '//']) assert.equal(isBareOcspPath(path), true);
    assert.equal(isBareOcspPath('/M'), false);
  });
});
