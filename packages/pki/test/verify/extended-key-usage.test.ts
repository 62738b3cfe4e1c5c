import assert from 'node:assert/strict';
import { before, describe, test } from 'node:test';
import {
  EXTENDED_KEY_USAGE_OIDS,
  EXTENSION_OIDS,
  encodeExtendedKeyUsage,
  encodeExtension,
} from '@lancre/pki/certificate';
import { encodeDer } from '@lancre/pki/der';
import { checkPath, WorkBudget } from '@lancre/pki/verify';
import { bytes } from '../support/hex.ts';
import { AT, CA_EXTENSIONS, CRYPTO, makeCa, makeLeaf, type Party } from './pki-maker.ts';

const { serverAuth, clientAuth, anyExtendedKeyUsage } = EXTENDED_KEY_USAGE_OIDS;
const NONE: readonly Uint8Array[] = [];
const SERVER = [encodeExtendedKeyUsage([serverAuth])];
const CLIENT = [encodeExtendedKeyUsage([clientAuth])];
const BOTH = [encodeExtendedKeyUsage([clientAuth, serverAuth])];
const ANY = [encodeExtendedKeyUsage([anyExtendedKeyUsage])];

describe('the purpose of a path', () => {
  let root: Party;

  before(async () => {
    root = await makeCa('Root X1');
  });

  test('VER-26: a target with an extendedKeyUsage has to have the purpose, or any', async () => {
    for (const held of [NONE, SERVER, BOTH, ANY])
      assert.equal(await outcome(serverAuth, held, NONE), 'valid');
    assert.equal(await outcome(serverAuth, CLIENT, NONE), `${EXCLUDED} at 0`);
    assert.equal(await outcome(clientAuth, CLIENT, NONE), 'valid');
  });

  test('VER-26: so has every authority on the way that has one', async () => {
    for (const held of [NONE, SERVER, BOTH, ANY]) {
      assert.equal(await outcome(serverAuth, SERVER, held, BOTH), 'valid');
      assert.equal(await outcome(serverAuth, SERVER, BOTH, held), 'valid');
    }
    assert.equal(await outcome(serverAuth, SERVER, CLIENT, BOTH), `${EXCLUDED} at 1`);
    assert.equal(await outcome(serverAuth, SERVER, BOTH, CLIENT), `${EXCLUDED} at 2`);
    assert.equal(await outcome(serverAuth, NONE, CLIENT), `${EXCLUDED} at 1`);
  });

  test('VER-26: the anchor is a name and a key, whatever its extendedKeyUsage', async () => {
    const anchor = await makeCa('Root X2', { extensions: [...CA_EXTENSIONS, ...CLIENT] });
    assert.equal(await outcomeUnder(anchor, serverAuth, [SERVER, SERVER]), 'valid');
  });

  test('VER-26: a critical one on an authority is processed where a purpose is named, and fails elsewhere', async () => {
    const value = encodeDer((writer) => writer.sequence((list) => list.oid(serverAuth)));
    const critical = [encodeExtension(EXTENSION_OIDS.extendedKeyUsage, 'critical', value)];
    assert.equal(await outcome(serverAuth, critical, critical), 'valid');
    assert.equal(await outcome(clientAuth, NONE, critical), `${EXCLUDED} at 1`);
    assert.equal(await outcome(undefined, critical, critical), 'critical_extension_unsupported at 1');
  });

  test('without a purpose, none is looked at', async () => {
    assert.equal(await outcome(undefined, CLIENT, SERVER), 'valid');
  });

  test('one that cannot be read fails a path for a purpose', async () => {
    const broken = [encodeExtension(EXTENSION_OIDS.extendedKeyUsage, 'non-critical', bytes('3000'))];
    assert.equal(await outcome(serverAuth, broken, NONE), 'extension_malformed at 0');
    assert.equal(await outcome(serverAuth, NONE, broken), 'extension_malformed at 1');
  });

  /** Of a path whose certificates have these extensions, the target first. */
  function outcome(
    purpose: string | undefined,
    ...extensions: readonly (readonly Uint8Array[])[]
  ): Promise<string> {
    return outcomeUnder(root, purpose, extensions);
  }
});

async function outcomeUnder(
  anchor: Party,
  extendedKeyUsage: string | undefined,
  extensions: readonly (readonly Uint8Array[])[],
): Promise<string> {
  const [target = NONE, ...authorities] = extensions;
  const chain = [anchor];
  for (const [index, held] of authorities.reverse().entries()) {
    const issuer = chain[0] ?? anchor;
    chain.unshift(await makeCa(`E${index}`, { issuer, extensions: [...CA_EXTENSIONS, ...held] }));
  }
  const leaf = await makeLeaf(chain[0] ?? anchor, { extensions: target });
  const certificates = [leaf, ...chain.slice(0, -1)].map(({ certificate }) => certificate);
  const path = { certificates, anchor: anchor.certificate };
  const verdict = await checkPath({ path, at: AT, budget: new WorkBudget(CRYPTO), extendedKeyUsage });
  return verdict.kind === 'valid' ? 'valid' : `${verdict.code} at ${verdict.index}`;
}

const EXCLUDED = 'extended_key_usage_excludes_purpose';
