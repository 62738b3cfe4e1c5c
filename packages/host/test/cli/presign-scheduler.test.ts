import assert from 'node:assert/strict';
import { beforeEach, describe, test } from 'node:test';
import { PresignScheduler } from '#host/cli/running/presign-scheduler.js';
import { WatchedSigner } from '#host/cli/running/watched-signer.js';
import type { Issuer } from '#host/issuer/issuer.js';
import { OcspPresigner } from '#host/publish/ocsp-presigner.js';
import { createIssuer } from '../issuer/test-issuers.js';
import { MemoryAnswerStore } from '../status/memory-answer-store.js';
import { MemoryStatusStore } from '../status/memory-status-store.js';
import { octetsOf, REVOKED_AT, record } from '../status/records.js';
import { ownResponder, signingFor } from '../status/test-signing.js';
import { until } from './until.js';

const ca = await createIssuer({ id: 1, name: 'e1' });
const responder = await ownResponder(ca);
const issuer = presigning(['SHA-1']);
const COUNT = 600;
const HOUR = 3_600_000;

let clock: number;
let looks: number;
let issuers: readonly Issuer[];
let statuses: MemoryStatusStore;
let answers: MemoryAnswerStore;
let signing: Awaited<ReturnType<typeof signingFor>>;
let scheduler: PresignScheduler;

function presigning(presign: Issuer['policy']['ocsp']['presign']): Issuer {
  const { policy } = ca.issuer;
  return { ...ca.issuer, policy: { ...policy, ocsp: { ...policy.ocsp, presign } } };
}

beforeEach(async () => {
  clock = Date.parse('2026-11-25T10:00:00Z');
  looks = 0;
  issuers = [issuer];
  statuses = new MemoryStatusStore();
  await statuses.assign(
    1,
    Array.from({ length: COUNT }, (_, index) => record((0x1000 + index).toString(16))),
  );
  answers = new MemoryAnswerStore();
  const now = () => new Date(clock);
  signing = await signingFor({ ...ca, issuer }, statuses, now);
  scheduler = new PresignScheduler({
    presigner: new OcspPresigner({ statuses, answers, source: signing.source, now }),
    statuses,
    issuers: () => {
      looks += 1;
      return issuers;
    },
    responders: { respondersOf: () => [responder] },
    now,
    onError: (error) => assert.fail(String(error)),
    lookMilliseconds: 1,
  });
});

async function running(body: () => Promise<void>): Promise<void> {
  scheduler.start();
  await body().finally(() => scheduler.stop());
}

/** Lets the time pass in steps shorter than a round, each seen by the scheduler. */
async function pass(hours: number): Promise<void> {
  for (let step = 0; step < hours * 2; step += 1) {
    clock += HOUR / 2;
    const seen = looks + 2;
    while (looks < seen) await new Promise((resolve) => setTimeout(resolve, 1));
  }
}

describe('keeping answers fresh', () => {
  test('all are signed at once in the first round, and no issuer that did not ask for it', () =>
    running(async () => {
      await until('all are signed', async () => answers.kept.size === COUNT);
      issuers = [ca.issuer];
      await statuses.assign(1, [record('0a')]);
      await pass(4);
      assert.equal(answers.kept.size, COUNT);
    }));

  test('T-09, ORSP-19: each is renewed before half of its validity has passed', () =>
    running(async () => {
      await until('all are signed', async () => answers.kept.size === COUNT);
      let oldest = 0;
      for (let hour = 0; hour < 100; hour += 1) {
        await pass(1);
        const ages = [...answers.kept.values()].map(({ answer }) => clock - answer.thisUpdate.getTime());
        oldest = Math.max(oldest, ...ages);
      }
      assert.ok(oldest <= 48 * HOUR, `${oldest / HOUR} h`);
      // Not all the time either: at most every quarter of the validity.
      assert.ok(signing.state.signatures <= COUNT * 6, `${signing.state.signatures}`);
    }));

  test('what was revoked meanwhile is found in the next round', () =>
    running(async () => {
      await until('all are signed', async () => answers.kept.size === COUNT);
      const before = signing.state.signatures;
      await statuses.revoke(1, octetsOf('1007'), { revocationTime: REVOKED_AT });
      await pass(4);
      assert.equal(signing.state.signatures, before + 1);
    }));

  test('another hash asked for is begun at once', () =>
    running(async () => {
      await until('all are signed', async () => answers.kept.size === COUNT);
      issuers = [presigning(['SHA-1', 'SHA-256'])];
      await until('both are signed', async () => answers.kept.size === 2 * COUNT);
    }));

  test('a key that does not sign is tried again after a pause, and nothing is left out', () =>
    running(async () => {
      signing.state.failure = new Error('the token is gone');
      await until('it was tried', async () => scheduler.progress[0]?.failed);
      const seen = looks + 5;
      await until('it was looked at again', async () => looks >= seen);
      const tried = signing.state.signatures;
      assert.ok(tried < COUNT);
      assert.ok(scheduler.progress[0]?.failed);
      signing.state.failure = undefined;
      clock += 6_000;
      await until('all are signed', async () => answers.kept.size === COUNT);
    }));
});

test('a signer remembers that its last signature failed, until one succeeds', async () => {
  let failure: Error | undefined = new Error('the token is gone');
  const signer = new WatchedSigner(
    {
      ...ca.signer,
      sign: async (message) => {
        if (failure !== undefined) throw failure;
        return ca.signer.sign(message);
      },
    },
    'pkcs11:token=hsm',
  );
  assert.equal(signer.failure, undefined);
  await assert.rejects(signer.sign(new Uint8Array(1)));
  assert.match(signer.failure ?? '', /pkcs11:token=hsm does not sign: the token is gone/);
  failure = undefined;
  await signer.sign(new Uint8Array(1));
  assert.equal(signer.failure, undefined);
  const stream = signer.begin();
  stream.update(Uint8Array.of(1));
  assert.ok((await stream.finish()).length > 64);
});
