import assert from 'node:assert/strict';
import { before, describe, test } from 'node:test';
import { decodeSubjectPublicKeyInfo } from '@lancre/pki/certificate';
import type { Signer } from '@lancre/pki/crypto';
import { createNodeCrypto } from '@lancre/pki/crypto-node';
import {
  type BasicOcspResponse,
  decodeOcspResponse,
  encodeCertId,
  encodeOcspError,
  type SingleResponse,
} from '@lancre/pki/ocsp';
import type { Issuer } from '#host/issuer/issuer.js';
import type { UnknownSerialAnswer } from '#host/issuer/issuer-policy.js';
import { createIssuerRegistry, type IssuerRegistry } from '#host/issuer/issuer-registry.js';
import type { OcspAnswer, OcspQuestion, SignedAnswer } from '#host/status/ocsp-source.js';
import type { OcspResponder } from '#host/status/responder.js';
import { SigningOcspSource } from '#host/status/signing-source.js';
import { createIssuer, newSigner, signCertificate, type TestIssuer } from '../issuer/test-issuers.js';
import { MemoryStatusStore } from './memory-status-store.js';
import { NOT_AFTER, octetsOf, REVOKED_AT, record, revoked } from './records.js';

const crypto = createNodeCrypto();
const NOW = new Date('2026-11-25T10:00:00.750Z');

describe('the source that signs', () => {
  let ca: TestIssuer;
  let store: MemoryStatusStore;

  before(async () => {
    ca = await createIssuer({ id: 1, name: 'e1' });
    store = new MemoryStatusStore();
    await store.assign(1, [
      record('0a'),
      record('ff', { status: revoked({ reason: 'keyCompromise' }) }),
      record('0c', { status: revoked() }),
    ]);
  });

  test('ORSP-14, ORSP-15: thisUpdate and producedAt are the moment of signing, nextUpdate follows', async () => {
    const { basic, single } = await ask(ca, store, question('0a'));
    assert.equal(single.thisUpdate.toISOString(), '2026-11-25T10:00:00.000Z');
    assert.equal(basic.producedAt.getTime(), single.thisUpdate.getTime());
    assert.ok(single.nextUpdate && single.nextUpdate > basic.producedAt);
  });

  test('OREQ-11: the CertID comes back as it was asked, whatever the length and the first bit of the serial', async () => {
    const serials = ['0a', '7f', '80', 'ff', '0100', '8000', '7f'.repeat(20), '80'.padEnd(38, '0'), 'ff0a'];
    const many = new MemoryStatusStore();
    await many.assign(
      1,
      serials.map((serial) => record(serial)),
    );
    const registry = await createIssuerRegistry([ca.issuer], crypto);
    for (const hash of ['SHA-1', 'SHA-256'] as const) {
      const hashes = registry.certIdHashesOf(1, hash);
      assert.ok(hashes);
      for (const parameters of ['null', 'absent'] as const) {
        for (const serialNumber of [...serials, ...serials]) {
          const form = { hash, parameters };
          const items = [{ form, serialNumber: octetsOf(serialNumber) }];
          const { single } = await ask(ca, many, { issuerId: 1, items });
          const asked = encodeCertId({ ...form, ...hashes, serialNumber });
          assert.deepEqual(single.certId.der, asked);
        }
      }
    }
  });

  test('ORSP-17, ORSP-18, T-18: both ends counted, the default validity is 96 hours exactly', async () => {
    const { single } = await ask(ca, store, question('0a'));
    const inclusive = ((single.nextUpdate?.getTime() ?? 0) - single.thisUpdate.getTime()) / 1000 + 1;
    assert.equal(inclusive, 96 * 3600);
  });

  test('ORSP-19: an answer is to be refreshed at half of its validity', async () => {
    const { answer } = await ask(ca, store, question('0a'));
    const half = (answer.nextUpdate.getTime() - answer.thisUpdate.getTime()) / 2;
    assert.ok(Math.abs(answer.refreshAt.getTime() - answer.thisUpdate.getTime() - half) <= 1000);
  });

  test('ORSP-20: nextUpdate never lies after the notAfter of the issuing CA', async () => {
    const end = new Date('2026-11-26T00:00:00Z');
    const own = ca.issuer.certificates[0];
    const issuer: Issuer = { ...ca.issuer, certificates: [{ ...own, notAfter: end }] };
    const { single } = await ask({ ...ca, issuer }, store, question('0a'));
    assert.equal(single.nextUpdate?.getTime(), end.getTime());
  });

  test('ORSP-08, ORSP-09, ORSP-10: the CA signs by itself, named by its key, and sends no certificate', async () => {
    const { basic } = await ask(ca, store, question('0a'));
    const { publicKey } = decodeSubjectPublicKeyInfo(ca.certificate.subjectPublicKeyInfo.der);
    assert.deepEqual(basic.responderId, { by: 'key', keyHash: await crypto.digest('SHA-1', publicKey) });
    assert.deepEqual(basic.certificates, []);
    assert.equal(await verdict(basic, ca), 'valid');
  });

  test('ORSP-30, ORSP-31, ORSP-25: one SingleResponse, and no extension anywhere', async () => {
    const { basic } = await ask(ca, store, question('ff'));
    assert.equal(basic.responses.length, 1);
    assert.deepEqual(basic.extensions, []);
    assert.deepEqual(basic.responses[0]?.extensions, []);
  });

  test('ORSP-26: reason and time are those of the record, and no reason is left out', async () => {
    assert.deepEqual((await ask(ca, store, question('ff'))).single.certStatus, {
      status: 'revoked',
      revocationTime: REVOKED_AT,
      reason: 'keyCompromise',
    });
    const { certStatus } = (await ask(ca, store, question('0c'))).single;
    assert.equal(certStatus.status === 'revoked' && certStatus.reason, undefined);
  });

  test('OREQ-11, T-24: the CertID comes back as it was asked, by each hash and in both spellings', async () => {
    for (const hash of ['SHA-1', 'SHA-256', 'SHA-384', 'SHA-512'] as const) {
      for (const parameters of ['absent', 'null'] as const) {
        const asked = {
          ...question('ff'),
          items: [{ form: { hash, parameters }, serialNumber: octetsOf('ff') }],
        };
        const { certId } = (await ask(ca, store, asked)).single;
        assert.deepEqual([certId.hash, certId.parameters, certId.serialNumber], [hash, parameters, 'ff']);
        assert.deepEqual(certId.issuerNameHash, await crypto.digest(hash, ca.certificate.subject.der));
      }
    }
  });

  test('OREQ-18: of several certificates every one is answered, in one response', async () => {
    const { basic } = await ask(ca, store, question('0a', 'ff', '0c'));
    assert.deepEqual(
      basic.responses.map(({ certId, certStatus }) => [certId.serialNumber, certStatus.status]),
      [
        ['0a', 'good'],
        ['ff', 'revoked'],
        ['0c', 'revoked'],
      ],
    );
  });

  test('OREQ-18: one that may not be answered for keeps all from being answered in part', async () => {
    const answer = await source(ca, store).answer(question('0a', '77'));
    assert.deepEqual(answer, { kind: 'refused', status: 'unauthorized', cause: 'serial_unassigned' });
  });

  test('ORSP-23, T-29: no policy makes a serial that was never assigned good', async () => {
    for (const unknownSerial of ['unauthorized', 'unknown', 'extended-revoke'] as const) {
      const answer = await source(withUnknown(ca, unknownSerial), store).answer(question('77'));
      const status = answer.kind === 'signed' ? read(answer).single.certStatus.status : answer.status;
      assert.notEqual(status, 'good');
    }
  });

  test('T-05: what is said of a serial without a record is due again at once: it may get one at any moment', async () => {
    for (const unknownSerial of ['unknown', 'extended-revoke'] as const) {
      const { answer } = await ask(withUnknown(ca, unknownSerial), store, question('77'));
      assert.equal(answer.refreshAt.getTime(), answer.thisUpdate.getTime());
    }
  });

  test('OREQ-16: an unassigned serial is signed unknown where the policy says so', async () => {
    const { single, answer } = await ask(withUnknown(ca, 'unknown'), store, question('77'));
    assert.deepEqual(single.certStatus, { status: 'unknown' });
    assert.deepEqual(answer.versions, [undefined]);
  });

  test('OREQ-17: extended revoke has the date, the reason and the extension of RFC 6960', async () => {
    const { basic, single } = await ask(withUnknown(ca, 'extended-revoke'), store, question('77'));
    assert.deepEqual(single.certStatus, {
      status: 'revoked',
      revocationTime: new Date('1970-01-01T00:00:00Z'),
      reason: 'certificateHold',
    });
    assert.deepEqual(single.extensions, []);
    assert.deepEqual(
      basic.extensions.map(({ oid, critical, value }) => [oid, critical, Buffer.from(value).toString('hex')]),
      [['1.3.6.1.5.5.7.48.1.9', false, '0500']],
    );
  });

  test('OREQ-26: a nonce that is in the question is echoed octet by octet', async () => {
    const nonce = Uint8Array.from({ length: 32 }, (_, index) => index);
    const { basic } = await ask(ca, store, { ...question('0a'), nonce });
    const extension = basic.extensions.find(({ oid }) => oid === '1.3.6.1.5.5.7.48.1.2');
    assert.equal(
      Buffer.from(extension?.value ?? []).toString('hex'),
      `0420${Buffer.from(nonce).toString('hex')}`,
    );
  });

  test('T-23e, ORSP-29: from the second after notAfter on a certificate is not answered for', async () => {
    const at = (milliseconds: number) =>
      source(ca, store, () => new Date(NOT_AFTER.getTime() + milliseconds));
    assert.equal((await at(0).answer(question('0a'))).kind, 'signed');
    assert.deepEqual(await at(1000).answer(question('0a')), {
      kind: 'refused',
      status: 'unauthorized',
      cause: 'certificate_expired',
    });
  });

  test('T-23g, OREQ-40: the same serial under another issuer is another certificate', async () => {
    const other = await createIssuer({ id: 2, name: 'e2' });
    await store.assign(2, [record('ff', { issuerId: 2 })]);
    const { single } = await ask(other, store, { ...question('ff'), issuerId: 2 });
    assert.equal(single.certStatus.status, 'good');
    assert.equal((await ask(ca, store, question('ff'))).single.certStatus.status, 'revoked');
  });

  test('T-07, T-10, ORSP-43: cross-certificates share the answers, and revoking one is no word about leaves', async () => {
    const cross = await signCertificate({
      commonName: 'CA e1',
      subject: ca.signer,
      issuedBy: { commonName: 'Root X2', signer: newSigner() },
    });
    // The root that made the cross-certificate revokes it.
    await store.assign(3, [record(cross.serialNumber, { issuerId: 3, status: revoked() })]);
    const issuer: Issuer = { ...ca.issuer, certificates: [ca.certificate, cross] };
    assert.equal((await ask({ ...ca, issuer }, store, question('0a'))).single.certStatus.status, 'good');
  });

  test('an issuer without a key here is unauthorized, an unknown one too, one whose key is not there tryLater', async () => {
    const keyless = new SigningOcspSource({
      ...(await options(ca, store)),
      responders: { respondersOf: () => [] },
    });
    assert.deepEqual(await keyless.answer(question('0a')), {
      kind: 'refused',
      status: 'unauthorized',
      cause: 'no_key',
    });
    const lost = { ...ca.issuer, key: { path: '/nowhere' } };
    const registry = await createIssuerRegistry([lost], crypto);
    const unloaded = new SigningOcspSource({
      ...(await options(ca, store)),
      registry: () => registry,
      responders: { respondersOf: () => [] },
    });
    const later = await unloaded.answer(question('0a'));
    assert.deepEqual([later.kind, later.kind === 'refused' && later.status], ['refused', 'tryLater']);
    const unknown = await source(ca, store).answer({ ...question('0a'), issuerId: 9 });
    assert.deepEqual(unknown, { kind: 'refused', status: 'unauthorized', cause: 'issuer_unknown' });
  });

  test('a signer that fails is tryLater with a time to come back, and nothing is thrown', async () => {
    const broken: Signer = { ...ca.signer, sign: () => Promise.reject(new Error('the token is gone')) };
    const answer = await source({ ...ca, signer: broken }, store).answer(question('0a'));
    assert.deepEqual(answer, {
      kind: 'refused',
      status: 'tryLater',
      cause: 'signer_failed',
      retryAfterSeconds: 5,
    });
  });

  test('ORSP-02: errors are five octets without responseBytes', () => {
    for (const [status, code] of [
      ['malformedRequest', '01'],
      ['internalError', '02'],
      ['tryLater', '03'],
      ['sigRequired', '05'],
      ['unauthorized', '06'],
    ] as const) {
      assert.equal(Buffer.from(encodeOcspError(status)).toString('hex'), `30030a01${code}`);
    }
  });

  test('ORSP-35: RSA issuers sign with RSA and SHA-256, which every client must know', async () => {
    const rsa = await createIssuer({ id: 1, name: 'r1', key: 'rsa-2048' });
    const { basic } = await ask(rsa, store, question('0a'));
    assert.equal(basic.signatureAlgorithm.oid, '1.2.840.113549.1.1.11');
    assert.equal(await verdict(basic, rsa), 'valid');
  });
});

async function options(ca: TestIssuer, store: MemoryStatusStore) {
  const registry: IssuerRegistry = await createIssuerRegistry([ca.issuer], crypto);
  return {
    view: store,
    registry: () => registry,
    address,
    responders: await respondersOf(ca),
    now: () => NOW,
  };
}

const address = { routing: 'path', base: 'http://pki.example' } as const;

/** The issuer as its own responder. */
async function respondersOf(ca: TestIssuer) {
  const keyHash = await crypto.digest('SHA-1', ca.certificate.subjectPublicKeyInfo.publicKey);
  const responder: OcspResponder = {
    signer: ca.signer,
    responderId: { by: 'key', keyHash },
    certificates: [],
    notBefore: new Date(0),
    notAfter: new Date(Math.max(...ca.issuer.certificates.map(({ notAfter }) => notAfter.getTime()))),
  };
  return { respondersOf: (id: number) => (id === ca.issuer.id ? [responder] : []) };
}

function source(ca: TestIssuer, store: MemoryStatusStore, now: () => Date = () => NOW) {
  return {
    answer: async (asked: OcspQuestion): Promise<OcspAnswer> =>
      new SigningOcspSource({ ...(await options(ca, store)), now }).answer(asked),
  };
}

async function ask(ca: TestIssuer, store: MemoryStatusStore, asked: OcspQuestion) {
  const answer = await source(ca, store).answer(asked);
  assert.equal(answer.kind, 'signed');
  return read(answer as SignedAnswer);
}

function read(answer: SignedAnswer): {
  readonly answer: SignedAnswer;
  readonly basic: BasicOcspResponse;
  readonly single: SingleResponse;
} {
  const response = decodeOcspResponse(answer.der);
  assert.ok(response.status === 'successful');
  const [single] = response.basic.responses;
  assert.ok(single);
  return { answer, basic: response.basic, single };
}

function verdict(basic: BasicOcspResponse, ca: TestIssuer) {
  return crypto.verify({
    algorithm: basic.signatureAlgorithm,
    subjectPublicKeyInfoDer: ca.certificate.subjectPublicKeyInfo.der,
    message: basic.tbsDer,
    signature: basic.signature,
  });
}

function question(...serials: readonly string[]): OcspQuestion {
  const form = { hash: 'SHA-1', parameters: 'null' } as const;
  return { issuerId: 1, items: serials.map((serial) => ({ form, serialNumber: octetsOf(serial) })) };
}

function withUnknown(ca: TestIssuer, unknownSerial: UnknownSerialAnswer): TestIssuer {
  const { policy } = ca.issuer;
  return { ...ca, issuer: { ...ca.issuer, policy: { ...policy, ocsp: { ...policy.ocsp, unknownSerial } } } };
}
