import assert from 'node:assert/strict';
import { before, describe, test } from 'node:test';
import { encodeExtension } from '@lancre/pki/certificate';
import { encodeCrlEntry, type RevocationReason } from '@lancre/pki/crl';
import { serialNumberToBytes } from '@lancre/pki/text';
import { type CrlToCheck, type CrlVerdict, checkCrl, type DeltaRefusalReason } from '@lancre/pki/verify';
import { bytes } from '../support/hex.ts';
import {
  AT,
  CRYPTO,
  type CrlOptions,
  makeCa,
  makeCrl,
  makeLeaf,
  makeOddCrl,
  type Party,
  secondsFromNow,
} from './pki-maker.ts';

const DELTA_URL = 'http://c.example.net/e1.delta.crl';

describe('checking a CRL with a delta', () => {
  let issuer: Party;
  let leaf: Party;

  before(async () => {
    issuer = await makeCa('E1');
    leaf = await makeLeaf(issuer);
  });

  test('VER-15 (i): a certificate that only the delta names is revoked', async () => {
    const verdict = await check(await makeCrl(issuer), [await makeDelta([entryOf('superseded')])]);
    assert.ok(verdict.kind === 'revoked');
    assert.equal(verdict.reason, 'superseded');
    assert.deepEqual(verdict.delta, { crlNumber: 9n, deltaBase: 6n, entryCount: 1 });
  });

  test('VER-15 (j): where the delta does not name it, the complete list decides', async () => {
    const change = await makeDelta([entryOf(undefined, '1002')]);
    assert.equal((await check(await makeCrl(issuer), [change])).kind, 'good');
    const listed = await makeCrl(issuer, { entries: [entryOf('keyCompromise')] });
    assert.equal((await check(listed, [change])).kind, 'revoked');
  });

  test('VER-15 (k): on hold on the list and removeFromCRL on the delta is good', async () => {
    const held = await makeCrl(issuer, { entries: [entryOf('certificateHold')] });
    assert.equal((await check(held)).kind, 'revoked');
    assert.equal((await check(held, [await makeDelta([entryOf('removeFromCRL')])])).kind, 'good');
  });

  test('a reason that the delta changes is told as the delta has it', async () => {
    const held = await makeCrl(issuer, { entries: [entryOf('certificateHold')] });
    const verdict = await check(held, [await makeDelta([entryOf('keyCompromise')])]);
    assert.ok(verdict.kind === 'revoked');
    assert.equal(verdict.reason, 'keyCompromise');
  });

  test('SHD-19: number and times of the evidence are those of the delta', async () => {
    const times = { thisUpdate: secondsFromNow(-60), nextUpdate: secondsFromNow(600) };
    const verdict = await check(await makeCrl(issuer, { entries: [entryOf(undefined, '1002')] }), [
      await makeDelta([], times),
    ]);
    assert.ok(verdict.kind === 'good');
    assert.deepEqual([verdict.thisUpdate, verdict.nextUpdate], [times.thisUpdate, times.nextUpdate]);
    assert.equal(verdict.crlNumber, 9n);
    assert.equal(verdict.entryCount, 1);
    assert.deepEqual(verdict.refusedDeltas, []);
  });

  test('VER-15 (a): a list that has ended counts with a current delta, and by itself does not', async () => {
    const ended = await makeCrl(issuer, { nextUpdate: secondsFromNow(-1) });
    isUndetermined(await check(ended), 'stale');
    assert.equal((await check(ended, [await makeDelta([])])).kind, 'good');
    assert.equal((await check(ended, [await makeDelta([entryOf('superseded')])])).kind, 'revoked');
  });

  test('a delta mends nothing else of a list: not a beginning to come, not a missing end', async () => {
    const change = await makeDelta([]);
    const future = await makeCrl(issuer, { thisUpdate: secondsFromNow(3600) });
    isUndetermined(await check(future, [change]), 'not_yet_valid');
    const keyIdentifier = encodeExtension('2.5.29.35', 'non-critical', keyIdentifierValue());
    const number = encodeExtension('2.5.29.20', 'non-critical', bytes('020107'));
    const verdict = await check(await makeOddCrl(issuer, [keyIdentifier, number]), [change]);
    isUndetermined(verdict, 'next_update_missing');
    assert.equal(verdict.delta?.crlNumber, 9n);
  });

  test('SHD-19: of several current deltas the one with the latest thisUpdate wins, in any order', async () => {
    const older = await makeDelta([entryOf('superseded')], { thisUpdate: secondsFromNow(-600) });
    const newer = await makeDelta([entryOf('removeFromCRL')], {
      thisUpdate: secondsFromNow(-60),
      extensions: { crlNumber: 10n },
    });
    for (const deltas of [
      [older, newer],
      [newer, older],
    ]) {
      const verdict = await check(await makeCrl(issuer), deltas);
      assert.equal(verdict.kind, 'good');
      assert.equal(verdict.delta?.crlNumber, 10n);
      assert.deepEqual(
        verdict.refusedDeltas.map(({ index, reason }) => [index, reason]),
        [[deltas.indexOf(older), 'superseded']],
      );
    }
  });

  test('a newer delta that cannot be used leaves the older one', async () => {
    const older = await makeDelta([entryOf('superseded')]);
    const verdict = await check(await makeCrl(issuer), [bytes('3000'), older]);
    assert.equal(verdict.kind, 'revoked');
    assert.deepEqual(
      verdict.refusedDeltas.map(({ index, reason }) => [index, reason]),
      [[0, 'crl_malformed']],
    );
  });

  describe('a delta that does not fit does no harm', () => {
    test('SHD-17, VER-15 (c): one of another scope, number, key identifier, or no delta at all', async () => {
      await isRefused(await makeCrl(issuer, { entries: released() }), 'not_a_delta');
      await isRefused(await makeDelta(released(), { extensions: { deltaBase: 8n } }), 'base_too_old');
      await isRefused(
        await makeDelta(released(), { extensions: { deltaBase: 5n, crlNumber: 7n } }),
        'delta_not_newer',
      );
      const idp = { onlyContainsUserCerts: true };
      await isRefused(
        await makeDelta(released(), { extensions: { issuingDistributionPoint: idp } }),
        'scope_differs',
      );
      const authorityKeyIdentifier = new Uint8Array(20);
      await isRefused(await makeDelta(released(), { extensions: { authorityKeyIdentifier } }), 'key_differs');
    });

    test('VER-15 (c) (h): one of another issuer, or signed by another key', async () => {
      const other = await makeCa('E1');
      await isRefused(await makeDelta(released(), { signer: other.signer }), 'signature_invalid');
      const stranger = await makeCa('E2');
      const strangers = await makeCrl(stranger, { entries: released(), extensions: DELTA });
      await isRefused(strangers, 'issuer_mismatch');
    });

    test('VER-19: one that is not current, to the second', async () => {
      await isRefused(await makeDelta(released(), { nextUpdate: AT }), 'stale');
      await isRefused(await makeDelta(released(), { thisUpdate: secondsFromNow(301) }), 'not_yet_valid');
    });

    test('VER-18: one with something critical that is not known', async () => {
      const extensions = [
        encodeExtension('2.5.29.35', 'non-critical', keyIdentifierValue()),
        encodeExtension('2.5.29.20', 'non-critical', bytes('020109')),
        encodeExtension('2.5.29.27', 'critical', bytes('020106')),
      ];
      const options = { nextUpdate: secondsFromNow(60), entries: released() };
      const known = await check(await held(), [await makeOddCrl(issuer, extensions, options)]);
      assert.equal(known.kind, 'good', 'without it, it is applied');
      const unknown = encodeExtension('1.2.3.4', 'critical', bytes('0500'));
      await isRefused(
        await makeOddCrl(issuer, [...extensions, unknown], options),
        'critical_extension_unsupported',
      );
      const number = extensions.filter((_, index) => index !== 1);
      await isRefused(await makeOddCrl(issuer, number, options), 'number_missing');
    });

    test('T-38: bytes that are no list, and one longer than the cap', async () => {
      for (const octets of ['', '3000', '3c68746d6c3e']) await isRefused(bytes(octets), 'crl_malformed');
      const long = await makeDelta(Array.from({ length: 40 }, () => entryOf('removeFromCRL')));
      await isRefused(long, 'crl_malformed', { maxBytes: long.length - 1 });
    });

    /** Neither does it make a revoked certificate good, nor a good one anything else. */
    async function isRefused(
      change: Uint8Array,
      reason: DeltaRefusalReason,
      more: Partial<CrlToCheck> = {},
    ): Promise<void> {
      for (const complete of [await held(), await makeCrl(issuer)]) {
        const alone = await check(complete, [], more);
        const verdict = await check(complete, [change], more);
        const { refusedDeltas, ...rest } = verdict;
        assert.deepEqual(
          refusedDeltas.map((refusal) => refusal.reason),
          [reason],
        );
        assert.deepEqual(rest, withoutRefusals(alone));
      }
    }
  });

  test('a delta by itself says nothing, even of who is on it', async () => {
    isUndetermined(await check(await makeDelta([entryOf('keyCompromise')])), 'delta_crl_alone');
  });

  test('VER-15 (d): a list for some reasons counts for who is on its delta', async () => {
    const extensions = { issuingDistributionPoint: { onlySomeReasons: ['keyCompromise'] } } as const;
    const complete = await makeCrl(issuer, { extensions });
    const change = await makeDelta([entryOf('keyCompromise')], { extensions });
    assert.equal((await check(complete, [change])).kind, 'revoked');
    isUndetermined(await check(complete, [await makeDelta([], { extensions })]), 'some_reasons_only');
  });

  test('RFC 5280 5.2.6: where deltas are is told of lists that their issuer signed', async () => {
    const complete = await makeCrl(issuer, { extensions: { freshestCrl: [DELTA_URL] } });
    const told = ({ freshestCrl }: CrlVerdict) =>
      freshestCrl.flatMap(({ distributionPoint = [] }) =>
        distributionPoint.map((name) => name.type === 'uri' && name.uri),
      );
    assert.deepEqual(told(await check(complete)), [DELTA_URL]);
    const { signer } = await makeCa('E1');
    const forged = await makeCrl(issuer, { signer, extensions: { freshestCrl: [DELTA_URL] } });
    assert.deepEqual(told(await check(forged)), []);
  });

  test('a freshestCRL that cannot be read is none', async () => {
    const broken = encodeExtension('2.5.29.46', 'non-critical', bytes('0500'));
    const crl = await makeOddCrl(issuer, [broken], { nextUpdate: secondsFromNow(60) });
    const verdict = await check(crl);
    assert.equal(verdict.kind, 'good');
    assert.deepEqual(verdict.freshestCrl, []);
  });

  /** Number 9 upon number 6; lists are number 7. */
  async function makeDelta(entries: readonly Uint8Array[], options: CrlOptions = {}): Promise<Uint8Array> {
    return makeCrl(issuer, { entries, ...options, extensions: { ...DELTA, ...options.extensions } });
  }

  function held(): Promise<Uint8Array> {
    return makeCrl(issuer, { entries: [entryOf('certificateHold')] });
  }

  function check(crl: Uint8Array, deltas: readonly Uint8Array[] = [], more: Partial<CrlToCheck> = {}) {
    const { certificate } = leaf;
    return checkCrl({
      crl,
      deltas,
      certificate,
      issuer: issuer.certificate,
      at: AT,
      crypto: CRYPTO,
      ...more,
    });
  }

  function keyIdentifierValue(): Uint8Array {
    return Uint8Array.of(0x30, 22, 0x80, 20, ...issuer.keyIdentifier);
  }
});

function entryOf(reason: RevocationReason | undefined, serialNumber = '1001'): Uint8Array {
  const revocationDate = secondsFromNow(-86_400);
  return encodeCrlEntry({ serialNumber: serialNumberToBytes(serialNumber), revocationDate, reason });
}

/** Entries that would make a certificate on hold good. */
function released(): readonly Uint8Array[] {
  return [entryOf('removeFromCRL')];
}

function isUndetermined(verdict: CrlVerdict, reason: string): void {
  assert.ok(verdict.kind === 'undetermined', `it is ${verdict.kind}`);
  assert.equal(verdict.reason, reason, verdict.message);
}

function withoutRefusals({ refusedDeltas: _, ...rest }: CrlVerdict): unknown {
  return rest;
}

const DELTA = { deltaBase: 6n, crlNumber: 9n } as const;
