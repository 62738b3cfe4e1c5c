import assert from 'node:assert/strict';
import { beforeEach, describe, test } from 'node:test';
import { createNodeCrypto } from '@lancre/pki/crypto-node';
import { createIssuerRegistry } from '#host/issuer/issuer-registry.js';
import { answerTermsOf } from '#host/status/answer-terms.js';
import type { OcspAnswer, OcspQuestion } from '#host/status/ocsp-source.js';
import { SigningOcspSource } from '#host/status/signing-source.js';
import { createIssuer, type TestIssuer } from '../issuer/test-issuers.js';
import { MemoryStatusStore } from './memory-status-store.js';
import { held, octetsOf, record, revoked } from './records.js';
import { ADDRESS, ownResponder } from './test-signing.js';

const crypto = createNodeCrypto();
const NOW = new Date('2026-11-25T10:00:00Z');
const ca: TestIssuer = await createIssuer();
const store = new MemoryStatusStore();
await store.assign(1, [record('0a'), record('0b', { status: revoked() }), record('0c', { status: held() })]);

let freshUntil: Date | undefined;
let issuer = ca.issuer;

beforeEach(() => {
  freshUntil = undefined;
  issuer = ca.issuer;
});

function question(...serials: readonly string[]): OcspQuestion {
  const form = { hash: 'SHA-1', parameters: 'null' } as const;
  return { issuerId: 1, items: serials.map((serial) => ({ form, serialNumber: octetsOf(serial) })) };
}

async function ask(...serials: readonly string[]): Promise<OcspAnswer> {
  const registry = await createIssuerRegistry([issuer], crypto);
  const responder = await ownResponder({ ...ca, issuer });
  const source = new SigningOcspSource({
    view: store,
    registry: () => registry,
    responders: { respondersOf: () => [responder] },
    address: ADDRESS,
    now: () => NOW,
    freshUntil: () => freshUntil,
  });
  return source.answer(question(...serials));
}

/** nextUpdate in seconds from now, or the error. */
async function lifeOf(...serials: readonly string[]): Promise<number | string> {
  const answer = await ask(...serials);
  return answer.kind === 'signed' ? (answer.nextUpdate.getTime() - NOW.getTime()) / 1000 : answer.status;
}

function seconds(count: number): Date {
  return new Date(NOW.getTime() + count * 1000);
}

const planned = ca.issuer.policy.ocsp.validitySeconds;

describe('an answer by statuses that come from a CRL', () => {
  test('T-11: does not live longer than the list, whatever it says', async () => {
    freshUntil = seconds(1000);
    for (const serial of ['0a', '0b', '0c']) assert.equal(await lifeOf(serial), 1000);
    assert.equal(await lifeOf('0a', '0b'), 1000);
    const answer = await ask('0a');
    assert.ok(answer.kind === 'signed');
    assert.ok(answer.refreshAt < answer.nextUpdate);
  });

  test('has the validity of the settings while the list lives longer', async () => {
    freshUntil = seconds(planned + 1);
    assert.equal(await lifeOf('0a'), planned);
    freshUntil = undefined;
    assert.equal(await lifeOf('0a'), planned);
  });

  test('T-11, HTTP-23: is tryLater once the list has expired, for all but what is revoked for good', async () => {
    for (const end of [NOW, seconds(-1), new Date(0)]) {
      freshUntil = end;
      assert.equal(await lifeOf('0a'), 'tryLater');
      assert.equal(await lifeOf('0c'), 'tryLater', 'a hold may have been lifted');
      assert.equal(await lifeOf('0b'), planned);
      assert.equal(await lifeOf('0a', '0b'), 'tryLater');
    }
    freshUntil = seconds(1);
    assert.equal(await lifeOf('0a'), 1);
  });

  test('tells when to ask again', async () => {
    freshUntil = NOW;
    const answer = await ask('0a');
    assert.ok(answer.kind === 'refused');
    assert.equal(answer.retryAfterSeconds, 60);
  });

  test('OREQ-16: of a serial without a record is never good, and unauthorized as ever', async () => {
    for (const end of [seconds(1000), NOW]) {
      freshUntil = end;
      assert.equal(await lifeOf('77'), 'unauthorized');
    }
  });

  test('is not given under "unknown" for a serial without a record once the list has expired', async () => {
    const { policy } = ca.issuer;
    issuer = { ...ca.issuer, policy: { ...policy, ocsp: { ...policy.ocsp, unknownSerial: 'unknown' } } };
    freshUntil = seconds(1000);
    assert.equal(await lifeOf('77'), 1000);
    freshUntil = NOW;
    assert.equal(await lifeOf('77'), 'tryLater');
  });

  test('RFC 6960 2.7: is revoked for every certificate of a compromised CA, list or not', async () => {
    issuer = { ...ca.issuer, compromise: { since: seconds(-3600) } };
    freshUntil = NOW;
    assert.equal(await lifeOf('0a'), planned);
  });

  test('is made under other terms once the issuer has a source: earlier ones know no end of the list', () => {
    const fed = { ...ca.issuer, crlSource: { location: '/root.crl' } };
    assert.notEqual(answerTermsOf(fed), answerTermsOf(ca.issuer));
    const moved = { ...ca.issuer, crlSource: { location: 'http://root.example/crl' } };
    assert.equal(answerTermsOf(moved), answerTermsOf(fed));
  });
});
