import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import type { Issuer } from '#host/issuer/issuer.js';
import { decodeIssuer, encodeIssuer } from '#host/storage/issuer-codec.js';
import { LmdbIssuerStore } from '#host/storage/lmdb-issuer-store.js';
import { LmdbIssuerView } from '#host/storage/lmdb-issuer-view.js';
import { createTables, type LmdbTables, openExistingTables } from '#host/storage/lmdb-tables.js';
import { createIssuer, newSigner, signCertificate } from '../issuer/test-issuers.ts';
import { temporaryFolder } from './temporary-folder.ts';
import { rejectsWithCode, throwsCode } from './throws-code.ts';

const folder = temporaryFolder();
let opened = 0;

async function withTables(body: (tables: LmdbTables, path: string) => Promise<void>): Promise<void> {
  opened += 1;
  const path = join(folder, `${opened}`);
  const tables = createTables(path);
  await body(tables, path).finally(() => tables.close());
}

async function newIssuer(name: string): Promise<Omit<Issuer, 'id'>> {
  const { issuer } = await createIssuer({ name, crl: { shards: 7, full: 'omit' } });
  const { id: _, ...rest } = issuer;
  return {
    ...rest,
    key: { path: '/etc/lancre/e1.key', passphrase: { from: 'environment', variable: 'E1' } },
  };
}

function facts(issuer: Issuer) {
  return { ...issuer, certificates: issuer.certificates.map(({ der }) => Buffer.from(der).toString('hex')) };
}

test('issuers come back as they were added, in the order of their numbers', () =>
  withTables(async (tables, path) => {
    const store = new LmdbIssuerStore(tables);
    const added = [await store.addIssuer(await newIssuer('b')), await store.addIssuer(await newIssuer('a'))];
    assert.deepEqual(
      added.map(({ id }) => id),
      [1, 2],
    );
    assert.deepEqual(store.listIssuers().map(facts), added.map(facts));
    const reader = openExistingTables(path, 'read');
    assert.deepEqual(new LmdbIssuerView(reader).listIssuers().map(facts), added.map(facts));
    await reader.close();
  }));

test('cross-certificates keep their order', () =>
  withTables(async (tables) => {
    const root = newSigner();
    const subject = newSigner();
    const cross = await signCertificate({ subject, issuedBy: { commonName: 'Root', signer: root } });
    const own = await signCertificate({ subject });
    const { issuer } = await createIssuer();
    const added = await new LmdbIssuerStore(tables).addIssuer({ ...issuer, certificates: [cross, own] });
    assert.deepEqual(new LmdbIssuerStore(tables).listIssuers().map(facts), [facts(added)]);
  }));

test('a name that is taken is refused', () =>
  withTables(async (tables) => {
    const store = new LmdbIssuerStore(tables);
    await store.addIssuer(await newIssuer('e1'));
    await rejectsWithCode('issuer_exists', store.addIssuer(await newIssuer('e1')), '"e1"');
    assert.equal(store.listIssuers().length, 1);
  }));

test('OREQ-14: subject and key together are one issuer, under whatever certificate', () =>
  withTables(async (tables) => {
    const store = new LmdbIssuerStore(tables);
    const subject = newSigner();
    const { issuer } = await createIssuer();
    await store.addIssuer({ ...issuer, certificates: [await signCertificate({ subject })] });
    const cross = await signCertificate({ subject, issuedBy: { commonName: 'Root', signer: newSigner() } });
    await rejectsWithCode(
      'issuer_exists',
      store.addIssuer({ ...issuer, name: 'e2', certificates: [cross] }),
      'cross-sign',
    );
    const sameKey = await signCertificate({ subject, commonName: 'Another name' });
    assert.equal((await store.addIssuer({ ...issuer, name: 'e3', certificates: [sameKey] })).id, 2);
    const sameName = await signCertificate({ subject: newSigner() });
    assert.equal((await store.addIssuer({ ...issuer, name: 'e4', certificates: [sameName] })).id, 3);
  }));

test('an issuer that is removed is gone, its name is free and its number is never used again', () =>
  withTables(async (tables, path) => {
    const store = new LmdbIssuerStore(tables);
    await store.addIssuer(await newIssuer('e1'));
    await store.addIssuer(await newIssuer('e2'));
    await store.removeIssuer('e2');
    assert.deepEqual(
      store.listIssuers().map(({ name }) => name),
      ['e1'],
    );
    const again = openExistingTables(path, 'write');
    assert.equal((await new LmdbIssuerStore(again).addIssuer(await newIssuer('e2'))).id, 3);
    await again.close();
  }));

test('an issuer is changed under its number', () =>
  withTables(async (tables) => {
    const store = new LmdbIssuerStore(tables);
    const added = await store.addIssuer(await newIssuer('e1'));
    const { key: _, ...rest } = added;
    const changed = { ...rest, policy: { ...added.policy, crl: { ...added.policy.crl, shards: 9 } } };
    await store.updateIssuer(changed);
    assert.deepEqual(store.listIssuers().map(facts), [facts(changed)]);
  }));

test('an issuer that is not there is neither changed nor removed', () =>
  withTables(async (tables) => {
    const store = new LmdbIssuerStore(tables);
    const revision = store.issuersRevision();
    await rejectsWithCode('issuer_unknown', store.removeIssuer('e9'), 'e9');
    await rejectsWithCode('issuer_unknown', store.updateIssuer({ ...(await newIssuer('e9')), id: 4 }), 'e9');
    assert.equal(store.issuersRevision(), revision);
  }));

test('the revision changes with every addition, change and removal, and with nothing else', () =>
  withTables(async (tables) => {
    const store = new LmdbIssuerStore(tables);
    const seen = [store.issuersRevision()];
    const added = await store.addIssuer(await newIssuer('e1'));
    seen.push(store.issuersRevision());
    await store.updateIssuer(added);
    seen.push(store.issuersRevision());
    await rejectsWithCode('issuer_exists', store.addIssuer(await newIssuer('e1')));
    assert.equal(store.issuersRevision(), seen.at(-1));
    await store.removeIssuer('e1');
    seen.push(store.issuersRevision());
    assert.equal(new Set(seen).size, 4);
  }));

test('octets that are no issuer are refused as corrupt', async () => {
  const good = encodeIssuer(await newIssuer('e1'));
  const damaged = [
    '',
    '{',
    '{}',
    'null',
    '7',
    '{"certificates":[]}',
    '{"certificates":["AAAA"]}',
    good.toString().replace('MI', 'MX'),
    good.subarray(0, 200).toString(),
  ];
  for (const text of damaged)
    throwsCode('store_corrupt', () => decodeIssuer(5, Buffer.from(text)), 'issuer 5');
});
