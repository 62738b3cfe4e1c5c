import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { encodeExtension, encodeName } from '@lancre/pki/certificate';
import {
  assembleSigned,
  type Crl,
  type CrlEntry,
  type CrlExtensionsInput,
  crlEntries,
  decodeCrl,
  encodeCrlEntry,
  encodeTbsCrl,
  findCrlEntry,
  type RevocationReason,
  reasonCode,
} from '@lancre/pki/crl';
import { concatBytes, encodeDer } from '@lancre/pki/der';
import { parseSerialNumber, serialNumberToBytes } from '@lancre/pki/text';
import {
  type CombinationFault,
  type CombinedCrl,
  combineCrls,
  combinedEntries,
  findCombinedEntry,
} from '@lancre/pki/verify';
import fc from 'fast-check';
import { bytes } from '../support/hex.ts';
import { throwsCode } from '../support/throws-code.ts';
import { secondsFromNow } from './pki-maker.ts';

const E1 = encodeName([{ type: 'CN', value: 'E1' }]);
const E2 = encodeName([{ type: 'CN', value: 'E2' }]);
const KEY = new Uint8Array(20).fill(1);
const ALGORITHM = bytes('300a06082a8648ce3d040302');
const SHARD = { distributionPoint: [{ type: 'uri', uri: 'http://c.example.net/e1/1.crl' }] } as const;
const OTHER_SHARD = { distributionPoint: [{ type: 'uri', uri: 'http://c.example.net/e1/2.crl' }] } as const;

interface ListOptions extends Partial<CrlExtensionsInput> {
  readonly issuerDer?: Uint8Array;
  readonly thisUpdate?: Date;
  readonly nextUpdate?: Date;
}

type Listed = readonly [serialNumber: string, reason?: RevocationReason | undefined];

describe('combining a complete CRL with a delta', () => {
  test('SHD-19: the combination has number, times and issuingDistributionPoint of the delta', () => {
    const complete = list([], { crlNumber: 5n, issuingDistributionPoint: SHARD });
    const times = { thisUpdate: secondsFromNow(-60), nextUpdate: secondsFromNow(600) };
    const combined = combine(complete, delta([], { ...times, issuingDistributionPoint: SHARD }));
    assert.equal(combined.crlNumber, 9n);
    assert.equal(combined.deltaBase, 5n);
    assert.deepEqual(combined.thisUpdate, times.thisUpdate);
    assert.deepEqual(combined.nextUpdate, times.nextUpdate);
    assert.deepEqual(
      combined.issuingDistributionPoint?.distributionPoint?.map((name) => name.type === 'uri' && name.uri),
      ['http://c.example.net/e1/1.crl'],
    );
    assert.deepEqual(combined.issuer.der, E1);
  });

  test('SHD-17 (a): lists of two issuers are not combined', () => {
    isRefused(list([], { crlNumber: 5n, issuerDer: E2 }), delta([]), 'issuer_differs');
  });

  test('SHD-16, SHD-17 (b): the scope has to be the same, octet by octet', () => {
    const whole = list([], { crlNumber: 5n });
    const shard = list([], { crlNumber: 5n, issuingDistributionPoint: SHARD });
    isRefused(whole, delta([], { issuingDistributionPoint: SHARD }), 'scope_differs');
    isRefused(shard, delta([]), 'scope_differs');
    isRefused(shard, delta([], { issuingDistributionPoint: OTHER_SHARD }), 'scope_differs');
    const users = { ...SHARD, onlyContainsUserCerts: true };
    isRefused(shard, delta([], { issuingDistributionPoint: users }), 'scope_differs');
    combine(shard, delta([], { issuingDistributionPoint: SHARD }));
  });

  test('SHD-16, VER-15 (c): the authorityKeyIdentifier has to be the same', () => {
    const other = delta([], { authorityKeyIdentifier: new Uint8Array(20).fill(2) });
    isRefused(list([], { crlNumber: 5n }), other, 'key_differs');
    const number = encodeExtension('2.5.29.20', 'non-critical', bytes('020105'));
    isRefused(oddList([number]), delta([]), 'key_differs');
  });

  test('SHD-17 (c): the complete list is not older than the base', () => {
    isRefused(list([], { crlNumber: 4n }), delta([]), 'base_too_old');
    combine(list([], { crlNumber: 5n }), delta([]));
    combine(list([], { crlNumber: 6n }), delta([]));
  });

  test('SHD-17 (d): the complete list is older than the delta', () => {
    combine(list([], { crlNumber: 8n }), delta([]));
    isRefused(list([], { crlNumber: 9n }), delta([]), 'delta_not_newer');
    isRefused(list([], { crlNumber: 10n }), delta([]), 'delta_not_newer');
  });

  test('numbers are compared as numbers, at any length', () => {
    const large = 1n << 158n;
    combine(list([], { crlNumber: large }), delta([], { deltaBase: large, crlNumber: large + 1n }));
    isRefused(list([], { crlNumber: 255n }), delta([], { deltaBase: 256n, crlNumber: 257n }), 'base_too_old');
  });

  test('SHD-16: a base is never a delta, and a delta has an indicator that is critical', () => {
    const complete = list([], { crlNumber: 5n });
    isRefused(delta([], { crlNumber: 6n }), delta([]), 'base_is_delta');
    isRefused(complete, list([], { crlNumber: 9n }), 'not_a_delta');
    const number = encodeExtension('2.5.29.20', 'non-critical', bytes('020109'));
    const mild = encodeExtension('2.5.29.27', 'non-critical', bytes('020105'));
    isRefused(complete, oddList([number, mild]), 'indicator_not_critical');
  });

  test('lists without a number are not combined', () => {
    const indicator = encodeExtension('2.5.29.27', 'critical', bytes('020105'));
    const number = encodeExtension('2.5.29.20', 'non-critical', bytes('020109'));
    isRefused(oddList([]), oddList([number, indicator]), 'number_missing');
    isRefused(oddList([number]), oddList([indicator]), 'number_missing');
  });

  test('an indicator that is no number is an error', () => {
    const indicator = encodeExtension('2.5.29.27', 'critical', bytes('0500'));
    throwsCode(() => combineCrls(oddList([]), oddList([indicator])), 'der_unexpected_tag');
  });

  test('SHD-16: combining walks over no entries, and a look-up ends with the delta where that decides', () => {
    const complete = brokenAfter(list([['01']], { crlNumber: 5n }), 0);
    const combined = combine(
      complete,
      delta([
        ['02', 'superseded'],
        ['03', 'removeFromCRL'],
      ]),
    );
    assert.equal(findCombinedEntry(combined, '02')?.reason, 'superseded');
    assert.equal(findCombinedEntry(combined, '03'), undefined);
    throwsCode(() => findCombinedEntry(combined, '01'), 'der_truncated');
  });
});

describe('the entries of a combination', () => {
  const complete = list(
    [['01', 'keyCompromise'], ['02', 'certificateHold'], ['03', 'certificateHold'], ['04']],
    {
      crlNumber: 5n,
    },
  );
  const combined = combine(
    complete,
    delta([
      ['03', 'keyCompromise'],
      ['02', 'removeFromCRL'],
      ['05', 'superseded'],
      ['06', 'removeFromCRL'],
    ]),
  );

  test('SHD-18, VER-15 (i) to (k): the delta is asked first, removeFromCRL is not revoked, then the complete list', () => {
    const reasons = ['01', '02', '03', '04', '05', '06', '07'].map((serial) => {
      const entry = findCombinedEntry(combined, serial);
      return entry && (entry.reason ?? 'none');
    });
    assert.deepEqual(reasons, [
      'keyCompromise',
      undefined,
      'keyCompromise',
      'none',
      'superseded',
      undefined,
      undefined,
    ]);
  });

  test('they come in order: the delta’s, then those of the complete list that it does not speak of', () => {
    assert.deepEqual(
      [...combinedEntries(combined)].map(({ serialNumber }) => serialNumber),
      ['03', '05', '01', '04'],
    );
  });

  test('they are made when they are asked for: what is broken later is not met before', () => {
    const late = combine(brokenAfter(complete, 1), combined.delta);
    const entries = combinedEntries(late);
    const serials = [entries.next(), entries.next(), entries.next()].map(({ value }) => value?.serialNumber);
    assert.deepEqual(serials, ['03', '05', '01']);
    throwsCode(() => entries.next(), 'der_truncated');
  });

  test('T-07: an entry of another issuer is not found by its serial number', () => {
    const stranger = { der: E2, rdns: [] };
    for (const serial of ['01', '05']) {
      assert.equal(findCombinedEntry(combined, serial, stranger), undefined);
      assert.equal(findCombinedEntry(combined, serial, complete.issuer)?.serialNumber, serial);
    }
  });

  test('VER-21: in indirect lists an entry is replaced by one of the same issuer only', () => {
    const indirect = { issuingDistributionPoint: { indirectCrl: true } };
    const base = list([], { crlNumber: 5n, ...indirect }, [
      entryDer(['01']),
      entryDer(['01'], E2),
      entryDer(['02']),
    ]);
    const change = delta([], indirect, [entryDer(['01', 'superseded'], E2)]);
    const both = combine(base, change);
    const told = [...combinedEntries(both)].map(({ serialNumber, reason, certificateIssuer }) => [
      serialNumber,
      reason,
      certificateIssuer !== undefined,
    ]);
    assert.deepEqual(told, [
      ['01', 'superseded', true],
      ['01', undefined, false],
      ['02', undefined, true],
    ]);
    assert.equal(findCombinedEntry(both, '01')?.reason, undefined);
    assert.equal(findCombinedEntry(both, '01', { der: E2, rdns: [] })?.reason, 'superseded');
  });
});

describe('reading entries', () => {
  test('crlEntries makes each entry when it is asked for: what is broken later is not met before', () => {
    const whole = list([['01'], ['02', 'superseded'], ['03']]);
    const entries = crlEntries(brokenAfter(whole, 2));
    assert.equal(entries.next().value?.serialNumber, '01');
    assert.equal(entries.next().value?.serialNumber, '02');
    throwsCode(() => entries.next(), 'der_truncated');
    assert.equal([...crlEntries(whole)].length, 3);
  });

  test('crlEntries keeps no entry: two walks over one list make two objects of each', () => {
    const crl = list([['01']]);
    const [first] = crlEntries(crl);
    const [second] = crlEntries(crl);
    assert.notEqual(first, second);
    assert.deepEqual(first, second);
    assert.equal(first?.der.buffer, crl.der.buffer, 'its octets are those of the list');
  });

  test('an entry that is not asked for is not looked at', () => {
    for (const each of crlEntries(brokenAfter(list([['01'], ['02']]), 1))) {
      assert.equal(each.serialNumber, '01');
      break;
    }
    assert.equal(findCrlEntry(brokenAfter(list([['01'], ['02']]), 1), '01')?.serialNumber, '01');
  });
});

test('SHD-16, SHD-18: whatever changes, complete list and delta together are the truth at the delta', () => {
  fc.assert(
    fc.property(
      fc.array(step, { maxLength: 60 }),
      fc.nat(),
      fc.nat(),
      (steps, chosenBase, chosenComplete) => {
        const history = new History();
        for (const each of steps) history.take(each);
        history.take({ do: 'issue' });
        const { lists } = history;
        const base = chosenBase % lists.length;
        const completeAt = base + (chosenComplete % (lists.length - base));
        const issued = history.deltaSince(base);
        const { crl: complete } = lists[completeAt] ?? { crl: undefined };
        assert.ok(complete !== undefined);
        isTheTruth(combine(complete, issued), history.listed);
      },
    ),
    { numRuns: 400 },
  );
});

const REASONS = ['keyCompromise', 'superseded', 'certificateHold', undefined] as const;
/** Of one octet, of two, with a sign octet, and negative, which lists in the field have too. */
const SERIALS = ['01', '02', '7f', 'ff', '0102', '0201', 'ffff', '-01', '-80', `7f${'ab'.repeat(19)}`];

type Step =
  | { readonly do: 'issue' }
  | { readonly do: 'revoke'; readonly serial: string; readonly reason: RevocationReason | undefined }
  | { readonly do: 'release'; readonly serial: string };

const step: fc.Arbitrary<Step> = fc.oneof(
  fc.constant({ do: 'issue' } as const),
  fc.record({
    do: fc.constant('revoke' as const),
    serial: fc.constantFrom(...SERIALS),
    reason: fc.constantFrom(...REASONS),
  }),
  fc.record({ do: fc.constant('release' as const), serial: fc.constantFrom(...SERIALS) }),
);

type Statuses = Map<string, RevocationReason | undefined>;

/** What a CA did, with a complete list at each issue. */
class History {
  readonly listed: Statuses = new Map();
  readonly lists: { readonly crl: Crl; readonly changesBefore: number }[] = [];
  readonly #changes: string[] = [];

  constructor() {
    this.take({ do: 'issue' });
  }

  take(each: Step): void {
    if (each.do === 'issue') {
      const crl = list(entriesOf(this.listed), { crlNumber: BigInt(this.lists.length + 1) });
      this.lists.push({ crl, changesBefore: this.#changes.length });
      return;
    }
    if (each.do === 'release' && this.listed.get(each.serial) !== 'certificateHold') return;
    if (each.do === 'release') this.listed.delete(each.serial);
    else this.listed.set(each.serial, each.reason);
    this.#changes.push(each.serial);
  }

  /** RFC 5280 5.2.4: all that changed since the base, revoked as it stands or removeFromCRL. */
  deltaSince(index: number): Crl {
    const changed = new Set(this.#changes.slice(this.lists[index]?.changesBefore));
    const entries = [...changed].map((serial): Listed => {
      return this.listed.has(serial) ? [serial, this.listed.get(serial)] : [serial, 'removeFromCRL'];
    });
    return delta(entries, { deltaBase: BigInt(index + 1), crlNumber: BigInt(this.lists.length + 1) });
  }
}

function isTheTruth(combined: CombinedCrl, truth: Statuses): void {
  const plain = (entry: CrlEntry | undefined) => entry && [entry.serialNumber, entry.reason];
  const expected = [...truth].toSorted(([left], [right]) => (left < right ? -1 : 1));
  const entries = [...combinedEntries(combined)].map(({ serialNumber, reason }) => [serialNumber, reason]);
  assert.deepEqual(
    entries.toSorted(([left = ''], [right = '']) => (left < right ? -1 : 1)),
    expected,
  );
  for (const serial of SERIALS) {
    const found = plain(findCombinedEntry(combined, serial));
    assert.deepEqual(found, truth.has(serial) ? [serial, truth.get(serial)] : undefined);
  }
}

function entriesOf(statuses: Statuses): readonly Listed[] {
  return [...statuses].map(([serial, reason]) => [serial, reason]);
}

function combine(complete: Crl, change: Crl): CombinedCrl {
  const combined = combineCrls(complete, change);
  assert.ok(combined.kind === 'combined', combined.kind === 'refused' ? combined.message : '');
  return combined;
}

function isRefused(complete: Crl, change: Crl, reason: CombinationFault): void {
  const refusal = combineCrls(complete, change);
  assert.ok(refusal.kind === 'refused');
  assert.equal(refusal.reason, reason, refusal.message);
}

/** Number 9 upon number 5, unless said otherwise. */
function delta(entries: readonly Listed[], options: ListOptions = {}, more: readonly Uint8Array[] = []): Crl {
  return list(entries, { crlNumber: 9n, deltaBase: 5n, ...options }, more);
}

/** No signature: nothing here looks at it. */
function list(entries: readonly Listed[], options: ListOptions = {}, more: readonly Uint8Array[] = []): Crl {
  const {
    issuerDer = E1,
    thisUpdate = secondsFromNow(-3600),
    nextUpdate = secondsFromNow(3600),
    ...extensions
  } = options;
  const tbs = encodeTbsCrl({
    issuerDer,
    signatureAlgorithmDer: ALGORITHM,
    thisUpdate,
    nextUpdate,
    entries: [...entries.map((each) => entryDer(each)), ...more],
    extensions: { authorityKeyIdentifier: KEY, crlNumber: 1n, ...extensions },
  });
  return decodeCrl(assembleSigned(tbs, ALGORITHM, new Uint8Array(70)));
}

/** A list with any extensions, without entries. */
function oddList(extensions: readonly Uint8Array[]): Crl {
  const tbs = encodeDer((writer) =>
    writer.sequence((fields) => {
      fields.integer(1);
      fields.raw(ALGORITHM);
      fields.raw(E1);
      fields.time(secondsFromNow(-3600));
      if (extensions.length === 0) return;
      fields.context(0, (explicit) => explicit.sequence((all) => all.raw(concatBytes(...extensions))));
    }),
  );
  return decodeCrl(assembleSigned(tbs, ALGORITHM, new Uint8Array(70)));
}

/** An entry as it stands in lists; `issuerDer` makes it one of a certificate of another issuer. */
function entryDer([serialNumber, reason]: Listed, issuerDer?: Uint8Array): Uint8Array {
  const revocationDate = secondsFromNow(-7200);
  const serial = parseSerialNumber(serialNumber);
  if (issuerDer === undefined && !serial.startsWith('-'))
    return encodeCrlEntry({ serialNumber: serialNumberToBytes(serial), revocationDate, reason });
  return encodeDer((writer) =>
    writer.sequence((entry) => {
      entry.serialNumber(serial);
      entry.time(revocationDate);
      const extensions = [...reasonExtension(reason), ...issuerExtension(issuerDer)];
      if (extensions.length > 0) entry.sequence((all) => all.raw(concatBytes(...extensions)));
    }),
  );
}

function reasonExtension(reason: RevocationReason | undefined): readonly Uint8Array[] {
  if (reason === undefined) return [];
  return [encodeExtension('2.5.29.21', 'non-critical', Uint8Array.of(0x0a, 1, reasonCode(reason)))];
}

function issuerExtension(issuerDer: Uint8Array | undefined): readonly Uint8Array[] {
  if (issuerDer === undefined) return [];
  const value = encodeDer((writer) =>
    writer.sequence((names) => names.context(4, (explicit) => explicit.raw(issuerDer))),
  );
  return [encodeExtension('2.5.29.29', 'critical', value)];
}

/** The same list, whose entries are cut off in the one with this index: no decoder makes such a value. */
function brokenAfter(crl: Crl, index: number): Crl {
  let length = 0;
  const entries = crlEntries(crl);
  for (let i = 0; i < index; i++) length += entries.next().value?.der.length ?? 0;
  return { ...crl, entriesDer: crl.entriesDer.subarray(0, length + 3) };
}
