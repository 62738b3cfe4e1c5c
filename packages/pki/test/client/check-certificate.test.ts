import assert from 'node:assert/strict';
import { before, describe, test } from 'node:test';
import {
  EXTENDED_KEY_USAGE_OIDS,
  EXTENSION_OIDS,
  encodeAuthorityInfoAccess,
  encodeCrlDistributionPoints,
  encodeExtendedKeyUsage,
  encodeExtension,
} from '@lancre/pki/certificate';
import {
  type CertificateToCheck,
  type CheckPolicy,
  checkCertificate,
  checkRevocation,
} from '@lancre/pki/client';
import { encodeCertsOnlyCms } from '@lancre/pki/cms';
import { encodeCrlEntry } from '@lancre/pki/crl';
import { decodeOcspRequest, encodeNonce, encodeOcspError } from '@lancre/pki/ocsp';
import { decodeBase64, serialNumberToBytes } from '@lancre/pki/text';
import {
  AT,
  CA_EXTENSIONS,
  CRYPTO,
  makeCa,
  makeCrl,
  makeLeaf,
  makeOcsp,
  type OcspOptions,
  type Party,
  secondsFromNow,
} from '../verify/pki-maker.ts';
import { type Answer, fakeClock, fakeWeb, sends } from './fake-web.ts';

const OCSP = 'http://o.example.net';
const ISSUER = 'http://i.example.net/e1';
const LEAF_CRL = 'http://c.example.net/e1.crl';
const ROOT_CRL = 'http://c.example.net/x1.crl';
const OTHER_CRL = 'http://c.example.net/x2.crl';
const NO_REV_AVAIL = encodeExtension(EXTENSION_OIDS.noRevAvail, 'non-critical', new Uint8Array([5, 0]));

describe('checking a certificate', () => {
  let root: Party;
  let otherRoot: Party;
  let issuer: Party;
  let crossSigned: Party;
  let leaf: Party;
  let good: Readonly<Record<string, Answer>>;

  before(async () => {
    root = await makeCa('Root X1');
    otherRoot = await makeCa('Root X2');
    const extensions = [...CA_EXTENSIONS, encodeCrlDistributionPoints([ROOT_CRL])];
    issuer = await makeCa('E1', { issuer: root, serialNumber: '10', extensions });
    crossSigned = await makeCa('E1', {
      issuer: otherRoot,
      serialNumber: '20',
      signer: issuer.signer,
      extensions: [...CA_EXTENSIONS, encodeCrlDistributionPoints([OTHER_CRL])],
    });
    leaf = await makeLeaf(issuer, {
      extensions: [
        encodeAuthorityInfoAccess([
          { method: 'ocsp', uri: OCSP },
          { method: 'caIssuers', uri: ISSUER },
        ]),
        encodeCrlDistributionPoints([LEAF_CRL]),
      ],
    });
    good = {
      [OCSP]: sends(await makeOcsp(issuer, leaf.certificate, { singles: [{}] }), OCSP_TYPE),
      [LEAF_CRL]: sends(await makeCrl(issuer), CRL_TYPE),
      [ROOT_CRL]: sends(await makeCrl(root), CRL_TYPE),
      [OTHER_CRL]: sends(await makeCrl(otherRoot), CRL_TYPE),
      [ISSUER]: sends(issuer.certificate.der, 'application/pkix-cert'),
    };
  });

  test('VER-31: a chain whose certificates are all good is good, with the evidence', async () => {
    const report = await check(good);
    assert.equal(report.verdict, 'good');
    assert.deepEqual(report.reasons, []);
    assert.deepEqual(
      report.chain.map(({ certificate, origin }) => [certificate, origin]),
      [
        [leaf.certificate, 'target'],
        [issuer.certificate, 'given'],
        [root.certificate, 'trust_anchor'],
      ],
    );
    const [first, second, ...more] = report.revocation;
    assert.deepEqual(more, []);
    assert.deepEqual(first?.status, { kind: 'good', source: 'ocsp' });
    assert.deepEqual(first?.crl, []);
    assert.deepEqual(second?.status, { kind: 'good', source: 'crl' });
    const [ocsp] = first?.ocsp ?? [];
    assert.equal(ocsp?.url, OCSP);
    assert.equal(ocsp?.method, 'GET');
    assert.equal(ocsp?.mediaType, OCSP_TYPE);
    assert.ok((ocsp?.durationMilliseconds ?? 0) > 0);
    assert.ok(ocsp?.verdict.kind === 'good' && ocsp.verdict.signer.role === 'issuer');
  });

  test('a revoked target is revoked, by OCSP as by CRL', async () => {
    const byOcsp = await check({ ...good, [OCSP]: await ocsp({ singles: [{ certStatus: REVOKED }] }) });
    assert.equal(byOcsp.verdict, 'revoked');
    assert.equal(byOcsp.reasons[0]?.code, 'revoked');
    assert.equal(byOcsp.reasons[0]?.certificate, leaf.certificate);
    const byCrl = await check({ ...good, [LEAF_CRL]: await crlWith(issuer, '1001') }, { order: 'crl-first' });
    assert.equal(byCrl.verdict, 'revoked');
  });

  test('a revoked issuer makes the check revoked', async () => {
    const report = await check({ ...good, [ROOT_CRL]: await crlWith(root, '10') });
    assert.equal(report.verdict, 'revoked');
    assert.equal(report.reasons[0]?.certificate, issuer.certificate);
  });

  describe('evidence', () => {
    test('VER-32: where OCSP says good and the CRL revoked, revoked wins', async () => {
      const web = { ...good, [LEAF_CRL]: await crlWith(issuer, '1001') };
      const report = await check(web, { order: 'both' });
      assert.equal(report.verdict, 'revoked');
      assert.equal(report.revocation[0]?.status.kind, 'revoked');
    });

    test('VER-32: the first source is asked first, and the other only when it does not decide', async () => {
      const first = async (order: CheckPolicy['order'], web = good) => {
        const { verdict, revocation } = await check(web, order === undefined ? {} : { order });
        assert.equal(verdict, 'good');
        return [revocation[0]?.ocsp.length, revocation[0]?.crl.length];
      };
      assert.deepEqual(await first('ocsp-first'), [1, 0]);
      assert.deepEqual(await first('crl-first'), [0, 1]);
      assert.deepEqual(await first('both'), [1, 1]);
      assert.deepEqual(await first('ocsp-first', without(good, OCSP)), [1, 1]);
      assert.deepEqual(await first('crl-first', without(good, LEAF_CRL)), [1, 1]);
    });

    test('VER-08: an error answer leaves the decision to the CRL', async () => {
      const unauthorized = sends(encodeOcspError('unauthorized'), OCSP_TYPE);
      const report = await check({ ...good, [OCSP]: unauthorized });
      assert.equal(report.verdict, 'good');
      assert.deepEqual(report.revocation[0]?.status, { kind: 'good', source: 'crl' });
    });

    test('RFC 6960 2.2: unknown leaves the decision to the CRL, and decides nothing alone', async () => {
      const unknown = { ...good, [OCSP]: await ocsp({ singles: [{ certStatus: { status: 'unknown' } }] }) };
      assert.equal((await check(unknown)).verdict, 'good');
      const alone = await check(without(unknown, LEAF_CRL));
      assert.equal(alone.verdict, 'undetermined');
      assert.equal(alone.revocation[0]?.status.kind, 'unknown');
      assert.equal(
        (await check(without(unknown, LEAF_CRL), { revocation: 'prefer' })).verdict,
        'undetermined',
      );
    });

    test('VER-06: with random bytes given, a nonce of 32 octets is sent, and another refused', async () => {
      const nonce = new Uint8Array(32).fill(9);
      const sent: (Uint8Array | undefined)[] = [];
      const answering = (answered: Uint8Array): Answer => {
        return async ({ body }, url) => {
          const request = body ?? decodeBase64(decodeURIComponent(url.slice(OCSP.length + 1)));
          sent.push(decodeOcspRequest(request).nonce);
          const extensions = [encodeNonce(answered)];
          const response = await makeOcsp(issuer, leaf.certificate, { singles: [{}], extensions });
          return new Response(response.slice());
        };
      };
      const randomBytes = (length: number) => new Uint8Array(length).fill(9);
      const same = await check({ ...good, [OCSP]: answering(nonce) }, {}, { randomBytes });
      assert.deepEqual(same.revocation[0]?.status, { kind: 'good', source: 'ocsp' });
      const other = await check({ ...good, [OCSP]: answering(new Uint8Array(32)) }, {}, { randomBytes });
      assert.deepEqual(other.revocation[0]?.status, { kind: 'good', source: 'crl' });
      assert.deepEqual(sent, [nonce, nonce]);
    });

    test('VER-09: CertIDs can be made by SHA-256', async () => {
      const seen: unknown[] = [];
      const watching: Answer = async (_init, url) => {
        const request = decodeBase64(decodeURIComponent(url.slice(OCSP.length + 1)));
        seen.push(decodeOcspRequest(request).requests[0]?.certId.hash);
        return new Response(encodeOcspError('unauthorized').slice());
      };
      await check({ ...good, [OCSP]: watching }, { ocspHash: 'SHA-256' });
      assert.deepEqual(seen, ['SHA-256']);
    });
  });

  describe('policy', () => {
    test('a network failure is neither good nor revoked', async () => {
      for (const order of ['ocsp-first', 'crl-first', 'both'] as const) {
        const report = await check({}, { order });
        assert.equal(report.verdict, 'undetermined');
        assert.deepEqual(report.revocation[0]?.status, { kind: 'undetermined', failure: 'unreachable' });
        assert.equal(report.reasons[0]?.code, 'revocation_unreachable');
      }
    });

    test('prefer passes over what is unreachable, and says so', async () => {
      const report = await check({}, { revocation: 'prefer' });
      assert.equal(report.verdict, 'good');
      assert.deepEqual(
        report.reasons.map(({ code }) => code),
        ['revocation_unreachable', 'revocation_unreachable'],
      );
      assert.equal(report.revocation[0]?.status.kind, 'undetermined');
    });

    test('prefer does not pass over evidence that is wrong, nor over a revocation', async () => {
      const policy = { revocation: 'prefer' } as const;
      const html = sends(new TextEncoder().encode('<html>'), 'text/html');
      const wrong = await check({ ...without(good, OCSP), [LEAF_CRL]: html }, policy);
      assert.equal(wrong.verdict, 'undetermined');
      assert.equal(wrong.reasons[0]?.code, 'revocation_undetermined');
      assert.equal(wrong.revocation[0]?.crl[0]?.defects[0]?.code, 'media_type_wrong');
      const revoked = await check({ [OCSP]: await ocsp({ singles: [{ certStatus: REVOKED }] }) }, policy);
      assert.equal(revoked.verdict, 'revoked');
    });

    test('a certificate without addresses is undetermined where evidence is required', async () => {
      const bare = (await makeLeaf(issuer)).certificate;
      const required = await check(good, {}, { certificate: bare });
      assert.equal(required.verdict, 'undetermined');
      assert.equal(required.reasons[0]?.code, 'no_revocation_address');
      const preferred = await check(good, { revocation: 'prefer' }, { certificate: bare });
      assert.equal(preferred.verdict, 'good');
      assert.equal(preferred.reasons[0]?.code, 'no_revocation_address');
    });

    test('off asks nobody', async () => {
      const web = fakeWeb(good);
      const report = await checkCertificate({ ...input(web.fetch), policy: { revocation: 'off' } });
      assert.equal(report.verdict, 'good');
      assert.deepEqual(web.asked, []);
      assert.deepEqual(report.revocation[0]?.status, { kind: 'not_checked', why: 'policy' });
    });

    test('VER-22: addresses inside are refused unless any is allowed', async () => {
      const extensions = [encodeCrlDistributionPoints(['http://localhost:8080/e1.crl'])];
      const inside = (await makeLeaf(issuer, { extensions })).certificate;
      const web = { ...good, 'http://localhost:8080/': sends(await makeCrl(issuer), CRL_TYPE) };
      const refused = await check(web, {}, { certificate: inside });
      assert.equal(refused.verdict, 'undetermined');
      const [crl] = refused.revocation[0]?.crl ?? [];
      assert.ok(crl?.verdict.kind === 'undetermined');
      assert.equal(crl.verdict.reason, 'address_not_allowed');
      assert.equal((await check(web, { addresses: 'any' }, { certificate: inside })).verdict, 'good');
    });

    test('VER-29: a trust anchor as the target is not checked for revocation', async () => {
      const web = fakeWeb({});
      const report = await checkCertificate({ ...input(web.fetch), certificate: root.certificate });
      assert.equal(report.verdict, 'good');
      assert.deepEqual(report.revocation[0]?.status, { kind: 'not_checked', why: 'trust_anchor' });
      assert.deepEqual(web.asked, []);
    });
  });

  describe('noRevAvail', () => {
    test('VER-28: of a certificate with it nobody is asked, and its issuer is checked as ever', async () => {
      const target = await makeLeaf(issuer, { extensions: [NO_REV_AVAIL] });
      const web = fakeWeb(good);
      const report = await checkCertificate({ ...input(web.fetch), certificate: target.certificate });
      assert.equal(report.verdict, 'good');
      assert.deepEqual(report.revocation[0]?.status, { kind: 'not_checked', why: 'no_rev_avail' });
      assert.deepEqual(report.revocation[1]?.status, { kind: 'good', source: 'crl' });
      assert.deepEqual(web.asked, [ROOT_CRL]);
    });

    test('VER-28: a certificate with it and a place to ask is invalid, and nobody is asked', async () => {
      const extensions = [NO_REV_AVAIL, encodeCrlDistributionPoints([LEAF_CRL])];
      const { certificate } = await makeLeaf(issuer, { extensions });
      const web = fakeWeb(good);
      const report = await checkCertificate({ ...input(web.fetch), certificate });
      assert.equal(report.verdict, 'invalid');
      assert.equal(report.reasons[0]?.code, 'no_rev_avail_conflict');
      assert.deepEqual(web.asked, []);
    });

    test('VER-28: without a look at the path, a contradiction or a value that is not NULL spares no check', async () => {
      const crl = encodeCrlDistributionPoints([LEAF_CRL]);
      const broken = encodeExtension(EXTENSION_OIDS.noRevAvail, 'non-critical', new Uint8Array([5]));
      for (const extensions of [
        [NO_REV_AVAIL, crl],
        [broken, crl],
      ]) {
        const { certificate } = await makeLeaf(issuer, { extensions });
        const { fetch } = fakeWeb(good);
        const settings = { fetch, clock: fakeClock(), at: AT, crypto: CRYPTO, clockSkewSeconds: 0 } as const;
        const found = await checkRevocation(certificate, issuer.certificate, { ...settings, order: 'both' });
        assert.deepEqual(found.status, { kind: 'good', source: 'crl' });
      }
    });
  });

  describe('paths', () => {
    test('VER-25, VER-26: policies and a purpose can be asked for', async () => {
      const policies = { explicitPolicy: 'required' } as const;
      assert.equal((await check(good, { policies })).reasons[0]?.code, 'no_valid_policy');
      const server = await makeLeaf(issuer, {
        extensions: [NO_REV_AVAIL, encodeExtendedKeyUsage([EXTENDED_KEY_USAGE_OIDS.serverAuth])],
      });
      const wanted = async (extendedKeyUsage: string) =>
        (await check(good, { extendedKeyUsage }, { certificate: server.certificate })).verdict;
      assert.equal(await wanted(EXTENDED_KEY_USAGE_OIDS.serverAuth), 'good');
      assert.equal(await wanted(EXTENDED_KEY_USAGE_OIDS.clientAuth), 'invalid');
    });

    test('a chain that does not hold is invalid, with the reason, and nobody is asked about revocation', async () => {
      const impostor = await makeCa('E1', { issuer: root });
      const web = fakeWeb({ ...good, [ISSUER]: sends(impostor.certificate.der, 'application/pkix-cert') });
      const intermediates = [impostor.certificate];
      const report = await checkCertificate({ ...input(web.fetch), intermediates });
      assert.equal(report.verdict, 'invalid');
      assert.equal(report.reasons[0]?.code, 'signature_invalid');
      assert.equal(report.reasons[0]?.certificate, leaf.certificate);
      assert.deepEqual(report.chain, []);
      assert.deepEqual(report.revocation, []);
      assert.deepEqual(web.asked, [ISSUER]);
    });

    test('VER-10: nobody is asked about an expired certificate', async () => {
      const expired = await makeLeaf(issuer, {
        notAfter: secondsFromNow(-1),
        extensions: [encodeAuthorityInfoAccess([{ method: 'ocsp', uri: OCSP }])],
      });
      const web = fakeWeb(good);
      const report = await checkCertificate({ ...input(web.fetch), certificate: expired.certificate });
      assert.equal(report.verdict, 'invalid');
      assert.equal(report.reasons[0]?.code, 'expired');
      assert.deepEqual(web.asked, []);
    });

    test('a missing intermediate is fetched from caIssuers, as DER and as CMS', async () => {
      const cms = encodeCertsOnlyCms([issuer.certificate.der, otherRoot.certificate.der]);
      const answers = [good[ISSUER], sends(cms, 'application/pkcs7-mime')];
      for (const answer of answers) {
        assert.ok(answer !== undefined);
        const report = await check({ ...good, [ISSUER]: answer }, {}, { intermediates: [] });
        assert.equal(report.verdict, 'good');
        assert.equal(report.chain[1]?.origin, 'fetched');
        assert.equal(report.chain[1]?.fetchedFrom, ISSUER);
        assert.equal(report.issuerFetches.length, 1);
      }
    });

    test('caIssuers is not asked where a path holds without it', async () => {
      const web = fakeWeb(good);
      const intermediates = [crossSigned.certificate, issuer.certificate];
      const report = await checkCertificate({ ...input(web.fetch), intermediates });
      assert.equal(report.verdict, 'good');
      assert.equal(report.failedPaths[0]?.code, 'issuer_not_found');
      assert.ok(!web.asked.includes(ISSUER));
    });

    test('VER-33: a search that was given up leaves it undetermined, and asks no more issuers', async () => {
      const renewed = await Promise.all(Array.from({ length: 101 }, () => makeCa('E1', { issuer: root })));
      const intermediates = renewed.map(({ certificate }) => certificate);
      const report = await check(without(good, ISSUER), {}, { intermediates });
      assert.equal(report.verdict, 'undetermined');
      assert.equal(report.reasons.filter(({ code }) => code === 'signature_invalid').length, 100);
      assert.equal(report.reasons.filter(({ code }) => code === 'work_budget_exceeded').length, 1);
      assert.deepEqual(report.issuerFetches, []);
    });

    test('no further path is asked about once one is good', async () => {
      const web = fakeWeb(good);
      const report = await checkCertificate({
        ...input(web.fetch),
        intermediates: [issuer.certificate, crossSigned.certificate],
        trustAnchors: [root.certificate, otherRoot.certificate],
      });
      assert.equal(report.verdict, 'good');
      assert.ok(!web.asked.includes(OTHER_CRL));
    });

    test('an issuer that is not reachable leaves it undetermined, one that is wrong makes it invalid', async () => {
      const unreachable = await check(without(good, ISSUER), {}, { intermediates: [] });
      assert.equal(unreachable.verdict, 'undetermined');
      assert.deepEqual(
        unreachable.reasons.map(({ code }) => code),
        ['issuer_not_found', 'issuer_unreachable'],
      );
      const html = sends(new TextEncoder().encode('<html>'), 'text/html');
      const wrong = await check({ ...good, [ISSUER]: html }, {}, { intermediates: [] });
      assert.equal(wrong.verdict, 'invalid');
      assert.equal(wrong.issuerFetches[0]?.fault?.failure, 'wrong');
    });

    test('VER-33: addresses that lead to each other come to an end', async () => {
      const web = fakeWeb({
        'http://i.example.net/': async () => {
          const next = encodeAuthorityInfoAccess([
            { method: 'caIssuers', uri: `http://i.example.net/${web.asked.length}` },
          ]);
          const extensions = [...CA_EXTENSIONS, next];
          const above = await makeCa(`Above ${web.asked.length}`);
          const endless = await makeCa('E1', { issuer: above, signer: issuer.signer, extensions });
          return new Response(endless.certificate.der.slice());
        },
      });
      const report = await checkCertificate({ ...input(web.fetch), intermediates: [] });
      assert.equal(report.verdict, 'invalid');
      assert.equal(web.asked.length, 10);
    });

    test('T-10: a revoked cross-certificate leaves the path through its sibling good', async () => {
      const web = { ...good, [ROOT_CRL]: await crlWith(root, '10') };
      const both = {
        intermediates: [issuer.certificate, crossSigned.certificate],
        trustAnchors: [root.certificate, otherRoot.certificate],
      };
      const report = await check(web, {}, both);
      assert.equal(report.verdict, 'good');
      assert.equal(report.chain[1]?.certificate, crossSigned.certificate);
      assert.equal(report.otherPaths[0]?.verdict, 'revoked');
    });

    test('a target that is revoked is revoked on every path', async () => {
      const web = { ...good, [OCSP]: await ocsp({ singles: [{ certStatus: REVOKED }] }) };
      const both = {
        intermediates: [issuer.certificate, crossSigned.certificate],
        trustAnchors: [root.certificate, otherRoot.certificate],
      };
      assert.equal((await check(web, {}, both)).verdict, 'revoked');
    });

    test('a certificate in two paths is asked about once', async () => {
      const web = fakeWeb(without(good, ROOT_CRL));
      const report = await checkCertificate({
        ...input(web.fetch),
        intermediates: [issuer.certificate, crossSigned.certificate],
        trustAnchors: [root.certificate, otherRoot.certificate],
      });
      assert.equal(report.verdict, 'good');
      assert.equal(report.otherPaths.length, 1);
      assert.equal(web.asked.filter((url) => url.startsWith(OCSP)).length, 1);
    });
  });

  async function check(
    answers: Readonly<Record<string, Answer>>,
    policy: CheckPolicy = {},
    more: Partial<CertificateToCheck> = {},
  ) {
    return checkCertificate({ ...input(fakeWeb(answers).fetch), policy, ...more });
  }

  function input(fetch: CertificateToCheck['fetch']): CertificateToCheck {
    return {
      certificate: leaf.certificate,
      intermediates: [issuer.certificate],
      trustAnchors: [root.certificate],
      at: AT,
      crypto: CRYPTO,
      fetch,
      clock: fakeClock(),
    };
  }

  async function ocsp(options: OcspOptions): Promise<Answer> {
    return sends(await makeOcsp(issuer, leaf.certificate, options), OCSP_TYPE);
  }
});

async function crlWith(ca: Party, serialNumber: string): Promise<Answer> {
  const entry = encodeCrlEntry({
    serialNumber: serialNumberToBytes(serialNumber),
    revocationDate: secondsFromNow(-60),
  });
  return sends(await makeCrl(ca, { entries: [entry] }), CRL_TYPE);
}

function without(answers: Readonly<Record<string, Answer>>, url: string): Readonly<Record<string, Answer>> {
  return Object.fromEntries(Object.entries(answers).filter(([key]) => key !== url));
}

const REVOKED = { status: 'revoked', revocationTime: secondsFromNow(-60), reason: 'superseded' } as const;
const OCSP_TYPE = 'application/ocsp-response';
const CRL_TYPE = 'application/pkix-crl';
