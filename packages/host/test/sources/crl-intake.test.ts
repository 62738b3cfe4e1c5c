import assert from 'node:assert/strict';
import { beforeEach, describe, test } from 'node:test';
import { EXTENSION_OIDS, encodeExtension } from '@lancre/pki/certificate';
import { createNodeCrypto } from '@lancre/pki/crypto-node';
import { encodeDer } from '@lancre/pki/der';
import { encodePem } from '@lancre/pki/text';
import type { Issuer } from '#host/issuer/issuer.js';
import type { CrlPolicy, IssuedKind, IssuerPolicy } from '#host/issuer/issuer-policy.js';
import { createIssuerRegistry } from '#host/issuer/issuer-registry.js';
import { type CrlIntakeOutcome, checkForeignCrl } from '#host/sources/crl-intake.js';
import type { PublishedCrl } from '#host/sources/crl-succession.js';
import { createIssuer, signCertificate } from '../issuer/test-issuers.js';
import { MemoryStatusStore } from '../status/memory-status-store.js';
import { record } from '../status/records.js';
import { hours, integerExtension, makeCrl, NOW, pointAt, type WantedCrl } from './made-crls.js';

const crypto = createNodeCrypto();
const root = await createIssuer({ id: 1, name: 'root' });
const other = await createIssuer({ id: 2, name: 'other' });
const address = { routing: 'path', base: 'http://pki.example' } as const;

let view: MemoryStatusStore;
let issuer: Issuer;
let published: PublishedCrl | undefined;

beforeEach(() => {
  view = new MemoryStatusStore();
  issuer = root.issuer;
  published = undefined;
});

interface Looked {
  readonly expected?: Issuer;
  readonly now?: Date;
}

async function check(octets: Uint8Array, { expected, now = NOW }: Looked = {}) {
  const registry = await createIssuerRegistry([issuer, other.issuer], crypto);
  const findPublished = async () => published;
  return checkForeignCrl({
    ...{ octets, issuer: expected, registry, address, now, crypto, view, findPublished },
  });
}

async function checkNew(wanted: WantedCrl = {}, looked: Looked = {}) {
  return check(await makeCrl(root, wanted), looked);
}

/** `code field` of what has to be refused. */
async function refusalOf(wanted: WantedCrl | Uint8Array, looked: Looked = {}): Promise<string> {
  const outcome = await (wanted instanceof Uint8Array ? check(wanted, looked) : checkNew(wanted, looked));
  return told(outcome);
}

function told(outcome: CrlIntakeOutcome<PublishedCrl>): string {
  return outcome.kind === 'refused' ? `${outcome.code} ${outcome.field}` : outcome.kind;
}

/** Makes this list the published one. */
async function publish(wanted: WantedCrl): Promise<Uint8Array> {
  const der = await makeCrl(root, wanted);
  const { number = 7n, thisUpdate = hours(-1) } = wanted;
  assert.ok(number !== 'absent');
  published = { der, crlNumber: number, thisUpdate, publication: 'recorded' };
  return der;
}

type PolicyChange = Partial<Omit<IssuerPolicy, 'crl'> & Pick<CrlPolicy, 'shards' | 'full'>>;

function withPolicy(change: PolicyChange): void {
  const { shards = 0, full = 'publish', ...rest } = change;
  const { policy } = root.issuer;
  issuer = { ...root.issuer, policy: { ...policy, ...rest, crl: { ...policy.crl, shards, full } } };
}

const later: WantedCrl = { number: 8n, thisUpdate: hours(-0.5) };

describe('a CRL signed elsewhere', () => {
  test('is accepted in DER and in PEM, of the issuer that its name and key identifier are of', async () => {
    const der = await makeCrl(root, { entries: ['1001', { serial: '1002', reason: 'superseded' }] });
    const text = new TextEncoder().encode(`words before it\n${encodePem('X509 CRL', der)}`);
    for (const octets of [der, text]) {
      const outcome = await check(octets);
      assert.equal(outcome.kind, 'accepted', told(outcome));
      assert.ok(outcome.kind === 'accepted');
      assert.equal(outcome.issuer.name, 'root');
      assert.equal(outcome.shard, 0);
      assert.equal(outcome.crlNumber, 7n);
      assert.equal(outcome.nextUpdate.getTime(), hours(90 * 24).getTime());
      assert.deepEqual(Buffer.from(outcome.der), Buffer.from(der));
    }
  });

  test('is refused when it cannot be read, or when it is not one', async () => {
    const der = await makeCrl(root);
    const pem = encodePem('X509 CRL', der);
    assert.equal(await refusalOf(der.subarray(0, der.length - 1)), 'crl_malformed CertificateList');
    assert.equal(await refusalOf(new Uint8Array()), 'not_one_list CertificateList');
    assert.equal(await refusalOf(Buffer.from(pem + pem)), 'not_one_list CertificateList');
    assert.equal(await refusalOf(Buffer.from('nothing')), 'not_one_list CertificateList');
    assert.equal(await refusalOf(root.certificate.der), 'crl_malformed CertificateList');
  });

  test('CRL-02, CRL-07, CRL-28: is refused of an unknown issuer: name and key identifier both count', async () => {
    const stranger = await createIssuer({ name: 'stranger' });
    assert.equal(await refusalOf(await makeCrl(stranger)), 'issuer_unknown issuer');
    const namesake = await createIssuer({ name: 'root' });
    assert.equal(await refusalOf(await makeCrl(namesake)), 'key_identifier_mismatch authorityKeyIdentifier');
    assert.equal(
      await refusalOf({ keyIdentifier: 'absent' }),
      'key_identifier_missing authorityKeyIdentifier',
    );
    assert.equal(await refusalOf({}, { expected: other.issuer }), 'issuer_mismatch issuer');
  });

  test('is known by the SHA-1 of the key where the certificate has no key identifier', async () => {
    const plain = await signCertificate({
      ...{ commonName: 'CA root', subject: root.signer, keyIdentifier: 'absent' },
    });
    issuer = { ...root.issuer, certificates: [plain] };
    assert.equal(await refusalOf({}), 'accepted');
  });

  test('CRL-20, CRL-28: is refused when another key has signed it, or its octets were changed', async () => {
    assert.equal(await refusalOf({ signedBy: other }), 'signature_invalid signatureValue');
    const der = await makeCrl(root);
    der[der.length - 1] = (der.at(-1) ?? 0) ^ 1;
    assert.equal(await refusalOf(der), 'signature_invalid signatureValue');
  });

  test('is refused when the key of its issuer is here: it signs its own lists', async () => {
    issuer = { ...root.issuer, key: { path: '/root.key' } };
    assert.equal(await refusalOf({}), 'issuer_has_key issuer');
  });

  test('HTTP-23: is refused past its nextUpdate, and without one', async () => {
    const ended = { thisUpdate: hours(-2), nextUpdate: NOW };
    assert.equal(await refusalOf(ended), 'stale nextUpdate');
    assert.equal(await refusalOf({ nextUpdate: new Date(NOW.getTime() + 1000) }), 'accepted');
    assert.equal(await refusalOf({ nextUpdate: 'absent' }), 'next_update_missing nextUpdate');
    const turned = {
      thisUpdate: new Date(NOW.getTime() + 60_000),
      nextUpdate: new Date(NOW.getTime() + 30_000),
    };
    assert.equal(await refusalOf(turned), 'times_disordered nextUpdate');
  });

  test('is refused when it is dated in the future, by more than five minutes', async () => {
    const after = (seconds: number) => new Date(NOW.getTime() + seconds * 1000);
    assert.equal(await refusalOf({ thisUpdate: after(300) }), 'accepted');
    assert.equal(await refusalOf({ thisUpdate: after(301) }), 'not_yet_valid thisUpdate');
  });

  test('is refused without a number, and as a delta', async () => {
    assert.equal(await refusalOf({ number: 'absent' }), 'number_missing cRLNumber');
    const delta = integerExtension(EXTENSION_OIDS.deltaCRLIndicator, 'critical', 6n);
    assert.equal(await refusalOf({ extensions: [delta] }), 'delta_unsupported deltaCRLIndicator');
  });

  test('is refused for a critical extension that is not understood; others do not matter', async () => {
    const extension = (criticality: 'critical' | 'non-critical') =>
      encodeExtension('1.2.3.4', criticality, Uint8Array.of(5, 0));
    assert.equal(
      await refusalOf({ extensions: [extension('critical')] }),
      'critical_extension_unsupported crlExtensions',
    );
    assert.equal(await refusalOf({ extensions: [extension('non-critical')] }), 'accepted');
  });
});

describe('the scope of a CRL signed elsewhere', () => {
  async function shardOf(urls: readonly string[]): Promise<number | string> {
    const outcome = await checkNew({ point: pointAt(...urls) });
    return outcome.kind === 'refused' ? told(outcome) : outcome.shard;
  }
  const elsewhere = 'distribution_point_mismatch issuingDistributionPoint';

  test('SHD-02, CRL-28: is the one whose URL it names, octet by octet', async () => {
    withPolicy({ shards: 3 });
    assert.equal(await shardOf(['http://pki.example/c/root.crl']), 0);
    assert.equal(await shardOf(['http://pki.example/c/root/1.crl']), 1);
    assert.equal(await shardOf(['http://pki.example/c/root/3.crl']), 3);
    assert.equal(await shardOf(['http://pki.example/c/root/4.crl']), elsewhere);
    assert.equal(await shardOf(['http://pki.example/c/root/0.crl']), elsewhere);
    assert.equal(await shardOf(['http://pki.example/c/root/03.crl']), elsewhere);
    assert.equal(await shardOf(['http://PKI.example/c/root/3.crl']), elsewhere);
    assert.equal(await shardOf(['http://pki.example/c/other.crl']), elsewhere);
  });

  test('is none for a full list of an issuer that has shards alone', async () => {
    withPolicy({ shards: 3, full: 'omit' });
    assert.equal(await refusalOf({}), elsewhere);
    assert.equal(await shardOf(['http://pki.example/c/root.crl']), elsewhere);
    assert.equal(await shardOf(['http://pki.example/c/root/2.crl']), 2);
  });

  test('is none when it names several URLs', async () => {
    withPolicy({ shards: 3 });
    const urls = ['http://pki.example/c/root.crl', 'http://pki.example/c/root/1.crl'];
    assert.equal(await shardOf(urls), elsewhere);
  });

  test('CRL-17: of a full list may be for one kind of certificates, if the issuer issues that', async () => {
    const only = (kind: 1 | 2 | 5): WantedCrl => ({
      point: (point) => point.contextDefaultFalse(kind, true),
    });
    const [user, ca, attribute] = [only(1), only(2), only(5)];
    const judged = async (issues: IssuedKind) => {
      withPolicy({ issues });
      return [await refusalOf(user), await refusalOf(ca), await refusalOf(attribute)];
    };
    const wrong = 'scope_mismatch issuingDistributionPoint';
    assert.deepEqual(await judged('any'), ['accepted', 'accepted', wrong]);
    assert.deepEqual(await judged('ca'), [wrong, 'accepted', wrong]);
    assert.deepEqual(await judged('end-entity'), ['accepted', wrong, wrong]);
  });

  test('SHD-03, SHD-04, CRL-16: is refused when it is indirect, or covers some reasons only', async () => {
    const indirect: WantedCrl = { point: (point) => point.contextDefaultFalse(4, true) };
    const some: WantedCrl = { point: (point) => point.contextNamedBits(3, [1]) };
    assert.equal(await refusalOf(indirect), 'indirect issuingDistributionPoint');
    assert.equal(await refusalOf(some), 'some_reasons_only issuingDistributionPoint');
    const directory = encodeDer((writer) =>
      writer.sequence((names) => names.context(4, (name) => name.raw(other.certificate.subject.der))),
    );
    const extensions = [encodeExtension(EXTENSION_OIDS.certificateIssuer, 'critical', directory)];
    assert.equal(await refusalOf({ entries: [{ serial: '01', extensions }] }), 'indirect certificateIssuer');
  });
});

describe('the entries of a CRL signed elsewhere', () => {
  test('CRL-10: have positive serial numbers, none of them twice', async () => {
    assert.equal(await refusalOf({ entries: ['00'] }), 'serial_invalid userCertificate');
    assert.equal(await refusalOf({ entries: ['-01'] }), 'serial_invalid userCertificate');
    assert.equal(await refusalOf({ entries: ['05', '06', '05'] }), 'serial_duplicate userCertificate');
  });

  test('CRL-11: are dated from 1970 to thisUpdate', async () => {
    const dated = (date: Date): WantedCrl => ({ entries: [{ serial: '05', date }] });
    assert.equal(await refusalOf(dated(hours(-1))), 'accepted');
    assert.equal(await refusalOf(dated(hours(-0.9))), 'revocation_in_future revocationDate');
    assert.equal(await refusalOf(dated(new Date(0))), 'entry_invalid revocationDate');
    assert.equal(await refusalOf(dated(new Date('1969-12-31T00:00:00Z'))), 'entry_invalid revocationDate');
  });

  test('CRL-13: removeFromCRL is for deltas alone, and a hold is none under cabf', async () => {
    const because = (reason: 'removeFromCRL' | 'certificateHold'): WantedCrl => ({
      entries: [{ serial: '05', reason }],
    });
    assert.equal(await refusalOf(because('removeFromCRL')), 'entry_invalid reasonCode');
    assert.equal(await refusalOf(because('certificateHold')), 'accepted');
    withPolicy({ profile: 'cabf' });
    assert.equal(await refusalOf(because('certificateHold')), 'hold_not_allowed reasonCode');
  });

  test('are refused for a critical extension that is not understood, and for a value that is none', async () => {
    const critical = encodeExtension('1.2.3.4', 'critical', Uint8Array.of(5, 0));
    assert.equal(
      await refusalOf({ entries: [{ serial: '05', extensions: [critical] }] }),
      'critical_extension_unsupported crlEntryExtensions',
    );
    const number = encodeExtension(EXTENSION_OIDS.invalidityDate, 'non-critical', Uint8Array.of(2, 1, 7));
    assert.equal(
      await refusalOf({ entries: [{ serial: '05', extensions: [number] }] }),
      'crl_malformed CertificateList',
    );
  });
});

describe('a CRL signed elsewhere, beside the one that is published', () => {
  test('is unchanged when it is the same', async () => {
    const der = await publish({ entries: ['05'] });
    assert.equal(await refusalOf(der), 'unchanged');
  });

  test('is accepted once more when its publication was cut off', async () => {
    const der = await publish({ entries: ['05'] });
    assert.ok(published);
    published = { ...published, publication: 'unfinished' };
    assert.equal(await refusalOf(der), 'accepted');
  });

  test('T-17, CRL-08, CRL-28: is refused unless its number and its thisUpdate are greater', async () => {
    await publish({ number: 7n, thisUpdate: hours(-1) });
    const numbers: readonly bigint[] = [6n, 7n, 8n];
    const times: readonly Date[] = [hours(-2), hours(-1), hours(-0.5)];
    const expected = [
      ...Array.from({ length: 5 }, () => 'number_not_higher cRLNumber'),
      ...['number_not_higher cRLNumber', 'older thisUpdate', 'older thisUpdate', 'accepted'],
    ];
    const seen: string[] = [];
    for (const number of numbers) {
      // Another nextUpdate, so that none is the published list itself.
      for (const thisUpdate of times)
        seen.push(await refusalOf({ number, thisUpdate, nextUpdate: hours(1000) }));
    }
    assert.deepEqual(seen, expected);
  });

  test('T-17: whatever order lists come in, the newest is the last that is accepted', async () => {
    const lists = await Promise.all(
      [1, 2, 3, 4].map((step) => makeCrl(root, { number: BigInt(step), thisUpdate: hours(step - 5) })),
    );
    for (const order of permutations([0, 1, 2, 3])) {
      published = undefined;
      let newest = -1;
      for (const index of order) {
        const der = lists[index] ?? new Uint8Array();
        const outcome = await check(der);
        assert.equal(outcome.kind === 'accepted', index > newest, `${order} at ${index}: ${told(outcome)}`);
        if (outcome.kind !== 'accepted') continue;
        newest = index;
        const { crlNumber, crl } = outcome;
        published = { der, crlNumber, thisUpdate: crl.thisUpdate, publication: 'recorded' };
      }
      assert.equal(newest, 3);
    }
  });

  test('CRL-18, CRL-28, T-19: loses no entry of a certificate that is not known to have expired', async () => {
    await publish({ entries: ['05', '06', '07'] });
    const lost = 'entry_lost revokedCertificates';
    assert.equal(await refusalOf({ ...later, entries: ['05', '06', '07', '08'] }), 'accepted');
    assert.equal(await refusalOf({ ...later, entries: ['05', '07'] }), lost);
    await view.assign(1, [record('06', { notAfter: hours(-0.5) })]);
    assert.equal(await refusalOf({ ...later, entries: ['05', '07'] }), lost, 'not before thisUpdate');
    await view.assign(1, [record('07', { notAfter: hours(-0.6) })]);
    assert.equal(await refusalOf({ ...later, entries: ['05', '06'] }), 'accepted');
  });

  test('CRL-28: an entry that is lost is named, and only some of many', async () => {
    await publish({ entries: ['01', '02', '03', '04', '05', '06', '07'] });
    const outcome = await checkNew({ ...later, entries: ['01'] });
    assert.ok(outcome.kind === 'refused');
    assert.match(outcome.message, /^02, 03, 04, 05, 06 and 1 more /);
  });

  test('releases what was on hold and is gone, save under cabf', async () => {
    await publish({ entries: ['05', { serial: '06', reason: 'certificateHold' }] });
    const outcome = await checkNew({ ...later, entries: ['05'] });
    assert.ok(outcome.kind === 'accepted', told(outcome));
    assert.deepEqual(outcome.released, ['06']);
    withPolicy({ profile: 'cabf' });
    assert.equal(await refusalOf({ ...later, entries: ['05'] }), 'entry_lost revokedCertificates');
  });

  test('does not release what has expired', async () => {
    await publish({ entries: [{ serial: '06', reason: 'certificateHold' }] });
    await view.assign(1, [record('06', { notAfter: hours(-2) })]);
    const outcome = await checkNew(later);
    assert.ok(outcome.kind === 'accepted', told(outcome));
    assert.deepEqual(outcome.released, []);
  });

  test('is compared with the number and time on record where the list itself is lost', async () => {
    await publish({ entries: ['05'] });
    assert.ok(published);
    published = { ...published, der: undefined, publication: 'unfinished' };
    assert.equal(await refusalOf({}), 'number_not_higher cRLNumber');
    assert.equal(await refusalOf(later), 'accepted');
  });
});

function permutations(items: readonly number[]): readonly (readonly number[])[] {
  if (items.length < 2) return [items];
  return items.flatMap((item) =>
    permutations(items.filter((each) => each !== item)).map((rest) => [item, ...rest]),
  );
}
