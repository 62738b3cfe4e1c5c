import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { OcspAnswerCache, type OcspAnswerCacheOptions } from '#host/http/ocsp-answer-cache.js';
import type { OcspAnswer, OcspQuestion } from '#host/status/ocsp-source.js';
import { FakeClock, FakeSource, FakeStatusView } from './fixture.js';

describe('the cache of OCSP answers', () => {
  it('gives the same answer again without asking', async () => {
    const { cache, source, clock } = setUp();
    const first = await cache.answer(questionFor('0b'));
    clock.advance(999);
    assert.equal(await cache.answer(questionFor('0b')), first);
    assert.equal(source.questions.length, 1);
  });

  it('T-24: keeps the hash and the form of its parameters apart', async () => {
    const { cache, source } = setUp();
    await cache.answer(questionFor('0b'));
    await cache.answer(questionFor('0b', { hash: 'SHA-256', parameters: 'null' }));
    await cache.answer(questionFor('0b', { hash: 'SHA-256', parameters: 'absent' }));
    assert.equal(source.questions.length, 3);
  });

  it('DESIGN 2: never gives an answer whose record has changed', async () => {
    const { cache, view, clock } = setUp();
    const first = await cache.answer(questionFor('0b'));
    view.put('0b');
    assert.equal(cache.byQuestion(questionFor('0b'), clock.now().getTime()), undefined);
    const second = await cache.answer(questionFor('0b'));
    assert.notDeepEqual(derOf(second), derOf(first));
  });

  it('DESIGN 2: who asks after a change is not given an answer that was asked for before it', async () => {
    const { cache, source, view } = setUp();
    let open: (value?: unknown) => void = () => undefined;
    source.gate = new Promise((resolve) => {
      open = resolve;
    });
    const early = cache.answer(questionFor('0b'));
    view.put('0b');
    const late = cache.answer(questionFor('0b'));
    open();
    assert.match(textOf(await late), /version 2/);
    assert.match(textOf(await early), /version 2/);
  });

  it('T-23e, ORSP-39: never gives an answer past its nextUpdate, not even when there is no other', async () => {
    const { cache, source, clock } = setUp();
    await cache.answer(questionFor('0b'));
    source.failure = { kind: 'refused', status: 'tryLater', cause: 'control_unreachable' };
    clock.advance(1999);
    assert.equal((await cache.answer(questionFor('0b'))).kind, 'signed');
    clock.advance(1);
    assert.deepEqual(await cache.answer(questionFor('0b')), source.failure);
  });

  it('T-23e: never gives an answer past the notAfter of the certificate', async () => {
    const { cache, clock } = setUp();
    await cache.answer(questionFor('0b'));
    clock.advance(15 * 366 * 86_400);
    assert.equal(cache.byQuestion(questionFor('0b'), clock.now().getTime()), undefined);
  });

  it('asks again past refreshAt, and gives the new answer', async () => {
    const { cache, source, clock } = setUp();
    const first = await cache.answer(questionFor('0b'));
    clock.advance(1000);
    assert.notDeepEqual(derOf(await cache.answer(questionFor('0b'))), derOf(first));
    assert.equal(source.questions.length, 2);
  });

  it('past refreshAt, gives the old answer when the source fails, and asks again only after a while', async () => {
    const { cache, source, clock } = setUp();
    const first = await cache.answer(questionFor('0b'));
    source.failure = { kind: 'refused', status: 'tryLater', cause: 'control_unreachable' };
    clock.advance(1000);
    assert.equal(await cache.answer(questionFor('0b')), first);
    assert.equal(await cache.answer(questionFor('0b')), first);
    assert.equal(source.questions.length, 2);
    clock.advance(5);
    await cache.answer(questionFor('0b'));
    assert.equal(source.questions.length, 3);
  });

  it('past refreshAt, "unauthorized" is no failure to paper over', async () => {
    const { cache, source, clock } = setUp();
    await cache.answer(questionFor('0b'));
    source.failure = { kind: 'refused', status: 'unauthorized', cause: 'certificate_expired' };
    clock.advance(1000);
    assert.deepEqual(await cache.answer(questionFor('0b')), source.failure);
  });

  it('OREQ-33: asks once for all who want the same at the same time', async () => {
    const { cache, source } = setUp();
    const answers = await Promise.all(Array.from({ length: 50 }, () => cache.answer(questionFor('0b'))));
    assert.equal(source.questions.length, 1);
    assert.equal(new Set(answers).size, 1);
  });

  it('OREQ-29: neither keeps nor gives anything for a question with a nonce', async () => {
    const { cache, source } = setUp();
    await cache.answer({ ...questionFor('0b'), nonce: Uint8Array.of(1) });
    assert.equal(cache.size, 0);
    await cache.answer(questionFor('0b'));
    await cache.answer({ ...questionFor('0b'), nonce: Uint8Array.of(1) });
    assert.equal(source.questions.length, 3);
  });

  it('does not keep answers about serials without a record', async () => {
    const { cache } = setUp();
    assert.equal((await cache.answer(questionFor('7777'))).kind, 'signed');
    assert.equal(cache.size, 0);
  });

  it('gives the reply that it keeps, or the refusal', async () => {
    const { cache, source, clock } = setUp();
    const reply = await cache.reply(questionFor('0b'));
    assert.equal(cache.byQuestion(questionFor('0b'), clock.now().getTime()), reply);
    assert.equal(await cache.reply(questionFor('0b')), reply);
    assert.equal(source.questions.length, 1);
    source.failure = { kind: 'refused', status: 'tryLater', cause: 'overloaded' };
    assert.equal(await cache.reply(questionFor('0c')), source.failure);
  });

  it('has a reply to each question whose answer is not kept', async () => {
    const { cache, source } = setUp();
    const asked = { ...questionFor('0b'), nonce: Uint8Array.of(1) };
    assert.notEqual(await cache.reply(asked), await cache.reply(asked));
    assert.equal(source.questions.length, 2);
    assert.equal(cache.size, 0);
  });

  it('does not keep refusals', async () => {
    const { cache, source } = setUp();
    source.failure = { kind: 'refused', status: 'tryLater', cause: 'overloaded' };
    await cache.answer(questionFor('0b'));
    source.failure = undefined;
    assert.equal((await cache.answer(questionFor('0b'))).kind, 'signed');
  });

  it('keeps no more answers than it may, and rather those that are used', async () => {
    const { cache, clock, view } = setUp({ maximumEntries: 3 });
    for (const serial of ['0b', '0c', '0d', '0e', '0f']) {
      view.put(serial);
      await cache.answer(questionFor(serial));
      cache.byQuestion(questionFor('0b'), clock.now().getTime());
    }
    assert.equal(cache.size, 3);
    assert.notEqual(cache.byQuestion(questionFor('0b'), clock.now().getTime()), undefined);
    assert.equal(cache.byQuestion(questionFor('0c'), clock.now().getTime()), undefined);
  });

  it('drops the newest where all others are used, and the oldest of those next', async () => {
    const { cache, clock, view } = setUp({ maximumEntries: 3 });
    const isKept = (serial: string) =>
      cache.byQuestion(questionFor(serial), clock.now().getTime()) !== undefined;
    const keep = async (serial: string) => {
      view.put(serial);
      await cache.answer(questionFor(serial));
    };
    for (const serial of ['0b', '0c', '0d']) await keep(serial);
    assert.deepEqual(['0b', '0c', '0d'].map(isKept), [true, true, true]);
    await keep('0e');
    assert.equal(cache.size, 3);
    await keep('0f');
    assert.deepEqual(['0b', '0c', '0d', '0f'].map(isKept), [false, true, true, true]);
    cache.clear();
    for (const serial of ['0b', '0c', '0d', '0e']) await keep(serial);
    assert.equal(cache.size, 3);
  });

  it('keeps no more octets than it may', async () => {
    const { cache, view } = setUp({ maximumOctets: 12_000 });
    for (let serial = 16; serial < 48; serial++) {
      view.put(serial.toString(16));
      await cache.answer(questionFor(serial.toString(16)));
    }
    assert.ok(cache.size >= 2 && cache.size <= 5, String(cache.size));
  });

  it('T-46: finds the answer by every target it was told, also after a refresh', async () => {
    const { cache, clock } = setUp();
    const counter = { count: 0 };
    await cache.answer(questionFor('0b'));
    for (const target of ['/o/a', '/o/%61']) cache.rememberTarget(target, questionFor('0b'), counter);
    const first = cache.byTarget('/o/a', clock.now().getTime());
    assert.equal(cache.byTarget('/o/%61', clock.now().getTime())?.reply, first?.reply);
    clock.advance(1000);
    assert.equal(cache.byTarget('/o/a', clock.now().getTime()), undefined);
    await cache.answer(questionFor('0b'));
    const second = cache.byTarget('/o/a', clock.now().getTime());
    assert.notEqual(second, undefined);
    assert.notEqual(second?.reply, first?.reply);
  });

  it('remembers the last eight targets of an answer, none with a query', async () => {
    const { cache, clock } = setUp();
    await cache.answer(questionFor('0b'));
    for (let i = 0; i < 20; i++) cache.rememberTarget(`/o/${i}`, questionFor('0b'), { count: 0 });
    const found = Array.from({ length: 20 }, (_, i) => cache.byTarget(`/o/${i}`, clock.now().getTime()));
    assert.deepEqual(
      found.flatMap((hit, index) => (hit === undefined ? [] : [index])),
      [12, 13, 14, 15, 16, 17, 18, 19],
    );
    cache.rememberTarget('/o/x?', questionFor('0b'), { count: 0 });
    assert.equal(cache.byTarget('/o/x?', clock.now().getTime()), undefined);
  });
});

function setUp(options: Partial<OcspAnswerCacheOptions> = {}) {
  const clock = new FakeClock('2026-11-25T12:00:00Z');
  const view = new FakeStatusView();
  view.put('0b');
  const source = new FakeSource(view, clock.now);
  const cache = new OcspAnswerCache({ source, view, now: clock.now, ...options });
  return { cache, source, view, clock };
}

function questionFor(
  serial: string,
  form: OcspQuestion['items'][number]['form'] = { hash: 'SHA-1', parameters: 'null' },
): OcspQuestion {
  return { issuerId: 1, items: [{ form, serialNumber: Buffer.from(serial, 'hex') }] };
}

function derOf(answer: OcspAnswer): Uint8Array | undefined {
  return answer.kind === 'signed' ? answer.der : undefined;
}

function textOf(answer: OcspAnswer): string {
  return Buffer.from(derOf(answer) ?? []).toString();
}
