import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { createNodeCrypto } from '@lancre/pki/crypto-node';
import { PurgeHook } from '#host/cli/purge/purge-hook.js';
import { type PurgeMessage, PurgeMessageBuilder, type StatusChange } from '#host/cli/purge/purge-message.js';
import type { PurgeTarget, Telling } from '#host/cli/purge/purge-target.js';
import { createTestIssuer } from '../http/fixture.js';

const { issuer } = await createTestIssuer('e1', 1);
const { issuer: other } = await createTestIssuer('e2', 2);

describe('the purge hook', () => {
  it('HTTP-36: without a target it is off', async () => {
    const { notify, warnings } = setUp([]);
    assert.equal(await notify([change(0x0b)]), 'off');
    assert.deepEqual(warnings, []);
  });

  it('HTTP-36, T-46: tells every target of each certificate its issuer, serial, own key and URLs', async () => {
    const [first, second] = [new FakeTarget('first'), new FakeTarget('second')];
    const { notify, warnings } = setUp([first, second]);
    assert.equal(await notify([change(0x0b), change(0x0c, other)]), 'done');
    assert.deepEqual(second.messages, first.messages);
    assert.equal(first.messages.length, 1);
    const certificates = first.messages[0]?.certificates ?? [];
    assert.deepEqual(
      certificates.map(({ urls, ...rest }) => rest),
      [
        { issuer: 'e1', serialNumber: '0b', surrogateKeys: ['ocsp.e1.0b'] },
        { issuer: 'e2', serialNumber: '0c', surrogateKeys: ['ocsp.e2.0c'] },
      ],
    );
    for (const { urls } of certificates) {
      assert.ok(urls.length > 50);
      for (const url of urls) assert.match(url, /^http:\/\/pki\.example\.net\/o\//);
    }
    assert.notDeepEqual(certificates[0]?.urls, certificates[1]?.urls);
    assert.deepEqual(warnings, []);
  });

  it('HTTP-36: nothing changed: nobody is told', async () => {
    const target = new FakeTarget('hook');
    assert.equal(await setUp([target]).notify([]), 'done');
    assert.deepEqual(target.messages, []);
  });

  it('HTTP-36: many certificates come in batches of 100, each once and in order', async () => {
    const target = new FakeTarget('hook');
    const changes = Array.from({ length: 250 }, (_, index) => change(index + 1));
    assert.equal(await setUp([target]).notify(changes), 'done');
    assert.deepEqual(
      target.messages.map(({ certificates }) => certificates.length),
      [100, 100, 50],
    );
    assert.deepEqual(
      target.messages.flatMap(({ certificates }) => certificates.map(({ serialNumber }) => serialNumber)),
      changes.map(({ serialNumber }) => Buffer.from(serialNumber).toString('hex')),
    );
  });

  it('HTTP-36: a failure is tried again after growing pauses, with the same message', async () => {
    const target = new FakeTarget('hook', [failed('busy'), failed('busy'), { kind: 'done' }]);
    const { notify, warnings, pauses } = setUp([target]);
    assert.equal(await notify([change(0x0b)]), 'done');
    assert.equal(target.messages.length, 3);
    assert.deepEqual(target.messages[2], target.messages[0]);
    assert.deepEqual(pauses, [1000, 3000]);
    assert.deepEqual(warnings, []);
  });

  it('HTTP-36: three failures are a warning that names what was not purged, and no error', async () => {
    const target = new FakeTarget('/bin/purge', [failed('busy'), failed('busy'), failed('ended with 3')]);
    const { notify, warnings } = setUp([target]);
    assert.equal(await notify([change(0x0b), change(0x04a1), change(0x0c, other)]), 'failed');
    assert.equal(target.messages.length, 3);
    assert.deepEqual(warnings, ['not purged: e1 0b 04a1, e2 0c: /bin/purge: ended with 3']);
  });

  it('HTTP-36: one target that fails takes nothing from the other', async () => {
    const broken = new FakeTarget('broken', [failed('a'), failed('b'), failed('c')]);
    const sound = new FakeTarget('sound');
    const { notify, warnings } = setUp([broken, sound]);
    assert.equal(await notify([change(0x0b)]), 'failed');
    assert.equal(sound.messages.length, 1);
    assert.deepEqual(warnings, ['not purged: e1 0b: broken: c']);
  });

  it('HTTP-36: after three failures later batches are tried once each, and each failure is told', async () => {
    const replies: Telling[] = [failed('a'), failed('b'), failed('c'), failed('d'), { kind: 'done' }];
    const target = new FakeTarget('hook', replies);
    const { notify, warnings, pauses } = setUp([target]);
    const changes = Array.from({ length: 300 }, (_, index) => change(index + 1));
    assert.equal(await notify(changes), 'failed');
    assert.equal(target.messages.length, 5);
    assert.deepEqual(pauses, [1000, 3000]);
    assert.equal(warnings.length, 2);
    assert.match(warnings[0] ?? '', /^not purged: e1 01 02 .* 64: hook: c$/);
    assert.match(warnings[1] ?? '', /^not purged: e1 65 66 .* c8: hook: d$/);
  });

  it('HTTP-36: a failure in one call is not held against the next', async () => {
    const replies = [failed('a'), failed('b'), failed('c'), failed('d'), failed('e')];
    const target = new FakeTarget('hook', replies);
    const { notify } = setUp([target]);
    assert.equal(await notify([change(0x0b)]), 'failed');
    assert.equal(await notify([change(0x0b)]), 'done');
    assert.equal(target.messages.length, 6);
  });
});

/** Says what it was told to say, one after the other, and then that all is done. */
class FakeTarget implements PurgeTarget {
  readonly name: string;
  readonly messages: PurgeMessage[] = [];
  readonly #replies: Telling[];

  constructor(name: string, replies: readonly Telling[] = []) {
    this.name = name;
    this.#replies = [...replies];
  }

  async tell(message: string): Promise<Telling> {
    this.messages.push(JSON.parse(message));
    return this.#replies.shift() ?? { kind: 'done' };
  }
}

function failed(reason: string): Telling {
  return { kind: 'failed', reason };
}

function change(serial: number, of = issuer): StatusChange {
  const hex = serial.toString(16);
  return { issuer: of, serialNumber: Buffer.from(hex.padStart(hex.length + (hex.length % 2), '0'), 'hex') };
}

function setUp(targets: readonly PurgeTarget[]) {
  const warnings: string[] = [];
  const pauses: number[] = [];
  const hook = new PurgeHook({
    messages: new PurgeMessageBuilder(createNodeCrypto(), {
      routing: 'path',
      base: 'http://pki.example.net',
    }),
    targets,
    pause: async (milliseconds) => void pauses.push(milliseconds),
    warn: (line) => void warnings.push(line),
  });
  return { notify: (changes: Iterable<StatusChange>) => hook.notify(changes), warnings, pauses };
}
