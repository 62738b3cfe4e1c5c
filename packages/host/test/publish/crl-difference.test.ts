import assert from 'node:assert/strict';
import { test } from 'node:test';
import { assembleSigned } from '@lancre/pki/certificate';
import { decodeCrl, encodeCrlEntry, encodeTbsCrl, measureCrl } from '@lancre/pki/crl';
import fc from 'fast-check';
import { entriesGone } from '#host/publish/crl-difference.js';
import { cutCrl } from '#host/publish/crl-parts.js';
import { createIssuer } from '../issuer/test-issuers.ts';
import { octetsOf, REVOKED_AT } from '../status/records.ts';

const { signer, certificate } = await createIssuer();

/** A list with a signature that nobody looks at. */
function listOf(
  serials: readonly number[],
  reasonOf: (serial: number) => 'superseded' | undefined,
): Uint8Array {
  const tbs = encodeTbsCrl({
    issuerDer: certificate.subject.der,
    signatureAlgorithmDer: signer.algorithm.der,
    thisUpdate: REVOKED_AT,
    nextUpdate: new Date('2026-12-04T11:59:59Z'),
    extensions: { authorityKeyIdentifier: new Uint8Array(20), crlNumber: 1n },
    entries: serials.map((serial) =>
      encodeCrlEntry({
        serialNumber: octetsOf(hexOf(serial)),
        revocationDate: REVOKED_AT,
        reason: reasonOf(serial),
      }),
    ),
  });
  return assembleSigned(tbs, signer.algorithm.der, new Uint8Array(70));
}

function hexOf(serial: number): string {
  const text = serial.toString(16);
  return text.length % 2 ? `0${text}` : text;
}

async function* chunksOf(octets: Uint8Array, size: number): AsyncIterable<Uint8Array> {
  for (let start = 0; start < octets.length; start += size) {
    const chunk = Uint8Array.from(octets.subarray(start, start + size));
    yield chunk;
    // A reader uses its memory again.
    chunk.fill(0xee);
  }
}

/** What is gone, and how many entries came or are others; fails unless the new list comes back whole, in order. */
async function compare(
  old: Uint8Array,
  fresh: Uint8Array,
  size = 1 << 20,
): Promise<{ readonly gone: ReadonlyMap<string, Uint8Array>; readonly fresh: number }> {
  const parts = await cutCrl(chunksOf(fresh, size));
  const told: Uint8Array[] = [parts.head];
  let count = 0;
  let entries = 0;
  const gone = await entriesGone(await cutCrl(chunksOf(old, size)), parts, {
    onSame(entriesDer, sameCount) {
      told.push(Uint8Array.from(entriesDer));
      entries += sameCount;
    },
    onFresh(entryDer) {
      told.push(Uint8Array.from(entryDer));
      count += 1;
      entries += 1;
    },
  });
  for await (const chunk of parts.tail) told.push(Uint8Array.from(chunk));
  assert.deepEqual(Buffer.concat(told), Buffer.from(fresh));
  assert.equal(entries, decodeCrl(fresh).entryCount);
  return { gone, fresh: count };
}

const plain = (): undefined => undefined;
const serial = fc.integer({ min: 1, max: 70_000 });

test('T-19: entries that are gone are found, whatever else came, went or changed', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.uniqueArray(serial, { maxLength: 200 }),
      fc.uniqueArray(serial, { maxLength: 200 }),
      fc.integer({ min: 1, max: 5000 }),
      async (a, b, size) => {
        const ascending = (list: readonly number[]) => [...list].sort((x, y) => x - y);
        const old = listOf(ascending(a), plain);
        const fresh = listOf(ascending(b), (each) => (each % 3 ? undefined : 'superseded'));
        const { gone, fresh: added } = await compare(old, fresh, size);
        const kept = new Set(b);
        assert.deepEqual(
          [...gone.keys()].sort(),
          a
            .filter((each) => !kept.has(each))
            .map(hexOf)
            .sort(),
        );
        assert.equal(added, b.filter((each) => !a.includes(each) || each % 3 === 0).length);
      },
    ),
  );
});

test('the order of full lists, shard after shard, may shift', async () => {
  const old = listOf([10, 20, 30, 5, 15, 25], plain);
  const { gone } = await compare(old, listOf([5, 15, 25, 12, 20], plain));
  assert.deepEqual([...gone.keys()].sort(), ['0a', '1e']);
});

test('lists of many windows are compared to their ends', async () => {
  const many = Array.from({ length: 40_000 }, (_, index) => 1000 + index);
  const fresh = many.filter((each) => each !== 1000 && each !== 21_000 && each !== 40_999);
  const { gone, fresh: added } = await compare(
    listOf(many, plain),
    listOf([...fresh, 65_000], plain),
    1 << 16,
  );
  assert.deepEqual([...gone.keys()], [1000, 21_000, 40_999].map(hexOf));
  assert.equal(added, 1);
});

test('an entry comes back whole, as it stood', async () => {
  const { gone } = await compare(
    listOf([7, 8], () => 'superseded'),
    listOf([7], plain),
  );
  assert.deepEqual(
    Buffer.from(gone.get('08') ?? []),
    Buffer.from(
      encodeCrlEntry({ serialNumber: octetsOf('08'), revocationDate: REVOKED_AT, reason: 'superseded' }),
    ),
  );
});

test('lists without entries are compared, too', async () => {
  assert.equal((await compare(listOf([], plain), listOf([1, 2], plain))).fresh, 2);
  assert.equal((await compare(listOf([1, 2], plain), listOf([], plain))).gone.size, 2);
  assert.equal((await compare(listOf([], plain), listOf([], plain))).gone.size, 0);
});

test('a published list that is cut off is an error', async () => {
  const whole = listOf([1, 2, 3], plain);
  const layout = measureCrl(whole);
  assert.ok(typeof layout !== 'number');
  for (const octets of [0, 1, 40, layout.entriesStart, layout.entriesEnd - 1]) {
    const code = octets < layout.entriesStart ? 'der_truncated' : 'store_corrupt';
    await assert.rejects(compare(whole.subarray(0, octets), whole), { code });
  }
});

test('what is no list is closed at once: nobody else could do it', async () => {
  let closed = 0;
  async function* noList(): AsyncIterable<Uint8Array> {
    try {
      yield Uint8Array.of(0x04, 0x00, 0x00, 0x00);
      yield new Uint8Array(100);
    } finally {
      closed += 1;
    }
  }
  await assert.rejects(cutCrl(noList()), { code: 'der_unexpected_tag' });
  assert.equal(closed, 1);
});
