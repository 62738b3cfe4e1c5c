import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { createNodeCrypto } from '@lancre/pki/crypto-node';
import type { FileKeyReference } from '#host/issuer/issuer.js';
import { loadFileSigner } from '#host/storage/file-signer.js';
import { withMlDsa } from '#host/storage/ml-dsa-crypto.js';
import { loadMlDsaLibrary } from '#host/storage/ml-dsa-library.js';
import { type KeyType, newPrivateKey, newSigner, signCertificate } from '../issuer/test-issuers.ts';
import {
  bothPem,
  ENCRYPTED_PEM,
  expandedPem,
  loadMlDsaFixture,
  PARAMETER_SETS,
  RUNTIME_HAS_ML_DSA,
  seedPem,
  spoiled,
} from './ml-dsa-fixture.ts';
import { temporaryFolder } from './temporary-folder.ts';
import { rejectsWithCode } from './throws-code.ts';

const folder = temporaryFolder();
const phrase = 'correct horse';

function file(name: string, content: string): string {
  writeFileSync(join(folder, name), content);
  return join(folder, name);
}

function plainKey(type: KeyType): string {
  return newPrivateKey(type).export({ type: 'pkcs8', format: 'pem' }).toString();
}

const encrypted = file(
  'encrypted.key',
  newPrivateKey('P-256')
    .export({ type: 'pkcs8', format: 'pem', cipher: 'aes-256-cbc', passphrase: phrase })
    .toString(),
);

async function signs(key: FileKeyReference, environment: Record<string, string> = {}): Promise<void> {
  const signer = await loadFileSigner(key, environment);
  const message = Buffer.from('a list');
  const verdict = await withMlDsa(createNodeCrypto()).verify({
    algorithm: signer.algorithm,
    subjectPublicKeyInfoDer: signer.subjectPublicKeyInfoDer,
    message,
    signature: await signer.sign(message),
  });
  assert.equal(verdict, 'valid');
}

for (const type of ['P-256', 'P-384', 'P-521', 'ed25519', 'rsa-2048'] as const) {
  test(`a plain ${type} key signs`, () => signs({ path: file(`${type}.key`, plainKey(type)) }));
}

test('a key in the older form of OpenSSL signs', () =>
  signs({
    path: file('sec1.key', newPrivateKey('P-256').export({ type: 'sec1', format: 'pem' }).toString()),
  }));

test('an encrypted key opens with the pass phrase of a file, with or without a line end', async () => {
  for (const [name, text] of [
    ['a', phrase],
    ['b', `${phrase}\n`],
    ['c', `${phrase}\r\n`],
  ] as const) {
    await signs({ path: encrypted, passphrase: { from: 'file', path: file(name, text) } });
  }
});

test('an encrypted key opens with the pass phrase of an environment variable', () =>
  signs({ path: encrypted, passphrase: { from: 'environment', variable: 'PHRASE' } }, { PHRASE: phrase }));

const missing = join(folder, 'missing.key');
const failures: readonly (readonly [
  string,
  Parameters<typeof rejectsWithCode>[0],
  FileKeyReference,
  readonly string[],
])[] = [
  ['a missing key file', 'file_missing', { path: missing }, [missing]],
  [
    'a missing pass phrase file',
    'file_missing',
    { path: encrypted, passphrase: { from: 'file', path: missing } },
    [missing],
  ],
  ['a folder in place of a key', 'file_missing', { path: folder }, [folder]],
  [
    'an encrypted key without a pass phrase',
    'key_passphrase',
    { path: encrypted },
    [encrypted, '--passphrase-file'],
  ],
  [
    'a wrong pass phrase in a file',
    'key_passphrase',
    { path: encrypted, passphrase: { from: 'file', path: file('wrong', 'x') } },
    [encrypted],
  ],
  [
    'a wrong pass phrase in the environment',
    'key_passphrase',
    { path: encrypted, passphrase: { from: 'environment', variable: 'WRONG' } },
    [encrypted],
  ],
  [
    'an environment variable that is not set',
    'key_passphrase',
    { path: encrypted, passphrase: { from: 'environment', variable: 'UNSET' } },
    ['UNSET'],
  ],
  ['a file that is no key', 'key_invalid', { path: file('text', 'hello') }, ['text']],
  ['an empty file', 'key_invalid', { path: file('empty', '') }, ['empty']],
  ['a key cut short', 'key_invalid', { path: file('short', plainKey('P-256').slice(0, 120)) }, ['short']],
];

for (const [what, code, key, words] of failures) {
  test(`${what} is refused with ${code}, and named`, () =>
    rejectsWithCode(code, loadFileSigner(key, { WRONG: 'nonsense' }), ...words));
}

test('a certificate in place of a key is refused, and named', async () => {
  const { der } = await signCertificate({ subject: newSigner() });
  const pem = `-----BEGIN CERTIFICATE-----\n${Buffer.from(der).toString('base64')}\n-----END CERTIFICATE-----\n`;
  await rejectsWithCode('key_invalid', loadFileSigner({ path: file('cert.pem', pem) }, {}), 'cert.pem');
});

test('no error message holds the pass phrase', async () => {
  const key = { path: encrypted, passphrase: { from: 'environment', variable: 'P' } } as const;
  await assert.rejects(
    loadFileSigner(key, { P: 'my-secret-phrase' }),
    (error: Error) => !String(error.stack).includes('my-secret-phrase'),
  );
});

for (const set of PARAMETER_SETS) {
  test(`ORSP-34: a ${set} key in each form of RFC 9881 6 signs, by the runtime or the optional package`, async () => {
    const { seed, expandedKey } = loadMlDsaFixture(set);
    await signs({ path: file(`${set}-seed.key`, seedPem(set, seed)) });
    await signs({ path: file(`${set}-expanded.key`, expandedPem(set, expandedKey)) });
    await signs({ path: file(`${set}-both.key`, bothPem(set, seed, expandedKey)) });
  });

  test(`a ${set} key whose parts do not belong together is refused, and named`, async () => {
    const { seed, expandedKey } = loadMlDsaFixture(set);
    for (const pem of [
      bothPem(set, spoiled(seed, 0), expandedKey),
      bothPem(set, seed, spoiled(expandedKey, 64)),
      expandedPem(set, spoiled(expandedKey, 64)),
      seedPem(set, seed.subarray(1)),
    ])
      await rejectsWithCode('key_invalid', loadFileSigner({ path: file('parts.key', pem) }, {}), 'parts.key');
  });
}

const missingPackage = () =>
  loadMlDsaLibrary(() => Promise.reject(Object.assign(new Error(), { code: 'ERR_MODULE_NOT_FOUND' })));

test('without the optional package an ML-DSA key signs only where the runtime can', async () => {
  const key = { path: file('alone.key', seedPem('ml-dsa-65', loadMlDsaFixture('ml-dsa-65').seed)) };
  const loading = loadFileSigner(key, {}, missingPackage);
  if (RUNTIME_HAS_ML_DSA) assert.equal((await loading).algorithm.name, 'ml-dsa-65');
  else await rejectsWithCode('signer_unavailable', loading, 'alone.key', '@noble/post-quantum');
});

test('the optional package is not loaded for keys of other kinds', async () => {
  const signer = await loadFileSigner({ path: file('other.key', plainKey('P-256')) }, {}, missingPackage);
  assert.equal(signer.algorithm.name, 'ecdsa-sha256');
});

test('an encrypted ML-DSA key opens where the runtime has ML-DSA; elsewhere it is said that it does not', async () => {
  const key = {
    path: file('encrypted-ml-dsa.key', ENCRYPTED_PEM),
    passphrase: { from: 'environment', variable: 'PHRASE' },
  } as const;
  if (RUNTIME_HAS_ML_DSA) await signs(key, { PHRASE: phrase });
  else
    await rejectsWithCode(
      'key_invalid',
      loadFileSigner(key, { PHRASE: phrase }),
      'encrypted-ml-dsa.key',
      'Node.js 24.7',
    );
  await rejectsWithCode('key_passphrase', loadFileSigner(key, { PHRASE: 'wrong' }), 'encrypted-ml-dsa.key');
});
