import assert from 'node:assert/strict';
import { createPublicKey, verify } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { afterEach, before, describe, test } from 'node:test';
import type { Signer } from '@lancre/pki/crypto';
import { LancreError } from '#host/errors/lancre-error.js';
import { loadPkcs11Signer } from '#host/storage/pkcs11-signer.js';
import { until } from '../cli/until.ts';
import { skipWithout } from '../interop/required-programs.ts';
import { SoftToken } from './soft-token.ts';
import { closeSoftTokenSessions } from './soft-token-module.ts';
import { temporaryFolder } from './temporary-folder.ts';
import { rejectsWithCode } from './throws-code.ts';

const skip = skipWithout('softhsm2-util', 'pkcs11-tool');
const folder = temporaryFolder();
const message = Buffer.from('an answer');
const soon = { restMilliseconds: 1, restartPauseMilliseconds: 1 };
let token: SoftToken;

function load(label: string, options: Parameters<typeof loadPkcs11Signer>[2] = soon): Promise<Signer> {
  const passphrase = { from: 'file', path: token.pinFile() } as const;
  return loadPkcs11Signer({ uri: token.uri(label), passphrase }, {}, options);
}

async function assertSigns(signer: Signer): Promise<void> {
  const key = createPublicKey({
    key: Buffer.from(signer.subjectPublicKeyInfoDer),
    format: 'der',
    type: 'spki',
  });
  assert.ok(verify('sha256', message, key, await signer.sign(message)));
}

function allAtOnce(signers: readonly Signer[]): Promise<unknown> {
  return Promise.all(Array.from({ length: 12 }, () => signers.map(assertSigns)).flat());
}

/** What each of many signatures at once comes to: `signed`, or the code of its error. */
async function outcomesOf(signer: Signer): Promise<ReadonlySet<string>> {
  const outcomes = await Promise.all(
    Array.from({ length: 20 }, () =>
      signer.sign(message).then(
        () => 'signed',
        (error: unknown) => (error instanceof LancreError ? error.code : String(error)),
      ),
    ),
  );
  return new Set(outcomes);
}

function signsAgain(signer: Signer): Promise<boolean> {
  return until('it signs again', async () => {
    await assertSigns(signer);
    return true;
  });
}

describe('a token that fails', { skip }, () => {
  before(() => {
    token = new SoftToken(folder);
    token.makeKey('EC:prime256v1', 'e1', '01');
    token.makeKey('rsa:2048', 'r1', '02');
    token.makeKey('EC:prime256v1', 'fading', '03');
    token.makeKey('EC:prime256v1', 'exchanged', '04');
    Object.assign(process.env, token.environment);
  });

  afterEach(closeSoftTokenSessions);

  test('sessions that are lost are opened anew, and nobody notices, not even while many wait', async () => {
    const signers = [await load('e1'), await load('r1')];
    for (let times = 0; times < 3; times++) {
      await allAtOnce(signers);
      closeSoftTokenSessions();
    }
    await allAtOnce(signers);
  });

  test('a token that is gone fails each signature and signs again once it is back', async () => {
    const signers = [await load('e1'), await load('r1')] as const;
    await allAtOnce(signers);
    token.remove();
    closeSoftTokenSessions();
    for (const signer of signers) {
      await until('the token is missed', async () =>
        (await outcomesOf(signer)).has('signer_unavailable') ? true : undefined,
      );
      assert.deepEqual(await outcomesOf(signer), new Set(['signer_unavailable']));
    }
    await rejectsWithCode('signer_unavailable', signers[0].sign(message), token.uri('e1'));
    token.putBack();
    for (const signer of signers) await signsAgain(signer);
    await allAtOnce(signers);
  });

  test('a token that is gone is left alone for a while', async () => {
    const signer = await load('e1', { ...soon, restMilliseconds: 3_600_000 });
    token.remove();
    await until('the token is missed', async () => (await outcomesOf(signer)).has('signer_unavailable'));
    token.putBack();
    await signsAgain(await load('e1'));
    assert.deepEqual(await outcomesOf(signer), new Set(['signer_unavailable']));
  });

  test('a key that was taken out of the token does not sign, and the message names it', async () => {
    const signer = await load('fading');
    await assertSigns(signer);
    token.deleteObject('privkey', 'fading');
    await rejectsWithCode('signer_unavailable', signer.sign(message), token.uri('fading'));
    await assertSigns(await load('e1'));
  });

  test('a key that was exchanged for another under its name does not sign', async () => {
    const signer = await load('exchanged');
    await assertSigns(signer);
    token.deleteObject('privkey', 'exchanged');
    token.deleteObject('pubkey', 'exchanged');
    token.makeKey('EC:prime256v1', 'exchanged', '04');
    await rejectsWithCode('signer_unavailable', signer.sign(message), 'another key');
    await assertSigns(await load('exchanged'));
  });

  test('a PIN that became wrong is said to be so, and a right one in its file is taken', async () => {
    const signer = await load('e1');
    await assertSigns(signer);
    writeFileSync(token.pinFile(), 'wrong-pin\n');
    closeSoftTokenSessions();
    assert.deepEqual(await outcomesOf(signer), new Set(['key_passphrase']));
    await until('it is not tried again', async () =>
      /not tried again/.test(String(await signer.sign(message).catch((error: unknown) => error))),
    );
    token.pinFile();
    await signsAgain(signer);
  });
});
