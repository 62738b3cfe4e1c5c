import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { createPublicKey, verify } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { before, describe, test } from 'node:test';
import type { Signer } from '@lancre/pki/crypto';
import type { LancreErrorCode } from '#host/errors/lancre-error.js';
import { loadKoffi } from '#host/storage/pkcs11-functions.js';
import { loadPkcs11Signer } from '#host/storage/pkcs11-signer.js';
import { loadSigner } from '#host/storage/signer-loader.js';
import { skipWithout } from '../interop/required-programs.ts';
import { SOFT_TOKEN_MODULE, SOFT_TOKEN_PIN, SoftToken } from './soft-token.ts';
import { temporaryFolder } from './temporary-folder.ts';
import { rejectsWithCode } from './throws-code.ts';

const skip = skipWithout('softhsm2-util', 'pkcs11-tool');
const folder = temporaryFolder();
const environment = { PIN: SOFT_TOKEN_PIN, WRONG: 'wrong-pin' };
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
  const message = Buffer.from('an answer');
  assert.ok(isBy(signer, message, await signer.sign(message)));
}

async function assertOpensslAccepts(signer: Signer, label: string): Promise<void> {
  const path = (name: string) => join(folder, `${label}.${name}`);
  writeFileSync(path('message'), 'an answer');
  writeFileSync(path('signature'), await signer.sign(Buffer.from('an answer')));
  writeFileSync(path('public'), signer.subjectPublicKeyInfoDer);
  const hash = `-${signer.algorithm.hash?.replace('-', '').toLowerCase()}`;
  const words = ['dgst', hash, '-keyform', 'DER', '-verify', path('public'), '-signature', path('signature')];
  assert.match(execFileSync('openssl', [...words, path('message')], { encoding: 'utf8' }), /Verified OK/);
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
    token.makeKey('rsa:1024', 'short', '09');
    token.makeKey('EC:secp256k1', 'strange', '0a');
    token.deleteObject('pubkey', 'lonely');
    token.deleteObject('pubkey', 'lonely-rsa');
    Object.assign(process.env, token.environment);
    // Before anything has logged in: afterwards the whole process has.
    await rejectsWithCode('key_passphrase', load(token.uri('e1'), 'WRONG'), 'PIN', 'ocsp');
    await rejectsWithCode('key_passphrase', load(token.uri('r1'), 'WRONG'), 'not tried again');
    await rejectsWithCode(
      'key_passphrase',
      loadSigner({ uri: token.uri('e1') }, {}),
      'ocsp',
      '--passphrase-file',
    );
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
      await assertOpensslAccepts(signer, label);
      const stream = signer.begin();
      for (const part of ['a', 'bc', '']) stream.update(Buffer.from(part));
      assert.ok(isBy(signer, Buffer.from('abc'), await stream.finish()));
    });
  }

  test('the public key is the one that other programs read from the token', async () => {
    for (const label of ['e1', 'r1']) {
      const { subjectPublicKeyInfoDer } = await load(token.uri(label));
      assert.deepEqual(Buffer.from(subjectPublicKeyInfoDer), token.publicKeyDer(label));
    }
  });

  test('signatures by an EC key are minimal DER, whatever the length of r and s', async () => {
    const signer = await load(token.uri('e3'));
    const lengths = new Set<number>();
    // Half of all P-521 signatures have an r shorter than the field, and so has s.
    for (let number = 0; number < 40; number++) {
      const message = Buffer.from(`${number}`);
      const signature = await signer.sign(message);
      assert.ok(isBy(signer, message, signature));
      lengths.add(signature.length);
    }
    assert.ok(lengths.size > 1);
  });

  test('more signatures at once than there are sessions are all made, by several keys', async () => {
    const signers = [await load(token.uri('e1')), await load(token.uri('r1'))];
    const messages = Array.from({ length: 60 }, (_, index) => Buffer.from(`${index}`));
    await Promise.all(
      signers.flatMap((signer) =>
        messages.map(async (message) => assert.ok(isBy(signer, message, await signer.sign(message)))),
      ),
    );
  });

  test('the event loop gets round while a signature is made', async () => {
    const signer = await load(token.uri('r1'));
    const order: string[] = [];
    const signing = signer.sign(Buffer.from('x')).then(() => order.push('signature'));
    setImmediate(() => order.push('something that arrived'));
    await signing;
    assert.deepEqual(order, ['something that arrived', 'signature']);
  });

  test('the PIN comes from a file, named by an option or by the URI, but not by both', async () => {
    const path = token.pinFile();
    const passphrase = { from: 'file', path } as const;
    const uri = `${token.uri('e1')}&pin-source=file:${path}`;
    await assertSigns(await loadSigner({ uri: token.uri('e1'), passphrase }, {}));
    await assertSigns(await loadSigner({ uri }, {}));
    await rejectsWithCode('input_invalid', loadSigner({ uri, passphrase }, {}), 'pin-source');
  });

  test('a key may be named by its id, and has to be where labels are not unique', async () => {
    await assertSigns(await load(token.uri('twin', ';id=%06')));
    await rejectsWithCode('key_invalid', load(token.uri('twin')), 'twin', 'several');
  });

  test('a private RSA key shows its public half itself; that of an EC key alone is not to be found', async () => {
    await assertSigns(await load(token.uri('lonely-rsa')));
    await rejectsWithCode('key_invalid', load(token.uri('lonely')), 'lonely', 'public');
  });

  for (const [what, uri, code, word] of [
    ['another token', () => token.uri('e1').replace('ocsp', 'other'), 'signer_unavailable', 'other'],
    ['another serial', () => token.uri('e1', ';serial=0'), 'signer_unavailable', 'serial=0'],
    ['another slot', () => token.uri('e1', ';slot-id=99'), 'signer_unavailable', 'slot-id=99'],
    ['another slot by description', () => token.uri('e1', ';slot-description=x'), 'signer_unavailable', 'x'],
    ['another library', () => token.uri('e1', ';library-manufacturer=x'), 'key_invalid', 'SoftHSM'],
    ['another version', () => token.uri('e1', ';library-version=99'), 'key_invalid', 'library'],
    ['another key', () => token.uri('nobody'), 'key_invalid', 'nobody'],
    ['a key that is too short', () => token.uri('short'), 'key_invalid', '1024'],
    ['a key on a curve that is not known', () => token.uri('strange'), 'key_invalid', 'strange'],
    ['a module that is not there', () => 'pkcs11:?module-path=/nowhere.so', 'file_missing', '/nowhere.so'],
    ['a module that is none', () => 'pkcs11:?module-path=/etc/passwd', 'signer_unavailable', '/etc/passwd'],
  ] as const satisfies readonly (readonly [string, () => string, LancreErrorCode, string])[]) {
    test(`${what} is refused by name`, () => rejectsWithCode(code, load(uri()), word));
  }

  test('a token is told by all that a URI may say of it, and the module by its name', async () => {
    const more =
      ';manufacturer=SoftHSM%20project;model=SoftHSM%20v2;library-manufacturer=SoftHSM;type=private';
    await assertSigns(await load(token.uri('e1', more)));
    await assertSigns(await load('pkcs11:token=ocsp;object=e1?module-name=softhsm2'));
  });

  test('a module under two names is one', async () => {
    const other = '/usr/lib/x86_64-linux-gnu/softhsm/libsofthsm2.so';
    const names = [SOFT_TOKEN_MODULE, process.arch === 'x64' ? other : SOFT_TOKEN_MODULE];
    for (const name of names) await assertSigns(await load(`pkcs11:object=e1?module-path=${name}`));
  });
});

test('no error message holds the PIN', { skip }, async () => {
  const uri = token.uri('e1').replace('object=e1', 'object=nobody');
  await assert.rejects(load(uri), (error: Error) => !String(error.stack).includes(SOFT_TOKEN_PIN));
});

test('without the optional package a key in a token is refused, and the package is named', async () => {
  const missing = () =>
    loadKoffi(() => Promise.reject(Object.assign(new Error(), { code: 'ERR_MODULE_NOT_FOUND' })));
  // Any file will do: the package is missed before it is loaded.
  const loading = loadPkcs11Signer({ uri: 'pkcs11:?module-path=/etc/passwd' }, {}, { loadKoffi: missing });
  await rejectsWithCode('signer_unavailable', loading, 'koffi', 'pkcs11:?module-path=/etc/passwd');
});
