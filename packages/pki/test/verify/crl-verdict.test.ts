import assert from 'node:assert/strict';
import { before, describe, test } from 'node:test';
import {
  encodeCaBasicConstraints,
  encodeCrlDistributionPoints,
  encodeExtension,
  encodeKeyUsage,
} from '@lancre/pki/certificate';
import { encodeCrlEntry, type IssuingDistributionPointInput } from '@lancre/pki/crl';
import { encodeDer } from '@lancre/pki/der';
import { serialNumberToBytes } from '@lancre/pki/text';
import { type CrlToCheck, type CrlUndeterminedReason, checkCrl } from '@lancre/pki/verify';
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

const SHARD_1 = 'http://e1.c.example.net/1.crl';
const SHARD_2 = 'http://e1.c.example.net/2.crl';
const IDP = '2.5.29.28';

describe('checking a CRL', () => {
  let root: Party;
  let issuer: Party;
  let leaf: Party;
  let subordinate: Party;

  before(async () => {
    root = await makeCa('Root X1');
    issuer = await makeCa('E1', { issuer: root });
    const points = encodeCrlDistributionPoints([SHARD_2]);
    leaf = await makeLeaf(issuer, { extensions: [points] });
    subordinate = await makeCa('Sub', { issuer, extensions: [encodeCaBasicConstraints(), points] });
  });

  test('VER-15: a certificate that a current list does not name is good, with the evidence', async () => {
    const verdict = await check({ entries: [entryOf('1002')] });
    assert.ok(verdict.kind === 'good');
    assert.equal(verdict.crlNumber, 7n);
    assert.equal(verdict.entryCount, 1);
    assert.equal(verdict.signer, issuer.certificate);
  });

  test('VER-31: a certificate on the list is revoked, with time and reason', async () => {
    const revocationDate = secondsFromNow(-7200);
    const entry = encodeCrlEntry({
      serialNumber: serialNumberToBytes('1001'),
      revocationDate,
      reason: 'keyCompromise',
      invalidityDate: secondsFromNow(-9000),
    });
    const verdict = await check({ entries: [entryOf('1000'), entry] });
    assert.ok(verdict.kind === 'revoked');
    assert.deepEqual(verdict.revocationTime, revocationDate);
    assert.deepEqual(verdict.invalidityDate, secondsFromNow(-9000));
    assert.equal(verdict.reason, 'keyCompromise');
  });

  test('T-38: bytes that are no list are malformed', async () => {
    for (const crl of [bytes(''), bytes('3000'), bytes('3c68746d6c3e')]) {
      await isUndetermined(crl, 'crl_malformed');
    }
  });

  test('a list longer than the cap is not read', async () => {
    const crl = await makeCrl(issuer);
    await isUndetermined(crl, 'crl_malformed', { maxBytes: crl.length - 1 });
    assert.equal((await checkCrl({ ...input(crl), maxBytes: crl.length })).kind, 'good');
  });

  describe('who signed', () => {
    test('VER-15 (b): a list of another issuer does not count', async () => {
      await isUndetermined(await makeCrl(root), 'issuer_mismatch');
    });

    test('an issuer that is not that of the certificate is a mismatch', async () => {
      await isUndetermined(await makeCrl(root), 'issuer_mismatch', { issuer: root.certificate });
    });

    test('VER-15 (g): a list of the same name signed by another key is refused', async () => {
      const { signer } = await makeCa('E1', { issuer: root });
      await isUndetermined(await makeCrl(issuer, { signer }), 'signature_invalid');
    });

    test('VER-15 (f): keyUsage of the issuer has to have cRLSign; none at all is fine', async () => {
      const { signer } = issuer;
      const without = await makeCa('E1', {
        issuer: root,
        signer,
        extensions: [encodeCaBasicConstraints(), encodeKeyUsage(['keyCertSign'])],
      });
      const crl = await makeCrl(issuer);
      await isUndetermined(crl, 'key_usage_forbids_crl_signing', { issuer: without.certificate });
      const free = await makeCa('E1', { issuer: root, signer, extensions: [encodeCaBasicConstraints()] });
      assert.equal((await checkCrl({ ...input(crl), issuer: free.certificate })).kind, 'good');
    });

    test('VER-30: a signature algorithm that is not known is unsupported, not valid', async () => {
      const crypto = { verify: async () => 'unsupported' as const };
      await isUndetermined(await makeCrl(issuer), 'signature_unsupported', { crypto });
    });
  });

  describe('times', () => {
    test('VER-19: a list without nextUpdate is not current', async () => {
      await isUndetermined(await makeOddCrl(issuer, []), 'next_update_missing');
      const nextUpdate = secondsFromNow(60);
      assert.equal((await checkCrl(input(await makeOddCrl(issuer, [], { nextUpdate })))).kind, 'good');
    });

    test('VER-19, T-18: a list ends with nextUpdate, to the second, even for who is on it', async () => {
      const entries = [entryOf('1001')];
      const listed = await makeCrl(issuer, { entries, nextUpdate: secondsFromNow(-1) });
      await isUndetermined(listed, 'stale');
      await isUndetermined(await makeCrl(issuer, { nextUpdate: AT }), 'stale');
      assert.equal((await check({ nextUpdate: secondsFromNow(1) })).kind, 'good');
    });

    test('a list from the future counts within the tolerance only', async () => {
      const options = { clockSkewSeconds: 60 };
      const near = await makeCrl(issuer, { thisUpdate: secondsFromNow(60) });
      assert.equal((await checkCrl({ ...input(near), ...options })).kind, 'good');
      const far = await makeCrl(issuer, { thisUpdate: secondsFromNow(61) });
      await isUndetermined(far, 'not_yet_valid', options);
    });
  });

  describe('scope', () => {
    test('T-26: shard 1 says nothing about a certificate of shard 2', async () => {
      const shard = (uri: string) => ({ distributionPoint: [{ type: 'uri', uri } as const] });
      await isOutOfScope(shard(SHARD_1));
      assert.equal((await scoped(shard(SHARD_2))).kind, 'good');
    });

    test('VER-16, T-21: the URL has to be equal octet by octet', async () => {
      for (const uri of [
        'http://e1.c.example.net:80/2.crl',
        'http://E1.c.example.net/2.crl',
        'https://e1.c.example.net/2.crl',
        'http://e1.c.example.net/2.crl?',
        'http://e1.c.example.net/2.cr',
      ]) {
        await isOutOfScope({ distributionPoint: [{ type: 'uri', uri }] });
      }
      // A DNS name of the same octets is another name.
      await isOutOfScope({ distributionPoint: [{ type: 'dns', name: SHARD_2 }] });
    });

    test('VER-16: one of several names is enough', async () => {
      const distributionPoint = [SHARD_1, SHARD_2].map((uri) => ({ type: 'uri', uri }) as const);
      assert.equal((await scoped({ distributionPoint })).kind, 'good');
    });

    test('VER-16: a certificate without distribution points is in no shard', async () => {
      const bare = await makeLeaf(issuer);
      const distributionPoint = [{ type: 'uri', uri: SHARD_2 }] as const;
      const crl = await makeCrl(issuer, { extensions: { issuingDistributionPoint: { distributionPoint } } });
      await isUndetermined(crl, 'out_of_scope', { certificate: bare.certificate });
      const whole = await makeCrl(issuer);
      assert.equal((await checkCrl({ ...input(whole), certificate: bare.certificate })).kind, 'good');
    });

    test('VER-16: a distribution point with a cRLIssuer is that of another list', async () => {
      const certificate = await leafWithPoint((point) => point.context(2, writeIssuerName));
      const distributionPoint = [{ type: 'uri', uri: SHARD_2 }] as const;
      const crl = await makeCrl(issuer, { extensions: { issuingDistributionPoint: { distributionPoint } } });
      await isUndetermined(crl, 'out_of_scope', { certificate });
    });

    test('VER-17, T-25: a list for users is not for CAs, and the other way round', async () => {
      const users = { onlyContainsUserCerts: true } as const;
      const authorities = { onlyContainsCACerts: true } as const;
      assert.equal((await scoped(users)).kind, 'good');
      await isOutOfScope(users, subordinate);
      assert.equal((await scoped(authorities, subordinate)).kind, 'good');
      await isOutOfScope(authorities);
    });

    test('VER-17: a list for attribute certificates is for neither', async () => {
      const idp = encodeExtension(IDP, 'critical', bytes('30038501ff'));
      const crl = await makeOddCrl(issuer, [idp], { nextUpdate: secondsFromNow(60) });
      await isUndetermined(crl, 'out_of_scope');
    });

    test('T-25: a scope counts in an extension that is not critical too', async () => {
      const idp = encodeExtension(IDP, 'non-critical', bytes('30038201ff'));
      const crl = await makeOddCrl(issuer, [idp], { nextUpdate: secondsFromNow(60) });
      await isUndetermined(crl, 'out_of_scope');
    });

    test('a scope that cannot be read makes the list malformed', async () => {
      const idp = encodeExtension(IDP, 'critical', bytes('30038601ff'));
      const crl = await makeOddCrl(issuer, [idp], { nextUpdate: secondsFromNow(60) });
      await isUndetermined(crl, 'crl_malformed');
    });

    test('VER-15 (d): a list for some reasons counts for who is on it, and leaves others open', async () => {
      const some = { onlySomeReasons: ['keyCompromise'] } as const;
      const verdict = await scoped(some);
      assert.ok(verdict.kind === 'undetermined');
      assert.equal(verdict.reason, 'some_reasons_only');
      assert.equal((await scoped(some, leaf, [entryOf('1001')])).kind, 'revoked');
    });

    test('VER-15 (d): so does one whose distribution point in the certificate is for some reasons', async () => {
      const certificate = await leafWithPoint((point) => point.contextNamedBits(1, [1]));
      const distributionPoint = [{ type: 'uri', uri: SHARD_2 }] as const;
      const extensions = { issuingDistributionPoint: { distributionPoint } };
      await isUndetermined(await makeCrl(issuer, { extensions }), 'some_reasons_only', { certificate });
      const listed = await makeCrl(issuer, { extensions, entries: [entryOf('1001')] });
      assert.equal((await checkCrl({ ...input(listed), certificate })).kind, 'revoked');
    });

    test('an indirect list is not read yet, and a delta says nothing alone', async () => {
      const indirect = { issuingDistributionPoint: { indirectCrl: true } } as const;
      await isUndetermined(await makeCrl(issuer, { extensions: indirect }), 'indirect_crl_unsupported');
      const entries = [entryOf('1001')];
      const delta = await makeCrl(issuer, { extensions: { deltaBase: 6n }, entries });
      await isUndetermined(delta, 'delta_crl_alone');
    });
  });

  describe('extensions', () => {
    const nextUpdate = secondsFromNow(60);
    const critical = encodeExtension('1.2.3.4', 'critical', bytes('0500'));
    const mild = encodeExtension('1.2.3.4', 'non-critical', bytes('0500'));

    test('VER-18: a critical extension of the list that is not known forbids its use', async () => {
      const crl = await makeOddCrl(issuer, [critical], { nextUpdate });
      await isUndetermined(crl, 'critical_extension_unsupported');
      assert.equal((await checkCrl(input(await makeOddCrl(issuer, [mild], { nextUpdate })))).kind, 'good');
    });

    test('VER-18: a critical extension on any entry that is not known forbids its use for all', async () => {
      const elsewhere = [entryWith('1002', critical)];
      const crl = await makeOddCrl(issuer, [], { nextUpdate, entries: elsewhere });
      await isUndetermined(crl, 'critical_extension_unsupported');
      const listed = [entryWith('1002', critical), entryOf('1001')];
      await isUndetermined(
        await makeOddCrl(issuer, [], { nextUpdate, entries: listed }),
        'critical_extension_unsupported',
      );
      const fine = await makeOddCrl(issuer, [], { nextUpdate, entries: [entryWith('1001', mild)] });
      assert.equal((await checkCrl(input(fine))).kind, 'revoked');
    });

    test('a critical reason is known, and revokes', async () => {
      const reason = encodeExtension('2.5.29.21', 'critical', bytes('0a0101'));
      const crl = await makeOddCrl(issuer, [], { nextUpdate, entries: [entryWith('1001', reason)] });
      assert.equal((await checkCrl(input(crl))).kind, 'revoked');
    });

    test('RFC 5280 5.3.1: removeFromCRL on a complete list is neither good nor revoked', async () => {
      const reason = encodeExtension('2.5.29.21', 'non-critical', bytes('0a0108'));
      const crl = await makeOddCrl(issuer, [], { nextUpdate, entries: [entryWith('1001', reason)] });
      await isUndetermined(crl, 'entry_not_understood');
    });

    test('VER-21: an entry that names another issuer is not understood, and so the whole list is not', async () => {
      const value = encodeDer((writer) =>
        writer.sequence((names) =>
          names.context(4, (explicit) => explicit.raw(root.certificate.subject.der)),
        ),
      );
      for (const [criticality, reason] of [
        ['critical', 'critical_extension_unsupported'],
        ['non-critical', 'crl_malformed'],
      ] as const) {
        const other = encodeExtension('2.5.29.29', criticality, value);
        for (const serial of ['1001', '1002']) {
          const entries = [entryWith(serial, other)];
          await isUndetermined(await makeOddCrl(issuer, [], { nextUpdate, entries }), reason);
        }
      }
    });
  });

  /** A leaf whose distribution point is SHARD_2 with something more. */
  async function leafWithPoint(more: (point: Writer) => void) {
    const value = encodeDer((writer) =>
      writer.sequence((points) =>
        points.sequence((point) => {
          point.context(0, (name) => name.context(0, (full) => full.contextIa5String(6, SHARD_2)));
          more(point);
        }),
      ),
    );
    const extension = encodeExtension('2.5.29.31', 'non-critical', value);
    return (await makeLeaf(issuer, { extensions: [extension] })).certificate;
  }

  function writeIssuerName(names: Writer): void {
    names.context(4, (explicit) => explicit.raw(issuer.certificate.subject.der));
  }

  async function scoped(
    issuingDistributionPoint: IssuingDistributionPointInput,
    subject = leaf,
    entries: readonly Uint8Array[] = [],
  ) {
    const crl = await makeCrl(issuer, { extensions: { issuingDistributionPoint }, entries });
    return checkCrl({ ...input(crl), certificate: subject.certificate });
  }

  async function isOutOfScope(idp: IssuingDistributionPointInput, subject = leaf): Promise<void> {
    const verdict = await scoped(idp, subject);
    assert.ok(verdict.kind === 'undetermined', `it is ${verdict.kind}`);
    assert.equal(verdict.reason, 'out_of_scope');
  }

  async function isUndetermined(
    crl: Uint8Array,
    reason: CrlUndeterminedReason,
    more: Partial<CrlToCheck> = {},
  ): Promise<void> {
    const verdict = await checkCrl({ ...input(crl), ...more });
    assert.ok(verdict.kind === 'undetermined', `it is ${verdict.kind}`);
    assert.equal(verdict.reason, reason, verdict.message);
  }

  async function check(options: CrlOptions) {
    return checkCrl(input(await makeCrl(issuer, options)));
  }

  function input(crl: Uint8Array): CrlToCheck {
    return { crl, certificate: leaf.certificate, issuer: issuer.certificate, at: AT, crypto: CRYPTO };
  }
});

type Writer = Parameters<Parameters<typeof encodeDer>[0]>[0];

function entryOf(serialNumber: string): Uint8Array {
  const revocationDate = secondsFromNow(-86_400);
  return encodeCrlEntry({ serialNumber: serialNumberToBytes(serialNumber), revocationDate });
}

function entryWith(serialNumber: string, extension: Uint8Array): Uint8Array {
  return encodeDer((writer) =>
    writer.sequence((entry) => {
      entry.serialNumber(serialNumber);
      entry.time(secondsFromNow(-86_400));
      entry.sequence((extensions) => extensions.raw(extension));
    }),
  );
}
