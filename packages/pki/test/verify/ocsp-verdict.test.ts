import assert from 'node:assert/strict';
import { before, describe, test } from 'node:test';
import {
  EXTENDED_KEY_USAGE_OIDS,
  encodeCaBasicConstraints,
  encodeExtendedKeyUsage,
  encodeExtension,
  encodeKeyUsage,
  encodeOcspNoCheck,
} from '@lancre/pki/certificate';
import { encodeNonce, encodeOcspError } from '@lancre/pki/ocsp';
import { checkOcsp, type OcspToCheck, type OcspUndeterminedReason } from '@lancre/pki/verify';
import { bytes } from '../support/hex.ts';
import {
  AT,
  CRYPTO,
  certIdOf,
  make,
  makeCa,
  makeLeaf,
  makeOcsp,
  type OcspOptions,
  type Party,
  type PartyOptions,
  secondsFromNow,
} from './pki-maker.ts';

describe('checking an OCSP answer', () => {
  let root: Party;
  let issuer: Party;
  let leaf: Party;

  before(async () => {
    root = await makeCa('Root X1');
    issuer = await makeCa('E1', { issuer: root });
    leaf = await makeLeaf(issuer);
  });

  test('VER-01: a good answer by the issuer is good, with its evidence', async () => {
    const verdict = await check({ singles: [{}] });
    assert.ok(verdict.kind === 'good');
    assert.equal(verdict.signer.role, 'issuer');
    assert.equal(verdict.signer.certificate, issuer.certificate);
    assert.equal(verdict.certIdHash, 'SHA-1');
    assert.deepEqual(verdict.nextUpdate, secondsFromNow(86_400));
  });

  test('VER-31: a revoked answer says when and why', async () => {
    const revocationTime = secondsFromNow(-7200);
    const certStatus = { status: 'revoked', revocationTime, reason: 'keyCompromise' } as const;
    const verdict = await check({ singles: [{ certStatus }] });
    assert.ok(verdict.kind === 'revoked');
    assert.deepEqual(verdict.revocationTime, revocationTime);
    assert.equal(verdict.reason, 'keyCompromise');
  });

  test('VER-31: unknown is unknown', async () => {
    assert.equal((await check({ singles: [{ certStatus: { status: 'unknown' } }] })).kind, 'unknown');
  });

  test('T-24: a CertID of any of the four hashes matches', async () => {
    for (const hash of ['SHA-1', 'SHA-256', 'SHA-384', 'SHA-512'] as const) {
      const certIdDer = await certIdOf(issuer, leaf.certificate, hash);
      const verdict = await check({ singles: [{ certIdDer }] });
      assert.ok(verdict.kind === 'good');
      assert.equal(verdict.certIdHash, hash);
    }
  });

  test('VER-01: an answer about another serial, or the same serial of another issuer, says nothing', async () => {
    const serial = await certIdOf(issuer, { serialNumber: '1002' });
    await isUndetermined({ singles: [{ certIdDer: serial }] }, 'certificate_not_covered');
    const sameName = await makeCa('E1', { issuer: root });
    const sameKey = await makeCa('E9', { issuer: root, signer: issuer.signer });
    for (const other of [sameName, sameKey]) {
      const certIdDer = await certIdOf(other, leaf.certificate);
      await isUndetermined({ singles: [{ certIdDer }] }, 'certificate_not_covered');
    }
  });

  test('VER-14: of several answers the one about the certificate counts', async () => {
    const other = await certIdOf(issuer, { serialNumber: '1002' });
    const revoked = { status: 'revoked', revocationTime: AT } as const;
    const verdict = await check({ singles: [{ certIdDer: other, certStatus: revoked }, {}] });
    assert.equal(verdict.kind, 'good');
  });

  test('VER-14: of two answers about one certificate the more severe counts, in either order', async () => {
    const good = {};
    const revoked = { certStatus: { status: 'revoked', revocationTime: AT } } as const;
    const unknown = { certStatus: { status: 'unknown' } } as const;
    const sha256 = { ...revoked, certIdDer: await certIdOf(issuer, leaf.certificate, 'SHA-256') };
    assert.equal((await check({ singles: [good, sha256] })).kind, 'revoked');
    assert.equal((await check({ singles: [revoked, good] })).kind, 'revoked');
    assert.equal((await check({ singles: [good, unknown] })).kind, 'unknown');
    assert.equal((await check({ singles: [unknown, revoked] })).kind, 'revoked');
  });

  test('VER-08: an error answer is no information, and says which error', async () => {
    for (const status of ['tryLater', 'unauthorized', 'internalError'] as const) {
      const verdict = await checkOcsp(input(encodeOcspError(status)));
      assert.ok(verdict.kind === 'undetermined');
      assert.equal(verdict.reason, 'error_response');
      assert.equal(verdict.errorStatus, status);
    }
  });

  test('T-03: bytes that are no answer are malformed', async () => {
    for (const response of [bytes(''), bytes('30'), bytes('3003020100'), bytes('3c68746d6c3e')]) {
      const verdict = await checkOcsp(input(response));
      assert.ok(verdict.kind === 'undetermined');
      assert.equal(verdict.reason, 'response_malformed');
    }
  });

  describe('times', () => {
    test('VER-05: an answer without nextUpdate is not accepted', async () => {
      await isUndetermined({ singles: [{ nextUpdate: undefined }] }, 'next_update_missing');
    });

    test('VER-05, T-18: an answer ends with nextUpdate, to the second', async () => {
      await isUndetermined({ singles: [{ nextUpdate: secondsFromNow(-1) }] }, 'stale');
      await isUndetermined({ singles: [{ nextUpdate: AT }] }, 'stale');
      assert.equal((await check({ singles: [{ nextUpdate: secondsFromNow(1) }] })).kind, 'good');
    });

    test('VER-05: thisUpdate and producedAt may be ahead by the tolerance, to the second', async () => {
      for (const [ahead, kind] of [
        [60, 'good'],
        [61, 'undetermined'],
      ] as const) {
        const time = secondsFromNow(ahead);
        const late = await check({ singles: [{ thisUpdate: time }] }, { clockSkewSeconds: 60 });
        assert.equal(late.kind, kind);
        const produced = await check({ producedAt: time, singles: [{}] }, { clockSkewSeconds: 60 });
        assert.equal(produced.kind, kind);
      }
    });

    test('a stale answer does not count beside a current one', async () => {
      const stale = { nextUpdate: secondsFromNow(-1), certStatus: { status: 'unknown' } } as const;
      assert.equal((await check({ singles: [stale, {}] })).kind, 'good');
    });

    test('an invalid Date is no time at which an answer holds', async () => {
      const verdict = await check({ singles: [{}] }, { at: new Date(Number.NaN) });
      assert.equal(verdict.kind, 'undetermined');
    });
  });

  describe('extensions', () => {
    test('VER-07: a critical extension that is not known, on the answer or in it, is refused', async () => {
      const critical = encodeExtension('1.2.3.4', 'critical', bytes('0500'));
      await isUndetermined({ singles: [{}], extensions: [critical] }, 'critical_extension_unsupported');
      await isUndetermined({ singles: [{ extensions: [critical] }] }, 'critical_extension_unsupported');
      const mild = encodeExtension('1.2.3.4', 'non-critical', bytes('0500'));
      const verdict = await check({ singles: [{ extensions: [mild] }], extensions: [mild] });
      assert.equal(verdict.kind, 'good');
    });

    test('VER-06: with a nonce sent, another is refused, none and the same are accepted', async () => {
      const nonce = new Uint8Array(32).fill(1);
      const other = encodeNonce(new Uint8Array(32).fill(2));
      const singles = [{}];
      await isUndetermined({ singles, extensions: [other] }, 'nonce_mismatch', { nonce });
      const unwrapped = encodeExtension('1.3.6.1.5.5.7.48.1.2', 'non-critical', bytes('010101'));
      await isUndetermined({ singles, extensions: [unwrapped] }, 'nonce_mismatch', { nonce });
      assert.equal((await check({ singles }, { nonce })).kind, 'good');
      assert.equal((await check({ singles, extensions: [encodeNonce(nonce)] }, { nonce })).kind, 'good');
    });

    test('VER-06: without a nonce sent, any is ignored', async () => {
      const extensions = [encodeNonce(new Uint8Array(32))];
      assert.equal((await check({ singles: [{}], extensions })).kind, 'good');
    });
  });

  describe('who signed', () => {
    test('VER-04: the issuer is found by name as by key', async () => {
      const responderId = { by: 'name', name: issuer.certificate.subject } as const;
      assert.equal((await check({ singles: [{}], responderId })).kind, 'good');
    });

    test('VER-01: a signature by another key is refused, though responderID names the issuer', async () => {
      const impostor = await makeCa('E1', { issuer: root });
      const responderId = { by: 'name', name: issuer.certificate.subject } as const;
      await isUndetermined({ singles: [{}], signer: impostor, responderId }, 'signature_invalid');
    });

    test('an answer by somebody whose certificate did not come along has no signer', async () => {
      await isUndetermined({ singles: [{}], signer: await makeDelegate() }, 'signer_not_found');
    });

    test('VER-02, VER-04: a delegate of the issuer is accepted, found by key or by name', async () => {
      const signer = await makeDelegate();
      const certificates = [signer.certificate.der];
      const byKey = await check({ singles: [{}], signer, certificates });
      assert.ok(byKey.kind === 'good');
      assert.equal(byKey.signer.role, 'delegate');
      const responderId = { by: 'name', name: signer.certificate.subject } as const;
      assert.equal((await check({ singles: [{}], signer, certificates, responderId })).kind, 'good');
    });

    test('RFC 6960 4.2.2.3: a delegate that responderID does not mean is not the signer', async () => {
      const signer = await makeDelegate();
      const certificates = [signer.certificate.der];
      const byKey = { by: 'key', keyHash: new Uint8Array(20) } as const;
      const byName = { by: 'name', name: root.certificate.subject } as const;
      for (const responderId of [byKey, byName]) {
        await isUndetermined({ singles: [{}], signer, certificates, responderId }, 'signer_not_found');
      }
    });

    test('a delegate is found among other certificates and bytes that are none', async () => {
      const signer = await makeDelegate();
      const certificates = [
        bytes('3000'),
        issuer.certificate.der,
        leaf.certificate.der,
        signer.certificate.der,
      ];
      assert.equal((await check({ singles: [{}], signer, certificates })).kind, 'good');
    });

    test('VER-33: no more than eight certificates that came along are tried', async () => {
      const signer = await makeDelegate();
      const certificates = [...new Array<Uint8Array>(8).fill(bytes('3000')), signer.certificate.der];
      await isUndetermined({ singles: [{}], signer, certificates }, 'signer_not_found');
    });

    test('VER-02: the signature has to be by the delegate whose certificate came along', async () => {
      const delegate = await makeDelegate();
      const other = await makeDelegate();
      const responderId = { by: 'name', name: other.certificate.subject } as const;
      const certificates = [delegate.certificate.der];
      await isUndetermined({ singles: [{}], signer: other, responderId, certificates }, 'signature_invalid');
    });

    test('VER-02, T-39: a delegate of another CA, even of the same name, is refused', async () => {
      const sibling = await makeCa('E2', { issuer: root });
      const sameName = await makeCa('E1', { issuer: root });
      const sameKey = await makeCa('E9', { issuer: root, signer: issuer.signer });
      for (const ca of [sibling, sameName, sameKey, root]) {
        await refusesDelegate({ issuer: ca }, 'delegate_not_issued_by_issuer');
      }
    });

    test('VER-02: a delegate of a delegate is refused', async () => {
      const delegate = await makeDelegate();
      await refusesDelegate({ issuer: delegate }, 'delegate_not_issued_by_issuer');
    });

    test('VER-02: a certificate of the issuer without OCSPSigning is no delegate', async () => {
      const { serverAuth, anyExtendedKeyUsage } = EXTENDED_KEY_USAGE_OIDS;
      for (const purposes of [undefined, [serverAuth], [anyExtendedKeyUsage]]) {
        const extensions = [
          ...(purposes === undefined ? [] : [encodeExtendedKeyUsage(purposes)]),
          encodeOcspNoCheck(),
        ];
        await refusesDelegate({ extensions }, 'delegate_purpose_missing');
      }
    });

    test('T-28: a CA certificate with OCSPSigning is no delegate', async () => {
      const extensions = [encodeCaBasicConstraints(), ...DELEGATE_EXTENSIONS];
      await refusesDelegate({ extensions }, 'delegate_is_ca');
    });

    test('VER-03: a delegate has to be valid at the time of checking', async () => {
      await refusesDelegate({ notAfter: secondsFromNow(-1) }, 'delegate_not_current');
      await refusesDelegate({ notBefore: secondsFromNow(1) }, 'delegate_not_current');
    });

    test('VER-03: keyUsage of a delegate has to have digitalSignature, when it is there', async () => {
      const withUsage = (usage: 'digitalSignature' | 'keyAgreement') => [
        encodeKeyUsage([usage]),
        ...DELEGATE_EXTENSIONS,
      ];
      await refusesDelegate({ extensions: withUsage('keyAgreement') }, 'delegate_key_usage');
      const signer = await makeDelegate({ extensions: withUsage('digitalSignature') });
      const certificates = [signer.certificate.der];
      assert.equal((await check({ singles: [{}], signer, certificates })).kind, 'good');
    });

    test('VER-03: a delegate that could be revoked is not accepted yet', async () => {
      const extensions = [encodeExtendedKeyUsage([EXTENDED_KEY_USAGE_OIDS.ocspSigning])];
      await refusesDelegate({ extensions }, 'delegate_revocation_unchecked');
    });

    test('a critical extension of a delegate that is not known is refused', async () => {
      const unknown = encodeExtension('1.2.3.4', 'critical', bytes('0500'));
      const extensions = [...DELEGATE_EXTENSIONS, unknown];
      await refusesDelegate({ extensions }, 'delegate_critical_extension');
    });

    test('a delegate whose extensions cannot be read is refused', async () => {
      const broken = encodeExtension('2.5.29.19', 'critical', bytes('0500'));
      await refusesDelegate({ extensions: [...DELEGATE_EXTENSIONS, broken] }, 'delegate_malformed');
    });

    test('VER-30: a signature algorithm that is not known is unsupported, not valid', async () => {
      const crypto = { ...CRYPTO, verify: async () => 'unsupported' as const };
      await isUndetermined({ singles: [{}] }, 'signature_unsupported', { crypto });
    });

    test('an issuer that is not that of the certificate is a mismatch', async () => {
      const response = await makeOcsp(root, leaf.certificate, { singles: [{}] });
      const verdict = await checkOcsp({ ...input(response), issuer: root.certificate });
      assert.ok(verdict.kind === 'undetermined');
      assert.equal(verdict.reason, 'issuer_mismatch');
    });
  });

  function makeDelegate(options: PartyOptions = {}): Promise<Party> {
    return make('OCSP of E1', { issuer, extensions: DELEGATE_EXTENSIONS, ...options });
  }

  async function refusesDelegate(options: PartyOptions, reason: OcspUndeterminedReason): Promise<void> {
    const signer = await makeDelegate(options);
    await isUndetermined({ singles: [{}], signer, certificates: [signer.certificate.der] }, reason);
  }

  async function isUndetermined(
    options: OcspOptions,
    reason: OcspUndeterminedReason,
    more: Partial<OcspToCheck> = {},
  ): Promise<void> {
    const verdict = await check(options, more);
    assert.ok(verdict.kind === 'undetermined', `it is ${verdict.kind}`);
    assert.equal(verdict.reason, reason, verdict.message);
  }

  async function check(options: OcspOptions, more: Partial<OcspToCheck> = {}) {
    return checkOcsp({ ...input(await makeOcsp(issuer, leaf.certificate, options)), ...more });
  }

  function input(response: Uint8Array): OcspToCheck {
    return {
      response,
      certificate: leaf.certificate,
      issuer: issuer.certificate,
      at: AT,
      crypto: CRYPTO,
    };
  }
});

const DELEGATE_EXTENSIONS = [
  encodeExtendedKeyUsage([EXTENDED_KEY_USAGE_OIDS.ocspSigning]),
  encodeOcspNoCheck(),
];
