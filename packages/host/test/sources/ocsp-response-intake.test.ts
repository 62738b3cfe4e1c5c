import assert from 'node:assert/strict';
import { beforeEach, describe, test } from 'node:test';
import { createNodeCrypto } from '@lancre/pki/crypto-node';
import {
  type CertIdInput,
  type CertStatus,
  encodeCertId,
  encodeNonce,
  encodeOcspError,
  encodeOcspResponse,
  encodeResponseData,
  type ResponseDataInput,
} from '@lancre/pki/ocsp';
import { parseSerialNumber } from '@lancre/pki/text';
import type { Issuer } from '#host/issuer/issuer.js';
import { createIssuerRegistry } from '#host/issuer/issuer-registry.js';
import { type OcspResponseOutcome, takeInOcspResponse } from '#host/sources/ocsp-response-intake.js';
import { createIssuer, type TestIssuer } from '../issuer/test-issuers.js';
import { MemoryAnswerStore } from '../status/memory-answer-store.js';
import { MemoryStatusStore } from '../status/memory-status-store.js';
import { held, octetsOf, REVOKED_AT, record, revoked } from '../status/records.js';

const crypto = createNodeCrypto();
const root = await createIssuer({ id: 1, name: 'root' });
const other = await createIssuer({ id: 2, name: 'other' });
const now = new Date('2026-11-25T10:00:00Z');
const good: CertStatus = { status: 'good' };
const sha1 = { hash: 'SHA-1', parameters: 'null' } as const;
const sha256 = { hash: 'SHA-256', parameters: 'null' } as const;

let view: MemoryStatusStore;
let answers: MemoryAnswerStore;
let issuer: Issuer;

beforeEach(() => {
  view = new MemoryStatusStore();
  answers = new MemoryAnswerStore();
  issuer = root.issuer;
});

interface Wanted {
  readonly ca?: TestIssuer;
  readonly signedBy?: TestIssuer;
  readonly serial?: string;
  readonly certStatus?: CertStatus;
  readonly thisUpdate?: Date;
  readonly producedAt?: Date;
  readonly nextUpdate?: Date | 'absent';
  readonly forms?: readonly Pick<CertIdInput, 'hash' | 'parameters'>[];
  readonly extensions?: readonly Uint8Array[];
  readonly certificates?: readonly Uint8Array[];
  /** Of each SingleResponse, after the rest is made. */
  readonly change?: (data: ResponseDataInput) => ResponseDataInput;
}

/** An answer as an offline root would make it: of an hour ago, for 90 days. */
async function makeAnswer(wanted: Wanted = {}): Promise<Uint8Array> {
  const { ca = root, serial = '1002', certStatus = good, forms = [sha1], extensions = [] } = wanted;
  const { signedBy = ca, certificates = [], change = (data) => data } = wanted;
  const thisUpdate = wanted.thisUpdate ?? hours(-1);
  const nextUpdate = wanted.nextUpdate ?? hours(90 * 24);
  const { publicKey } = signedBy.certificate.subjectPublicKeyInfo;
  const responses = await Promise.all(
    forms.map(async (form) => ({
      certIdDer: await certIdOf(ca, serial, form),
      certStatus,
      thisUpdate,
      nextUpdate: nextUpdate === 'absent' ? undefined : nextUpdate,
    })),
  );
  const responseDataDer = encodeResponseData(
    change({
      responderId: { by: 'key', keyHash: await crypto.digest('SHA-1', publicKey) },
      producedAt: wanted.producedAt ?? thisUpdate,
      responses,
      extensions,
    }),
  );
  return encodeOcspResponse({
    responseDataDer,
    signatureAlgorithmDer: signedBy.signer.algorithm.der,
    signature: await signedBy.signer.sign(responseDataDer),
    certificates,
  });
}

async function certIdOf(ca: TestIssuer, serial: string, form: Pick<CertIdInput, 'hash' | 'parameters'>) {
  const { issuerHashesOf } = await hashing;
  return encodeCertId({
    ...form,
    ...issuerHashesOf(ca, form.hash),
    serialNumber: parseSerialNumber(serial),
  });
}

const hashing = createIssuerRegistry([root.issuer, other.issuer], crypto).then((registry) => ({
  issuerHashesOf: (ca: TestIssuer, hash: CertIdInput['hash']) => {
    const hashes = registry.certIdHashesOf(ca.issuer.id, hash);
    assert.ok(hashes);
    return hashes;
  },
}));

async function takeIn(der: Uint8Array, expected?: Issuer): Promise<OcspResponseOutcome> {
  const registry = await createIssuerRegistry([issuer, other.issuer], crypto);
  return takeInOcspResponse({ der, issuer: expected, registry, now, crypto, view, answers });
}

async function takeInNew(wanted: Wanted = {}): Promise<OcspResponseOutcome> {
  return takeIn(await makeAnswer(wanted));
}

/** What was refused, as `code field`; an answer that is refused leaves the store as it was. */
async function refusalOf(wanted: Wanted | Uint8Array): Promise<string> {
  const before = new Map(answers.kept);
  const outcome = await (wanted instanceof Uint8Array ? takeIn(wanted) : takeInNew(wanted));
  assert.deepEqual(answers.kept, before);
  return outcome.kind === 'refused' ? `${outcome.code} ${outcome.field}` : outcome.kind;
}

function keptUnder(form: Pick<CertIdInput, 'hash' | 'parameters'>, serial = '1002') {
  const parameters = form.parameters ?? 'null';
  return answers.findAnswer({
    issuerId: 1,
    form: { hash: form.hash, parameters },
    serialNumber: octetsOf(serial),
  });
}

function hours(count: number): Date {
  return new Date(now.getTime() + count * 3_600_000);
}

function revokedAt(time: Date, reason?: 'keyCompromise' | 'superseded' | 'certificateHold'): CertStatus {
  return { status: 'revoked', revocationTime: time, reason };
}

describe('an answer signed elsewhere', () => {
  test('is kept as it came, for a certificate without a record', async () => {
    const der = await makeAnswer();
    const outcome = await takeIn(der, root.issuer);
    assert.equal(outcome.kind, 'taken');
    assert.ok(outcome.kind === 'taken');
    assert.equal(outcome.issuerName, 'root');
    assert.equal(Buffer.from(outcome.serialNumber).toString('hex'), '1002');
    assert.equal(outcome.signedBy, 'issuer');
    const kept = keptUnder(sha1);
    assert.ok(kept);
    assert.equal(kept.origin, 'imported');
    assert.equal(kept.terms, 0);
    assert.deepEqual(kept.answer, {
      kind: 'signed',
      der,
      thisUpdate: hours(-1),
      nextUpdate: hours(90 * 24),
      refreshAt: new Date(hours(90 * 24).getTime() - 1000),
      versions: [undefined],
      notAfter: undefined,
    });
  });

  test('is bound to the record of its certificate where there is one', async () => {
    await view.assign(1, [record('1002')]);
    assert.equal((await takeInNew()).kind, 'taken');
    const version = view.read(view.keyOf(1, octetsOf('1002')));
    assert.deepEqual(keptUnder(sha1)?.answer.versions, [version]);
    assert.deepEqual(keptUnder(sha1)?.answer.notAfter, record('1002').notAfter);
  });

  test('T-24: is taken in by each of the four hashes of a CertID, with parameters NULL and without', async () => {
    for (const hash of ['SHA-1', 'SHA-256', 'SHA-384', 'SHA-512'] as const) {
      for (const parameters of ['null', 'absent'] as const) {
        assert.equal((await takeInNew({ forms: [{ hash, parameters }] })).kind, 'taken');
        assert.ok(keptUnder({ hash, parameters }));
      }
    }
    assert.equal(answers.kept.size, 8);
  });

  test('ORSP-30: with two CertIDs of one certificate is kept under both', async () => {
    const outcome = await takeInNew({ forms: [sha1, sha256] });
    assert.ok(outcome.kind === 'taken');
    assert.deepEqual(outcome.forms, [sha1, sha256]);
    assert.ok(keptUnder(sha1) !== undefined && keptUnder(sha256) !== undefined);
  });

  test('changes nothing when it comes again', async () => {
    const der = await makeAnswer({ forms: [sha1, sha256] });
    assert.equal((await takeIn(der)).kind, 'taken');
    assert.equal((await takeIn(der)).kind, 'unchanged');
    assert.deepEqual(answers.batches, [2]);
  });

  test('is kept anew when it comes again after the record of its certificate', async () => {
    const der = await makeAnswer();
    await takeIn(der);
    await view.assign(1, [record('1002')]);
    assert.equal((await takeIn(der)).kind, 'taken');
    assert.notEqual(keptUnder(sha1)?.answer.versions[0], undefined);
    assert.equal((await takeIn(der)).kind, 'unchanged');
  });

  test('takes the place of an older one', async () => {
    await takeInNew({ thisUpdate: hours(-2) });
    assert.equal((await takeInNew({ thisUpdate: hours(-1) })).kind, 'taken');
    assert.deepEqual(keptUnder(sha1)?.answer.thisUpdate, hours(-1));
  });
});

describe('an answer signed elsewhere is refused', () => {
  test('T-03: when it has one octet, none, or too many', async () => {
    assert.equal(await refusalOf(Uint8Array.of(0x30)), 'too_short OCSPResponse');
    assert.equal(await refusalOf(new Uint8Array()), 'too_short OCSPResponse');
    assert.equal(await refusalOf(new Uint8Array(70_000).fill(0x30, 0, 1)), 'response_malformed OCSPResponse');
  });

  test('when it is an error, which nobody has signed', async () => {
    assert.equal(await refusalOf(encodeOcspError('unauthorized')), 'error_response responseStatus');
  });

  test('when it is PEM or base64', async () => {
    const base64 = Buffer.from(await makeAnswer()).toString('base64');
    assert.equal(await refusalOf(Buffer.from(base64)), 'not_der OCSPResponse');
    const pem = `-----BEGIN OCSP RESPONSE-----\n${base64}\n-----END OCSP RESPONSE-----\n`;
    assert.equal(await refusalOf(Buffer.from(pem)), 'not_der OCSPResponse');
  });

  test('ORSP-37: wherever one octet of it is changed', async () => {
    const der = await makeAnswer();
    for (let position = 0; position < der.length; position += 1) {
      const changed = Uint8Array.from(der);
      changed[position] = (changed[position] ?? 0) ^ 0x01;
      assert.notEqual(await refusalOf(changed), 'taken', `octet ${position}`);
    }
    assert.equal(answers.kept.size, 0);
  });

  test('when another key has signed it', async () => {
    assert.equal(await refusalOf({ signedBy: other }), 'signer_not_found signature');
  });

  test('when it is about a certificate of an issuer that is not known here', async () => {
    const stranger = await createIssuer({ id: 3, name: 'stranger' });
    issuer = stranger.issuer;
    assert.equal(await refusalOf({ ca: root }), 'issuer_unknown certID');
  });

  test('OREQ-14: when its CertID has the name of one issuer and the key of another', async () => {
    const { issuerHashesOf } = await hashing;
    const mixed = encodeCertId({
      ...sha1,
      issuerNameHash: issuerHashesOf(root, 'SHA-1').issuerNameHash,
      issuerKeyHash: issuerHashesOf(other, 'SHA-1').issuerKeyHash,
      serialNumber: parseSerialNumber('1002'),
    });
    const change = changeSingles((single) => ({ ...single, certIdDer: mixed }));
    assert.equal(await refusalOf({ change }), 'issuer_unknown certID');
  });

  test('when it is of another issuer than it is said to be of', async () => {
    const outcome = await takeIn(await makeAnswer({ ca: other }), root.issuer);
    assert.ok(outcome.kind === 'refused');
    assert.equal(outcome.code, 'issuer_mismatch');
    assert.match(outcome.message, /\bother\b/);
  });

  test('when its serial number is one that no certificate has', async () => {
    assert.equal(await refusalOf({ serial: '00' }), 'serial_invalid serialNumber');
    assert.equal(await refusalOf({ serial: '-1002' }), 'serial_invalid serialNumber');
  });

  test('when it is about several certificates, or says two things about one', async () => {
    const second = await certIdOf(root, '1003', sha1);
    const add = (certIdDer: Uint8Array, certStatus: CertStatus) => (data: ResponseDataInput) => ({
      ...data,
      responses: data.responses.flatMap((single) => [single, { ...single, certIdDer, certStatus }]),
    });
    assert.equal(await refusalOf({ change: add(second, good) }), 'several_certificates responses');
    const twin = await certIdOf(root, '1002', sha256);
    const contradiction = add(twin, revokedAt(hours(-2)));
    assert.equal(await refusalOf({ change: contradiction }), 'several_certificates responses');
    const same = await certIdOf(root, '1002', sha1);
    assert.equal(await refusalOf({ change: add(same, good) }), 'several_certificates responses');
  });

  test('when it holds a nonce: it was made for one client', async () => {
    const extensions = [encodeNonce(new Uint8Array(16).fill(7))];
    assert.equal(await refusalOf({ extensions }), 'nonce_present responseExtensions');
  });

  test('when it holds a critical extension that is not known', async () => {
    // 1.2.3.4, critical, an empty octet string.
    const extensions = [octetsOf('300a06032a03040101ff0400')];
    assert.equal(await refusalOf({ extensions }), 'critical_extension_unsupported extensions');
  });

  test('when it says unknown', async () => {
    assert.equal(await refusalOf({ certStatus: { status: 'unknown' } }), 'status_unknown certStatus');
  });
});

describe('the times of an answer signed elsewhere', () => {
  const second = 1 / 3600;

  test('ORSP-14: thisUpdate is not after producedAt, and neither is in the future', async () => {
    assert.equal((await takeInNew({ thisUpdate: now })).kind, 'taken');
    assert.equal(await refusalOf({ thisUpdate: hours(second) }), 'not_yet_valid thisUpdate');
    assert.equal(await refusalOf({ producedAt: hours(second) }), 'not_yet_valid producedAt');
    assert.equal(await refusalOf({ producedAt: hours(-2) }), 'times_disordered producedAt');
  });

  test('ORSP-15: nextUpdate is there, and has not come', async () => {
    assert.equal(await refusalOf({ nextUpdate: 'absent' }), 'next_update_missing nextUpdate');
    assert.equal(await refusalOf({ nextUpdate: now }), 'stale nextUpdate');
    assert.equal((await takeInNew({ nextUpdate: hours(second) })).kind, 'taken');
  });

  test('ORSP-20: nextUpdate is not after notAfter of the issuer', async () => {
    const { notAfter } = root.certificate;
    const after = new Date(notAfter.getTime() + 1000);
    assert.equal(await refusalOf({ nextUpdate: after }), 'outlives_certificate nextUpdate');
    assert.equal((await takeInNew({ nextUpdate: notAfter })).kind, 'taken');
  });

  test('a certificate that comes along and cannot be read is no reason to trust its end', async () => {
    const certificates = [octetsOf('3003020101')];
    assert.equal(await refusalOf({ certificates }), 'response_malformed certs');
  });

  test('a revocation does not lie in the future', async () => {
    const certStatus = revokedAt(hours(second));
    assert.equal(await refusalOf({ certStatus }), 'revocation_in_future revocationTime');
  });
});

describe('an answer signed elsewhere and the record of its certificate', () => {
  test('ORSP-26: say the same status, time and reason', async () => {
    await view.assign(1, [record('1002'), record('1003', { status: revoked({ reason: 'superseded' }) })]);
    const disagrees = 'record_disagrees certStatus';
    const serial = '1003';
    assert.equal(await refusalOf({ certStatus: revokedAt(REVOKED_AT) }), disagrees);
    assert.equal(await refusalOf({ serial }), disagrees);
    assert.equal(await refusalOf({ serial, certStatus: revokedAt(REVOKED_AT) }), disagrees);
    const another = new Date(REVOKED_AT.getTime() + 1000);
    assert.equal(await refusalOf({ serial, certStatus: revokedAt(another, 'superseded') }), disagrees);
    const outcome = await takeInNew({ serial, certStatus: revokedAt(REVOKED_AT, 'superseded') });
    assert.equal(outcome.kind, 'taken');
  });

  test('a certificate that is held is revoked in an answer', async () => {
    await view.assign(1, [record('1002', { status: held() })]);
    assert.equal(await refusalOf({}), 'record_disagrees certStatus');
    const certStatus = revokedAt(REVOKED_AT, 'certificateHold');
    assert.equal((await takeInNew({ certStatus })).kind, 'taken');
  });

  test('of a certificate that has expired there is nothing to say', async () => {
    await view.assign(1, [record('1002', { notAfter: hours(-1) })]);
    assert.equal(await refusalOf({}), 'certificate_expired certID');
  });

  test('ORSP-42: nothing is good of an issuer whose key is compromised', async () => {
    issuer = { ...root.issuer, compromise: { since: REVOKED_AT } };
    assert.equal(await refusalOf({}), 'issuer_compromised certStatus');
    await view.assign(1, [record('1002')]);
    assert.equal(await refusalOf({}), 'record_disagrees certStatus');
  });
});

describe('an answer signed elsewhere and those that came before', () => {
  test('ORSP-38: an older one does not take the place of a newer one', async () => {
    await takeInNew({ thisUpdate: hours(-1) });
    assert.equal(await refusalOf({ thisUpdate: hours(-2) }), 'older thisUpdate');
    await takeInNew({ thisUpdate: hours(-1), producedAt: now });
    assert.equal(await refusalOf({ thisUpdate: hours(-1) }), 'older thisUpdate');
  });

  test('T-17: one that loses the race against a newer one is refused', async () => {
    const der = await makeAnswer();
    answers.keepAnswers = async () => 0;
    assert.equal(await refusalOf(der), 'older thisUpdate');
  });

  test('an older one by another hash is taken as long as it says the same', async () => {
    await takeInNew({ thisUpdate: hours(-1) });
    assert.equal((await takeInNew({ thisUpdate: hours(-2), forms: [sha256] })).kind, 'taken');
    const certStatus = revokedAt(hours(-9));
    await takeInNew({ serial: '1003', certStatus: revokedAt(hours(-9), 'certificateHold') });
    const late = { serial: '1003', thisUpdate: hours(-2), forms: [sha256] };
    assert.equal(await refusalOf(late), 'older thisUpdate');
    assert.equal((await takeInNew({ ...late, certStatus })).kind, 'taken');
  });

  test('ORSP-27: revoked does not turn back to good, under no CertID', async () => {
    await takeInNew({ thisUpdate: hours(-3), certStatus: revokedAt(hours(-9), 'superseded') });
    assert.equal(await refusalOf({}), 'revoked_before certStatus');
    assert.equal(await refusalOf({ forms: [sha256] }), 'revoked_before certStatus');
    assert.equal(
      await refusalOf({ forms: [{ ...sha1, parameters: 'absent' }] }),
      'revoked_before certStatus',
    );
  });

  test('a hold may be lifted, and a revocation does not become a hold', async () => {
    const onHold = revokedAt(hours(-9), 'certificateHold');
    await takeInNew({ thisUpdate: hours(-4), certStatus: onHold });
    assert.equal((await takeInNew({ thisUpdate: hours(-3) })).kind, 'taken');
    await takeInNew({ thisUpdate: hours(-2), certStatus: revokedAt(hours(-9)) });
    assert.equal(await refusalOf({ certStatus: onHold }), 'revoked_before certStatus');
    assert.equal((await takeInNew({ certStatus: revokedAt(hours(-9), 'keyCompromise') })).kind, 'taken');
  });

  test('a hold is not lifted where the Baseline Requirements apply', async () => {
    await takeInNew({ thisUpdate: hours(-3), certStatus: revokedAt(hours(-9), 'certificateHold') });
    issuer = { ...root.issuer, policy: { ...root.issuer.policy, profile: 'cabf' } };
    assert.equal(await refusalOf({}), 'revoked_before certStatus');
    assert.equal((await takeInNew({ certStatus: revokedAt(hours(-9)) })).kind, 'taken');
  });

  test('a revocation tells which other answers still say good', async () => {
    await takeInNew({ thisUpdate: hours(-3), forms: [sha256] });
    const certStatus = revokedAt(hours(-2));
    const outcome = await takeInNew({ certStatus });
    assert.ok(outcome.kind === 'taken');
    assert.deepEqual(outcome.contradicted, [sha256]);
    const both = await takeInNew({ thisUpdate: now, certStatus, forms: [sha256] });
    assert.ok(both.kind === 'taken');
    assert.deepEqual(both.contradicted, []);
  });

  test('an answer from before the record is not given any more, and contradicts nobody', async () => {
    await takeInNew({ thisUpdate: hours(-3), forms: [sha256] });
    await view.assign(1, [record('1002', { status: revoked() })]);
    const outcome = await takeInNew({ certStatus: revokedAt(REVOKED_AT) });
    assert.ok(outcome.kind === 'taken');
    assert.deepEqual(outcome.contradicted, []);
  });
});

function changeSingles(
  change: (single: ResponseDataInput['responses'][number]) => ResponseDataInput['responses'][number],
) {
  return (data: ResponseDataInput): ResponseDataInput => ({
    ...data,
    responses: data.responses.map(change),
  });
}
