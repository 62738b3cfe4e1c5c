import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { parsePkcs11Uri } from '#host/issuer/pkcs11-uri.js';
import { throwsCode } from '../storage/throws-code.ts';

describe('pkcs11: URIs', () => {
  test('name a token, a key and a module', () => {
    const uri =
      'pkcs11:token=The%20Software%20PKCS%2311%20Softtoken;manufacturer=Snake%20Oil;model=1.0;serial=0a;' +
      'slot-id=3;object=my%2Fkey;id=%69%95%00%5b;type=private?module-path=/usr/lib/m.so&pin-source=file:/etc/pin';
    assert.deepEqual(parsePkcs11Uri(uri), {
      token: 'The Software PKCS#11 Softtoken',
      manufacturer: 'Snake Oil',
      model: '1.0',
      serial: '0a',
      slotId: 3,
      object: 'my/key',
      id: Uint8Array.of(0x69, 0x95, 0, 0x5b),
      modulePath: '/usr/lib/m.so',
      pinSource: '/etc/pin',
    });
  });

  test('may leave out all but the key, and hold what vendors add', () => {
    assert.deepEqual(parsePkcs11Uri('pkcs11:object=e1;x-vendor=1?module-name=softhsm2'), {
      object: 'e1',
      moduleName: 'softhsm2',
    });
    assert.deepEqual(parsePkcs11Uri('pkcs11:id=%01;library-version=3'), { id: Uint8Array.of(1) });
    assert.deepEqual(parsePkcs11Uri('pkcs11:object=e1?pin-source=file:///etc/pin').pinSource, '/etc/pin');
  });

  for (const [uri, ...words] of [
    ['/etc/key.pem', 'not a pkcs11: URI'],
    ['pkcs11:token=a', 'object'],
    ['pkcs11:object=a;object=b', 'object', 'twice'],
    ['pkcs11:object=a;colour=red', 'colour'],
    ['pkcs11:object=a?module-path=m.so', 'module-path', 'absolute'],
    ['pkcs11:object=a?pin-source=pin', 'pin-source'],
    ['pkcs11:object=%zz', 'object', '%'],
    ['pkcs11:object=a;slot-id=x', 'slot-id'],
    ['pkcs11:object=a;type=cert', 'type'],
  ] as const) {
    test(`refused, naming the attribute: ${uri}`, () =>
      throwsCode('input_invalid', () => parsePkcs11Uri(uri), ...words));
  }

  test('a PIN does not stand in them, and the refusal does not repeat it', () => {
    for (const uri of ['pkcs11:object=a?pin-value=0815', 'pkcs11:object=a;pin-value=0815']) {
      assert.throws(
        () => parsePkcs11Uri(uri),
        (error) =>
          error instanceof Error &&
          /--passphrase-file/.test(error.message) &&
          !error.message.includes('0815'),
      );
    }
  });
});
