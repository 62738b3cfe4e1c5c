import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import type { AnswerKey, KeptAnswer } from '#host/status/kept-answers.js';
import { LmdbAnswerStore } from '#host/storage/lmdb-answer-store.js';
import { LmdbAnswerView } from '#host/storage/lmdb-answer-view.js';
import { createTables, type LmdbTables, openExistingTables } from '#host/storage/lmdb-tables.js';
import { temporaryFolder } from './temporary-folder.ts';
import { throwsCode } from './throws-code.ts';

const folder = temporaryFolder();
let opened = 0;

async function withStore(body: (store: LmdbAnswerStore, tables: LmdbTables, path: string) => Promise<void>) {
  opened += 1;
  const path = join(folder, `${opened}`);
  const tables = createTables(path);
  await body(new LmdbAnswerStore(tables), tables, path).finally(() => tables.close());
}

const SHA1 = { hash: 'SHA-1', parameters: 'null' } as const;

function kept(serial: string, fields: Partial<KeptAnswer['answer']> = {}): AnswerKey & KeptAnswer {
  return {
    issuerId: 1,
    form: SHA1,
    serialNumber: Uint8Array.from(Buffer.from(serial, 'hex')),
    origin: 'host',
    terms: 0xffff_fffe,
    answer: {
      kind: 'signed',
      der: Uint8Array.of(0x30, 3, 0x0a, 1, 0),
      thisUpdate: new Date('2026-11-25T00:00:00Z'),
      nextUpdate: new Date('2026-11-28T23:59:59Z'),
      refreshAt: new Date('2026-11-27T00:00:00Z'),
      versions: [Uint8Array.of(0, 0, 7)],
      notAfter: new Date('2026-11-26T12:00:00Z'),
      ...fields,
    },
  };
}

function plain(answer: KeptAnswer | undefined): unknown {
  if (answer === undefined) return undefined;
  const { origin, terms, answer: signed } = answer;
  const versions = signed.versions.map((version) => version && Buffer.from(version).toString('hex'));
  return { origin, terms, ...signed, der: Buffer.from(signed.der).toString('hex'), versions };
}

test('an answer comes back as it was kept, also after the store was closed', () =>
  withStore(async (store, tables, path) => {
    const answers = [
      kept('0a'),
      kept('ff'.repeat(20), { versions: [undefined], notAfter: undefined }),
      { ...kept('0b'), origin: 'imported' as const, terms: 0 },
    ];
    assert.equal(await store.keepAnswers(answers), 3);
    for (const answer of answers) assert.deepEqual(plain(store.findAnswer(answer)), plain(answer));
    await tables.close();
    const again = openExistingTables(path, 'read');
    for (const answer of answers)
      assert.deepEqual(plain(new LmdbAnswerView(again).findAnswer(answer)), plain(answer));
    await again.close();
  }));

test('the same serial under another issuer, hash or spelling of the hash is another answer', () =>
  withStore(async (store) => {
    await store.keepAnswers([kept('0a')]);
    assert.equal(store.findAnswer({ ...kept('0a'), issuerId: 2 }), undefined);
    assert.equal(store.findAnswer({ ...kept('0a'), form: { ...SHA1, hash: 'SHA-256' } }), undefined);
    assert.equal(store.findAnswer({ ...kept('0a'), form: { ...SHA1, parameters: 'absent' } }), undefined);
    assert.equal(store.findAnswer(kept('0a00')), undefined);
  }));

test('T-17: an older answer never takes the place of a newer one', () =>
  withStore(async (store) => {
    const newer = kept('0a', { thisUpdate: new Date('2026-11-25T06:00:00Z') });
    await store.keepAnswers([newer]);
    assert.equal(await store.keepAnswers([kept('0a'), kept('0b')]), 1);
    assert.deepEqual(plain(store.findAnswer(newer)), plain(newer));
    // Of the same second the later one counts: it was made from the later record.
    const same = kept('0a', { thisUpdate: newer.answer.thisUpdate, versions: [Uint8Array.of(1)] });
    await store.keepAnswers([same]);
    assert.deepEqual(plain(store.findAnswer(same)), plain(same));
  }));

test('the sweep takes what nobody may be given any more, and nothing else', () =>
  withStore(async (store) => {
    const long = { notAfter: undefined };
    const answers = Array.from({ length: 25_000 }, (_, index) =>
      kept(
        (0x010000 + index).toString(16).padStart(6, '0'),
        index % 5 === 0 ? { ...long, nextUpdate: new Date('2026-12-24T00:00:00Z') } : long,
      ),
    );
    await store.keepAnswers(answers);
    assert.equal(await store.sweepAnswers(new Date('2026-11-28T23:59:59Z')), 0);
    assert.equal(await store.sweepAnswers(new Date('2026-11-29T00:00:00Z')), 20_000);
    assert.notEqual(store.findAnswer(kept('010000')), undefined);
    assert.equal(store.findAnswer(kept('010001')), undefined);
    await store.keepAnswers([kept('0a')]);
    assert.equal(await store.sweepAnswers(new Date('2026-11-26T12:00:01Z')), 1);
  }));

test('octets that are no answer are named, not guessed at', () =>
  withStore(async (store, tables) => {
    await store.keepAnswers([kept('0a')]);
    for (const { key } of tables.answers.getRange({})) tables.answers.putSync(key, Buffer.alloc(26, 9));
    throwsCode('store_corrupt', () => store.findAnswer(kept('0a')), 'OCSP');
  }));
