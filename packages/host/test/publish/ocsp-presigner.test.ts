import assert from 'node:assert/strict';
import { beforeEach, describe, test } from 'node:test';
import { decodeOcspResponse } from '@lancre/pki/ocsp';
import type { Issuer } from '#host/issuer/issuer.js';
import { OcspPresigner } from '#host/publish/ocsp-presigner.js';
import { createIssuer } from '../issuer/test-issuers.js';
import { MemoryAnswerStore } from '../status/memory-answer-store.js';
import { MemoryStatusStore } from '../status/memory-status-store.js';
import { octetsOf, REVOKED_AT, record } from '../status/records.js';
import { signingFor } from '../status/test-signing.js';

const plain = await createIssuer({ id: 1, name: 'e1' });
const issuer: Issuer = {
  ...plain.issuer,
  policy: { ...plain.issuer.policy, ocsp: { ...plain.issuer.policy.ocsp, presign: ['SHA-1'] } },
};
const START = new Date('2026-11-25T10:00:00Z');
const COUNT = 600;

let clock: Date;
let statuses: MemoryStatusStore;
let answers: MemoryAnswerStore;
let signing: Awaited<ReturnType<typeof signingFor>>;
let presigner: OcspPresigner;

beforeEach(async () => {
  clock = START;
  statuses = new MemoryStatusStore();
  await statuses.assign(
    1,
    Array.from({ length: COUNT }, (_, index) => record(serialOf(index))),
  );
  answers = new MemoryAnswerStore();
  signing = await signingFor({ ...plain, issuer }, statuses, () => clock);
  presigner = new OcspPresigner({ statuses, answers, source: signing.source, now: () => clock });
});

function serialOf(index: number): string {
  return (0x1000 + index).toString(16);
}

function later(hours: number): Date {
  return new Date(START.getTime() + hours * 3_600_000);
}

function present(now = clock) {
  return presigner.presign(issuer, { renewBefore: now });
}

describe('answers signed ahead', () => {
  test('every certificate has one, and a second walk has nothing to do', async () => {
    assert.equal(presigner.countDue(issuer, clock), COUNT);
    assert.deepEqual(await present(), { certificates: COUNT, signed: COUNT, fresh: 0, failed: 0 });
    assert.equal(answers.kept.size, COUNT);
    assert.deepEqual(await present(), { certificates: COUNT, signed: 0, fresh: COUNT, failed: 0 });
    assert.equal(presigner.countDue(issuer, clock), 0);
  });

  test('a walk that was cut off goes on where it was', async () => {
    let seen = 0;
    await presigner.presign(issuer, {
      renewBefore: clock,
      onProgress: ({ certificates }) => {
        seen = certificates;
      },
      isStopped: () => seen >= 256,
    });
    const before = signing.state.signatures;
    assert.ok(before >= 256 && before < COUNT);
    const report = await present();
    assert.deepEqual([report.signed, report.fresh], [COUNT - before, before]);
    assert.equal(signing.state.signatures, COUNT);
  });

  test('a certificate that was revoked meanwhile gets a new one, which says so', async () => {
    await present();
    await statuses.revoke(1, octetsOf(serialOf(7)), { revocationTime: REVOKED_AT });
    assert.equal((await present()).signed, 1);
    const kept = answers.kept.get(`1 SHA-1 null ${serialOf(7)}`);
    const response = decodeOcspResponse(kept?.answer.der ?? new Uint8Array());
    assert.ok(response.status === 'successful');
    assert.equal(response.basic.responses[0]?.certStatus.status, 'revoked');
  });

  test('ORSP-19: each is renewed between a quarter and a half of its validity, spread evenly', async () => {
    await present();
    const ages = [...answers.kept.values()].map(
      ({ answer }) => (answer.refreshAt.getTime() - answer.thisUpdate.getTime()) / 3_600_000,
    );
    assert.ok(Math.min(...ages) >= 23.9 && Math.max(...ages) <= 48);
    // 600 answers over 24 hours: 25 an hour; a fair scatter leaves no hour empty, none with thrice its share.
    const perHour = new Map<number, number>();
    for (const age of ages) perHour.set(Math.floor(age), (perHour.get(Math.floor(age)) ?? 0) + 1);
    for (let hour = 24; hour < 48; hour += 1) {
      const count = perHour.get(hour) ?? 0;
      assert.ok(count > 0 && count < 75, `hour ${hour}: ${count}`);
    }
  });

  test('only what falls due before the given moment is renewed', async () => {
    await present();
    clock = later(36);
    const due = [...answers.kept.values()].filter(({ answer }) => answer.refreshAt <= clock).length;
    assert.equal((await present()).signed, due);
    assert.ok(due > COUNT / 4 && due < (3 * COUNT) / 4);
  });

  test('expired certificates are passed over', async () => {
    await statuses.assign(1, [record('0a', { notAfter: new Date('2026-11-25T09:00:00Z') })]);
    const report = await present();
    assert.deepEqual([report.certificates, report.signed], [COUNT + 1, COUNT]);
  });

  test('each of the hashes asked for is signed', async () => {
    const both: Issuer = {
      ...issuer,
      policy: { ...issuer.policy, ocsp: { ...issuer.policy.ocsp, presign: ['SHA-1', 'SHA-256'] } },
    };
    assert.equal((await presigner.presign(both, { renewBefore: clock })).signed, 2 * COUNT);
    assert.ok(answers.kept.has(`1 SHA-256 null ${serialOf(0)}`));
  });

  test('a key that does not sign ends the walk, and nothing is lost', async () => {
    signing.state.failure = new Error('the token is gone');
    const report = await present();
    assert.equal(report.signed, 0);
    assert.ok(report.failed > 0 && report.failed < COUNT);
    signing.state.failure = undefined;
    assert.equal((await present()).signed, COUNT);
  });

  test('other terms make every answer due', async () => {
    await present();
    const compromised: Issuer = { ...issuer, compromise: { since: REVOKED_AT } };
    await signing.change(compromised);
    assert.equal(presigner.countDue(compromised, clock), COUNT);
  });
});
