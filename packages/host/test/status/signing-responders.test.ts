import assert from 'node:assert/strict';
import { beforeEach, describe, test } from 'node:test';
import { createNodeCrypto } from '@lancre/pki/crypto-node';
import {
  archiveCutoffOf,
  type BasicOcspResponse,
  crlIdOf,
  decodeOcspResponse,
  encodeInvalidityDate,
} from '@lancre/pki/ocsp';
import type { Issuer } from '#host/issuer/issuer.js';
import { createIssuerRegistry } from '#host/issuer/issuer-registry.js';
import type { OcspQuestion } from '#host/status/ocsp-source.js';
import type { OcspResponder } from '#host/status/responder.js';
import { SigningOcspSource } from '#host/status/signing-source.js';
import { createIssuer, type KeyType, newSigner, signCertificate } from '../issuer/test-issuers.js';
import { MemoryStatusStore } from './memory-status-store.js';
import { held, octetsOf, REVOKED_AT, record, revoked } from './records.js';
import { ADDRESS, ownResponder } from './test-signing.js';

const crypto = createNodeCrypto();
const NOW = new Date('2026-11-25T10:00:00Z');
const ca = await createIssuer({ id: 1, name: 'e1' });
const own = await ownResponder(ca);
let store: MemoryStatusStore;

beforeEach(async () => {
  store = new MemoryStatusStore();
  await store.assign(1, [
    record('0a'),
    record('0b', { status: revoked({ reason: 'superseded' }) }),
    record('0c', { status: held() }),
  ]);
});

async function delegate(type: KeyType = 'P-256', notAfter = '2027-01-01T00:00:00Z'): Promise<OcspResponder> {
  const signer = newSigner(type);
  const certificate = await signCertificate({
    commonName: 'Responder',
    subject: signer,
    issuedBy: { commonName: 'CA e1', signer: ca.signer },
    keyUsage: ['digitalSignature'],
    basicConstraints: 'absent',
  });
  const keyHash = await crypto.digest('SHA-1', certificate.subjectPublicKeyInfo.publicKey);
  return {
    signer,
    responderId: { by: 'key', keyHash },
    certificates: [certificate.der],
    notBefore: new Date('2026-01-01T00:00:00Z'),
    notAfter: new Date(notAfter),
  };
}

function broken(responder: OcspResponder): OcspResponder {
  return {
    ...responder,
    signer: { ...responder.signer, sign: () => Promise.reject(new Error('the token is gone')) },
  };
}

async function ask(
  responders: readonly OcspResponder[],
  serial = '0a',
  more: { readonly issuer?: Issuer; readonly question?: Partial<OcspQuestion> } = {},
) {
  const registry = await createIssuerRegistry([more.issuer ?? ca.issuer], crypto);
  const source = new SigningOcspSource({
    view: store,
    registry: () => registry,
    responders: { respondersOf: () => responders },
    address: ADDRESS,
    now: () => NOW,
  });
  const form = { hash: 'SHA-1', parameters: 'null' } as const;
  return source.answer({
    issuerId: 1,
    items: [{ form, serialNumber: octetsOf(serial) }],
    ...more.question,
  });
}

async function basicOf(answer: ReturnType<typeof ask>): Promise<BasicOcspResponse> {
  const settled = await answer;
  assert.ok(settled.kind === 'signed', JSON.stringify(settled));
  const response = decodeOcspResponse(settled.der);
  assert.ok(response.status === 'successful');
  return response.basic;
}

async function isSignedBy(basic: BasicOcspResponse, { signer }: OcspResponder): Promise<boolean> {
  const verdict = await crypto.verify({
    algorithm: basic.signatureAlgorithm,
    subjectPublicKeyInfoDer: signer.subjectPublicKeyInfoDer,
    message: basic.tbsDer,
    signature: basic.signature,
  });
  return verdict === 'valid';
}

describe('responders', () => {
  test('ORSP-07, ORSP-10: a delegate is named by its own key and sends its own certificate', async () => {
    const responder = await delegate();
    const basic = await basicOf(ask([responder, own]));
    assert.ok(await isSignedBy(basic, responder));
    assert.deepEqual(basic.responderId, responder.responderId);
    assert.deepEqual(basic.certificates.map(Buffer.from), responder.certificates.map(Buffer.from));
  });

  test('a responder may be named by its name', async () => {
    const name = ca.certificate.subject;
    const basic = await basicOf(ask([{ ...own, responderId: { by: 'name', name } }]));
    assert.ok(basic.responderId.by === 'name');
    assert.deepEqual(Buffer.from(basic.responderId.name.der), Buffer.from(name.der));
  });

  test('ORSP-20: nextUpdate never lies after the notAfter of the certificate that is sent along', async () => {
    const end = '2026-11-26T00:00:00Z';
    const basic = await basicOf(ask([await delegate('P-256', end)]));
    assert.deepEqual(basic.responses[0]?.nextUpdate, new Date(end));
  });

  test('a key that fails is passed over, and when none is left the answer is tryLater', async () => {
    const basic = await basicOf(ask([broken(await delegate()), own]));
    assert.ok(await isSignedBy(basic, own));
    assert.deepEqual(basic.certificates, []);
    const none = await ask([broken(await delegate()), broken(own)]);
    assert.deepEqual([none.kind, none.kind === 'refused' && none.status], ['refused', 'tryLater']);
  });

  test('OREQ-31: of several responders the one whose algorithm the client prefers signs', async () => {
    const rsa = await delegate('rsa-2048');
    const wanted = await basicOf(ask([own, rsa], '0a', { question: { algorithm: 'rsa-pkcs1-sha256' } }));
    assert.ok(await isSignedBy(wanted, rsa));
    const unavailable = await basicOf(ask([own, rsa], '0a', { question: { algorithm: 'ed25519' } }));
    assert.ok(await isSignedBy(unavailable, own));
  });

  test('ORSP-42: of a CA whose key is compromised every certificate is revoked, since then and for that', async () => {
    const issuer: Issuer = { ...ca.issuer, compromise: { since: new Date('2026-11-24T00:00:00Z') } };
    const statusOf = async (serial: string) =>
      (await basicOf(ask([own], serial, { issuer }))).responses[0]?.certStatus;
    const compromised = {
      status: 'revoked',
      revocationTime: issuer.compromise?.since,
      reason: 'cACompromise',
    };
    assert.deepEqual(await statusOf('0a'), compromised);
    assert.deepEqual(await statusOf('0c'), compromised);
    // What was revoked before keeps its date and reason (ORSP-26).
    assert.deepEqual(await statusOf('0b'), {
      status: 'revoked',
      revocationTime: REVOKED_AT,
      reason: 'superseded',
    });
    // BR 7.2.2 has no such reason for certificates of subscribers.
    const policy = { ...issuer.policy, profile: 'cabf' } as const;
    const cabf = await basicOf(ask([own], '0a', { issuer: { ...issuer, policy } }));
    assert.deepEqual(cabf.responses[0]?.certStatus, {
      status: 'revoked',
      revocationTime: issuer.compromise?.since,
      reason: undefined,
    });
    const unassigned = await ask([own], '77', { issuer });
    assert.ok(unassigned.kind === 'refused' && unassigned.status === 'unauthorized');
  });

  describe('what an issuer may be set to tell beside the status', () => {
    const withSettings = (settings: Partial<Issuer['policy']['ocsp']>): Issuer => {
      const { policy } = ca.issuer;
      return { ...ca.issuer, policy: { ...policy, ocsp: { ...policy.ocsp, ...settings } } };
    };
    const holderOf = async (serial: string, issuer: Issuer) => {
      const basic = await basicOf(ask([own], serial, { issuer }));
      const [single] = basic.responses;
      assert.ok(single);
      return { der: basic.tbsDer, extensions: single.extensions, certStatus: single.certStatus };
    };

    test('ORSP-29: expired certificates are answered for while they are remembered, with the archive cutoff', async () => {
      await store.assign(1, [record('0e', { notAfter: new Date('2026-11-20T00:00:00Z') })]);
      const forgotten = await ask([own], '0e', { issuer: withSettings({ retentionSeconds: 5 * 86_400 }) });
      assert.ok(forgotten.kind === 'refused' && forgotten.cause === 'certificate_expired');
      const holder = await holderOf('0e', withSettings({ retentionSeconds: 6 * 86_400 }));
      assert.equal(holder.certStatus.status, 'good');
      assert.deepEqual(archiveCutoffOf(holder), new Date(NOW.getTime() - 6 * 86_400_000));
    });

    test('ORSP-36: a revoked answer names the list that it is also on, and no other answer does', async () => {
      const issuer = withSettings({ crlId: 'include' });
      assert.equal(crlIdOf(await holderOf('0b', issuer))?.url, 'http://pki.example/c/e1.crl');
      assert.equal(crlIdOf(await holderOf('0a', issuer)), undefined);
      const shardsOnly: Issuer = {
        ...issuer,
        policy: { ...issuer.policy, crl: { ...issuer.policy.crl, shards: 4, full: 'omit' } },
      };
      await store.assign(1, [record('0d', { shard: 3, status: revoked() })]);
      assert.equal(crlIdOf(await holderOf('0d', shardsOnly))?.url, 'http://pki.example/c/e1/3.crl');
    });

    test('the invalidity date of a revoked certificate is told where that is set, and only there', async () => {
      const invalidityDate = new Date('2026-11-01T00:00:00Z');
      await store.assign(1, [record('0f', { status: revoked({ invalidityDate }) })]);
      const told = await holderOf('0f', withSettings({ invalidityDate: 'include' }));
      assert.deepEqual(
        told.extensions.map(({ der }) => Buffer.from(der).toString('hex')),
        [Buffer.from(encodeInvalidityDate(invalidityDate)).toString('hex')],
      );
      assert.deepEqual((await holderOf('0f', ca.issuer)).extensions, []);
    });
  });
});
