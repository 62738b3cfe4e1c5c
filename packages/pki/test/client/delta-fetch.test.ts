import assert from 'node:assert/strict';
import { before, describe, test } from 'node:test';
import { encodeCrlDistributionPoints, encodeFreshestCrl } from '@lancre/pki/certificate';
import { checkRevocation, type RevocationSettings } from '@lancre/pki/client';
import { encodeCrlEntry, type RevocationReason } from '@lancre/pki/crl';
import { serialNumberToBytes } from '@lancre/pki/text';
import {
  AT,
  CRYPTO,
  type CrlOptions,
  makeCa,
  makeCrl,
  makeLeaf,
  type Party,
  secondsFromNow,
} from '../verify/pki-maker.ts';
import { type Answer, fakeClock, fakeWeb, sends } from './fake-web.ts';

const CRL = 'http://c.example.net/e1.crl';
const DELTA = 'http://c.example.net/e1.delta.crl';
const OTHER_DELTA = 'http://d.example.net/e1.delta.crl';
const CRL_TYPE = 'application/pkix-crl';

describe('fetching delta CRLs', () => {
  let issuer: Party;
  /** Has freshestCRL. */
  let pointed: Party;
  /** Has none. */
  let plain: Party;

  before(async () => {
    issuer = await makeCa('E1');
    const points = encodeCrlDistributionPoints([CRL]);
    pointed = await makeLeaf(issuer, { extensions: [points, encodeFreshestCrl([DELTA])] });
    plain = await makeLeaf(issuer, { extensions: [points] });
  });

  test('RFC 5280 4.2.1.15: the delta that a certificate names is fetched and applied', async () => {
    const { asked, revocation } = await check(pointed, {
      [CRL]: await complete(),
      [DELTA]: await delta('superseded'),
    });
    assert.deepEqual(asked, [CRL, DELTA]);
    assert.equal(revocation.status.kind, 'revoked');
    const [crl] = revocation.crl;
    assert.ok(crl?.verdict.kind === 'revoked');
    assert.equal(crl.verdict.delta?.crlNumber, 9n);
    const [told] = crl.deltas;
    assert.equal(told?.url, DELTA);
    assert.equal(told?.refusal, undefined);
    assert.equal(told?.mediaType, CRL_TYPE);
    assert.deepEqual(told?.defects, []);
  });

  test('RFC 5280 5.2.6: so is the one that the complete list names', async () => {
    const web = { [CRL]: await complete({ freshestCrl: [DELTA] }), [DELTA]: await delta('superseded') };
    const { asked, revocation } = await check(plain, web);
    assert.deepEqual(asked, [CRL, DELTA]);
    assert.equal(revocation.status.kind, 'revoked');
  });

  test('nobody is asked where neither names one', async () => {
    const { asked, revocation } = await check(plain, { [CRL]: await complete() });
    assert.deepEqual(asked, [CRL]);
    assert.equal(revocation.status.kind, 'good');
    assert.deepEqual(revocation.crl[0]?.deltas, []);
  });

  test('nobody is asked where deltas are to be ignored', async () => {
    const web = { [CRL]: await complete({ freshestCrl: [DELTA] }), [DELTA]: await delta('superseded') };
    for (const party of [pointed, plain]) {
      const { asked, revocation } = await check(party, web, { deltas: 'ignore' });
      assert.deepEqual(asked, [CRL]);
      assert.equal(revocation.status.kind, 'good');
    }
  });

  test('each address is asked once, and no further one after a delta that is applied', async () => {
    const web = {
      [CRL]: await complete({ freshestCrl: [DELTA, OTHER_DELTA] }),
      [DELTA]: await delta('removeFromCRL'),
    };
    const applied = await check(pointed, web);
    assert.deepEqual(applied.asked, [CRL, DELTA]);
    const unreachable = await check(pointed, {
      [CRL]: await complete({ freshestCrl: [DELTA, OTHER_DELTA] }),
    });
    assert.deepEqual(unreachable.asked, [CRL, DELTA, OTHER_DELTA]);
  });

  test('a delta that is not reachable or not usable does no harm, and is told', async () => {
    const html = sends(new TextEncoder().encode('<html>'), 'text/html');
    const stale = await delta('removeFromCRL', { nextUpdate: AT });
    const held = await complete({}, [entryOf('certificateHold')]);
    for (const [answer, reason, defects] of [
      [undefined, 'network_error', []],
      [() => new Response(null, { status: 404 }), 'http_status', []],
      [html, 'crl_malformed', ['media_type_wrong']],
      [stale, 'stale', []],
    ] as const) {
      for (const [list, kind] of [
        [await complete(), 'good'],
        [held, 'revoked'],
      ] as const) {
        const { revocation } = await check(pointed, { [CRL]: list, ...(answer && { [DELTA]: answer }) });
        assert.equal(revocation.status.kind, kind);
        const [told] = revocation.crl[0]?.deltas ?? [];
        assert.equal(told?.refusal?.reason, reason);
        assert.deepEqual(
          told?.defects.map(({ code }) => code),
          defects,
        );
      }
    }
  });

  test('after a delta that does not fit the next address is asked', async () => {
    const { asked, revocation } = await check(pointed, {
      [CRL]: await complete({ freshestCrl: [OTHER_DELTA] }),
      [DELTA]: await delta('superseded', { extensions: { deltaBase: 8n, crlNumber: 9n } }),
      [OTHER_DELTA]: await delta('keyCompromise'),
    });
    assert.deepEqual(asked, [CRL, DELTA, OTHER_DELTA]);
    assert.equal(revocation.status.kind, 'revoked');
    assert.deepEqual(
      revocation.crl[0]?.deltas.map(({ refusal }) => refusal?.reason),
      ['base_too_old', undefined],
    );
  });

  test('a hold that the delta lifts is lifted', async () => {
    const { revocation } = await check(pointed, {
      [CRL]: await complete({}, [entryOf('certificateHold')]),
      [DELTA]: await delta('removeFromCRL'),
    });
    assert.deepEqual(revocation.status, { kind: 'good', source: 'crl' });
  });

  test('a list that has ended counts with its delta', async () => {
    const ended = sends(await makeCrl(issuer, { nextUpdate: secondsFromNow(-1) }), CRL_TYPE);
    const web = { [CRL]: ended, [DELTA]: await delta('superseded') };
    assert.equal((await check(pointed, web)).revocation.status.kind, 'revoked');
    assert.equal((await check(pointed, { [CRL]: ended })).revocation.status.kind, 'undetermined');
  });

  test('VER-22: nobody is asked for the delta of a list that did not come or that another key signed', async () => {
    const { signer } = await makeCa('E1');
    const freshestCrl = [DELTA];
    const forged = sends(await makeCrl(issuer, { signer, extensions: { freshestCrl } }), CRL_TYPE);
    assert.deepEqual((await check(pointed, { [CRL]: forged })).asked, [CRL]);
    assert.deepEqual((await check(pointed, {})).asked, [CRL]);
  });

  test('VER-22: addresses of deltas are refused like others when they lead inside', async () => {
    const inside = 'http://localhost:8080/e1.delta.crl';
    const web = { [CRL]: await complete({ freshestCrl: [inside] }), [inside]: await delta('superseded') };
    const refused = await check(plain, web);
    assert.equal(refused.revocation.status.kind, 'good');
    assert.equal(refused.revocation.crl[0]?.deltas[0]?.refusal?.reason, 'address_not_allowed');
    assert.deepEqual(refused.asked, [CRL]);
    assert.equal((await check(plain, web, { addresses: 'any' })).revocation.status.kind, 'revoked');
  });

  test('VER-33: eight addresses are asked, of certificate and list together', async () => {
    const freshestCrl = Array.from({ length: 10 }, (_, index) => `http://d.example.net/${index}`);
    const { asked } = await check(pointed, { [CRL]: await complete({ freshestCrl }) });
    assert.deepEqual(asked, [CRL, DELTA, ...freshestCrl.slice(0, 7)]);
  });

  async function check(
    { certificate }: Party,
    answers: Readonly<Record<string, Answer>>,
    more: Partial<RevocationSettings> = {},
  ) {
    const { fetch, asked } = fakeWeb(answers);
    const revocation = await checkRevocation(certificate, issuer.certificate, {
      fetch,
      clock: fakeClock(),
      at: AT,
      crypto: CRYPTO,
      order: 'both',
      clockSkewSeconds: 300,
      ...more,
    });
    return { asked, revocation };
  }

  async function complete(
    extensions: CrlOptions['extensions'] = {},
    entries: readonly Uint8Array[] = [],
  ): Promise<Answer> {
    return sends(await makeCrl(issuer, { extensions, entries }), CRL_TYPE);
  }

  async function delta(reason: RevocationReason, options: CrlOptions = {}): Promise<Answer> {
    const extensions = { deltaBase: 6n, crlNumber: 9n };
    return sends(await makeCrl(issuer, { entries: [entryOf(reason)], extensions, ...options }), CRL_TYPE);
  }
});

function entryOf(reason: RevocationReason): Uint8Array {
  const revocationDate = secondsFromNow(-86_400);
  return encodeCrlEntry({ serialNumber: serialNumberToBytes('1001'), revocationDate, reason });
}
