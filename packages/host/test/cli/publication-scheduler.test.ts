import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Signer } from '@lancre/pki/crypto';
import { PublicationScheduler } from '#host/cli/running/publication-scheduler.js';
import type { PublishOutcome } from '#host/publish/crl-publisher.js';
import { openTestHost, type TestHost } from '../publish/test-host.ts';
import { octetsOf, record } from '../status/records.ts';

interface Played {
  readonly scheduler: PublicationScheduler;
  /** Moves the clock and looks; tells what became of what was due, such as `0 published`. */
  readonly after: (milliseconds: number) => Promise<string[]>;
}

function play(host: TestHost, signer: () => Signer | undefined = () => host.signer): Played {
  const outcomes: PublishOutcome[] = [];
  const signers = { signerOf: signer };
  const scheduler = new PublicationScheduler({
    publisher: host.publisher({ signers }),
    issuers: () => [host.ca.issuer],
    signers,
    now: () => host.now,
    onOutcome: (outcome) => void outcomes.push(outcome),
    onError: (error) => assert.fail(String(error)),
  });
  const after = async (milliseconds: number): Promise<string[]> => {
    host.advance(milliseconds / 1000);
    outcomes.length = 0;
    await scheduler.look();
    return outcomes.map(({ list, kind }) => `${list.scope.shard} ${kind}`);
  };
  return { scheduler, after };
}

/** A signer whose signatures all fail while `isBroken` says so. */
function breaking(signer: Signer, isBroken: () => boolean): Signer {
  return {
    ...signer,
    begin() {
      if (isBroken()) throw new Error('the token is gone');
      return signer.begin();
    },
  };
}

test('a first list is made at the first look', async () => {
  const { after } = play(await openTestHost({ crl: { shards: 2 } }));
  assert.deepEqual(await after(0), ['0 published', '1 published', '2 published']);
});

test('SHD-15: changes wait a second for others, and are on one list within two', async () => {
  const host = await openTestHost();
  await host.assign(record('0a'), record('0b'), record('0c'));
  const { after } = play(host);
  await after(0);
  host.advance(60);
  const since = host.now.getTime();
  await host.statuses.revoke(1, octetsOf('0a'), { revocationTime: host.now });
  assert.deepEqual(await after(400), []);
  await host.statuses.revoke(1, octetsOf('0b'), { revocationTime: host.now });
  assert.deepEqual(await after(500), []);
  await host.statuses.revoke(1, octetsOf('0c'), { revocationTime: host.now });
  assert.deepEqual(await after(500), ['0 published']);
  assert.ok(host.now.getTime() - since < 2000);
  assert.deepEqual(await host.serials(0), ['0a', '0b', '0c']);
  assert.deepEqual(await after(5000), []);
});

test('a change after a list waits anew, and is not lost', async () => {
  const host = await openTestHost();
  await host.assign(record('0a'), record('0b'));
  const { after } = play(host);
  await after(0);
  for (const serial of ['0a', '0b']) {
    host.advance(60);
    await host.statuses.revoke(1, octetsOf(serial), { revocationTime: host.now });
    assert.deepEqual(await after(100), []);
    assert.deepEqual(await after(1000), ['0 published']);
  }
});

test('SHD-15: a change just after a list is on the next one as soon as another', async () => {
  const host = await openTestHost();
  await host.assign(record('0a'));
  const { after } = play(host);
  await after(0);
  await host.statuses.revoke(1, octetsOf('0a'), { revocationTime: host.now });
  assert.deepEqual(await after(100), []);
  assert.deepEqual(await after(500), []);
  assert.deepEqual(await after(500), ['0 published']);
});

test('SHD-12: what fails is tried again after a pause that doubles, up to five minutes', async () => {
  const host = await openTestHost();
  const signer = breaking(host.ca.signer, () => true);
  const { scheduler, after } = play(host, () => signer);
  const pauses: number[] = [];
  let waited = 0;
  await after(0);
  for (let seconds = 0; seconds < 1500 && pauses.length < 11; seconds += 1) {
    waited += 1;
    if ((await after(1000)).length === 0) continue;
    pauses.push(waited);
    waited = 0;
  }
  assert.deepEqual(pauses, [1, 2, 4, 8, 16, 32, 64, 128, 256, 300, 300]);
  const [failure] = scheduler.failures;
  assert.equal(failure?.path, 'c/e1.crl');
  assert.match(failure.message, /the token is gone/);
});

test('a failure is forgotten when the list is made, here or by somebody else', async () => {
  for (const mendedBy of ['here', 'elsewhere'] as const) {
    const host = await openTestHost();
    let isBroken = true;
    const signer = breaking(host.ca.signer, () => isBroken);
    const { scheduler, after } = play(host, () => signer);
    assert.deepEqual(await after(0), ['0 failed']);
    assert.equal(scheduler.failures.length, 1);
    if (mendedBy === 'here') isBroken = false;
    else await host.publish();
    assert.deepEqual(await after(2000), mendedBy === 'here' ? ['0 published'] : []);
    assert.deepEqual(scheduler.failures, []);
  }
});

test('a clock that was set back does not make a change wait for ever', async () => {
  const host = await openTestHost();
  await host.assign(record('0a'));
  const { after } = play(host);
  await after(0);
  host.advance(7200);
  await host.statuses.revoke(1, octetsOf('0a'), { revocationTime: host.now });
  assert.deepEqual(await after(0), []);
  assert.deepEqual(await after(-3_600_000), []);
  assert.deepEqual(await after(1000), ['0 published']);
});

test('lists that the settings do not want any more are withdrawn with the next that is made', async () => {
  const host = await openTestHost({ crl: { shards: 1 } });
  const first = play(host);
  await first.after(0);
  const { issuer } = host.ca;
  const policy = { ...issuer.policy, crl: { ...issuer.policy.crl, full: 'omit' as const } };
  const retired: string[] = [];
  const signers = { signerOf: () => host.signer };
  const scheduler = new PublicationScheduler({
    publisher: host.publisher({ signers }),
    issuers: () => [{ ...issuer, policy }],
    signers,
    now: () => host.now,
    onOutcome: () => undefined,
    onError: (error) => assert.fail(String(error)),
    onRetired: (paths) => void retired.push(...paths),
  });
  host.advance(3600);
  await scheduler.look();
  assert.deepEqual(retired, ['c/e1.crl']);
  assert.equal(host.artifacts.resolve('c/e1.crl'), undefined);
});
