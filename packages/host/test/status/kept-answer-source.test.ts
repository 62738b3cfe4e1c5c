import assert from 'node:assert/strict';
import { beforeEach, describe, test } from 'node:test';
import { decodeOcspResponse } from '@lancre/pki/ocsp';
import { KeepingOcspSource } from '#host/status/keeping-source.js';
import { KeptAnswerSource } from '#host/status/kept-answer-source.js';
import type { KeptAnswer } from '#host/status/kept-answers.js';
import type { OcspAnswer, OcspQuestion } from '#host/status/ocsp-source.js';
import { createIssuer, type TestIssuer } from '../issuer/test-issuers.js';
import { MemoryAnswerStore } from './memory-answer-store.js';
import { MemoryStatusStore } from './memory-status-store.js';
import { octetsOf, REVOKED_AT, record } from './records.js';
import { signingFor } from './test-signing.js';

const ca = await createIssuer({ id: 1, name: 'e1' });
let clock: Date;
let store: MemoryStatusStore;
let answers: MemoryAnswerStore;
let signing: Awaited<ReturnType<typeof signingFor>>;
let errors: unknown[];
let keeping: KeepingOcspSource;
let source: KeptAnswerSource;

beforeEach(async () => {
  clock = new Date('2026-11-25T10:00:00Z');
  store = new MemoryStatusStore();
  await store.assign(1, [record('0a'), record('0b')]);
  answers = new MemoryAnswerStore();
  signing = await signingFor(ca, store, () => clock);
  errors = [];
  const { registry } = signing;
  keeping = new KeepingOcspSource({
    source: signing.source,
    answers,
    view: store,
    registry,
    schedule: () => undefined,
    onError: (error) => errors.push(error),
  });
  source = new KeptAnswerSource({ answers, view: store, registry, now: () => clock, source: keeping });
});

function question(serial: string, more: Partial<OcspQuestion> = {}): OcspQuestion {
  const form = { hash: 'SHA-1', parameters: 'null' } as const;
  return { issuerId: 1, items: [{ form, serialNumber: octetsOf(serial) }], ...more };
}

function statusOf(answer: OcspAnswer): string {
  if (answer.kind === 'refused') return answer.status;
  const response = decodeOcspResponse(answer.der);
  return response.status === 'successful'
    ? String(response.basic.responses[0]?.certStatus.status)
    : response.status;
}

function hours(count: number): void {
  clock = new Date(clock.getTime() + count * 3_600_000);
}

describe('answers that are kept', () => {
  test('an answer is signed once, kept, and given again, to another process as well', async () => {
    const first = await source.answer(question('0a'));
    await keeping.flush();
    const again = await source.answer(question('0a'));
    assert.deepEqual(again, first);
    assert.equal(signing.state.signatures, 1);
    assert.equal(answers.kept.size, 1);
  });

  test('all who ask the same at once, and before it is written, get the one signature', async () => {
    const at = await Promise.all(Array.from({ length: 50 }, () => source.answer(question('0a'))));
    at.push(await source.answer(question('0a')));
    assert.equal(signing.state.signatures, 1);
    assert.equal(new Set(at).size, 1);
  });

  test('many answers are written together', async () => {
    await Promise.all([source.answer(question('0a')), source.answer(question('0b'))]);
    await keeping.flush();
    assert.deepEqual(answers.batches, [2]);
  });

  test('ORSP-21: a revocation is in the very next answer', async () => {
    await source.answer(question('0a'));
    await keeping.flush();
    await store.revoke(1, octetsOf('0a'), { revocationTime: REVOKED_AT, reason: 'superseded' });
    assert.equal(statusOf(await source.answer(question('0a'))), 'revoked');
    assert.equal(signing.state.signatures, 2);
  });

  test('a revocation is in the very next answer also while the former one waits to be written', async () => {
    await source.answer(question('0a'));
    await store.revoke(1, octetsOf('0a'), { revocationTime: REVOKED_AT });
    assert.equal(statusOf(await source.answer(question('0a'))), 'revoked');
  });

  test('from the planned refresh on a newer one is made, and the old one given while there is none', async () => {
    const first = await source.answer(question('0a'));
    await keeping.flush();
    hours(47.99);
    assert.deepEqual(await source.answer(question('0a')), first);
    hours(0.1);
    signing.state.failure = new Error('the token is gone');
    assert.deepEqual(await source.answer(question('0a')), first);
    signing.state.failure = undefined;
    assert.notDeepEqual(await source.answer(question('0a')), first);
  });

  test('T-11: nothing is given at or after its nextUpdate, whatever else there is', async () => {
    await source.answer(question('0a'));
    await keeping.flush();
    signing.state.failure = new Error('the token is gone');
    hours(96);
    assert.equal(statusOf(await source.answer(question('0a'))), 'tryLater');
  });

  test('T-23e: nothing is given after the end of the certificate', async () => {
    await store.assign(1, [record('0c', { notAfter: new Date('2026-11-25T12:00:00Z') })]);
    assert.equal(statusOf(await source.answer(question('0c'))), 'good');
    await keeping.flush();
    hours(2.01);
    assert.equal(statusOf(await source.answer(question('0c'))), 'unauthorized');
  });

  test('settings that change what is said end the use of what was said before', async () => {
    await source.answer(question('0a'));
    await keeping.flush();
    await signing.change({ ...ca.issuer, compromise: { since: REVOKED_AT } });
    assert.equal(statusOf(await source.answer(question('0a'))), 'revoked');
  });

  test('questions with a nonce, a wish or several certificates are never kept', async () => {
    const [item] = question('0a').items;
    assert.ok(item);
    await source.answer(question('0a', { nonce: octetsOf('00'.repeat(16)) }));
    await source.answer(question('0a', { algorithm: 'ecdsa-sha256' }));
    await source.answer({ issuerId: 1, items: [item, item] });
    await keeping.flush();
    assert.equal(answers.kept.size, 0);
    assert.equal(signing.state.signatures, 3);
  });

  test('a disk that is full stops no answer, and is told', async () => {
    answers.failure = new Error('no space');
    assert.equal(statusOf(await source.answer(question('0a'))), 'good');
    await keeping.flush();
    assert.equal(errors.length, 1);
  });

  test('an imported answer to a serial without a record is given until there is one', async () => {
    const elsewhere = await importedAnswer(ca, '0d');
    answers.kept.set('1 SHA-1 null 0d', { ...key('0d'), ...elsewhere });
    assert.equal(statusOf(await source.answer(question('0d'))), 'good');
    // Its signer may send another at any time.
    const given = await source.answer(question('0d'));
    assert.ok(given.kind === 'signed' && given.refreshAt.getTime() === clock.getTime() + 3_600_000);
    await store.assign(1, [record('0d')]);
    await store.revoke(1, octetsOf('0d'), { revocationTime: REVOKED_AT });
    assert.equal(statusOf(await source.answer(question('0d'))), 'revoked');
  });

  test('ORSP-42: an imported answer that says good is not given once the issuer is compromised', async () => {
    answers.kept.set('1 SHA-1 null 0d', { ...key('0d'), ...(await importedAnswer(ca, '0d')) });
    await signing.change({ ...ca.issuer, compromise: { since: REVOKED_AT } });
    assert.equal(statusOf(await source.answer(question('0d'))), 'unauthorized');
  });
});

function key(serial: string) {
  return {
    issuerId: 1,
    form: { hash: 'SHA-1', parameters: 'null' },
    serialNumber: octetsOf(serial),
  } as const;
}

/** As an offline root would sign it, for a certificate that this store does not know. */
async function importedAnswer(issuer: TestIssuer, serial: string): Promise<KeptAnswer> {
  const other = new MemoryStatusStore();
  await other.assign(1, [record(serial)]);
  const answer = await (await signingFor(issuer, other, () => clock)).source.answer(question(serial));
  assert.ok(answer.kind === 'signed');
  return { answer: { ...answer, versions: [undefined], notAfter: undefined }, origin: 'imported', terms: 0 };
}
