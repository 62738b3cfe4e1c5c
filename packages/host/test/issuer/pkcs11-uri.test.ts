import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Pkcs11Uri, parsePkcs11Uri } from '#host/issuer/pkcs11-uri.js';
import { throwsCode } from '../storage/throws-code.ts';

const NOTHING: Pkcs11Uri = {
  token: undefined,
  manufacturer: undefined,
  serial: undefined,
  model: undefined,
  slotId: undefined,
  slotDescription: undefined,
  slotManufacturer: undefined,
  libraryDescription: undefined,
  libraryManufacturer: undefined,
  libraryVersion: undefined,
  object: undefined,
  id: undefined,
  modulePath: undefined,
  moduleName: undefined,
  pinPath: undefined,
};

test('a pkcs11: URI names a token, a slot, a library, a key, a module and a PIN', () => {
  const uri =
    'pkcs11:token=The%20Software%20PKCS%2311%20Softtoken;manufacturer=Snake%20Oil,%20Inc.;model=1.0;serial=0a&b;' +
    'slot-id=4294967296;slot-description=S;slot-manufacturer=M;library-description=L;library-manufacturer=N;' +
    'library-version=2.40;object=sch%C3%B6n%2F;id=%69%95x%00%5b;type=private' +
    '?module-path=/usr/lib/m.so&pin-source=file:/etc/a%20pin';
  assert.deepEqual(parsePkcs11Uri(uri), {
    token: 'The Software PKCS#11 Softtoken',
    manufacturer: 'Snake Oil, Inc.',
    serial: '0a&b',
    model: '1.0',
    slotId: 4_294_967_296n,
    slotDescription: 'S',
    slotManufacturer: 'M',
    libraryDescription: 'L',
    libraryManufacturer: 'N',
    libraryVersion: { major: 2, minor: 40 },
    object: 'schön/',
    id: Uint8Array.of(0x69, 0x95, 0x78, 0, 0x5b),
    modulePath: '/usr/lib/m.so',
    moduleName: undefined,
    pinPath: '/etc/a pin',
  });
});

test('a pkcs11: URI may leave out all but the module', () => {
  assert.deepEqual(parsePkcs11Uri('pkcs11:?module-name=softhsm2'), { ...NOTHING, moduleName: 'softhsm2' });
});

test('attributes of vendors are passed over, twice in the query too', () => {
  const uri = 'pkcs11:object=a;x-colour=red;shape_2=?module-name=m&x-a=1&x-a=2&other=%7c/?|';
  assert.deepEqual(parsePkcs11Uri(uri), { ...NOTHING, object: 'a', moduleName: 'm' });
});

test('names are read in either case, and a version may have no minor part', () => {
  const parsed = parsePkcs11Uri('PKCS11:Object=A;library-version=3?Module-Name=m');
  assert.equal(parsed.object, 'A');
  assert.deepEqual(parsed.libraryVersion, { major: 3, minor: 0 });
});

test('the file of the PIN is named with or without an empty authority', () => {
  for (const source of ['file:/etc/pin', 'file:///etc/pin'])
    assert.equal(parsePkcs11Uri(`pkcs11:?module-name=m&pin-source=${source}`).pinPath, '/etc/pin');
});

for (const [uri, ...words] of [
  ['/etc/key.pem', 'pkcs11:'],
  ['pkcs11:object=a', 'module-path'],
  ['pkcs11:object=a;object=b?module-name=m', 'object', 'twice'],
  ['pkcs11:object=a;Object=b?module-name=m', 'object', 'twice'],
  ['pkcs11:x-a=1;x-a=2?module-name=m', 'x-a', 'twice'],
  ['pkcs11:object=a?module-name=m&module-name=n', 'module-name', 'twice'],
  ['pkcs11:object=a;?module-name=m', 'path', 'name=value'],
  ['pkcs11:object?module-name=m', 'path', 'name=value'],
  ['pkcs11:ob%6aect=a?module-name=m', 'path', 'name=value'],
  ['pkcs11:object=%zz?module-name=m', 'object', 'percent'],
  ['pkcs11:object=a b?module-name=m', 'object', 'percent'],
  ['pkcs11:object=ö?module-name=m', 'object', 'percent'],
  ['pkcs11:object=a/b?module-name=m', 'object', 'percent'],
  ['pkcs11:object=%ff?module-name=m', 'object', 'UTF-8'],
  ['pkcs11:object=a?module-name=m#x', 'module-name', 'percent'],
  ['pkcs11:slot-id=x?module-name=m', 'slot-id'],
  ['pkcs11:library-version=2.4.1?module-name=m', 'library-version'],
  ['pkcs11:type=cert?module-name=m', 'type', 'private'],
  ['pkcs11:object=a?module-path=m.so', 'module-path', 'absolute'],
  ['pkcs11:object=a?module-path=/m%00.so', 'module-path', 'absolute'],
  ['pkcs11:object=a?module-name=../m', 'module-name', 'folder'],
  ['pkcs11:object=a;module-name=m', 'module-name', 'query'],
  ['pkcs11:?object=a&module-name=m', 'object', 'path'],
  ['pkcs11:?module-name=m&pin-source=pin', 'pin-source', 'file:'],
  ['pkcs11:?module-name=m&pin-source=file:pin', 'pin-source', 'absolute'],
  ['pkcs11:?module-name=m&pin-source=file://host/pin', 'pin-source', 'absolute'],
  ['pkcs11:?module-name=m&pin-source=|/bin/print-pin', 'pin-source', 'file:'],
] as const) {
  test(`refused, naming the attribute: ${uri}`, () =>
    throwsCode('input_invalid', () => parsePkcs11Uri(uri), ...words));
}

test('a PIN stands in no pkcs11: URI, and no refusal repeats what may be one', () => {
  for (const uri of [
    'pkcs11:object=a?module-name=m&pin-value=0815',
    'pkcs11:object=a?module-name=m&PIN-VALUE=0815',
    'pkcs11:object=a;pin-value=0815?module-name=m',
    'pkcs11:object=a?pin-value=0815#x',
  ])
    assert.throws(
      () => parsePkcs11Uri(uri),
      (error: Error) =>
        /pin-source, --passphrase-file or --passphrase-env/.test(error.message) &&
        !error.message.includes('0815'),
    );
  for (const uri of ['pkcs11:object=a;0815?module-name=m', 'x:0815', 'pkcs11:slot-id=0815x?module-name=m'])
    assert.throws(
      () => parsePkcs11Uri(uri),
      (error: Error) => !error.message.includes('0815'),
    );
});
