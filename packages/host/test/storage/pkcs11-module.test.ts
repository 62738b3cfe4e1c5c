import assert from 'node:assert/strict';
import { test } from 'node:test';
import koffi from 'koffi';
import { LancreError } from '#host/errors/lancre-error.js';
import type { NativeValue, Pkcs11Call } from '#host/storage/pkcs11-functions.js';
import { logIn } from '#host/storage/pkcs11-login.js';
import { Pkcs11Module } from '#host/storage/pkcs11-module.js';
import { rejectsWithCode } from './throws-code.ts';

const DEVICE_ERROR = 0x30;
const PIN_INCORRECT = 0xa0;
const USER_ALREADY_LOGGED_IN = 0x100;
const ALREADY_INITIALIZED = 0x191;

/** A module that gives these return values and writes down what it is called for. */
function moduleGiving(values: Readonly<Record<string, number>>, pauseMilliseconds = 60_000) {
  const called: string[] = [];
  const given: NativeValue[][] = [];
  const call: Pkcs11Call = async (name, ...words) => {
    called.push(name);
    given.push(words.map((word) => (word instanceof Uint8Array ? Uint8Array.from(word) : word)));
    return values[name] ?? 0;
  };
  const options = { path: '/m.so', koffi, callsAtOnce: 1, restartPauseMilliseconds: pauseMilliseconds };
  return { module: new Pkcs11Module(options, call), called, given };
}

const token = {
  slotId: 1n,
  label: 'ocsp',
  manufacturer: '',
  model: '',
  serial: '1',
  needsLogin: true,
  isPinLocked: false,
};

const unavailable = async (): Promise<never> => {
  throw new LancreError('signer_unavailable', 'gone');
};

test('a module that somebody else has initialized is used as it is', async () => {
  const { module } = moduleGiving({ C_Initialize: ALREADY_INITIALIZED });
  await module.initialize();
});

test('a return value is told by name, with the function that gave it', async () => {
  const { module } = moduleGiving({ C_Sign: DEVICE_ERROR, C_SignInit: 0x8000_0001 });
  await rejectsWithCode('signer_unavailable', module.call('C_Sign'), 'C_Sign', 'CKR_DEVICE_ERROR');
  await rejectsWithCode('signer_unavailable', module.call('C_SignInit'), '0x80000001');
});

test('a restart waits until work with handles has ended, and work that comes meanwhile waits for it', async () => {
  const { module, called } = moduleGiving({});
  let end: () => void = () => {};
  const running = module.run(() => new Promise<void>((resolve) => (end = resolve)));
  let attempts = 0;
  const restarted = module.runOrRestart(async () => {
    attempts += 1;
    return attempts === 1 ? unavailable() : attempts;
  });
  await new Promise((resolve) => setImmediate(resolve));
  const later = module.run(async () => called.includes('C_Finalize'));
  assert.deepEqual(called, []);
  end();
  await running;
  assert.equal(await restarted, 2);
  assert.deepEqual(called, ['C_Finalize', 'C_Initialize']);
  assert.equal(await later, true);
  assert.equal(module.generation, 1);
});

test('many that fail at once make one restart', async () => {
  const { module, called } = moduleGiving({});
  const seen = new Set<number>();
  const work = async (): Promise<string> => {
    seen.add(module.generation);
    return module.generation === 0 ? unavailable() : 'done';
  };
  const outcomes = await Promise.all(Array.from({ length: 5 }, () => module.runOrRestart(work)));
  assert.deepEqual(new Set(outcomes), new Set(['done']));
  assert.deepEqual(called, ['C_Finalize', 'C_Initialize']);
  assert.deepEqual(seen, new Set([0, 1]));
});

test('a module that was just initialized is not restarted', async () => {
  const { module, called } = moduleGiving({});
  await module.initialize();
  await rejectsWithCode('signer_unavailable', module.runOrRestart(unavailable), 'gone');
  assert.deepEqual(called, ['C_Initialize']);
});

test('what a restart would not mend makes none', async () => {
  const { module, called } = moduleGiving({});
  for (const code of ['key_invalid', 'key_passphrase'] as const)
    await rejectsWithCode(
      code,
      module.runOrRestart(async () => {
        throw new LancreError(code, 'so it stays');
      }),
    );
  assert.deepEqual(called, []);
});

test('a wrong PIN is given to a token once, however many ask at once and afterwards', async () => {
  const { module, called } = moduleGiving({ C_Login: PIN_INCORRECT });
  const attempts = Array.from({ length: 10 }, () => logIn(module, { session: 1n, token, pin: '1' }));
  for (const attempt of attempts) await rejectsWithCode('key_passphrase', attempt, 'PIN');
  await rejectsWithCode('key_passphrase', logIn(module, { session: 1n, token, pin: '1' }), 'not tried again');
  assert.deepEqual(called, ['C_Login']);
  await rejectsWithCode('key_passphrase', logIn(module, { session: 1n, token, pin: '2' }));
  assert.equal(called.length, 2, 'another PIN is another attempt');
});

test('a login goes with the PIN in UTF-8 and its length, and one that was made already is as good', async () => {
  const { module, given } = moduleGiving({ C_Login: USER_ALREADY_LOGGED_IN });
  await logIn(module, { session: 7n, token, pin: 'ö1' });
  assert.deepEqual(given, [[7n, 1, Uint8Array.of(0xc3, 0xb6, 0x31), 3]]);
});

test('without a PIN there is no login, and a token that wants one is told so', async () => {
  const { module, called } = moduleGiving({});
  await logIn(module, { session: 1n, token: { ...token, needsLogin: false }, pin: undefined });
  const login = logIn(module, { session: 1n, token, pin: undefined });
  await rejectsWithCode('key_passphrase', login, 'pin-source', '--passphrase-file', '--passphrase-env');
  assert.deepEqual(called, []);
});

test('a PIN that is locked is not tried', async () => {
  const { module, called } = moduleGiving({});
  const login = logIn(module, { session: 1n, token: { ...token, isPinLocked: true }, pin: '1' });
  await rejectsWithCode('key_passphrase', login, 'locked');
  assert.deepEqual(called, []);
});
