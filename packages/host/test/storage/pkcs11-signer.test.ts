import assert from 'node:assert/strict';
import { createPublicKey, verify } from 'node:crypto';
import { before, describe, test } from 'node:test';
import type { Signer } from '@lancre/pki/crypto';
import type { LancreErrorCode } from '#host/errors/lancre-error.js';
import { Pkcs11Module } from '#host/storage/pkcs11-module.js';
import { loadSigner } from '#host/storage/signer-loader.js';
import { skipWithout } from '../interop/required-programs.ts';
import { SOFT_TOKEN_MODULE, SOFT_TOKEN_PIN, SoftToken } from './soft-token.ts';
import { temporaryFolder } from './temporary-folder.ts';
import { rejectsWithCode } from './throws-code.ts';

const skip = skipWithout('softhsm2-util', 'pkcs11-tool');
const folder = temporaryFolder();
const environment = { PIN: SOFT_TOKEN_PIN, WRONG: '1' };
let token: SoftToken;

function load(uri: string, variable = 'PIN'): Promise<Signer> {
  return loadSigner({ uri, passphrase: { from: 'environment', variable } }, environment);
}

function isBy(signer: Signer, message: Uint8Array, signature: Uint8Array): boolean {
  const key = createPublicKey({
    key: Buffer.from(signer.subjectPublicKeyInfoDer),
    format: 'der',
    type: 'spki',
  });
  const hash = signer.algorithm.hash?.replace('-', '').toLowerCase();
  return verify(hash, message, key, signature);
}

async function assertSigns(signer: Signer): Promise<void> {
  const message = Buffer.from(`message ${Math.random()}`);
  assert.ok(isBy(signer, message, await signer.sign(message)));
}

describe('keys in a token', { skip }, () => {
  before(async () => {
    token = new SoftToken(folder);
    token.makeKey('EC:prime256v1', 'e1', '01');
    token.makeKey('EC:secp384r1', 'e2', '02');
    token.makeKey('EC:secp521r1', 'e3', '03');
    token.makeKey('rsa:2048', 'r1', '04');
    token.makeKey('rsa:2048', 'twin', '05');
    token.makeKey('rsa:2048', 'twin', '06');
    token.makeKey('EC:prime256v1', 'lonely', '07');
    token.makeKey('rsa:2048', 'lonely-rsa', '08');
    token.deleteObject('pubkey', 'lonely');
    token.deleteObject('pubkey', 'lonely-rsa');
    Object.assign(process.env, token.environment);
    // Before anything has logged in: afterwards the whole process has.
    await rejectsWithCode('key_passphrase', load(token.uri('e1'), 'WRONG'), 'PIN', 'ocsp');
  });

  for (const [label, algorithm] of [
    ['e1', 'ecdsa-sha256'],
    ['e2', 'ecdsa-sha384'],
    ['e3', 'ecdsa-sha512'],
    ['r1', 'rsa-pkcs1-sha256'],
  ] as const) {
    test(`${label} signs by ${algorithm}, whole and in a stream`, async () => {
      const signer = await load(token.uri(label));
      assert.equal(signer.algorithm.name, algorithm);
      await assertSigns(signer);
      const stream = signer.begin();
      for (const part of ['a', 'bc', '']) stream.update(Buffer.from(part));
      assert.ok(isBy(signer, Buffer.from('abc'), await stream.finish()));
    });
  }

  test('more signatures at once than there are sessions are all made', async () => {
    const signer = await load(token.uri('e1'));
    const messages = Array.from({ length: 100 }, (_, index) => Buffer.from(`${index}`));
    const signatures = await Promise.all(messages.map((message) => signer.sign(message)));
    for (const [index, message] of messages.entries())
      assert.ok(isBy(signer, message, signatures[index] ?? new Uint8Array()));
  });

  test('the PIN comes from a file, named by an option or by the URI', async () => {
    const path = token.pinFile();
    await assertSigns(await loadSigner({ uri: token.uri('e1'), passphrase: { from: 'file', path } }, {}));
    await assertSigns(await loadSigner({ uri: `${token.uri('e1')}&pin-source=file:${path}` }, {}));
  });

  test('a key may be named by its id, and has to be where labels are not unique', async () => {
    await assertSigns(await load(token.uri('twin', ';id=%06')));
    await rejectsWithCode('key_invalid', load(token.uri('twin')), 'twin', 'more than one');
  });

  test('a private RSA key tells its public half itself; of an EC key alone it is asked for', async () => {
    await assertSigns(await load(token.uri('lonely-rsa')));
    await rejectsWithCode('key_invalid', load(token.uri('lonely')), 'lonely', 'public key');
  });

  for (const [what, uri, code, word] of [
    [
      'another token',
      () => token.uri('e1').replace('token=ocsp', 'token=other'),
      'signer_unavailable',
      'other',
    ],
    ['another key', () => token.uri('nobody'), 'key_invalid', 'nobody'],
    [
      'a module that is not there',
      () => 'pkcs11:object=e1?module-path=/nowhere.so',
      'file_missing',
      '/nowhere.so',
    ],
    [
      'a module that is none',
      () => 'pkcs11:object=e1?module-path=/etc/passwd',
      'signer_unavailable',
      '/etc/passwd',
    ],
    ['no module', () => 'pkcs11:object=e1', 'input_invalid', 'module-path'],
  ] as const satisfies readonly (readonly [string, () => string, LancreErrorCode, string])[]) {
    test(`${what} is refused by name`, () => rejectsWithCode(code, load(uri()), word));
  }

  test('the module is found by its name in the usual folders', async () => {
    await assertSigns(await load('pkcs11:token=ocsp;object=e1?module-name=softhsm2'));
  });

  test('sessions that are lost are opened anew, and nobody notices', async () => {
    const signer = await load(token.uri('e1'));
    await assertSigns(signer);
    const module = await Pkcs11Module.load(SOFT_TOKEN_MODULE);
    module.restart();
    await assertSigns(signer);
    await Promise.all(Array.from({ length: 20 }, () => assertSigns(signer)));
  });

  test('a token that is gone fails each signature, and signs again once it is back', async () => {
    const signer = await load(token.uri('e1'));
    await assertSigns(signer);
    token.remove();
    const module = await Pkcs11Module.load(SOFT_TOKEN_MODULE);
    module.restart();
    const gone = await Promise.allSettled(Array.from({ length: 30 }, () => signer.sign(Buffer.from('x'))));
    assert.deepEqual(new Set(gone.map(({ status }) => status)), new Set(['rejected']));
    await rejectsWithCode('signer_unavailable', signer.sign(Buffer.from('x')), 'ocsp');
    token.putBack();
    await assertSigns(signer);
  });
});
